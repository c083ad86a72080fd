import { closeSync, fsyncSync, openSync, renameSync } from 'node:fs';
import { stateForeign, stateFromFuture } from '../errors/state-errors.js';
import type { Logger } from '../platform/logger.js';
import { copyPath } from './copies.js';
import { MIGRATIONS, type Migration } from './migrations/index.js';
import type { SqliteFile } from './sqlite.js';

/** `application_id` of kei's state: the ASCII letters "keiT". */
export const APPLICATION_ID = 0x6b656954;

/**
 * Reads which schema a file has, and refuses what kei must not touch, before anything is written.
 *
 * @returns `user_version`; 0 for a file without any content.
 * @throws STATE_FOREIGN, STATE_FROM_FUTURE (DB-4), STATE_CORRUPT (DB-5).
 */
export function readSchemaVersion(
  database: SqliteFile,
  migrations: readonly Migration[] = MIGRATIONS,
): number {
  const version = Number(database.pragma('user_version'));
  const objects = database.prepare<{ n: number }>('SELECT count(*) AS n FROM sqlite_schema').get();
  if (objects?.n === 0 && version === 0) return 0;
  if (database.pragma('application_id') !== APPLICATION_ID) throw stateForeign(database.path);
  const newest = migrations.at(-1)?.version ?? 0;
  if (version > newest) throw stateFromFuture(database.path, version, newest);
  return version;
}

/**
 * Brings the schema up to date, each step in a transaction of its own together with its version
 * number, after keeping a copy of a database that has content (D41). Running it again does nothing.
 */
export function migrate(
  database: SqliteFile,
  log: Logger,
  migrations: readonly Migration[] = MIGRATIONS,
): void {
  const from = readSchemaVersion(database, migrations);
  const due = migrations.filter((step) => step.version > from);
  const newest = due.at(-1);
  if (newest === undefined) return;
  if (from > 0) {
    const copy = copyPath(database.path, newest.version);
    keepCopy(database, copy);
    log.info('Kept a copy of the state database before changing it', { copy });
  }
  for (const step of due) {
    database.transaction(() => {
      // Read again inside the transaction: another process may have been faster.
      if (Number(database.pragma('user_version')) >= step.version) return;
      database.exec(step.sql);
      database.pragma(`application_id = ${APPLICATION_ID}`);
      database.pragma(`user_version = ${step.version}`);
    });
    log.debug('State database changed', { version: step.version, name: step.name });
  }
}

/** Copies what is committed, WAL included; the copy appears under its name only when complete. */
function keepCopy(database: SqliteFile, copy: string): void {
  const unfinished = `${copy}.tmp`;
  // An empty file first, so that the copy is as private as the original.
  closeSync(openSync(unfinished, 'w', 0o600));
  database.prepare('VACUUM INTO @copy').run({ copy: unfinished });
  // VACUUM INTO leaves the flushing to its caller.
  const handle = openSync(unfinished, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(unfinished, copy);
}
