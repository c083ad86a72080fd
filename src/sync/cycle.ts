import type { Config } from '../config/types.js';
import type { Bandwidth } from '../download/index.js';
import type { KeiError } from '../errors/index.js';
import type { DownloadClient } from '../http/index.js';
import type { PhotosService } from '../icloud/index.js';
import type { HostOffset } from '../naming/index.js';
import type { Clock } from '../platform/clock.js';
import type { FileEdges } from '../platform/files.js';
import type { Logger } from '../platform/logger.js';
import type { Random } from '../platform/random.js';
import type { Counters } from '../report/counters.js';
import type { Progress } from '../report/progress.js';
import type { RunScratch, StateStore } from '../state/index.js';

/** What one cycle needs from the world; built by the command, the same for every layer of `sync`. */
export interface CycleDeps {
  readonly config: Config;
  /** Absolute download directory. */
  readonly directory: string;
  readonly service: PhotosService;
  readonly download: DownloadClient;
  /** `[download].bandwidth_limit`, for all transfers together (DL-90). */
  readonly bandwidth: Bandwidth | undefined;
  readonly store: StateStore;
  /** What this run must remember of a library of any size (D74). */
  readonly scratch: RunScratch;
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
  /** `--retry-failed`: only what failed before, with no attempts behind it (RT-70). */
  readonly retryOnly: boolean;
  /** Signs in again with what is stored; resolves to whether that worked (RT-31). */
  readonly reauthenticate: (error: KeiError) => Promise<boolean>;
}

/** How a cycle ended; the command turns it into text and an exit code. */
export interface CycleOutcome {
  /** `failed`: it stopped before anything was seen; `partial`: something was left undone. */
  readonly status: 'complete' | 'partial' | 'failed' | 'interrupted';
  readonly counters: Counters;
  readonly elapsedMs: number;
  /** The title of the summary says which kind of run it was (engine 8.1). */
  readonly incremental: boolean;
  /** The first reason why the run stopped or could not list everything: said with its remedy. */
  readonly trouble: KeiError | undefined;
}
