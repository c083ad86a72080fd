/** Cuts one page out of a listing (protocol 5.4): ranks count photos, limits count records. */
import { refKey, type RecordRef } from '../library/change-log.js';
import type { ListingIndex } from '../library/listing-index.js';
import type { PageEnd } from './ckdatabase-marker.js';

/** Apple's cap, whatever a client asks for. */
export const LARGEST_PAGE = 200;

export interface Sequence {
  readonly index: ListingIndex;
  /** How much of the listing exists yet. */
  readonly length: number;
  readonly dateOf: (slot: number) => number;
  /** The records of a photo; a page that ends within a photo has its asset at least. */
  readonly refsOf: (slot: number) => readonly RecordRef[];
  /**
   * Two meanings of DESCENDING are in use: from a rank towards newer photos, and, in Recently Deleted,
   * from the far end of the listing.
   */
  readonly descendingFrom: 'rank' | 'end';
}

export interface PageRequest {
  readonly startRank: number;
  readonly descending: boolean;
  readonly limit: number;
  /** Where the previous page ended. */
  readonly after?: PageEnd;
}

export interface Page {
  readonly refs: readonly RecordRef[];
  /** Where this page ended, when rows remain. */
  readonly end?: PageEnd;
}

function startOf(sequence: Sequence, request: PageRequest): { rank: number; sent: number } {
  const { index, length } = sequence;
  const { after, startRank, descending } = request;
  if (!after) {
    const fromEnd = descending && sequence.descendingFrom === 'end';
    return { rank: fromEnd ? length - 1 - startRank : startRank, sent: 0 };
  }
  const rank = index.rankOf(after);
  if (index.slotAt(rank) !== after.slot) return { rank: descending ? rank - 1 : rank, sent: 0 };
  const whole = after.recordsSent >= sequence.refsOf(after.slot).length;
  if (!whole) return { rank, sent: after.recordsSent };
  return { rank: descending ? rank - 1 : rank + 1, sent: 0 };
}

const KINDS: readonly RecordRef['kind'][] = ['master', 'asset', 'relation'];

/** Masters first, then assets, then relations; a master that several assets show comes once. */
function arrange(refs: readonly RecordRef[]): RecordRef[] {
  const unique = new Map(refs.map((ref) => [refKey(ref), ref]));
  return KINDS.flatMap((kind) => [...unique.values()].filter((ref) => ref.kind === kind));
}

export function cutPage(sequence: Sequence, request: PageRequest): Page {
  const { index, length, refsOf, dateOf } = sequence;
  const step = request.descending ? -1 : 1;
  const refs: RecordRef[] = [];
  let { rank, sent } = startOf(sequence, request);
  let left = Math.min(request.limit, LARGEST_PAGE);
  let end: PageEnd | undefined;
  while (left > 0 && rank >= 0 && rank < length) {
    const slot = index.slotAt(rank);
    if (slot === undefined) break;
    const rest = refsOf(slot).slice(sent);
    const taken = rest.slice(0, left);
    refs.push(...taken);
    left -= taken.length;
    end = { slot, date: dateOf(slot), recordsSent: sent + taken.length };
    if (taken.length < rest.length) return { refs: arrange(refs), end };
    rank += step;
    sent = 0;
  }
  const more = rank >= 0 && rank < length;
  return { refs: arrange(refs), ...(more && end ? { end } : {}) };
}
