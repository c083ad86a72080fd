import { isKeiError, type KeiError } from '../errors/index.js';
import { exhaustedTotal, type Counters } from '../report/counters.js';
import type { CycleDeps, CycleOutcome } from './cycle.js';
import { runFacts, type LibraryFacts } from './run-facts.js';

/** Answers that slow down, for each asset, from which on kei advises fewer threads (RT-60). */
const PRESSURE_SHARE = 0.1;

/** How far a cycle came. */
export interface CycleEnd {
  readonly trouble: KeiError | undefined;
  readonly incremental: boolean;
  /** The libraries that the run was about. */
  readonly zones: readonly string[];
  /** Libraries that were enumerated to their end. */
  readonly enumerated: number;
}

/**
 * What stopped before anything was seen is a failed run; everything else undone is a partial one, the
 * row of the run among it (SD-11).
 */
export function statusOf(
  { trouble, enumerated }: CycleEnd,
  counters: Counters,
  interrupted: boolean,
  unrecorded: KeiError | undefined,
): CycleOutcome['status'] {
  if (trouble !== undefined && trouble.kind !== 'disk' && enumerated + counters.assetsSeen === 0) {
    return 'failed';
  }
  if ((trouble ?? unrecorded) !== undefined || undone(counters) > 0) return 'partial';
  return interrupted ? 'interrupted' : 'complete';
}

/** Everything that makes a run a partial one (SD-11). */
export function undone(counters: Counters): number {
  const { failed, enumerationErrors, stateWriteFailures } = counters;
  return failed + enumerationErrors + stateWriteFailures + exhaustedTotal(counters);
}

/** Says once when iCloud slowed down one of ten assets or more (RT-60). */
export function warnOfPressure({ rateLimited, assetsSeen }: Counters, log: CycleDeps['log']): void {
  if (rateLimited === 0 || rateLimited < assetsSeen * PRESSURE_SHARE) return;
  log.warn('iCloud slowed downloads down often; a lower [download].threads may be faster', {
    rateLimited,
  });
}

/** Files whose attempts are used up are failures of every run, also of one that lists nothing (RT-22). */
export function countParked(
  { store, config, log }: CycleDeps,
  { zones }: CycleEnd,
  run: number,
  counters: Counters,
): void {
  const { perAsset } = config.download.retry;
  const parked = zones.reduce((sum, zone) => sum + store.lists.exhaustedIn(zone, perAsset, run), 0);
  if (parked === 0) return;
  log.error('Not tried again: too many failed attempts', { files: parked });
  counters.parked += parked;
}

/**
 * Writes the row of the run, after the writes that still wait. Resolves to why the state did not take
 * the row: everything before it is recorded, and the next run calls this one interrupted (DB-24).
 */
export async function finishRun(
  { store }: CycleDeps,
  run: number,
  counters: Counters,
  libraries: readonly LibraryFacts[],
  interrupted: boolean,
): Promise<KeiError | undefined> {
  await store.flush();
  // What was planned and nothing settled: places that waited for a file that failed.
  if (!interrupted) {
    counters.failed += await store.commit(() => store.rules.promoteUnresolved(run));
  }
  try {
    await store.commit(() => {
      store.runs.finish(run, {
        status: interrupted ? 'interrupted' : 'complete',
        assetsSeen: counters.assetsSeen,
        downloaded: counters.downloaded,
        failed: counters.failed,
        enumerationErrors: counters.enumerationErrors,
        facts: runFacts(counters, libraries),
      });
    });
    return undefined;
  } catch (error) {
    if (isKeiError(error, 'state')) return error;
    throw error;
  }
}
