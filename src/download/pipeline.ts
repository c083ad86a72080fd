import { setMaxListeners } from 'node:events';
import pLimit from 'p-limit';
import type { PlannedFile } from '../domain/plan.js';
import { isKeiError, type KeiError } from '../errors/index.js';
import { withSharedDirectorySync } from '../platform/shared-directory-sync.js';
import {
  downloadFile,
  type DownloadDeps,
  type DownloadSettings,
  type StopSignals,
} from './download-file.js';
import type { DownloadResult } from './ports.js';
import type { SessionCircuit } from './session-circuit.js';
import { SharedDownloads } from './shared-downloads.js';
import type { SpaceForecast } from './space-forecast.js';

/** How long transfers under way may go on after the first signal (SD-3). */
const DRAIN_MS = 30_000;

export interface PipelineOptions extends StopSignals {
  /** Files that are fetched at once (DL-5, D73). */
  readonly threads: number;
  readonly settings: DownloadSettings;
  readonly drainMs?: number | undefined;
}

export interface PipelineDeps extends DownloadDeps {
  /**
   * Makes an outcome durable. A file counts as finished, and frees its place, only afterwards: for
   * a downloaded one the name is on the disk by then, the row comes last (principle of order).
   */
  readonly commit: (result: DownloadResult) => Promise<void>;
  readonly circuit: SessionCircuit;
  readonly forecast?: SpaceForecast | undefined;
}

/** Why a pipeline ended before its files did. */
export type StopReason =
  | { readonly reason: 'shutdown' }
  /** Sign in again, then plan the rest anew (RT-30, D52). */
  | { readonly reason: 'session'; readonly error: KeiError }
  /** The disk is full, read-only or failing (D57, DL-82). */
  | { readonly reason: 'disk'; readonly error: KeiError };

export type PipelineEvent =
  | ({ readonly kind: 'file' } & DownloadResult)
  /** At most once, as the last event. */
  | ({ readonly kind: 'stopped' } & StopReason);

/** Errors about one path only; any other disk error concerns the files to come as well. */
const ONE_PATH_ONLY: ReadonlySet<unknown> = new Set([
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'ELOOP',
  'EEXIST',
  'ENAMETOOLONG',
]);

/**
 * Downloads files as they are planned: the next one is pulled only while fewer than `threads` are
 * under way, so nothing waits in memory, and they end in any order (DL-5). Each file ends in one
 * event. A failing file never ends the run; a session or a disk that is no longer usable stops
 * pulling and lets the rest finish. Rejects, after the files under way, when the planner or
 * `commit` does. Leaving the iteration early cancels what is under way.
 */
export async function* runDownloads(
  files: AsyncIterable<PlannedFile>,
  options: PipelineOptions,
  deps: PipelineDeps,
): AsyncGenerator<PipelineEvent, void, undefined> {
  const pipeline = new Pipeline(files, options, deps);
  try {
    yield* pipeline.events();
  } finally {
    await pipeline.close();
  }
}

class Pipeline {
  readonly #source: AsyncIterator<PlannedFile>;
  readonly #options: PipelineOptions;
  readonly #deps: PipelineDeps;
  readonly #limit: ReturnType<typeof pLimit>;
  readonly #shared: SharedDownloads;
  readonly #cancel = new AbortController();
  /** Ends waits before retries, as soon as there is any reason to stop soon (SD-8). */
  readonly #hurry = new AbortController();
  /** Fires when the pipeline is over, so that nothing waits for it any longer. */
  readonly #over = new AbortController();
  readonly #finished: DownloadResult[] = [];
  #running = 0;
  #pulling = false;
  #exhausted = false;
  #stop: StopReason | undefined;
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => undefined;

  constructor(files: AsyncIterable<PlannedFile>, options: PipelineOptions, deps: PipelineDeps) {
    this.#source = files[Symbol.asyncIterator]();
    this.#options = options;
    this.#deps = { ...deps, files: withSharedDirectorySync(deps.files) };
    this.#limit = pLimit(options.threads);
    this.#shared = new SharedDownloads(options.settings.tempSuffix, deps.partials);
    // Each file under way listens to them; the default is to warn at more than ten.
    setMaxListeners(0, this.#cancel.signal, this.#hurry.signal);
    whenAborted(options.drain, this.#over.signal, () => {
      void this.#drain();
    });
    whenAborted(options.cancel, this.#over.signal, () => {
      this.#abandon();
    });
  }

  async *events(): AsyncGenerator<PipelineEvent, void, undefined> {
    for (;;) {
      this.#fill();
      const result = this.#finished.shift();
      if (result !== undefined) yield { kind: 'file', ...result };
      else if (this.#running > 0 || this.#pulling) await this.#somethingHappens();
      else break;
    }
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#stop !== undefined) yield { kind: 'stopped', ...this.#stop };
  }

  async close(): Promise<void> {
    this.#exhausted = true;
    this.#abandon();
    while (this.#running > 0 || this.#pulling) await this.#somethingHappens();
    this.#over.abort();
    await this.#source.return?.();
  }

  /** Pulls the next file when there is room for it. */
  #fill(): void {
    const stopped = this.#exhausted || this.#stop !== undefined || this.#failure !== undefined;
    const { threads } = this.#options;
    if (stopped || this.#pulling || this.#running >= threads) return;
    if (this.#finished.length >= threads) return;
    this.#pulling = true;
    void this.#pull().finally(() => {
      this.#pulling = false;
      this.#fill();
      this.#wake();
    });
  }

  async #pull(): Promise<void> {
    try {
      const next = await this.#source.next();
      if (next.done === true) {
        this.#exhausted = true;
        return;
      }
      await this.#forecast(next.value);
      this.#start(next.value);
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  async #forecast({ rendition }: PlannedFile): Promise<void> {
    const forecast = await this.#deps.forecast?.queue(rendition.sizeBytes);
    if (forecast?.verdict === 'tight') {
      const { freeBytes, queuedBytes } = forecast;
      this.#deps.logger.warn('The disk is nearly full', { freeBytes, queuedBytes });
    }
    if (forecast?.verdict === 'full') this.#stop ??= { reason: 'disk', error: forecast.error };
  }

  #start(file: PlannedFile): void {
    const receivedAtMs = this.#deps.clock.now();
    this.#running += 1;
    void this.#limit(() => this.#runOne(file, receivedAtMs))
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#running -= 1;
        this.#fill();
        this.#wake();
      });
  }

  async #runOne(file: PlannedFile, receivedAtMs: number): Promise<void> {
    const result = await this.#fetch(file, receivedAtMs);
    this.#deps.forecast?.finish(file.rendition.sizeBytes);
    if (result.outcome.status === 'failed') this.#considerStopping(result.outcome.error);
    await this.#deps.commit(result);
    this.#finished.push(result);
  }

  /** A file that was pulled when the run had already stopped is not begun. */
  async #fetch(file: PlannedFile, receivedAtMs: number): Promise<DownloadResult> {
    const stopped = this.#stop !== undefined || this.#failure !== undefined;
    if (stopped || this.#cancel.signal.aborted) {
      return { file, outcome: { status: 'cancelled', bytesReceived: 0 } };
    }
    const { settings } = this.#options;
    const signals = { drain: this.#hurry.signal, cancel: this.#cancel.signal };
    return this.#shared.run(file, (planned) =>
      downloadFile(planned, receivedAtMs, settings, this.#deps, signals),
    );
  }

  #considerStopping(error: KeiError): void {
    const { circuit } = this.#deps;
    circuit.record(error);
    if (isKeiError(error, 'state')) this.#failure ??= { error };
    if (isKeiError(error, 'disk') && !ONE_PATH_ONLY.has(error.facts['errno'])) {
      this.#stop ??= { reason: 'disk', error };
    }
    if (circuit.isOpen) this.#stop ??= { reason: 'session', error };
  }

  /** First signal: nothing new, and an end to the patience with what is under way (SD-2, SD-3). */
  async #drain(): Promise<void> {
    this.#stop ??= { reason: 'shutdown' };
    this.#hurry.abort();
    this.#wake();
    try {
      await this.#deps.clock.sleep(this.#options.drainMs ?? DRAIN_MS, this.#over.signal);
      this.#abandon();
    } catch {
      // Everything ended before the patience did.
    }
  }

  /** Cancels what is under way; partials are kept. */
  #abandon(): void {
    this.#stop ??= { reason: 'shutdown' };
    this.#hurry.abort();
    this.#cancel.abort();
  }

  #somethingHappens(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

function whenAborted(signal: AbortSignal | undefined, over: AbortSignal, react: () => void): void {
  if (signal?.aborted === true) react();
  else signal?.addEventListener('abort', react, { once: true, signal: over });
}
