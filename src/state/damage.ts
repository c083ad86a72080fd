import { isKeiError } from '../errors/index.js';
import type { SqliteFile } from './sqlite.js';

/**
 * Reads the whole database and names the first thing that is damaged; `undefined` when it is sound.
 * Takes seconds for a large one, so opening does not do it.
 */
export function findDamage(database: SqliteFile): string | undefined {
  try {
    const verdict = String(database.pragma('quick_check(1)'));
    return verdict === 'ok' ? undefined : verdict;
  } catch (error) {
    // Some damage ends the check itself.
    if (isKeiError(error, 'state') && error.code === 'STATE_CORRUPT') return error.message;
    throw error;
  }
}
