import type { Asset, PhotoOptions, SkipReason } from '../domain/index.js';
import type { PhotosService } from '../icloud/index.js';
import { filterAsset, type FilterSettings } from '../select/filters.js';
import type { RunScratch } from '../state/index.js';
import type { Pass } from './pass.js';
import { planAsset, type AssetPlan } from './plan/plan-asset.js';
import type { FilePlanner } from './plan/plan-file.js';

/** What is to be done about an asset in a pass, file by file, or why nothing is. */
export type PassPlan = AssetPlan | { readonly kind: 'filtered'; readonly reason: SkipReason };

export interface AssetPlannerDeps {
  readonly photos: PhotoOptions;
  readonly filters: FilterSettings;
  readonly planner: FilePlanner;
  readonly scratch: RunScratch;
  readonly service: PhotosService;
}

/**
 * Takes assets through filters, renditions and names. The one plan that a sync, a dry run and a
 * list of names consume (architecture 1.1).
 */
export class AssetPlanner {
  readonly #deps: AssetPlannerDeps;

  constructor(deps: AssetPlannerDeps) {
    this.#deps = deps;
  }

  /** `isFresh`: the asset comes from a lookup, and another one would say the same (D67). */
  async *plansOf(asset: Asset, pass: Pass, isFresh = false): AsyncGenerator<PassPlan> {
    const { filters, photos, planner, scratch } = this.#deps;
    const { source, target, library } = pass;
    const isFiled = (assetId: string) => scratch.isExcluded(asset.zone, assetId);
    const reason = filterAsset(asset, source, isFiled, filters);
    if (reason !== undefined) {
      yield { kind: 'filtered', reason };
      return;
    }
    yield* planAsset(asset, photos, target, planner, async ({ assetId }) => {
      if (isFresh) return undefined;
      const found = (await this.#deps.service.lookupAssets(library, [assetId])).get(assetId);
      return found?.status === 'found' ? found.asset : undefined;
    });
  }
}
