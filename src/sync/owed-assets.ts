import type { PhotosService } from '../icloud/index.js';
import type { Logger } from '../platform/logger.js';
import type { RunScratch, StateReader } from '../state/index.js';
import { lookedUpAssets } from './asset-sources.js';
import type { LibraryWork } from './library-work.js';
import { Memberships } from './memberships.js';
import type { PlacedAsset } from './pass.js';

export interface OwedDeps {
  readonly state: Pick<StateReader, 'lists' | 'debts' | 'albums'> | undefined;
  readonly scratch: RunScratch;
  readonly service: PhotosService;
  readonly log: Logger;
  /** Failed series of attempts after which a file is not tried any more; 0 means no limit. */
  readonly perAsset: number;
}

/**
 * The assets of a library that earlier runs left undone, looked up, each with the pass that its files
 * belong to: what a run takes up besides what it lists (IN-5, D61). Reads the state only (D70).
 */
export async function* owedAssets(
  { library, passes, mode }: LibraryWork,
  deps: OwedDeps,
): AsyncGenerator<PlacedAsset> {
  const { zone } = library;
  const lookUp = (ids: Iterable<string>) =>
    lookedUpAssets(library, ids, deps, () => Promise.resolve());
  for (const pass of passes) {
    for await (const asset of lookUp(undoneIds(zone, pass.target.place, deps))) {
      yield { asset, pass };
    }
  }
  const followsFeed = mode.kind === 'incremental' && mode.delta !== undefined;
  const members = new Memberships(passes, followsFeed, deps);
  for await (const asset of lookUp(debtIds(zone, deps))) {
    for (const pass of members.passesOf(zone, asset.assetId)) yield { asset, pass };
  }
}

/** Each once, where they come one after the other. */
function* undoneIds(zone: string, place: string, { state, perAsset }: OwedDeps): Generator<string> {
  let last = '';
  for (const placement of state?.lists.undoneIn(zone, perAsset) ?? []) {
    if (placement.place !== place || placement.assetId === last) continue;
    last = placement.assetId;
    yield last;
  }
}

function* debtIds(zone: string, { state }: OwedDeps): Generator<string> {
  let last = '';
  for (const { recordName } of state?.debts.all(zone) ?? []) {
    if (recordName === last) continue;
    last = recordName;
    yield last;
  }
}
