import type { SessionCircuit, SpaceForecast } from '../download/index.js';
import type { SharedPause } from '../http/index.js';
import type { Counters } from '../report/counters.js';
import type { AssetOrigin, AssetWorker } from './asset-worker.js';
import type { CycleDeps } from './cycle.js';
import type { Narrowing } from './pass-assets.js';
import type { PlaceAgainDeps } from './place-again.js';
import type { PlaceLanes } from './place-lanes.js';
import type { FilePlanner } from './plan/plan-file.js';

/** What one library of a cycle works with. */
export interface LibrarySyncDeps extends CycleDeps {
  readonly run: number;
  readonly counters: Counters;
  readonly planner: FilePlanner;
  readonly narrowing: Narrowing;
  readonly placing: PlaceAgainDeps;
  readonly lanes: PlaceLanes;
  readonly circuit: SessionCircuit;
  readonly forecast: SpaceForecast;
  readonly pause: SharedPause;
  /** Start of the run, ms since 1970: what is owed since then has been looked up. */
  readonly startedMs: number;
  /** A worker that counts into the given counters, for assets that were listed or looked up. */
  readonly workerFor: (counters: Counters, origin: AssetOrigin) => AssetWorker;
}
