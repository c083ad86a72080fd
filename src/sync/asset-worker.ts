import type { Asset, PlannedFile } from '../domain/index.js';
import { countSkip, type Counters } from '../report/counters.js';
import { filterAsset, type FilterSettings } from '../select/filters.js';
import type { CycleDeps, Pass } from './cycle.js';
import { planAsset, plannedFile, type AssetPlan, type LookUpAsset } from './plan/plan-asset.js';
import type { FilePlanner } from './plan/plan-file.js';
import { recordAdoption } from './record-outcome.js';

export interface AssetWorkerDeps extends Pick<
  CycleDeps,
  'config' | 'store' | 'log' | 'progress' | 'service'
> {
  readonly run: number;
  readonly planner: FilePlanner;
  readonly filters: FilterSettings;
  readonly counters: Counters;
  /** Whether a selected album holds the asset; only the unfiled pass asks (EN-62). */
  readonly isFiled: (asset: Asset) => boolean;
}

/**
 * Takes one listed asset through filters and plan, records what needs no download, and yields the
 * files that do.
 */
export class AssetWorker {
  readonly #deps: AssetWorkerDeps;

  constructor(deps: AssetWorkerDeps) {
    this.#deps = deps;
  }

  async *filesOf(asset: Asset, pass: Pass): AsyncGenerator<PlannedFile> {
    const { config, store, counters, filters, run, isFiled, progress, planner } = this.#deps;
    counters.assetsSeen += 1;
    await store.assets.noteSeen(asset, undefined, run);
    const skip = filterAsset(asset, pass.source, () => isFiled(asset), filters);
    if (skip !== undefined) {
      countSkip(counters, skip);
      progress.advance();
      return;
    }
    const lookUp = this.#lookUp(pass);
    for await (const step of planAsset(asset, config.photos, pass.target, planner, lookUp)) {
      const file = await this.#act(step, asset);
      if (file !== undefined) yield file;
    }
  }

  /** Does what a plan says, except downloading, which is the pipeline's. */
  async #act(step: AssetPlan, asset: Asset): Promise<PlannedFile | undefined> {
    const { counters, log, progress, store } = this.#deps;
    switch (step.kind) {
      case 'no-rendition':
        countSkip(counters, 'no_rendition');
        progress.advance();
        return undefined;
      case 'empty':
        countSkip(counters, 'empty');
        log.warn('Empty in iCloud, not downloaded', {
          asset: asset.assetId,
          rendition: step.chosen.key,
        });
        return undefined;
      case 'unusable': {
        const { key, reason } = step.problem;
        counters.failed += 1;
        log.error('iCloud has this rendition but does not deliver it now', {
          asset: asset.assetId,
          rendition: key,
          reason,
        });
        await store.commit(() => {
          store.debts.add({
            zone: asset.zone,
            recordName: asset.assetId,
            reason: 'unusable-resource',
            detail: key,
          });
        });
        return undefined;
      }
      case 'file':
        break;
    }
    const { plan, chosen } = step;
    switch (plan.kind) {
      case 'fetch':
        return plannedFile(asset, chosen, plan);
      case 'adopt':
        await recordAdoption(plan.file, asset, plan.digests, this.#deps);
        countSkip(counters, plan.reason);
        break;
      case 'have':
        countSkip(counters, plan.reason);
        break;
      case 'exhausted':
        // Named among the skips, and a failure for the exit code (RT-22).
        countSkip(counters, 'retry_exhausted');
        log.error('Not tried again: too many failed attempts', {
          path: plan.file.path,
          attempts: plan.file.attempts,
        });
        break;
    }
    progress.advance();
    return undefined;
  }

  #lookUp(pass: Pass): LookUpAsset {
    return async (asset) => {
      const found = await this.#deps.service.lookupAssets(pass.library, [asset.assetId]);
      const looked = found.get(asset.assetId);
      return looked?.status === 'found' ? looked.asset : undefined;
    };
  }
}
