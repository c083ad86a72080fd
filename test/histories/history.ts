/** Random histories as data: a seed gives the same one again, and any part of one is one. */
import type { FaultSpec } from '../../src/simulator/faults.js';
import { SeededRandom } from '../../src/simulator/seeded-random.js';
import { CLOUDKIT_FAULTS, CONTENT_FAULTS } from '../faults/mix.js';

const VERBS = {
  add: 9,
  addMany: 1,
  edit: 6,
  revert: 2,
  favourite: 4,
  describe: 2,
  hide: 4,
  unhide: 4,
  trash: 5,
  restore: 4,
  purge: 4,
  duplicate: 3,
  replace: 2,
  share: 3,
  addToAlbum: 8,
  removeFromAlbum: 6,
  createAlbum: 2,
  renameAlbum: 2,
  deleteAlbum: 2,
  moveAlbum: 1,
  recognise: 1,
  churn: 1,
  pastDeletions: 1,
  joinLibrary: 3,
  leaveLibrary: 2,
} as const;

export type Verb = keyof typeof VERBS;

/** One thing that a user does; `a` and `b` pick among what the library holds then. */
export interface Change {
  readonly verb: Verb;
  readonly a: number;
  readonly b: number;
}

export const TOKEN_DAMAGE = ['garbage', 'truncated', 'of-database', 'of-other-zone'] as const;

export type Step =
  | ({ readonly kind: 'change' } & Change)
  /** Something happens to tokens: kei's own copy, or what iCloud still knows. */
  | {
      readonly kind: 'token';
      readonly damage: (typeof TOKEN_DAMAGE)[number] | 'compacted' | 'forgotten';
    }
  | { readonly kind: 'run'; readonly how: 'clean' }
  /** A signal after so many answered requests and turns of the event loop. */
  | {
      readonly kind: 'run';
      readonly how: 'kill' | 'term';
      readonly after: number;
      readonly turns: number;
    }
  /** The library changes while it is read. */
  | {
      readonly kind: 'run';
      readonly how: 'busy';
      readonly after: number;
      readonly changes: readonly Change[];
    }
  | { readonly kind: 'run'; readonly how: 'faulty'; readonly faults: readonly FaultSpec[] };

/** Album that selections name: it is never renamed, moved or deleted. */
export const KEPT_ALBUM = 'Album 1';

export const SELECTIONS = {
  unfiled: 'albums = ["none"]',
  albums: 'albums = ["all"]',
  'one-album': `albums = ["${KEPT_ALBUM}"]`,
  smart: 'albums = ["none"]\nsmart_folders = ["Favorites"]',
  libraries: 'albums = ["none"]\nlibraries = ["all"]',
  everything: 'albums = ["all"]\nsmart_folders = ["Favorites", "Videos"]\nlibraries = ["all"]',
} as const;

export type SelectionName = keyof typeof SELECTIONS;

export interface History {
  readonly seed: number;
  readonly selection: SelectionName;
  readonly edited: boolean;
  /** Whose the shared library is. */
  readonly shared: 'owner' | 'participant';
  /** Which masters the change feed tells of: as Apple's does, or that of each asset. */
  readonly masters: 'changed' | 'before' | 'after';
  readonly steps: readonly Step[];
}

/** A history from a seed, of `selection` or of any. */
export function generateHistory(seed: number, selection?: SelectionName): History {
  const random = new SeededRandom(`history ${seed}`);
  const upTo = (count: number) => Math.floor(random.fraction() * count);
  const pick = <T>(list: readonly T[]): T => list[upTo(list.length)]!;
  const weighted: Verb[] = (Object.keys(VERBS) as Verb[]).flatMap((verb) =>
    Array.from({ length: VERBS[verb] }, () => verb),
  );
  const change = (): Change => ({ verb: pick(weighted), a: upTo(1000), b: upTo(1000) });
  /** Mostly among the first requests: later runs make few. */
  const early = () => 1 + Math.floor(24 * random.fraction() ** 2);
  const changes = (most: number) => Array.from({ length: 1 + upTo(most) }, change);
  const run = (): Step => {
    const chance = random.fraction();
    if (chance < 0.35) return { kind: 'run', how: 'clean' };
    if (chance < 0.5) return { kind: 'run', how: 'kill', after: early(), turns: upTo(12) };
    if (chance < 0.6) return { kind: 'run', how: 'term', after: early(), turns: upTo(12) };
    if (chance < 0.7) return { kind: 'run', how: 'busy', after: 1 + upTo(12), changes: changes(3) };
    return {
      kind: 'run',
      how: 'faulty',
      faults: Array.from({ length: 1 + upTo(3) }, () => fault(pick, upTo, random)),
    };
  };
  const steps: Step[] = [];
  const rounds = 4 + upTo(5);
  for (let round = 0; round < rounds; round += 1) {
    if (round > 0) {
      if (random.fraction() < 0.9) {
        steps.push(...changes(4).map((one) => ({ kind: 'change', ...one }) as const));
      }
      if (random.fraction() < 0.12) {
        steps.push({
          kind: 'token',
          damage: pick([...TOKEN_DAMAGE, 'compacted', 'forgotten'] as const),
        });
      }
    }
    steps.push(run());
  }
  return {
    seed,
    selection: selection ?? pick(Object.keys(SELECTIONS) as SelectionName[]),
    edited: random.fraction() < 0.6,
    shared: pick(['owner', 'participant'] as const),
    masters: pick(['changed', 'changed', 'before', 'after'] as const),
    steps,
  };
}

const LISTING = 'CPLAssetAndMasterByAssetDateWithoutHiddenOrDeleted';
const MEMBERS = 'CPLContainerRelationLiveByAssetDate';
const ALBUMS = 'CPLAlbumByPositionLive';

/**
 * Faults that deltas and listings must survive, each once or twice. None of them is a lie that nobody
 * could see through, such as a page that leaves out an asset and says nothing.
 */
const SYNC_FAULTS: readonly FaultSpec[] = [
  ...[LISTING, MEMBERS].flatMap((recordType): FaultSpec[] => [
    { when: { recordType }, action: { kind: 'emptyPage' } },
    {
      when: { recordType },
      action: { kind: 'recordError', code: 'ACCESS_DENIED', reason: 'no', count: 1 },
    },
    {
      when: { recordType },
      action: { kind: 'missingRecords', recordType: 'CPLMaster', count: 2 },
    },
  ]),
  {
    when: { recordType: ALBUMS },
    action: { kind: 'recordError', code: 'RETRY_LATER', count: 3 },
  },
  { when: { recordType: ALBUMS }, action: { kind: 'status', status: 503 } },
  {
    when: { operation: 'changes/zone' },
    action: { kind: 'zoneError', code: 'BAD_REQUEST', reason: 'Unknown sync continuation type' },
  },
  {
    when: { operation: 'changes/zone' },
    action: { kind: 'zoneError', code: 'THROTTLED', retryAfter: 1 },
  },
  { when: { operation: 'changes/zone' }, action: { kind: 'emptyPage', moreComing: true } },
  {
    when: { operation: 'changes/zone' },
    action: { kind: 'recordError', code: 'ACCESS_DENIED', reason: 'no', count: 1 },
  },
  {
    when: { operation: 'changes/zone' },
    action: { kind: 'recordError', code: 'INTERNAL_ERROR', count: 5 },
  },
  {
    when: { operation: 'changes/zone' },
    action: { kind: 'missingRecords', recordType: 'CPLMaster' },
  },
  { when: { operation: 'changes/database' }, action: { kind: 'status', status: 500 } },
  {
    when: { operation: 'changes/database' },
    action: { kind: 'cloudkitError', code: 'BAD_REQUEST', status: 400 },
  },
  {
    when: { operation: 'records/lookup' },
    action: { kind: 'recordError', code: 'TRY_AGAIN_LATER', count: 1 },
  },
  {
    when: { operation: 'records/lookup' },
    action: { kind: 'missingRecords', count: 1 },
  },
  { when: { operation: 'zones/list' }, action: { kind: 'status', status: 503 } },
];

function fault(
  pick: <T>(list: readonly T[]) => T,
  upTo: (count: number) => number,
  random: SeededRandom,
): FaultSpec {
  const chance = random.fraction();
  if (chance < 0.5) {
    return { ...pick(SYNC_FAULTS), timing: { after: upTo(2), first: 1 + upTo(2) } };
  }
  const site = chance < 0.7 ? 'ckdatabase' : 'content';
  const action = pick(site === 'content' ? CONTENT_FAULTS : CLOUDKIT_FAULTS);
  // What is damaged twice in the same way is a wrong record of iCloud, and kept (D51).
  const once = action.kind === 'corrupt' || action.kind === 'swap';
  const timing = once
    ? ({ first: 1, per: 'asset' } as const)
    : random.fraction() < 0.5
      ? { after: upTo(6), first: 1 + upTo(8) }
      : { probability: 0.1 + random.fraction() * 0.3 };
  return { when: { site }, timing, action };
}
