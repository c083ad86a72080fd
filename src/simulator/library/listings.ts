/** The listings of a zone (protocol 5.5): which assets each holds, and in what order. */
import { ListingIndex, mergeRuns, sortRun } from './listing-index.js';
import { expungedAt } from './states.js';
import { TRAIT } from './traits.js';

/** What a listing needs to know about an asset. */
export interface AssetFacts {
  readonly traits: number;
  readonly date: number;
  readonly added: number;
  readonly trashedAt: number | undefined;
}

export type ListingId =
  | 'all'
  | 'added'
  | 'hidden'
  | 'deleted'
  | 'bursts'
  | 'favorite'
  | 'video'
  | 'live'
  | 'panorama'
  | 'screenshot'
  | 'slomo'
  | 'timelapse'
  | 'depth'
  | 'exposure'
  | 'animated';

interface Listing {
  readonly holds: (traits: number) => boolean;
  readonly order: 'date' | 'added' | 'expunged';
}

const GONE = TRAIT.trashed | TRAIT.purged;
const visible = (traits: number) => (traits & (GONE | TRAIT.hidden)) === 0;
const marked = (trait: number): Listing => ({
  holds: (traits) => visible(traits) && (traits & trait) !== 0,
  order: 'date',
});

/** By date added holds hidden items too: only its sibling says "without hidden". */
const LISTINGS: Readonly<Record<ListingId, Listing>> = {
  all: { holds: visible, order: 'date' },
  added: { holds: (traits) => (traits & GONE) === 0, order: 'added' },
  hidden: {
    holds: (traits) => (traits & GONE) === 0 && (traits & TRAIT.hidden) !== 0,
    order: 'date',
  },
  deleted: { holds: (traits) => (traits & GONE) === TRAIT.trashed, order: 'expunged' },
  bursts: marked(TRAIT.burst),
  favorite: marked(TRAIT.favourite),
  video: marked(TRAIT.video),
  live: marked(TRAIT.live),
  panorama: marked(TRAIT.panorama),
  screenshot: marked(TRAIT.screenshot),
  slomo: marked(TRAIT.slomo),
  timelapse: marked(TRAIT.timelapse),
  depth: marked(TRAIT.portrait),
  exposure: marked(TRAIT.longExposure),
  animated: marked(TRAIT.animated),
};

/** The zone as listings see it. */
export interface AssetCatalogue {
  facts(slot: number): AssetFacts;
  /** Runs of slots whose dates ascend with the slot, and which nobody changed since. */
  runs(): readonly { readonly first: number; readonly count: number }[];
  /** Is the slot of a run no longer as it was generated? */
  isChanged(slot: number): boolean;
  /** All assets that are in no run, and the changed ones. */
  loose(): Iterable<number>;
}

function dateBy(order: Listing['order'], facts: AssetFacts): number {
  if (order === 'date') return facts.date;
  return order === 'added' ? facts.added : expungedAt(facts.trashedAt ?? 0);
}

export class Listings {
  private readonly built = new Map<ListingId, ListingIndex>();
  private readonly catalogue: AssetCatalogue;

  constructor(catalogue: AssetCatalogue) {
    this.catalogue = catalogue;
  }

  get(id: ListingId): ListingIndex {
    let index = this.built.get(id);
    if (!index) {
      index = this.build(LISTINGS[id]);
      this.built.set(id, index);
    }
    return index;
  }

  /** Forgets what was sorted, after many assets came at once. */
  reset(): void {
    this.built.clear();
  }

  /** Moves an asset in the listings that are in use. The catalogue already knows the new facts. */
  move(slot: number, from: AssetFacts | undefined, to: AssetFacts): void {
    for (const [id, index] of this.built) {
      const { holds, order } = LISTINGS[id];
      const old = from && holds(from.traits) ? dateBy(order, from) : undefined;
      const next = holds(to.traits) ? dateBy(order, to) : undefined;
      if (old === next) continue;
      if (old !== undefined) index.remove({ date: old, slot });
      if (next !== undefined) index.insert({ date: next, slot });
    }
  }

  private build({ holds, order }: Listing): ListingIndex {
    const { catalogue } = this;
    const dateOf = (slot: number) => dateBy(order, catalogue.facts(slot));
    const holdsSlot = (slot: number) => holds(catalogue.facts(slot).traits);
    let sorted = sortRun([...catalogue.loose()].filter(holdsSlot), dateOf);
    for (const { first, count } of catalogue.runs()) {
      const run = new Int32Array(count);
      let used = 0;
      for (let slot = first + count - 1; slot >= first; slot -= 1) {
        if (!catalogue.isChanged(slot) && holdsSlot(slot)) {
          run[used] = slot;
          used += 1;
        }
      }
      const members = run.slice(0, used);
      const ordered = order === 'expunged' ? sortRun([...members], dateOf) : members;
      sorted = mergeRuns(sorted, ordered, dateOf);
    }
    return new ListingIndex(sorted, dateOf);
  }
}
