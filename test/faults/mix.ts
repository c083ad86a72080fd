import type { FaultAction } from '../../src/simulator/fault-actions.js';
import type { FaultSpec } from '../../src/simulator/faults.js';

/** An action, and what kei does about it. */
type Case = readonly [action: FaultAction, kei: string];

const WAITS = 'waits and asks again';
const WAITS_AS_TOLD = 'waits as long as it is told, and asks again';
const ANOTHER_LINK = 'looks up another link';
const FROM_THE_START = 'throws it away unnamed, and fetches it again';
const CONTINUES = 'keeps what came, and asks for the rest';

const CLOUDKIT_CASES: readonly Case[] = [
  [{ kind: 'status', status: 429, retryAfter: 2 }, WAITS_AS_TOLD],
  [{ kind: 'status', status: 429 }, WAITS],
  [{ kind: 'status', status: 503, retryAfterDate: 3 }, WAITS_AS_TOLD],
  [{ kind: 'status', status: 500 }, WAITS],
  [{ kind: 'cloudkitError', code: 'THROTTLED', retryAfter: 2 }, WAITS_AS_TOLD],
  [{ kind: 'cloudkitError', code: 'RETRY_LATER', status: 503 }, WAITS],
  [{ kind: 'cloudkitError', code: 'TRY_AGAIN_LATER' }, WAITS],
  [{ kind: 'cloudkitError', code: 'INTERNAL_ERROR' }, WAITS],
  [{ kind: 'html' }, WAITS],
  [{ kind: 'invalidJson' }, WAITS],
  [{ kind: 'truncatedJson', keepBytes: 300 }, WAITS],
  [{ kind: 'drop' }, WAITS],
  [{ kind: 'drop', afterBytes: 200, how: 'reset' }, WAITS],
  [{ kind: 'delay', ms: 20 }, 'waits for the answer'],
];

const CONTENT_CASES: readonly Case[] = [
  [{ kind: 'status', status: 401 }, ANOTHER_LINK],
  [{ kind: 'status', status: 403 }, ANOTHER_LINK],
  [{ kind: 'status', status: 404 }, ANOTHER_LINK],
  [{ kind: 'status', status: 421 }, WAITS],
  [
    { kind: 'status', status: 429, retryAfter: 2 },
    'holds all downloads back as long as it is told',
  ],
  [{ kind: 'status', status: 500 }, WAITS],
  [{ kind: 'status', status: 503 }, 'holds all downloads back for a while'],
  [{ kind: 'expiredUrl' }, ANOTHER_LINK],
  [{ kind: 'unusableUrl' }, ANOTHER_LINK],
  [{ kind: 'html' }, 'refuses it unwritten, and fetches it again'],
  [{ kind: 'json', contentType: 'image/jpeg' }, FROM_THE_START],
  [{ kind: 'shortBody' }, FROM_THE_START],
  [{ kind: 'emptyBody' }, WAITS],
  [{ kind: 'ignoreRange' }, 'starts over when it had a part'],
  [{ kind: 'truncate', cutBytes: 100 }, CONTINUES],
  [{ kind: 'truncate', keepBytes: 1000, length: 'short' }, CONTINUES],
  [{ kind: 'extraBytes', count: 7 }, FROM_THE_START],
  [
    { kind: 'corrupt', offsets: [40, 600] },
    "finds that Apple's checksum differs, and fetches it again",
  ],
  [{ kind: 'swap', fill: 7 }, "finds that Apple's checksum differs, and fetches it again"],
  [{ kind: 'contentRange', how: 'start', by: 10 }, 'joins nothing, and starts over'],
  [{ kind: 'rangeNotSatisfiable' }, WAITS],
  [{ kind: 'drop', afterBytes: 900 }, CONTINUES],
  [{ kind: 'drop', afterBytes: 1200, how: 'reset' }, CONTINUES],
  [{ kind: 'stall', afterBytes: 700, ms: 300 }, 'waits for the rest'],
  [{ kind: 'chunked' }, 'counts by itself'],
];

const actionsOf = (cases: readonly Case[]) => cases.map(([action]) => action);

/** What goes wrong with listings, lookups and counts; sessions end separately. */
export const CLOUDKIT_FAULTS: readonly FaultAction[] = actionsOf(CLOUDKIT_CASES);
/** What goes wrong with downloads. */
export const CONTENT_FAULTS: readonly FaultAction[] = actionsOf(CONTENT_CASES);

/** Every fault alone, with its story. */
export const ALONE = [
  ...CLOUDKIT_CASES.map((one) => ({ site: 'ckdatabase' as const, ...storyOf('CloudKit', one) })),
  ...CONTENT_CASES.map((one) => ({ site: 'content' as const, ...storyOf('a download', one) })),
];

function storyOf(place: string, [action, kei]: Case) {
  const { kind, ...members } = action;
  const details = Object.entries(members).map(([key, value]) => `${key} ${String(value)}`);
  const does = `answers ${place} with ${[kind, ...details].join(', ')}`;
  return { action, does, kei };
}

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

/** Whether a fault of the mix, by its name, sends other bytes than the file's. */
export function damages(fault: string): boolean {
  return DAMAGE.has(kindIn(fault));
}

/** Whether a fault of the mix keeps a download from bringing the whole file, and the right one. */
export function spoils(fault: string): boolean {
  return fault.startsWith('content-') && !HARMLESS.has(kindIn(fault));
}

const HARMLESS: ReadonlySet<string> = new Set(['chunked', 'stall', 'delay']);

function kindIn(fault: string): string {
  return fault.slice(fault.lastIndexOf('-') + 1);
}
