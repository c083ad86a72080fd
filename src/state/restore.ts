import { constants } from 'node:fs';
import { access, copyFile, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { diskError, isKeiError } from '../errors/index.js';
import { stateNoCopy } from '../errors/state-errors.js';
import { systemFiles } from '../platform/files.js';
import { copiesBeside } from './copies.js';
import { findDamage } from './damage.js';
import { readSchemaVersion } from './migrate.js';
import { SqliteFile } from './sqlite.js';

/** What `restoreStateCopy` did. */
export interface RestoredState {
  /** The copy whose content is the database now; it stays where it is. */
  readonly copy: string;
  /** The new path of what was there before; `undefined` when nothing was. */
  readonly setAside: string | undefined;
}

/**
 * Puts the newest sound copy in the place of a database (D41). What was there is renamed aside with
 * its log, never deleted. The caller holds the account lock.
 *
 * @throws STATE_NO_COPY when there is none that can be used.
 */
export async function restoreStateCopy(path: string, nowMs: number): Promise<RestoredState> {
  const copy = copiesBeside(path).find(isSound);
  if (copy === undefined) throw stateNoCopy(path);
  const unfinished = `${path}.restoring`;
  const stamp = new Date(nowMs).toISOString().slice(0, 19).replaceAll(/\D/g, '');
  const aside = `${path}.damaged-${stamp}`;
  try {
    await copyFile(copy, unfinished);
    const handle = await open(unfinished, 'r+');
    try {
      await handle.chmod(0o600);
      await handle.sync();
    } finally {
      await handle.close();
    }
    const hadDatabase = await isThere(path);
    // The log goes first: beside another database it would be replayed into that one.
    for (const suffix of ['-wal', '-shm', '']) {
      if (await isThere(path + suffix)) await rename(path + suffix, aside + suffix);
    }
    await rename(unfinished, path);
    await systemFiles.syncDirectory(dirname(path));
    return { copy, setAside: hadDatabase ? aside : undefined };
  } catch (error) {
    throw diskError('restore', path, error);
  }
}

function isSound(copy: string): boolean {
  let database: SqliteFile | undefined;
  try {
    database = new SqliteFile(copy, { readonly: true, mustExist: true });
    return readSchemaVersion(database) > 0 && findDamage(database) === undefined;
  } catch (error) {
    if (isKeiError(error, 'state')) return false;
    throw error;
  } finally {
    database?.close();
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
}
