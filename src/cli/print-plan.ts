import { systemHostOffset } from '../naming/index.js';
import { createCounters, skippedTotal } from '../report/counters.js';
import { silentProgress } from '../report/progress.js';
import { openStateReader, RunScratch } from '../state/index.js';
import { dryRun } from '../sync/dry-run.js';
import type { CommandContext } from './context.js';
import { EXIT } from './exit-codes.js';
import { printLine } from './output.js';
import { withPhotos } from './photos.js';
import { stateDatabasePath } from './state-access.js';

/**
 * `--dry-run` and `--only-print-filenames`: the plan of a sync without its execution. Writes no
 * file, no folder, no state and no token (D70, DL-98, cli 9.1).
 */
export async function printPlan(
  context: CommandContext,
  directory: string,
  signal: AbortSignal,
  namesOnly: boolean,
): Promise<number> {
  const { config, host, clock, log } = context;
  const state = await openStateReader(stateDatabasePath(context), { clock });
  const scratch = new RunScratch({
    foldCase: host.platform === 'darwin' || host.platform === 'win32',
  });
  const counters = createCounters();
  try {
    return await withPhotos(context, signal, async ({ service }) => {
      const paths = dryRun(
        {
          config,
          directory,
          service,
          state,
          scratch,
          clock,
          hostOffset: systemHostOffset,
          log,
          progress: silentProgress(() => undefined),
        },
        counters,
      );
      for await (const path of paths) {
        printLine(host, namesOnly ? path : `[DRY RUN] Would download ${path}`);
      }
      if (!namesOnly) {
        printLine(host, '── Dry Run Summary ──');
        printLine(host, `  ${counters.downloaded} files would be written to ${directory}`);
        printLine(host, `  ${skippedTotal(counters)} skipped, ${config.download.threads} threads`);
      }
      return EXIT.ok;
    });
  } finally {
    scratch.close();
    state?.close();
  }
}
