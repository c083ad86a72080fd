import type { PlannedFile } from '../domain/plan.js';
import type { Rendition } from '../domain/rendition.js';
import type { Clock } from '../platform/clock.js';
import type { RefreshRendition } from './ports.js';
import { expiryOf, isAboutToExpire } from './url-expiry.js';

/** Files that are planned ahead once links run out; with those in the lanes, one lookup's worth. */
const AHEAD = 80;

/** A planned file, and when its URL was received (ms since 1970). */
export interface DatedFile {
  readonly file: PlannedFile;
  readonly urlReceivedAtMs: number;
}

interface Entry {
  file: PlannedFile;
  urlReceivedAtMs: number;
  renewing: Promise<void> | undefined;
}

/**
 * The planned files on their way to the lanes. As long as links last it pulls one at a time and only
 * on demand (D73). Once a link had to be looked up it keeps some files in hand, so that the next
 * lookup can take the links that will have run out along with it: one call for a batch instead of
 * one for a file (D59, protocol 8.4).
 */
export class ReadAhead {
  readonly #source: AsyncIterator<PlannedFile>;
  readonly #clock: Clock;
  readonly #refresh: RefreshRendition;
  readonly #waiting: Entry[] = [];
  #limit = 0;
  #pulling: Promise<void> | undefined;
  #exhausted = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(source: AsyncIterator<PlannedFile>, clock: Clock, refresh: RefreshRendition) {
    this.#source = source;
    this.#clock = clock;
    this.#refresh = refresh;
  }

  /** The next file in planning order, `undefined` at the end. Rejects when planning failed. */
  async next(): Promise<DatedFile | undefined> {
    while (this.#waiting.length === 0 && !this.#exhausted && this.#failure === undefined) {
      await this.#pull();
    }
    const entry = this.#waiting.shift();
    if (entry === undefined) {
      if (this.#failure !== undefined) throw this.#failure.error;
      return undefined;
    }
    this.#fill();
    await entry.renewing;
    return { file: entry.file, urlReceivedAtMs: entry.urlReceivedAtMs };
  }

  /** Looks a link up, and those in hand that are about to run out with it. */
  refresh(file: PlannedFile, signal: AbortSignal | undefined): Promise<Rendition | undefined> {
    this.#limit = AHEAD;
    for (const entry of this.#waiting) {
      if (entry.renewing !== undefined || !this.#isStale(entry)) continue;
      entry.renewing = this.#renew(entry, signal).finally(() => {
        entry.renewing = undefined;
      });
    }
    this.#fill();
    return this.#refresh(file, signal);
  }

  /** Ends the planning, after the file that is being planned. */
  async close(): Promise<void> {
    this.#limit = 0;
    await this.#pulling;
    await this.#source.return?.();
  }

  /** Links that arrived expired count too: taking them along costs no call. */
  #isStale({ file: { rendition }, urlReceivedAtMs }: Entry): boolean {
    const now = this.#clock.now();
    const hasExpired = (expiryOf(rendition.url) ?? Infinity) <= now;
    return hasExpired || isAboutToExpire(rendition.url, urlReceivedAtMs, now);
  }

  /** A rendition that changed, or cannot be had, is left to the download itself. */
  async #renew(entry: Entry, signal: AbortSignal | undefined): Promise<void> {
    const { rendition } = entry.file;
    const fresh = await this.#refresh(entry.file, signal).catch(() => undefined);
    if (fresh?.checksum !== rendition.checksum || fresh?.sizeBytes !== rendition.sizeBytes) return;
    entry.file = { ...entry.file, rendition: fresh };
    entry.urlReceivedAtMs = this.#clock.now();
  }

  #fill(): void {
    const done = this.#exhausted || this.#failure !== undefined || this.#pulling !== undefined;
    if (done || this.#waiting.length >= this.#limit) return;
    void this.#pull().then(() => {
      this.#fill();
    });
  }

  #pull(): Promise<void> {
    this.#pulling ??= this.#pullOne().finally(() => {
      this.#pulling = undefined;
    });
    return this.#pulling;
  }

  async #pullOne(): Promise<void> {
    try {
      const next = await this.#source.next();
      if (next.done === true) this.#exhausted = true;
      else {
        const urlReceivedAtMs = this.#clock.now();
        this.#waiting.push({ file: next.value, urlReceivedAtMs, renewing: undefined });
      }
    } catch (error) {
      this.#failure = { error };
    }
  }
}
