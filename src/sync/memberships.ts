import type { RunScratch, StateReader } from '../state/index.js';
import type { Pass } from './pass.js';

/** The word under which the scratch keeps what a smart folder was seen to hold in this run. */
export function heldBy(place: string): string {
  return `held ${place}`;
}

export interface MembershipDeps {
  /** There is none before the first run. */
  readonly state: Pick<StateReader, 'albums'> | undefined;
  readonly scratch: RunScratch;
}

/**
 * Which of the selected places an asset belongs to (IN-36): what the state knows of each, with what
 * the change feed of this run says on top.
 */
export class Memberships {
  readonly #passes: readonly Pass[];
  readonly #byPlace: ReadonlyMap<string, Pass>;
  readonly #deps: MembershipDeps;
  readonly #followsFeed: boolean;

  /**
   * @param passes - The selected places of one library whose members are known.
   * @param followsFeed - Whether the scratch holds news that the state does not know yet.
   */
  constructor(passes: readonly Pass[], followsFeed: boolean, deps: MembershipDeps) {
    this.#passes = passes;
    this.#byPlace = new Map(passes.map((pass) => [pass.target.place, pass]));
    this.#followsFeed = followsFeed;
    this.#deps = deps;
  }

  /** The passes that an asset is planned in: its albums and smart folders, else the unfiled one. */
  passesOf(zone: string, assetId: string): readonly Pass[] {
    const places = this.#placesOf(zone, assetId);
    const isFiled = this.#isFiled(zone, assetId, places);
    return this.#passes.filter(({ source, target }) =>
      source.kind === 'all' ? !isFiled : places.has(target.place),
    );
  }

  /** A member of a selected album, which the unfiled pass leaves out (EN-62). */
  isFiled(zone: string, assetId: string): boolean {
    return this.#isFiled(zone, assetId, this.#placesOf(zone, assetId));
  }

  #isFiled(zone: string, assetId: string, places: ReadonlySet<string>): boolean {
    const inAlbum = [...places].some((place) => this.#kindOf(place) === 'album');
    return inAlbum || this.#deps.scratch.isExcluded(zone, assetId);
  }

  #placesOf(zone: string, assetId: string): ReadonlySet<string> {
    const { state, scratch } = this.#deps;
    const known = state?.albums.sourcesOf(zone, assetId) ?? [];
    const places = new Set(known.filter((place) => this.#byPlace.has(place)));
    if (!this.#followsFeed) return places;
    for (const { albumId, present } of scratch.feed.relationsOf(zone, assetId)) {
      const place = `album:${albumId}`;
      if (!present) places.delete(place);
      else if (this.#byPlace.has(place)) places.add(place);
    }
    for (const { source, target } of this.#passes) {
      if (source.kind !== 'smart-folder') continue;
      if (scratch.hasSeen(heldBy(target.place), zone, assetId)) places.add(target.place);
      else places.delete(target.place);
    }
    return places;
  }

  #kindOf(place: string): Pass['source']['kind'] | undefined {
    return this.#byPlace.get(place)?.source.kind;
  }
}
