import { dataPaths, ensureDataDirectory } from '../config/paths.js';
import { requireUsername } from '../config/required.js';
import { acquireAccountLock } from '../platform/account-lock.js';
import type { CommandContext } from './context.js';

/** Runs `work` while this process alone holds the account (DB-30); throws `LOCK_HELD` otherwise. */
export async function withAccountLock<T>(
  context: CommandContext,
  work: () => T | Promise<T>,
  retries = 0,
): Promise<T> {
  const username = requireUsername(context, context.host.env);
  await ensureDataDirectory(context.config.dataDir);
  const lock = await acquireAccountLock({
    path: dataPaths(context.config.dataDir, username).lock,
    account: username,
    pid: context.host.pid,
    clock: context.clock,
    retries,
  });
  try {
    return await work();
  } finally {
    lock.release();
  }
}
