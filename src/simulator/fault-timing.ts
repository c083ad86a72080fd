/** Which of the requests in scope a fault hits. */

import type { RequestLabels, SimRequest } from './http-io.js';

/** Every member given must agree. Requests are counted from 1, among those in scope. */
export interface FaultTiming {
  /** Only the first n (counted after `after`). */
  readonly first?: number;
  /** Let the first n through. */
  readonly after?: number;
  /** Exactly these. */
  readonly nth?: number | readonly number[];
  /** Each n-th. */
  readonly every?: number;
  /** With this chance, 0 to 1, from the simulator's seed. */
  readonly probability?: number;
  /** From so many milliseconds of simulated time after the fault was set … */
  readonly fromMs?: number;
  /** … until so many. */
  readonly untilMs?: number;
  /** Count for each asset resource, or each path, on its own. */
  readonly per?: 'asset' | 'path';
}

/** What requests are counted under: one count for all, unless `per` says otherwise. */
export function countKey(timing: FaultTiming, request: SimRequest, labels: RequestLabels): string {
  if (timing.per === 'path') return request.path;
  return timing.per === 'asset' ? `${labels.assetId ?? ''}/${labels.resource ?? ''}` : '';
}

/** Is request number `count` hit, `ageMs` after the fault was set? `chance` is asked at most once. */
export function isDue(
  timing: FaultTiming,
  count: number,
  ageMs: number,
  chance: () => number,
): boolean {
  const { after = 0, first, nth, every, fromMs = 0, untilMs, probability } = timing;
  const counted = count - after;
  if (counted < 1) return false;
  if (first !== undefined && counted > first) return false;
  if (nth !== undefined && ![nth].flat().includes(counted)) return false;
  if (every !== undefined && counted % every !== 0) return false;
  if (ageMs < fromMs || (untilMs !== undefined && ageMs >= untilMs)) return false;
  return probability === undefined || chance() < probability;
}
