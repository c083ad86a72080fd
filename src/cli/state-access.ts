import { dataPaths, foreignStateHint } from '../config/paths.js';
import { requireUsername } from '../config/required.js';
import { openStateReader, type StateReader } from '../state/index.js';
import type { CommandContext } from './context.js';
import { printLine } from './output.js';

/** The state as an offline command sees it. */
export interface StateAccess {
  readonly path: string;
  /** `undefined` before the first sync. */
  readonly reader: StateReader | undefined;
}

/** Opens the state of the configured account for reading only. */
export async function openState(context: CommandContext): Promise<StateAccess> {
  const path = stateDatabasePath(context);
  return { path, reader: await openStateReader(path, { clock: context.clock }) };
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
