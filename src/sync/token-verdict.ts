import type { ListingObstacle, ListingResult } from '../icloud/index.js';
import type { Enumeration } from './asset-sources.js';
import type { SyncMode } from './library-work.js';
import { isNarrowed, type Narrowing } from './pass-assets.js';
import type { Pass } from './pass.js';

/** Whose doing it is that a token is not advanced (engine 2.7). */
export type BlockedSource = 'kei' | 'icloud' | 'unknown';

/** Why a zone's sync token is not advanced (engine 2.7, D66): a closed vocabulary. */
export type BlockedReason =
  | ListingObstacle
  | 'recent_limited_full_enumeration'
  | 'date_bounded_full_enumeration'
  | 'smart_folder_refresh_failed'
  | 'pagination_shortfall'
  | 'icloud_sync_token_mismatch'
  | 'sync_token_unavailable'
  | 'sync_token_missing';

interface Word {
  readonly source: BlockedSource;
  readonly explanation: string;
}

const WORDS: Readonly<Record<BlockedReason, Word>> = {
  producer_enumeration_incomplete: {
    source: 'kei',
    explanation: 'the listing did not reach its end',
  },
  recent_limited_full_enumeration: {
    source: 'kei',
    explanation: 'only the newest photos were listed, as `recent` asks',
  },
  date_bounded_full_enumeration: {
    source: 'kei',
    explanation: 'only a part of the library was listed, as dates or flags of this run ask',
  },
  smart_folder_refresh_failed: {
    source: 'kei',
    explanation: 'a smart folder could not be listed',
  },
  icloud_indexing_incomplete: {
    source: 'icloud',
    explanation: 'iCloud has not finished indexing this library',
  },
  pagination_shortfall: {
    source: 'icloud',
    explanation: 'the library changed so much during the listing that rows may be missed',
  },
  icloud_sync_token_missing: {
    source: 'icloud',
    explanation: 'iCloud sent no sync token with the listing',
  },
  icloud_blank_sync_token: {
    source: 'icloud',
    explanation: 'iCloud sent an empty sync token with the listing',
  },
  icloud_sync_token_mismatch: {
    source: 'icloud',
    explanation: 'iCloud refuses the sync token that came with the listing',
  },
  sync_token_unavailable: {
    source: 'unknown',
    explanation: 'iCloud announces more changes and does not deliver them',
  },
  sync_token_missing: {
    source: 'unknown',
    explanation: 'nothing that was listed came with a sync token',
  },
};

/** The report's source of a reason, and what it means in words. */
export function explainBlocked(reason: BlockedReason): Word {
  return WORDS[reason];
}

/** True for a word of this vocabulary, as the state may hold one of a later version. */
export function isBlockedReason(word: string): word is BlockedReason {
  return Object.hasOwn(WORDS, word);
}

/** The token to go on from, or why there is none; neither when nothing was listed. */
export type TokenVerdict =
  | { readonly token: string; readonly blocked?: undefined }
  | { readonly token?: undefined; readonly blocked: BlockedReason }
  | { readonly token?: undefined; readonly blocked?: undefined };

/** What a library's run has seen of its sources. */
export interface TokenFacts {
  readonly mode: SyncMode;
  readonly passes: readonly Pass[];
  /** Albums are followed, though there may be none yet. */
  readonly hasAlbums: boolean;
  readonly narrowing: Narrowing;
  /** One for each pass that was started, in their order. */
  readonly listings: ReadonlyMap<Pass, Enumeration>;
  /** Every pass was listed to its natural end. */
  readonly whole: boolean;
  /** The feed of changes: of the run itself, or of what changed while it listed. */
  readonly changes: Enumeration['changes'];
  /** An error or a shutdown ended the run of this library. */
  readonly cutShort: boolean;
}

/** The token from before the first page of the first pass, if every pass can vouch for it (D60). */
export function baseline(
  facts: Pick<TokenFacts, 'listings' | 'passes' | 'whole' | 'narrowing'>,
): TokenVerdict {
  const { listings, passes } = facts;
  const { blocked } = withoutGaps(facts);
  if (blocked !== undefined) return { blocked };
  if (listings.size < passes.length) return { blocked: 'producer_enumeration_incomplete' };
  const token = resultsOf(listings)[0]?.syncToken;
  return token === undefined ? { blocked: 'sync_token_missing' } : { token };
}

function resultsOf(listings: TokenFacts['listings']): readonly ListingResult[] {
  return [...listings.values()].flatMap(({ listing, refused }) => (refused ? [] : (listing ?? [])));
}

/** Whether all that was listed was listed whole. */
function withoutGaps({
  listings,
  whole,
  narrowing,
}: Pick<TokenFacts, 'listings' | 'whole' | 'narrowing'>): TokenVerdict {
  if (isNarrowed(narrowing)) {
    const isCount = narrowing.recent?.kind === 'count';
    return {
      blocked: isCount ? 'recent_limited_full_enumeration' : 'date_bounded_full_enumeration',
    };
  }
  const results = resultsOf(listings);
  const obstacle = results.flatMap(({ obstacles }) => obstacles)[0];
  if (obstacle !== undefined) return { blocked: obstacle };
  if (results.some(({ scanChanged }) => scanChanged)) return { blocked: 'pagination_shortfall' };
  return whole ? {} : { blocked: 'producer_enumeration_incomplete' };
}

/** Whether the token of a library may advance, and if not, why (engine 2.6, 2.7, D60, D61). */
export function judgeToken(facts: TokenFacts): TokenVerdict {
  const { mode, passes, changes, cutShort } = facts;
  if (mode.kind === 'retry') return {};
  const start = mode.kind === 'full' ? baseline(facts) : narrowed(facts);
  if (cutShort) return { blocked: whereItEnded(facts) };
  if (start.blocked !== undefined) return start;
  if (changes === undefined) {
    // What was listed beside albums or smart folders is listed again by the next run.
    const isOnlyAll = passes.length === 1 && passes[0]?.source.kind === 'all' && !facts.hasAlbums;
    return isOnlyAll ? { blocked: 'producer_enumeration_incomplete' } : start;
  }
  switch (changes.status) {
    case 'complete':
      return { token: changes.token };
    case 'unfinished':
      return { blocked: 'sync_token_unavailable' };
    case 'invalid-token':
    case 'zone-gone':
      return { blocked: 'icloud_sync_token_mismatch' };
  }
}

/**
 * Whether a run has listed everything that it was asked for, so that what it has not met is not
 * there: also where it was asked for the newest N only, or iCloud gave no token to go on from.
 */
export function isListed({
  mode,
  passes,
  listings,
  narrowing,
  cutShort,
}: Omit<TokenFacts, 'whole' | 'changes' | 'hasAlbums'>): boolean {
  if (mode.kind !== 'full' || cutShort || listings.size < passes.length) return false;
  return [...listings.values()].every(({ listing, refused }) => {
    if (refused === true) return true;
    if (listing === undefined || listing.scanChanged) return false;
    const endsEarly = isNarrowed(narrowing);
    return (
      !listing.obstacles.includes('icloud_indexing_incomplete') &&
      (endsEarly || !listing.obstacles.includes('producer_enumeration_incomplete'))
    );
  });
}

/**
 * Whether a library changed after some of its places were listed and before the last one was. A photo
 * that came out of the trash in between was in no album yet when the albums were listed, and is met
 * later among all photos: as one of no album, though it is in some.
 */
export function changedWhileListed(
  { passes, listings }: Pick<TokenFacts, 'passes' | 'listings'>,
  token: string,
): boolean {
  if (!passes.some(({ source }) => source.kind === 'album')) return false;
  return [...listings.values()].some(
    ({ listing }) =>
      listing !== undefined && (listing.syncToken !== token || listing.lastToken !== token),
  );
}

/** Changes that stream list nothing, but narrowing holds for them as well; others list what is new. */
function narrowed(facts: TokenFacts): TokenVerdict {
  const { mode } = facts;
  if (mode.kind === 'incremental' && mode.delta !== undefined) return withoutGaps(facts);
  return isNarrowed(facts.narrowing) ? baseline(facts) : {};
}

function whereItEnded({ listings }: TokenFacts): BlockedReason {
  const [pass, last] = [...listings].at(-1) ?? [];
  const isOpen = last?.listing?.complete === false;
  return isOpen && pass?.source.kind === 'smart-folder'
    ? 'smart_folder_refresh_failed'
    : 'producer_enumeration_incomplete';
}
