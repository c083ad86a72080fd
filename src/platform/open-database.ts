import Database from 'better-sqlite3';
import { addonUnusable } from '../errors/state-errors.js';

/**
 * Opens a SQLite file. The add-on behind it is loaded by the first call, and Node.js may have changed
 * since it was built.
 *
 * @throws ADDON_UNUSABLE; else what SQLite says.
 */
export function openDatabase(path: string, options: Database.Options): Database.Database {
  try {
    return new Database(path, options);
  } catch (error) {
    const isAboutFile = error instanceof Database.SqliteError || error instanceof TypeError;
    throw isAboutFile ? error : addonUnusable(process.version, error);
  }
}
