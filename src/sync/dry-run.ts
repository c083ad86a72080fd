import type { Asset } from '../domain/index.js';
import type { HostOffset } from '../naming/index.js';
import type { Clock } from '../platform/clock.js';
import type { Config } from '../config/types.js';
import type { PhotosService } from '../icloud/index.js';
import type { Logger } from '../platform/logger.js';
import { countSkip, type Counters } from '../report/counters.js';
import type { Progress } from '../report/progress.js';
import type { RunScratch, StateReader } from '../state/index.js';
import { AssetPlanner } from './asset-planner.js';
import { changedAssets, type Enumeration } from './asset-sources.js';
import { deltaAssets } from './delta-assets.js';
import { noNotes } from './enumeration-notes.js';
import { owedAssets } from './owed-assets.js';
import { isNarrowed, passAssets } from './pass-assets.js';
import type { Pass, PlacedAsset } from './pass.js';
import { DryBook } from './plan/dry-book.js';
import { FilePlanner } from './plan/plan-file.js';
import { filterSettings, narrowingOf, planSettings } from './settings.js';
import type { LibraryWork } from './library-work.js';
import { decideWork } from './work.js';

export interface DryRunDeps {
  readonly config: Config;
  readonly directory: string;
  readonly service: PhotosService;
  /** `undefined` before the first run: nothing is recorded yet. */
  readonly state: StateReader | undefined;
  readonly scratch: RunScratch;
  readonly clock: Clock;
  readonly hostOffset: HostOffset;
  readonly log: Logger;
  readonly progress: Progress;
}

/**
 * Yields the path of every file that a run would write, and writes nothing: the same plan, without
 * its execution (D70, DL-98). Counts what the run would skip.
 */
export async function* dryRun(deps: DryRunDeps, counters: Counters): AsyncGenerator<string> {
  const { config, state, scratch, clock, service, log } = deps;
  const startedMs = clock.now();
  const work = await decideWork({ ...deps, state });
  for (const { message } of work.notices) log.warn(message);
  const filters = filterSettings(config, clock.now());
  const planner = new AssetPlanner({
    photos: config.photos,
    filters,
    planner: new FilePlanner(new DryBook(state, scratch), planSettings(deps)),
    scratch,
    service,
  });
  const narrowing = narrowingOf(config, filters.bounds);
  for (const one of work.libraries) {
    for await (const { asset, pass } of assetsOf(one)) {
      if (!scratch.firstSight(pass.target.place, asset.zone, asset.assetId)) continue;
      counters.assetsSeen += 1;
      yield* pathsOf(asset, pass, planner, counters);
    }
    if (isNarrowed(narrowing)) continue;
    const { perAsset } = config.download.retry;
    for await (const { asset, pass } of owedAssets(one, { ...deps, perAsset })) {
      if (!scratch.firstSight(pass.target.place, asset.zone, asset.assetId)) continue;
      counters.assetsSeen += 1;
      yield* pathsOf(asset, pass, planner, counters, true);
    }
  }

  async function* assetsOf({
    mode,
    library,
    passes,
    overview,
    trouble,
  }: LibraryWork): AsyncGenerator<PlacedAsset> {
    if (trouble !== undefined) throw trouble;
    const sources = { ...deps, notes: noNotes, narrowing, overview };
    const seen: Enumeration = { listing: undefined, changes: undefined };
    const [only] = passes;
    if (mode.kind === 'incremental' && mode.delta !== undefined) {
      const enumerations = new Map<Pass, Enumeration>();
      const given = { enumerations, startedMs, mayFile: () => true };
      yield* deltaAssets(passes, mode.delta, { ...sources, ...given });
      return;
    }
    if (mode.kind === 'incremental' && only !== undefined) {
      for await (const asset of changedAssets(library, mode.token, sources, seen)) {
        yield { asset, pass: only };
      }
      if (seen.changes?.status === 'complete') return;
    }
    for (const pass of passes) {
      for await (const asset of passAssets(pass, sources, seen)) yield { asset, pass };
    }
  }
}

async function* pathsOf(
  asset: Asset,
  pass: Pass,
  planner: AssetPlanner,
  counters: Counters,
  isFresh = false,
): AsyncGenerator<string> {
  for await (const step of planner.plansOf(asset, pass, isFresh)) {
    switch (step.kind) {
      case 'filtered':
        countSkip(counters, step.reason);
        break;
      case 'empty':
        countSkip(counters, 'empty');
        break;
      case 'no-rendition':
        countSkip(counters, 'no_rendition');
        break;
      case 'unusable':
        counters.failed += 1;
        break;
      case 'file':
        switch (step.plan.kind) {
          case 'fetch':
          case 'place':
          case 'wait':
            counters.downloaded += 1;
            yield step.plan.file.path;
            break;
          case 'adopt':
          case 'have':
            countSkip(counters, step.plan.reason);
            break;
          case 'exhausted':
            countSkip(counters, 'retry_exhausted');
        }
    }
  }
}
