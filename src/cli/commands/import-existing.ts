import { readVariable } from '../../config/env.js';
import { requireDirectory, requireUsername } from '../../config/required.js';
import { KeiError } from '../../errors/index.js';
import { createHashPool } from '../../download/index.js';
import { createDownloadClient } from '../../http/index.js';
import { systemHostOffset } from '../../naming/index.js';
import { boundHeap } from '../../platform/bound-heap.js';
import { filesBelow } from '../../platform/direct-files.js';
import { ImportScratch, RunScratch } from '../../state/index.js';
import { importRoots } from '../../sync/import/roots.js';
import { runImport, type ImportOutcome } from '../../sync/import/run-import.js';
import { refuseUnmountedFolder } from '../../sync/preflight.js';
import { withAccountLock } from '../account-lock.js';
import { openContext, type CommandContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { jsonReport, textReport } from '../import-report.js';
import { withInterrupt } from '../interrupt.js';
import type { Invocation } from '../invocation.js';
import type { CliFlags } from '../options/shared.js';
import { printLine } from '../output.js';
import { withPhotos } from '../photos.js';
import { showsBar, startProgress } from '../progress.js';
import { openStateToChange } from '../state-access.js';

interface ImportFlags extends CliFlags {
  readonly library?: readonly string[];
  readonly recent?: string;
  readonly dryRun?: boolean;
  readonly strict?: boolean;
  readonly forceEmpty?: boolean;
  readonly json?: boolean;
  readonly progressBar?: boolean;
}

/** `kei import-existing`: adopts what is on the disk already, without a download (cli 9.7). */
export async function runImportExisting({
  host,
  flags,
  args,
}: Invocation<ImportFlags>): Promise<number> {
  const context = await openContext(host, flags);
  requireUsername(context, host.env);
  const directory = requireDirectory(context, host.env);
  const recent = recentCount(context, flags);
  const roots = await importRoots(args, host.cwd, directory);
  return withInterrupt(host, (signal) =>
    withAccountLock(context, () =>
      importOnce(context, { directory, roots, recent, signal, flags }),
    ),
  );
}

interface Task {
  readonly directory: string;
  readonly roots: readonly string[];
  readonly recent: number | undefined;
  readonly signal: AbortSignal;
  readonly flags: ImportFlags;
}

async function importOnce(context: CommandContext, task: Task): Promise<number> {
  const { config, host, clock, log, loopback } = context;
  const { directory, roots, signal, flags } = task;
  const store = await openStateToChange(context, directory);
  const foldCase = store.foldsCase;
  const scratch = new ImportScratch({ foldCase });
  const seen = new RunScratch({ foldCase });
  const download = createDownloadClient({ clock, logger: log, loopback });
  const hasher = createHashPool();
  const dryRun = flags.dryRun === true;
  try {
    await refuseUnmountedFolder(directory, store);
    log.info('Connecting to iCloud');
    const outcome = await withPhotos(context, signal, async ({ service }) => {
      const progress = await startProgress(context);
      boundHeap();
      try {
        return await runImport({
          ...{ config, directory, roots, service, download, store, scratch, seen, hasher },
          ...{ clock, log, progress, signal, dryRun, recent: task.recent },
          files: await filesBelow(directory, host.files),
          hostOffset: systemHostOffset,
          forceEmpty: flags.forceEmpty === true || isOn(host.env['KEI_FORCE_EMPTY']),
          lines: config.ui.progressBar && !showsBar(context),
        });
      } finally {
        progress.stop();
        context.sink.restore();
      }
    });
    print(context, outcome, scratch, task);
    return EXIT.ok;
  } finally {
    await hasher.close();
    await download.close();
    seen.close();
    scratch.close();
    store.close();
  }
}

function print(
  { host, log, config }: CommandContext,
  outcome: ImportOutcome,
  scratch: ImportScratch,
  { flags, roots, recent }: Task,
): void {
  const narrowed = recent !== undefined || !config.filters.unfiled;
  const report = { outcome, scratch, roots, dryRun: flags.dryRun === true, narrowed };
  const lines = flags.json === true ? jsonReport(report) : textReport(report);
  for (const line of lines) printLine(host, line);
  if (outcome.status === 'interrupted') {
    log.info('Stopped on request; the next import goes on where this one stopped');
  }
}

/** The newest N; a number of days would leave files unrecorded that are there (cli 4.6, 9.7). */
function recentCount(context: CommandContext, flags: ImportFlags): number | undefined {
  if (flags.recent === undefined) return undefined;
  const { recent } = context.config.filters;
  if (recent?.kind === 'count') return recent.count;
  throw new KeiError({
    code: 'IMPORT_RECENT_DAYS',
    kind: 'usage',
    message: `import-existing cannot use --recent ${flags.recent}: it takes a number of photos, not of days.`,
    hint: 'Give a count such as --recent 500, or leave the flag out.',
  });
}

function isOn(value: string | undefined): boolean {
  const text = readVariable({ value }, 'value')?.toLowerCase();
  return text !== undefined && !['0', 'false', 'no', 'off'].includes(text);
}
