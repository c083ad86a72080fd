import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import type { KeiError } from '../errors/index.js';
import {
  stateBusy,
  stateCorrupt,
  stateDiskFull,
  stateFailed,
  stateUnwritable,
} from '../errors/state-errors.js';
import { copiesBeside } from './copies.js';

/** Puts a failure of SQLite into kei's words; anything else is returned as it is. */
export function classifySqliteFailure(path: string, error: unknown): unknown {
  return error instanceof Database.SqliteError ? toStateError(path, error) : error;
}

function toStateError(path: string, error: InstanceType<Database.SqliteError>): KeiError {
  // The index of the write-ahead log could not be made as long as it has to be.
  if (error.code === 'SQLITE_IOERR_SHMSIZE') return stateDiskFull(path, error);
  // Extended codes start with the primary one: SQLITE_READONLY_DIRECTORY, SQLITE_IOERR_LOCK …
  const primary = error.code.split('_').slice(0, 2).join('_');
  switch (primary) {
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
      return stateBusy(path, error);
    case 'SQLITE_NOTADB':
    case 'SQLITE_CORRUPT':
      return stateCorrupt(path, error, copiesBeside(path));
    case 'SQLITE_READONLY':
    case 'SQLITE_PERM':
    case 'SQLITE_CANTOPEN':
      return stateUnwritable(dirname(path), path, error.message, error);
    case 'SQLITE_FULL':
      return stateDiskFull(path, error);
    default:
      return stateFailed(path, `${error.message} (${error.code})`, error);
  }
}
