import type { FaultAction } from '../../src/simulator/fault-actions.js';
import type { FaultSpec } from '../../src/simulator/faults.js';

/** What goes wrong with listings, lookups and counts; sessions end separately. */
export const CLOUDKIT_FAULTS: readonly FaultAction[] = [
  { kind: 'status', status: 429, retryAfter: 2 },
  { kind: 'status', status: 429 },
  { kind: 'status', status: 503, retryAfterDate: 3 },
  { kind: 'status', status: 500 },
  { kind: 'cloudkitError', code: 'THROTTLED', retryAfter: 2 },
  { kind: 'cloudkitError', code: 'RETRY_LATER', status: 503 },
  { kind: 'cloudkitError', code: 'TRY_AGAIN_LATER' },
  { kind: 'cloudkitError', code: 'INTERNAL_ERROR' },
  { kind: 'html' },
  { kind: 'invalidJson' },
  { kind: 'truncatedJson', keepBytes: 300 },
  { kind: 'drop' },
  { kind: 'drop', afterBytes: 200, how: 'reset' },
  { kind: 'delay', ms: 20 },
];

/** What goes wrong with downloads. */
export const CONTENT_FAULTS: readonly FaultAction[] = [
  { kind: 'status', status: 401 },
  { kind: 'status', status: 403 },
  { kind: 'status', status: 404 },
  { kind: 'status', status: 421 },
  { kind: 'status', status: 429, retryAfter: 2 },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 503 },
  { kind: 'expiredUrl' },
  { kind: 'unusableUrl' },
  { kind: 'html' },
  { kind: 'json', contentType: 'image/jpeg' },
  { kind: 'shortBody' },
  { kind: 'emptyBody' },
  { kind: 'ignoreRange' },
  { kind: 'truncate', cutBytes: 100 },
  { kind: 'truncate', keepBytes: 1000, length: 'short' },
  { kind: 'extraBytes', count: 7 },
  { kind: 'corrupt', offsets: [40, 600] },
  { kind: 'swap', fill: 7 },
  { kind: 'contentRange', how: 'start', by: 10 },
  { kind: 'rangeNotSatisfiable' },
  { kind: 'drop', afterBytes: 900 },
  { kind: 'drop', afterBytes: 1200, how: 'reset' },
  { kind: 'stall', afterBytes: 700, ms: 300 },
  { kind: 'chunked' },
];

/**
 * What is damaged on its way is not damaged twice in the same way: that would be Apple's record being
 * wrong, and the file is kept with a warning (D51).
 */
const ONCE = { first: 1, per: 'asset' } as const;
const DAMAGE: ReadonlySet<string> = new Set(['corrupt', 'swap']);

/** Each request of a site meets one of the actions with the given chance, all of them alike. */
export function mixed(
  site: 'ckdatabase' | 'content',
  actions: readonly FaultAction[],
  chance: number,
): FaultSpec[] {
  return actions.map((action, index) => ({
    name: `${site}-${index}-${action.kind}`,
    when: { site },
    timing: { probability: chance / actions.length, ...(DAMAGE.has(action.kind) ? ONCE : {}) },
    action,
  }));
}
