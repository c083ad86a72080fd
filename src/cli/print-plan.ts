import { systemHostOffset } from '../naming/index.js';
import { boundHeap } from '../platform/bound-heap.js';
import { foldsCase } from '../platform/case-folding.js';
import { createCounters, skippedTotal } from '../report/counters.js';
import { silentProgress } from '../report/progress.js';
import { openStateReader, RunScratch } from '../state/index.js';
import { dryRun } from '../sync/dry-run.js';
import type { CommandContext } from './context.js';
import { EXIT } from './exit-codes.js';
import { LineOutput } from './output.js';
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
  const foldCase = state?.foldsCase ?? (await foldsCase(directory, host.platform));
  const scratch = new RunScratch({ foldCase });
  const counters = createCounters();
  const out = new LineOutput(host.stdout, host.clock);
  try {
    if (!namesOnly) log.info('Connecting to iCloud');
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
      boundHeap();
      for await (const path of paths) {
        await out.write(namesOnly ? `${path}\n` : `[DRY RUN] Would download ${path}\n`);
        if (!out.hasReader) return EXIT.ok;
      }
      if (!namesOnly) {
        await out.write('── Dry Run Summary ──\n');
        await out.write(`  ${counters.downloaded} files would be written to ${directory}\n`);
        const skipped = skippedTotal(counters);
        await out.write(`  ${skipped} skipped, ${config.download.threads} threads\n`);
      }
      return EXIT.ok;
    });
  } finally {
    await out.end();
    scratch.close();
    state?.close();
  }
}
