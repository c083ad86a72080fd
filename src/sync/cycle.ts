import type { Config } from '../config/types.js';
import type { AssetSource, Library } from '../domain/index.js';
import type { KeiError } from '../errors/index.js';
import type { DownloadClient } from '../http/index.js';
import type { PhotosService } from '../icloud/index.js';
import type { HostOffset } from '../naming/index.js';
import type { Clock } from '../platform/clock.js';
import type { FileEdges } from '../platform/files.js';
import type { Logger } from '../platform/logger.js';
import type { Random } from '../platform/random.js';
import type { Counters } from '../report/counters.js';
import type { Progress } from '../report/progress-bar.js';
import type { StateStore } from '../state/index.js';
import type { PlanTarget } from './plan/plan-file.js';

/** One enumeration of one source in one library (engine 1.8). */
export interface Pass {
  readonly library: Library;
  readonly source: AssetSource;
  readonly target: PlanTarget;
}

/** What one cycle needs from the world; built by the command, the same for every layer of `sync`. */
export interface CycleDeps {
  readonly config: Config;
  /** Absolute download directory. */
  readonly directory: string;
  readonly service: PhotosService;
  readonly download: DownloadClient;
  readonly store: StateStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly files: FileEdges;
  readonly hostOffset: HostOffset;
  readonly log: Logger;
  readonly progress: Progress;
  /** First signal: start nothing new (SD-2). */
  readonly drain: AbortSignal;
  /** Let go of what is in flight (SD-3). */
  readonly cancel: AbortSignal;
  /** Signs in again with what is stored; resolves to whether that worked (RT-31). */
  readonly reauthenticate: (error: KeiError) => Promise<boolean>;
}

/** How a cycle ended; the command turns it into text and an exit code. */
export interface CycleOutcome {
  readonly status: 'complete' | 'partial' | 'interrupted';
  readonly counters: Counters;
  readonly elapsedMs: number;
  /** The title of the summary says which kind of run it was (engine 8.1). */
  readonly incremental: boolean;
  /** Why the run stopped or could not list everything, when it did: said once, with its remedy. */
  readonly trouble: KeiError | undefined;
}
