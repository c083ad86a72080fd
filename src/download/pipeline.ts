import { setMaxListeners } from 'node:events';
import type { PlannedFile } from '../domain/plan.js';
import { isAboutOnePath, isKeiError, type KeiError } from '../errors/index.js';
import { withSharedDirectorySync } from '../platform/shared-directory-sync.js';
import { downloadFile, type DownloadDeps } from './download-file.js';
import { Lanes } from './lanes.js';
import { LinkHealth } from './link-health.js';
import type {
  PipelineDeps,
  PipelineEvent,
  PipelineOptions,
  StopReason,
} from './pipeline-contract.js';
import type { DownloadResult } from './ports.js';
import { SharedDownloads } from './shared-downloads.js';
import { UrlDesk } from './url-desk.js';

/** How long transfers under way may go on after the first signal (SD-3). */
const DRAIN_MS = 30_000;

/** Files that may wait for a link or for another file, beside those in the lanes (D74). */
const MOST_WAITING = 200;

/**
 * Downloads files as they are planned: the next one is pulled only while fewer than `threads` are
 * under way, so little waits in memory, and they end in any order (DL-5). Each file ends in one
 * event. A failing file never ends the run; a disk that is no longer usable stops pulling and lets
 * the rest finish. When the session is taken back the lanes come to rest, kei signs in again, and
 * what was refused is fetched with the new one. Rejects, after the files under way, when the
 * planner, `commit` or `renewSession` does. Leaving the iteration early cancels what is under way.
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
  readonly #deps: PipelineDeps & DownloadDeps;
  readonly #lanes: Lanes;
  readonly #desk: UrlDesk;
  readonly #shared: SharedDownloads;
  readonly #cancel = new AbortController();
  /** Ends waits before retries, as soon as there is any reason to stop soon (SD-8). */
  readonly #hurry = new AbortController();
  /** Fires when the pipeline is over, so that nothing waits for it any longer. */
  readonly #over = new AbortController();
  readonly #finished: DownloadResult[] = [];
  /** Refused with this session; another one may get them. */
  #rejected: DownloadResult[] = [];
  /** Files that were begun and have not ended: in a lane, or waiting for a link. */
  #open = 0;
  #pulling = false;
  #exhausted = false;
  #stop: StopReason | undefined;
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => undefined;

  constructor(files: AsyncIterable<PlannedFile>, options: PipelineOptions, deps: PipelineDeps) {
    const desk = new UrlDesk(deps.refresh);
    const lanes = new Lanes(options.threads, () => {
      this.#wake();
    });
    this.#source = files[Symbol.asyncIterator]();
    this.#options = options;
    this.#lanes = lanes;
    this.#desk = desk;
    this.#deps = {
      ...deps,
      files: withSharedDirectorySync(deps.files),
      links: new LinkHealth(),
      refresh: (file, signal) => lanes.outside(() => desk.fresh(file, signal)),
    };
    this.#shared = new SharedDownloads(options.settings.tempSuffix, deps.partials, (wait) =>
      lanes.outside(wait),
    );
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
      else if (this.#isBusy) await this.#somethingHappens();
      else if (this.#rejected.length > 0 && this.#deps.circuit.isOpen) await this.#settleRejected();
      else if (this.#desk.waiting > 0) this.#desk.ask();
      else if (this.#open > 0) await this.#somethingHappens();
      else if (this.#rejected.length > 0) await this.#settleRejected();
      else break;
    }
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#stop !== undefined) yield { kind: 'stopped', ...this.#stop };
  }

  async close(): Promise<void> {
    this.#exhausted = true;
    this.#abandon();
    while (this.#open > 0 || this.#pulling) await this.#somethingHappens();
    this.#over.abort();
    await this.#source.return?.();
  }

  /** Something is under way that may change what there is to do. */
  get #isBusy(): boolean {
    return !this.#lanes.areEmpty || this.#pulling || this.#desk.isAsking;
  }

  /** Pulls the next file when there is room for it, and reason to believe that it can be fetched. */
  #fill(): void {
    if (this.#exhausted || this.#isStopped || this.#pulling || this.#lanes.areFull) return;
    const { threads } = this.#options;
    if (this.#finished.length >= threads || this.#open >= threads + MOST_WAITING) return;
    const { circuit, links } = this.#deps;
    if (this.#open === 0) links.sessionTrusted();
    if (circuit.isOpen || links.isSessionDoubtful) return;
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
    if (forecast?.verdict === 'full') this.#stopFor({ reason: 'disk', error: forecast.error });
  }

  #start(file: PlannedFile): void {
    this.#open += 1;
    void this.#lanes
      .inside(() => this.#runOne(file))
      .catch((error: unknown) => {
        this.#failure ??= { error };
        this.#desk.close();
      })
      .finally(() => {
        this.#open -= 1;
        this.#fill();
        this.#wake();
      });
  }

  async #runOne(file: PlannedFile): Promise<void> {
    const result = await this.#fetch(file);
    this.#deps.forecast?.finish(file.rendition.sizeBytes);
    if (result.outcome.status === 'failed') {
      this.#considerStopping(result.outcome.error);
      if (isKeiError(result.outcome.error, 'session')) {
        this.#rejected.push(result);
        return;
      }
    }
    await this.#finish(result);
  }

  async #finish(result: DownloadResult): Promise<void> {
    await this.#deps.commit(result);
    this.#finished.push(result);
  }

  get #isStopped(): boolean {
    return this.#stop !== undefined || this.#failure !== undefined;
  }

  /** Begins nothing new; files that wait for a link are left for the next run. */
  #stopFor(reason: StopReason): void {
    this.#stop ??= reason;
    this.#desk.close();
  }

  /** The lanes are empty: fetch with a new session what this one did not get, or call it failed. */
  async #settleRejected(): Promise<void> {
    const rejected = this.#rejected;
    this.#rejected = [];
    try {
      if (!this.#isStopped && (await this.#renewSession(rejected))) {
        for (const { file } of rejected) this.#start(file);
      } else {
        for (const result of rejected) await this.#finish(result);
      }
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  async #renewSession(rejected: readonly DownloadResult[]): Promise<boolean> {
    const { circuit, renewSession } = this.#deps;
    const outcome = rejected.at(-1)?.outcome;
    if (!circuit.isOpen || outcome?.status !== 'failed') return false;
    const isRenewed = await renewSession(outcome.error);
    if (isRenewed) circuit.reset();
    else this.#stopFor({ reason: 'session', error: outcome.error });
    return isRenewed;
  }

  /** A file that was pulled when the run had already stopped is not begun. */
  async #fetch(file: PlannedFile): Promise<DownloadResult> {
    if (this.#isStopped || this.#cancel.signal.aborted) {
      return { file, outcome: { status: 'cancelled', bytesReceived: 0 } };
    }
    const { settings } = this.#options;
    const signals = { drain: this.#hurry.signal, cancel: this.#cancel.signal };
    return this.#shared.run(file, (planned) =>
      downloadFile(planned, settings, this.#deps, signals),
    );
  }

  #considerStopping(error: KeiError): void {
    const { circuit } = this.#deps;
    circuit.record(error);
    if (isKeiError(error, 'disk') && !isAboutOnePath(error)) {
      this.#stopFor({ reason: 'disk', error });
    }
  }

  /** First signal: nothing new, and an end to the patience with what is under way (SD-2, SD-3). */
  async #drain(): Promise<void> {
    this.#stopFor({ reason: 'shutdown' });
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
    this.#stopFor({ reason: 'shutdown' });
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
