import { closeSync, existsSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { stateCorrupt, stateOutdated, stateUnwritable } from '../errors/state-errors.js';
import type { Clock } from '../platform/clock.js';
import type { Logger } from '../platform/logger.js';
import { withBusyRetry } from './busy-retry.js';
import { copiesBeside } from './copies.js';
import { MetaWriter } from './meta-rows.js';
import { migrate, readSchemaVersion } from './migrate.js';
import { MIGRATIONS } from './migrations/index.js';
import { SqliteFile } from './sqlite.js';
import { PATH_KEYS, StateReader, StateStore } from './store.js';

export interface OpenOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether the download folder's file system ignores case; only a new database asks. */
  readonly foldCase: boolean;
}

const SMALLEST_DATABASE = 512;

/**
 * Opens the state for a run: makes folder and file when they are missing, refuses what is damaged,
 * foreign or from the future before anything is written, and brings an older schema up to date.
 *
 * Only cheap checks are made (identity, version, the page count that SQLite compares itself), so a
 * database of a million assets opens at once; damage deeper inside surfaces as `STATE_CORRUPT` by
 * whoever meets it, and `StateReader.requireSound` looks for it.
 *
 * @throws STATE_UNWRITABLE naming the folder (DB-1), STATE_CORRUPT (DB-5), STATE_FOREIGN,
 *   STATE_FROM_FUTURE (DB-4), STATE_BUSY.
 */
export async function openStateStore(path: string, options: OpenOptions): Promise<StateStore> {
  makePrivateFile(path);
  return withBusyRetry(options.clock, () =>
    guarded(path, false, (database) => {
      // Refuses before anything, even the journal mode, is written.
      readSchemaVersion(database);
      setJournal(database, options.log);
      migrate(database, options.log);
      const meta = new MetaWriter(database);
      if (meta.get(PATH_KEYS) === undefined) {
        meta.set(PATH_KEYS, options.foldCase ? 'folded' : 'exact');
      }
      return new StateStore(database, options.clock);
    }),
  );
}

/**
 * Opens the state for a command that only reads; `undefined` when there is none yet.
 *
 * @throws STATE_OUTDATED when only a newer schema can be read, and as `openStateStore`.
 */
export async function openStateReader(
  path: string,
  options: Pick<OpenOptions, 'clock'>,
): Promise<StateReader | undefined> {
  if (!existsSync(path)) return undefined;
  return withBusyRetry(options.clock, () =>
    guarded(path, true, (database) => {
      const version = readSchemaVersion(database);
      if (version === 0) {
        database.close();
        return undefined;
      }
      const newest = MIGRATIONS.at(-1)?.version ?? 0;
      if (version < newest) throw stateOutdated(path, version, newest);
      return new StateReader(database);
    }),
  );
}

/** Removes the database and its side files; missing ones are no error (IN-71). Copies stay. */
export function deleteStateDatabase(path: string): void {
  // The database goes first: SQLite drops a log that it finds beside an empty file, and would
  // replay one that it finds beside a full one.
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
}

/**
 * Path of the database that the Rust kei keeps for the same user in the same folder (D41), when
 * there is one: it is named in hints and never opened.
 */
export function rustDatabaseBeside(path: string): string | undefined {
  const candidate = path.replace(/\.state\.db$/, '.db');
  return candidate !== path && existsSync(candidate) ? candidate : undefined;
}

/** Opens and hands over a connection; it is closed again when `use` throws. */
function guarded<T>(path: string, readonly: boolean, use: (database: SqliteFile) => T): T {
  let database: SqliteFile | undefined;
  try {
    const { size } = statSync(path);
    // SQLite takes a file of a few bytes for an empty one and would write over it.
    if (size > 0 && size < SMALLEST_DATABASE) {
      throw stateCorrupt(path, undefined, copiesBeside(path));
    }
    database = new SqliteFile(path, { readonly, mustExist: true });
    return use(database);
  } catch (error) {
    database?.close();
    throw error;
  }
}

function setJournal(database: SqliteFile, log: Logger): void {
  const mode = database.pragma('journal_mode = WAL');
  if (mode === 'wal') {
    database.pragma('synchronous = NORMAL');
    return;
  }
  // Without a write-ahead log, NORMAL could lose the whole file in a power cut.
  database.pragma('synchronous = FULL');
  log.warn('This file system has no shared memory for SQLite: state is written more slowly', {
    path: database.path,
  });
}

/** The state holds names and places: it is readable by its owner alone, like the folder (D2). */
function makePrivateFile(path: string): void {
  const folder = dirname(path);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
    else if (!statSync(path).isFile()) throw new Error('there is a folder of that name');
  } catch (error) {
    throw stateUnwritable(folder, path, reasonOf(error), error);
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'EROFS':
      return 'the file system is read-only';
    case 'ENOSPC':
      return 'the disk is full';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'a part of the path is not a folder';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
