import type { Asset } from '../domain/index.js';
import type { KnownAssets } from '../icloud/index.js';
import type { MetAsset, RunScratch, StateReader, StateStore } from '../state/index.js';
import type { ChangeDigest } from './change-digest.js';

/** In a listing of everything: what this very run has met before, in another album. */
export function metInRun(
  zone: string,
  { store, run }: { readonly store: StateStore; readonly run: number },
): KnownAssets {
  return {
    expectsAll: false,
    find: async (assetIds) => {
      // What was met last still waits to be written.
      await store.flush();
      return findEach(assetIds, (assetId) => {
        const met = store.assets.met(zone, assetId);
        return met?.seenRun === run ? met.asset : undefined;
      });
    },
  };
}

export interface FollowedDeps {
  readonly state: Pick<StateReader, 'albums' | 'assets' | 'debts'> | undefined;
  readonly scratch: RunScratch;
  /** The run since which no place of the zone was listed anew. */
  readonly listedSince: number;
  /** Places whose changes the last run followed. */
  readonly places: ReadonlySet<string>;
}

/**
 * Beside a change feed that was read to its end: assets of the places that earlier runs followed. Each
 * change of such an asset was planned there, and so recorded; of other assets the state may be old.
 */
export function followed(digest: ChangeDigest, deps: FollowedDeps): KnownAssets {
  const { state, scratch, listedSince, places } = deps;
  const { zone } = digest.library;
  const isFollowed = (assetId: string) =>
    places.has('library') ||
    state?.albums.sourcesOf(zone, assetId).some((place) => places.has(place)) === true;
  const isQuiet = ({ asset: { assetId, masterId } }: MetAsset) =>
    [assetId, masterId].every(
      (record) =>
        scratch.feed.kindOf(zone, record) === undefined &&
        state?.debts.ofRecord(zone, record).length === 0,
    );
  return {
    expectsAll: places.has('library'),
    find: (assetIds) =>
      Promise.resolve(
        findEach(assetIds, (assetId) => {
          if (scratch.feed.kindOf(zone, assetId) === 'changed') return digest.kept(assetId);
          const met = state?.assets.met(zone, assetId);
          if (met === undefined || met.seenRun < listedSince || isOutOfSight(met)) {
            return undefined;
          }
          return isFollowed(assetId) && isQuiet(met) ? met.asset : undefined;
        }),
      ),
  };
}

/** What happens in the trash and among what is hidden is not planned, and so not recorded. */
function isOutOfSight({ asset }: MetAsset): boolean {
  return asset.isDeleted || asset.isHidden;
}

function findEach(
  assetIds: readonly string[],
  find: (assetId: string) => Asset | undefined,
): ReadonlyMap<string, Asset> {
  const found = new Map<string, Asset>();
  for (const assetId of assetIds) {
    const asset = find(assetId);
    if (asset !== undefined) found.set(assetId, asset);
  }
  return found;
}
