import type { PlannedFile } from '../domain/plan.js';
import type { Rendition } from '../domain/rendition.js';
import { cancelled } from '../errors/index.js';
import type { RefreshRendition } from './ports.js';

/** Records that one lookup asks for (protocol 5.9). */
const BATCH = 100;

/**
 * Gathers the files whose link must be looked up, so that one call serves up to a hundred records
 * (D59): a Live Photo is two files, and one record. They are asked for when a hundred wait, or when
 * the pipeline has nothing better to do.
 */
export class UrlDesk {
  readonly #refresh: RefreshRendition;
  #queue: ((goOn: boolean) => void)[] = [];
  /** The records that carry the links of those who wait. */
  readonly #records = new Set<string>();
  #asking = 0;
  #isClosed = false;

  constructor(refresh: RefreshRendition) {
    this.#refresh = refresh;
  }

  /** Files that wait for `ask`. */
  get waiting(): number {
    return this.#queue.length;
  }

  get isAsking(): boolean {
    return this.#asking > 0;
  }

  /** A fresh link, when its turn has come. Rejects with `cancelled` once the desk is closed. */
  async fresh(file: PlannedFile, signal: AbortSignal | undefined): Promise<Rendition | undefined> {
    if (!(await this.#turn(file))) throw cancelled();
    try {
      const fresh = await this.#refresh(file, signal);
      // The run may have ended meanwhile: nothing new is begun then (SD-2).
      if (this.#isClosed) throw cancelled();
      return fresh;
    } finally {
      this.#asking -= 1;
    }
  }

  /** Asks for all that wait. */
  ask(): void {
    const queue = this.#takeQueue();
    this.#asking += queue.length;
    for (const answer of queue) answer(true);
  }

  /** Sends everybody away, and all who come later. */
  close(): void {
    this.#isClosed = true;
    for (const answer of this.#takeQueue()) answer(false);
  }

  #turn({ asset, rendition }: PlannedFile): Promise<boolean> {
    if (this.#isClosed) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#queue.push(resolve);
      this.#records.add(`${asset.zone} ${rendition.recordName}`);
      if (this.#records.size >= BATCH) this.ask();
    });
  }

  #takeQueue(): readonly ((goOn: boolean) => void)[] {
    const queue = this.#queue;
    this.#queue = [];
    this.#records.clear();
    return queue;
  }
}
