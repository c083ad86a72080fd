import type { Asset, PlannedFile } from '../domain/index.js';
import { isKeiError } from '../errors/index.js';
import { countSkip, type Counters } from '../report/counters.js';
import type { StoredFile } from '../state/index.js';
import type { AssetPlanner, PassPlan } from './asset-planner.js';
import type { Pass } from './pass.js';
import { placeAgain, type PlaceAgainDeps } from './place-again.js';
import type { PlaceLanes } from './place-lanes.js';
import { plannedFile } from './plan/plan-asset.js';
import { recordAdoption } from './record-outcome.js';

/** Where an asset comes from: what was just looked up is not looked up once more (D67). */
export type AssetOrigin = 'listed' | 'just-looked-up';

export interface AssetWorkerDeps extends PlaceAgainDeps {
  readonly run: number;
  readonly origin: AssetOrigin;
  readonly planner: AssetPlanner;
  readonly counters: Counters;
  readonly lanes: PlaceLanes;
}

/**
 * Acts on the plan of an asset: records what needs no download, gives further places to what is
 * there, and yields the files that must be fetched.
 */
export class AssetWorker {
  readonly #deps: AssetWorkerDeps;

  constructor(deps: AssetWorkerDeps) {
    this.#deps = deps;
  }

  async *filesOf(asset: Asset, pass: Pass): AsyncGenerator<PlannedFile> {
    const { store, counters, run, planner, origin } = this.#deps;
    counters.assetsSeen += 1;
    await store.assets.noteSeen(asset, undefined, run);
    let planned = false;
    for await (const step of planner.plansOf(asset, pass, origin === 'just-looked-up')) {
      if (step.kind !== 'filtered' && step.kind !== 'no-rendition') {
        counters.filesPlanned += 1;
        if (!planned) counters.assetsPlanned += 1;
        planned = true;
      }
      const file = await this.#act(step, asset);
      if (file !== undefined) yield file;
    }
  }

  /** Does what a plan says, except downloading, which is the pipeline's. */
  async #act(step: PassPlan, asset: Asset): Promise<PlannedFile | undefined> {
    const { counters, log, progress } = this.#deps;
    switch (step.kind) {
      case 'filtered':
        countSkip(counters, step.reason);
        progress.advance();
        return undefined;
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
      case 'unusable':
        await this.#owe(asset, step.problem);
        return undefined;
      case 'file':
        return this.#actOnFile(step, asset);
    }
  }

  async #actOnFile(
    { plan, chosen }: Extract<PassPlan, { kind: 'file' }>,
    asset: Asset,
  ): Promise<PlannedFile | undefined> {
    const { counters, log, progress } = this.#deps;
    switch (plan.kind) {
      case 'fetch':
        if (asset.capturedAtMs === undefined) this.#tellOfNoDate(plan.file.path);
        return plannedFile(asset, chosen, plan);
      case 'place':
        return (await this.#isPlaced(plan.file, plan.source))
          ? undefined
          : plannedFile(asset, chosen, plan);
      case 'wait':
        return undefined;
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

  /** Once, when the file comes: its folder and its time look like a mistake of kei (EN-35, D87). */
  #tellOfNoDate(path: string): void {
    this.#deps.log.warn('No usable capture date in iCloud; it counts as 1970-01-01', { path });
  }

  /**
   * A listing goes on meanwhile: what cannot be placed is met again when the waiting places are
   * settled. What was just looked up has a fresh link, and is fetched at once instead.
   */
  async #isPlaced(file: StoredFile, source: StoredFile): Promise<boolean> {
    const { origin, lanes } = this.#deps;
    if (origin === 'just-looked-up') return this.#place(file, source);
    await lanes.start(async () => {
      await this.#place(file, source);
    });
    return true;
  }

  /** A disk that fails here is met again, and reported, when the waiting places are settled. */
  async #place(file: StoredFile, source: StoredFile): Promise<boolean> {
    try {
      return await placeAgain(file, source, this.#deps.counters, this.#deps);
    } catch (error) {
      if (isKeiError(error) && error.kind !== 'disk') throw error;
      return true;
    }
  }

  /** Present but not downloadable, also after a lookup: a failure now and a debt for later (D67). */
  async #owe(
    asset: Asset,
    { key, reason }: Extract<PassPlan, { kind: 'unusable' }>['problem'],
  ): Promise<void> {
    const { counters, log, store } = this.#deps;
    counters.failed += 1;
    counters.owed += 1;
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
  }
}
