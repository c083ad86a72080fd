import { existsSync } from 'node:fs';
import { withAccountLock } from '../account-lock.js';
import { KeiError } from '../../errors/index.js';
import { plural } from '../../report/format.js';
import { deleteStateDatabase, openStateStore, restoreStateCopy } from '../../state/index.js';
import { openContext, type CommandContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { CliFlags } from '../options/shared.js';
import { printLine } from '../output.js';
import type { Invocation } from '../invocation.js';
import { ask } from '../prompt.js';
import { printNoState, stateDatabasePath } from '../state-access.js';

interface ResetFlags extends CliFlags {
  readonly restore?: boolean;
  readonly yes?: boolean;
}

/** `kei reset state`: deletes the database; photos and the session stay (IN-71, cli 9.8). */
export async function runResetState({ host, flags }: Invocation<ResetFlags>): Promise<number> {
  const context = await openContext(host, flags);
  const path = stateDatabasePath(context);
  if (flags.restore === true) return restoreState(context, flags, path);
  if (!existsSync(path)) {
    await printNoState(context, path);
    return EXIT.ok;
  }
  printLine(host, `State database: ${path}`);
  printLine(
    host,
    'Photos on disk stay. The next sync finds those that lie where it would put them;',
  );
  printLine(host, '`kei import-existing DIR...` before it finds all of them, by their content.');
  if (!(await confirmed(context, flags))) {
    printLine(host, 'Cancelled.');
    return EXIT.ok;
  }
  await withAccountLock(context, () => {
    deleteStateDatabase(path);
  });
  printLine(host, 'State database deleted.');
  return EXIT.ok;
}

/** `kei reset state --restore`: the way out of a damaged database that has a copy (D41). */
async function restoreState(
  context: CommandContext,
  flags: ResetFlags,
  path: string,
): Promise<number> {
  const { host, clock } = context;
  printLine(host, `State database: ${path}`);
  printLine(host, 'Puts back its newest copy; what kei recorded later is found again on the disk.');
  if (!(await confirmed(context, flags))) {
    printLine(host, 'Cancelled.');
    return EXIT.ok;
  }
  const { copy, setAside } = await withAccountLock(context, () =>
    restoreStateCopy(path, clock.now()),
  );
  printLine(host, `State database restored from ${copy}.`);
  if (setAside !== undefined) printLine(host, `What was there before is now ${setAside}.`);
  printLine(host, 'Run `kei sync` to bring it up to date.');
  return EXIT.ok;
}

/** `kei reset sync-token`: the next sync lists everything and downloads nothing twice (IN-70). */
export async function runResetSyncToken({ host, flags }: Invocation<ResetFlags>): Promise<number> {
  const context = await openContext(host, flags);
  const path = stateDatabasePath(context);
  if (!existsSync(path)) {
    await printNoState(context, path);
    return EXIT.ok;
  }
  printLine(host, 'The next sync will list the whole library again.');
  if (!(await confirmed(context, flags))) {
    printLine(host, 'Cancelled.');
    return EXIT.ok;
  }
  const cleared = await withAccountLock(context, async () => {
    const { clock, log } = context;
    const store = await openStateStore(path, { clock, log, foldCase: false });
    try {
      return await store.commit(() => store.zones.clearAllTokens());
    } finally {
      store.close();
    }
  });
  printLine(
    host,
    `Cleared sync tokens (${plural(cleared, 'zone token')} + db token). Next sync will do a full enumeration.`,
  );
  return EXIT.ok;
}

/** Asks on a terminal; without one only `--yes` will do. Only `y` counts as yes. */
async function confirmed({ host }: CommandContext, flags: ResetFlags): Promise<boolean> {
  if (flags.yes === true) return true;
  if (host.stdin.isTTY !== true) {
    throw new KeiError({
      code: 'CONFIRMATION_NEEDED',
      kind: 'config',
      message: 'There is no terminal to ask for confirmation.',
      hint: 'Add --yes if you are sure.',
    });
  }
  const answer = await ask(host, 'Are you sure? [y/N] ');
  return answer?.trim().toLowerCase() === 'y';
}
