import type { Asset } from '../domain/index.js';
import type { PhotosService } from '../icloud/index.js';
import type { Logger } from '../platform/logger.js';
import type { StateReader } from '../state/index.js';
import { lookedUpAssets } from './asset-sources.js';
import type { Pass } from './pass.js';
import type { LibraryWork } from './work.js';

export interface OwedDeps {
  readonly state: Pick<StateReader, 'lists' | 'debts'> | undefined;
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
  { library, passes }: LibraryWork,
  deps: OwedDeps,
): AsyncGenerator<{ readonly asset: Asset; readonly pass: Pass }> {
  for (const pass of passes) {
    const isLast = pass === passes.at(-1);
    const ids = owedIds(library.zone, pass.target.place, isLast, deps);
    const assets = lookedUpAssets(library, ids, deps, () => Promise.resolve());
    for await (const asset of assets) yield { asset, pass };
  }
}

/** Each once, where they come one after the other; debts belong to the last place. */
function* owedIds(
  zone: string,
  place: string,
  isLast: boolean,
  { state, perAsset }: OwedDeps,
): Generator<string> {
  if (state === undefined) return;
  let last = '';
  for (const placement of state.lists.undoneIn(zone, perAsset)) {
    if (placement.place !== place || placement.assetId === last) continue;
    last = placement.assetId;
    yield last;
  }
  if (!isLast) return;
  for (const { recordName } of state.debts.all(zone)) {
    if (recordName === last) continue;
    last = recordName;
    yield last;
  }
}
