import type { Library } from '../domain/index.js';
import type { RunScratch, StateReader } from '../state/index.js';
import type { Enumeration } from './asset-sources.js';
import type { EnumerationNotes } from './enumeration-notes.js';
import { heldBy } from './memberships.js';
import { placeOf, type Pass } from './pass.js';

export interface FollowedPlaces {
  readonly library: Library;
  /** Places whose members the state knows. */
  readonly followed: readonly Pass[];
  /** Smart folders among them that this run has asked for their names. */
  readonly refreshed: readonly Pass[];
}

export interface FollowDeps {
  readonly scratch: RunScratch;
  readonly state: Pick<StateReader, 'albums'> | undefined;
  readonly notes: EnumerationNotes;
  readonly enumerations: ReadonlyMap<Pass, Enumeration>;
}

/** Everything is planned: from now on the state knows who is where (IN-35, IN-36). */
export async function followMembers(
  { library, followed, refreshed }: FollowedPlaces,
  { scratch, state, notes, enumerations }: FollowDeps,
): Promise<void> {
  const { zone } = library;
  const albums = followed.filter(({ source }) => source.kind === 'album');
  const places = new Set(albums.map(({ source }) => placeOf(source)));
  for (const { albumId, assetId, present } of scratch.feed.relations(zone)) {
    const place = `album:${albumId}`;
    if (!places.has(place)) continue;
    await (present ? notes.joined(library, place, assetId) : notes.left(library, place, assetId));
  }
  for (const pass of refreshed) {
    const { place } = pass.target;
    for (const assetId of scratch.allSeen(heldBy(place), zone)) {
      if (state?.albums.isMember(zone, place, assetId) === true) continue;
      await notes.joined(library, place, assetId);
    }
    if (enumerations.get(pass)?.listing?.complete !== true) continue;
    for (const assetId of state?.albums.membersOf(zone, place) ?? []) {
      if (scratch.hasSeen(heldBy(place), zone, assetId)) continue;
      await notes.left(library, place, assetId);
    }
  }
}
