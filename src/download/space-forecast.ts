import { spaceForecast } from '../errors/download-errors.js';
import type { KeiError } from '../errors/index.js';
import type { FileEdges } from '../platform/files.js';

const WARN_SHARE = 0.9;
const RENEW_AFTER_BYTES = 10 * 1024 ** 3;

export type Forecast =
  | { readonly verdict: 'fits' }
  /** Nine tenths of what was free are spoken for; said once. */
  | { readonly verdict: 'tight'; readonly freeBytes: number; readonly queuedBytes: number }
  | { readonly verdict: 'full'; readonly error: KeiError };

/**
 * Compares what is queued with what was free on the disk, so that a run stops before it fills it
 * (DL-82). What was free is asked again after each 10 GiB queued. Unknown free space never stops.
 */
export class SpaceForecast {
  readonly #directory: string;
  readonly #files: FileEdges;
  #freeBytes: number | undefined;
  #asked = false;
  #warned = false;
  /** Bytes queued since the free space was asked for, and those still unfinished at that moment. */
  #queuedBytes = 0;
  #queuedSinceAsked = 0;
  #unfinishedBytes = 0;

  constructor(directory: string, files: FileEdges) {
    this.#directory = directory;
    this.#files = files;
  }

  /** Adds a file that is about to be fetched. */
  async queue(sizeBytes: number): Promise<Forecast> {
    if (!this.#asked || this.#queuedSinceAsked >= RENEW_AFTER_BYTES) {
      this.#asked = true;
      this.#freeBytes = await this.#files.freeBytes(this.#directory);
      this.#queuedBytes = this.#unfinishedBytes;
      this.#queuedSinceAsked = 0;
    }
    this.#queuedBytes += sizeBytes;
    this.#queuedSinceAsked += sizeBytes;
    this.#unfinishedBytes += sizeBytes;
    const free = this.#freeBytes;
    if (free === undefined || sizeBytes === 0) return { verdict: 'fits' };
    if (this.#queuedBytes >= free) {
      return { verdict: 'full', error: spaceForecast(this.#directory, free, this.#queuedBytes) };
    }
    if (this.#warned || this.#queuedBytes < free * WARN_SHARE) return { verdict: 'fits' };
    this.#warned = true;
    return { verdict: 'tight', freeBytes: free, queuedBytes: this.#queuedBytes };
  }

  /** A queued file has ended: its bytes are on the disk, or never will be. */
  finish(sizeBytes: number): void {
    this.#unfinishedBytes -= sizeBytes;
  }
}
