/**
 * One listing in the order clients page through it: an array of slots, kept sorted while the library
 * changes. Reading a page costs the page, whatever the size of the library.
 */

/** Newest first; of equal dates the asset that came later. */
export interface RankKey {
  readonly date: number;
  readonly slot: number;
}

function before(a: RankKey, b: RankKey): boolean {
  return a.date === b.date ? a.slot > b.slot : a.date > b.date;
}

export class ListingIndex {
  private slots: Int32Array;
  private used: number;
  private readonly dateOf: (slot: number) => number;

  /** @param sorted slots in listing order */
  constructor(sorted: Int32Array, dateOf: (slot: number) => number) {
    this.slots = sorted;
    this.used = sorted.length;
    this.dateOf = dateOf;
  }

  get length(): number {
    return this.used;
  }

  slotAt(rank: number): number | undefined {
    return rank >= 0 && rank < this.used ? this.slots[rank] : undefined;
  }

  /** What a slot is ordered by. */
  dateAt(slot: number): number {
    return this.dateOf(slot);
  }

  /** How many of the listing come before a key; the key's own rank when it is listed. */
  rankOf(key: RankKey): number {
    let low = 0;
    let high = this.used;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const slot = this.slots[middle] ?? 0;
      const date = slot === key.slot ? key.date : this.dateOf(slot);
      if (before({ date, slot }, key)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Takes out the slot that was listed under `key`. */
  remove(key: RankKey): void {
    const rank = this.rankOf(key);
    if (this.slots[rank] !== key.slot) return;
    this.slots.copyWithin(rank, rank + 1, this.used);
    this.used -= 1;
  }

  insert(key: RankKey): void {
    if (this.used === this.slots.length) {
      const larger = new Int32Array(this.used + Math.max(64, this.used >>> 3));
      larger.set(this.slots.subarray(0, this.used));
      this.slots = larger;
    }
    const rank = this.rankOf(key);
    this.slots.copyWithin(rank + 1, rank, this.used);
    this.slots[rank] = key.slot;
    this.used += 1;
  }
}

/** Merges two runs that are each in listing order. */
export function mergeRuns(
  a: Int32Array,
  b: Int32Array,
  dateOf: (slot: number) => number,
): Int32Array {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const merged = new Int32Array(a.length + b.length);
  let left = 0;
  let right = 0;
  const key = (run: Int32Array, place: number): RankKey => {
    const slot = run[place] ?? 0;
    return { date: dateOf(slot), slot };
  };
  for (let at = 0; at < merged.length; at += 1) {
    const takeLeft = right >= b.length || (left < a.length && before(key(a, left), key(b, right)));
    merged[at] = (takeLeft ? a[left] : b[right]) ?? 0;
    if (takeLeft) left += 1;
    else right += 1;
  }
  return merged;
}

export function sortRun(slots: readonly number[], dateOf: (slot: number) => number): Int32Array {
  const keyed = slots.map((slot) => ({ slot, date: dateOf(slot) }));
  keyed.sort((a, b) => (before(a, b) ? -1 : 1));
  return Int32Array.from(keyed, (key) => key.slot);
}
