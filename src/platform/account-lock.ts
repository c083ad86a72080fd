import { closeSync, existsSync, mkdirSync, openSync, readSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { diskReason } from '../errors/file-errors.js';
import { isKeiError } from '../errors/index.js';
import { lockHeld, lockUnusable } from '../errors/state-errors.js';
import type { Clock } from './clock.js';
import { openDatabase } from './open-database.js';

/**
 * The lock that lets one kei at a time work for an account (DB-30). Node has no flock, so it is a
 * tiny SQLite file that is held exclusively (D22): the operating system lets go of it whenever the
 * process ends, however it ends, and a file that is left behind means nothing. The holder's process
 * id is the database's `user_version`, which can be read past the lock.
 */
export interface AccountLock {
  /** Lets go; a second call does nothing. */
  release(): void;
}

export interface AccountLockOptions {
  /** The lock file, `<user>.lock`; made when it is missing. */
  readonly path: string;
  /** Apple ID, for the sentence. */
  readonly account: string;
  /** Our own process id, for the sentence of others. */
  readonly pid: number;
  readonly clock: Clock;
  /** How often to try again, 3 s apart (`login` and `list`: 6; cli 8.5). */
  readonly retries?: number;
  readonly signal?: AbortSignal;
}

const PAUSE_MS = 3_000;
/** Where a SQLite file keeps its `user_version`, big-endian. */
const USER_VERSION_OFFSET = 60;

/** Locks that this process holds: the operating system would not keep us apart from ourselves. */
const ours = new Map<string, number>();

/**
 * Takes the lock.
 *
 * @throws LOCK_HELD naming the account and, when it can be told, the process that has it;
 *   LOCK_UNUSABLE when the file cannot be made or locked.
 */
export async function acquireAccountLock(options: AccountLockOptions): Promise<AccountLock> {
  const path = resolve(options.path);
  for (let left = options.retries ?? 0; ; left--) {
    const database = ours.has(path) ? undefined : tryToHold(path, options.pid);
    if (database !== undefined) return holding(path, options.pid, database);
    if (left <= 0) throw lockHeld(options.account, holderOf(path, options.pid), path);
    await options.clock.sleep(PAUSE_MS, options.signal);
  }
}

/** Whether some process, this one included, holds the lock now; nothing is made or taken. */
export function isAccountLocked(path: string): boolean {
  const file = resolve(path);
  if (ours.has(file)) return true;
  if (!existsSync(file)) return false;
  const database = openDatabase(file, { readonly: true, timeout: 0 });
  try {
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    return isBusy(error);
  } finally {
    database.close();
  }
}

function holding(path: string, pid: number, database: Database.Database): AccountLock {
  ours.set(path, pid);
  return {
    release: () => {
      if (!database.open) return;
      database.close();
      ours.delete(path);
    },
  };
}

/** Returns the connection that holds the lock, or `undefined` when another one does. */
function tryToHold(path: string, pid: number): Database.Database | undefined {
  let database: Database.Database | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
    // Waits out another process that only looks (isAccountLocked).
    database = openDatabase(path, { timeout: 100 });
    database.pragma('locking_mode = EXCLUSIVE');
    database.pragma('journal_mode = MEMORY');
    database.pragma('synchronous = OFF');
    database.exec('BEGIN EXCLUSIVE');
    database.pragma(`user_version = ${pid}`);
    // The exclusive locking mode keeps the lock beyond the commit, until the connection closes.
    database.exec('COMMIT');
    return database;
  } catch (error) {
    database?.close();
    if (isBusy(error)) return undefined;
    if (isKeiError(error)) throw error;
    throw lockUnusable(path, diskReason(error), error);
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

/** Process id of the holder. Reads the file directly: SQLite would wait for the lock. */
function holderOf(path: string, own: number): number | undefined {
  const known = ours.get(path);
  // Opening and closing a file ourselves would drop our own lock on it (POSIX).
  if (known !== undefined) return known;
  try {
    const handle = openSync(path, 'r');
    try {
      const field = Buffer.alloc(4);
      const read = readSync(handle, field, 0, 4, USER_VERSION_OFFSET);
      const pid = read === 4 ? field.readInt32BE() : 0;
      return pid > 0 && pid !== own ? pid : undefined;
    } finally {
      closeSync(handle);
    }
  } catch {
    return undefined;
  }
}
