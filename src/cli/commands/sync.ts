import { persistFirstRun } from '../../config/persist-first-run.js';
import { requireDirectory, requireUsername } from '../../config/required.js';
import { Bandwidth } from '../../download/index.js';
import { KeiError } from '../../errors/index.js';
import { createDownloadClient } from '../../http/index.js';
import { systemHostOffset } from '../../naming/index.js';
import { createFilePrivately } from '../../platform/create-file.js';
import { filesBelow } from '../../platform/direct-files.js';
import { guardRoot } from '../../platform/guarded-root.js';
import { STARTUP_FREE_BYTES } from '../../platform/free-space.js';
import { boundHeap } from '../../platform/bound-heap.js';
import { exhaustedTotal } from '../../report/counters.js';
import { plural } from '../../report/format.js';
import { summaryLines } from '../../report/summary.js';
import { RunScratch } from '../../state/index.js';
import type { CycleOutcome } from '../../sync/cycle.js';
import { prepareFolder, refuseUnmountedFolder } from '../../sync/preflight.js';
import { runCycle } from '../../sync/run-cycle.js';
import { listenForShutdown, type Shutdown } from '../../sync/shutdown.js';
import { withAccountLock } from '../account-lock.js';
import { openContext, type CommandContext } from '../context.js';
import { EXIT, exitCodeOf } from '../exit-codes.js';
import type { NarrowingFlags } from '../options/narrowing.js';
import type { CliFlags } from '../options/shared.js';
import { notice, printLine } from '../output.js';
import { printPlan } from '../print-plan.js';
import { startProgress } from '../progress.js';
import { withPhotos } from '../photos.js';
import type { Invocation } from '../invocation.js';
import { renderError } from '../render-error.js';
import { openStateToChange } from '../state-access.js';

interface SyncFlags extends CliFlags, NarrowingFlags {
  readonly progressBar?: boolean;
  readonly dryRun?: boolean;
  readonly onlyPrintFilenames?: boolean;
  readonly retryFailed?: boolean;
}

/** `kei sync`: downloads what is new (cli 9.1). */
export async function runSync({ host, flags }: Invocation<SyncFlags>): Promise<number> {
  const context = await openContext(host, flags);
  const { clock, log } = context;
  requireUsername(context, host.env);
  const directory = requireDirectory(context, host.env);
  const shutdown = listenForShutdown({
    clock,
    log,
    onSignal: (handler) => host.onSignal(handler),
    exitNow: (code) => {
      host.exitNow(code);
    },
  });
  try {
    const isDry = flags.dryRun === true || flags.onlyPrintFilenames === true;
    return await withAccountLock(context, () =>
      isDry
        ? printPlan(context, directory, shutdown.drain, flags.onlyPrintFilenames === true)
        : syncOnce(context, directory, shutdown, flags.retryFailed === true),
    );
  } finally {
    shutdown.dispose();
  }
}

async function syncOnce(
  context: CommandContext,
  directory: string,
  shutdown: Shutdown,
  retryOnly: boolean,
): Promise<number> {
  const { config, host, clock, log, loopback } = context;
  const store = await openStateToChange(context, directory);
  const scratch = new RunScratch({ foldCase: store.foldsCase });
  const download = createDownloadClient({ clock, logger: log, loopback });
  try {
    if (retryOnly && store.lists.counts().failed === 0) {
      printLine(host, 'No failed assets to retry');
      return EXIT.ok;
    }
    await refuseUnmountedFolder(directory, store);
    await prepareFolder(directory, minimumFreeBytes(context), host.files);
    log.info('Connecting to iCloud');
    return await withPhotos(context, shutdown.cancel, async ({ service, reauthenticate }) => {
      const warning = await persistFirstRun(context, host.env, createFilePrivately);
      if (warning !== undefined) log.warn(warning);
      const limit = config.download.bandwidthLimit;
      const progress = await startProgress(context);
      boundHeap();
      let outcome: CycleOutcome;
      try {
        outcome = await runCycle({
          config,
          directory,
          service,
          download,
          bandwidth: limit && new Bandwidth(limit.bytesPerSecond, clock),
          store,
          scratch,
          clock,
          random: host.random,
          files: await guardRoot(directory, await filesBelow(directory, host.files)),
          hostOffset: systemHostOffset,
          log,
          progress,
          drain: shutdown.drain,
          cancel: shutdown.cancel,
          reauthenticate,
          retryOnly,
        });
      } finally {
        progress.stop();
        context.sink.restore();
      }
      return reportOutcome(context, outcome);
    });
  } finally {
    await download.close();
    scratch.close();
    store.close();
  }
}

/** The floor of free space; lower only against a loopback endpoint (DL-80, D28). */
function minimumFreeBytes({ host, loopback }: CommandContext): number {
  const wish = Number(host.env['KEI_MIN_FREE_BYTES']);
  return loopback !== undefined && wish > 0 ? wish : STARTUP_FREE_BYTES;
}

function reportOutcome({ host, log }: CommandContext, outcome: CycleOutcome): number {
  const { counters, trouble, status } = outcome;
  const title = outcome.incremental ? 'Incremental Sync Summary' : 'Summary';
  const lines = summaryLines({ title, counters, elapsedMs: outcome.elapsedMs });
  if (host.stderr.isTTY === true) for (const line of lines) notice(host, line);
  else for (const line of lines) log.info(line);
  if (status === 'interrupted') {
    log.info('Stopped on request; the next run goes on where this one stopped');
  }
  if (status === 'complete' || status === 'interrupted') return EXIT.ok;
  const error = trouble ?? failures(outcome);
  notice(host, renderError(error));
  return status === 'failed' ? exitCodeOf(error) : EXIT.partial;
}

const RETRY = 'Run kei sync again to retry; kei status --failed names each file with its reason.';
const RECOGNISED = 'Run kei sync again: it recognises them and downloads nothing twice.';

/** The sentence of a run that finished with something left undone (SD-10). */
function failures({ counters }: CycleOutcome): KeiError {
  const { failed, enumerationErrors, enumerationIncomplete, stateWriteFailures } = counters;
  const undone = failed + exhaustedTotal(counters);
  const isOnlyUnrecorded = undone === 0 && stateWriteFailures > 0;
  const message =
    undone > 0
      ? `${undone} downloads failed`
      : isOnlyUnrecorded
        ? `${plural(stateWriteFailures, 'file')} could not be recorded in the state`
        : enumerationIncomplete
          ? 'The unfiled photos were left for the next run: an album was not listed whole'
          : `${plural(enumerationErrors, 'record')} of the library could not be read`;
  const hint = isOnlyUnrecorded ? RECOGNISED : RETRY;
  return new KeiError({ code: 'SYNC_PARTIAL', kind: 'item', message, hint });
}
