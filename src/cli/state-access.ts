import { dataPaths, ensureDataDirectory, foreignStateHint } from '../config/paths.js';
import { requireUsername } from '../config/required.js';
import { isKeiError } from '../errors/index.js';
import { foldsCase } from '../platform/case-folding.js';
import {
  openStateReader,
  openStateStore,
  type StateReader,
  type StateStore,
} from '../state/index.js';
import { withAccountLock } from './account-lock.js';
import type { CommandContext } from './context.js';
import { printLine } from './output.js';

/** The state as an offline command sees it. */
export interface StateAccess {
  readonly path: string;
  /** `undefined` before the first sync. */
  readonly reader: StateReader | undefined;
}

/**
 * Opens the state of the configured account for reading only. One of an older kei is brought up to
 * date first (DB-3), a copy kept (D41), unless another kei is using it or it cannot be written.
 */
export async function openState(context: CommandContext): Promise<StateAccess> {
  const path = stateDatabasePath(context);
  const { clock, log } = context;
  try {
    return { path, reader: await openStateReader(path, { clock }) };
  } catch (outdated) {
    if (!isKeiError(outdated) || outdated.code !== 'STATE_OUTDATED') throw outdated;
    try {
      await withAccountLock(context, async () => {
        (await openStateStore(path, { clock, log, foldCase: false })).close();
      });
    } catch (error) {
      if (isKeiError(error, 'lock')) throw outdated;
      throw error;
    }
    return { path, reader: await openStateReader(path, { clock }) };
  }
}

/**
 * Opens the state of the configured account for changes; the caller holds the account's lock. A new
 * one is told how the file system of the download `directory` compares names.
 */
export async function openStateToChange(
  context: CommandContext,
  directory: string,
): Promise<StateStore> {
  const { config, host, clock, log } = context;
  await ensureDataDirectory(config.dataDir);
  const paths = dataPaths(config.dataDir, requireUsername(context, host.env));
  const hint = await foreignStateHint(paths);
  if (hint !== undefined) log.info(hint);
  const foldCase = await foldsCase(directory, host.platform);
  return openStateStore(paths.stateDatabase, { clock, log, foldCase });
}

/** Where the configured account's state lies; throws a ConfigError without an account. */
export function stateDatabasePath(context: CommandContext): string {
  const username = requireUsername(context, context.host.env);
  return dataPaths(context.config.dataDir, username).stateDatabase;
}

/** The lock of the configured account. */
export function lockPath(context: CommandContext): string {
  const username = requireUsername(context, context.host.env);
  return dataPaths(context.config.dataDir, username).lock;
}

/** What the offline commands say before the first sync (DB-7). */
export async function printNoState(context: CommandContext, path: string): Promise<void> {
  printLine(context.host, `No state database found at ${path}`);
  printLine(context.host, 'Run a sync first to create the database.');
  const username = requireUsername(context, context.host.env);
  const hint = await foreignStateHint(dataPaths(context.config.dataDir, username));
  if (hint !== undefined) printLine(context.host, hint);
}
