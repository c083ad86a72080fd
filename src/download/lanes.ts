/**
 * So many files at once (DL-5). Whoever has to wait for something that is no transfer steps out of
 * its lane meanwhile; who waits to come back goes before who is new.
 */
export class Lanes {
  readonly #count: number;
  readonly #changed: () => void;
  readonly #queue: (() => void)[] = [];
  #taken = 0;

  /** `changed` hears of every lane that is taken or left. */
  constructor(count: number, changed: () => void) {
    this.#count = count;
    this.#changed = changed;
  }

  get areEmpty(): boolean {
    return this.#taken === 0;
  }

  get areFull(): boolean {
    return this.#taken >= this.#count;
  }

  /** Runs `work` in a lane. */
  async inside<T>(work: () => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  /** For work in a lane: waits outside, and comes back. */
  async outside<T>(wait: () => Promise<T>): Promise<T> {
    this.#leave();
    try {
      return await wait();
    } finally {
      await this.#enter();
    }
  }

  async #enter(): Promise<void> {
    if (this.areFull) await new Promise<void>((resolve) => this.#queue.push(resolve));
    else this.#taken += 1;
    this.#changed();
  }

  /** The lane passes to who waits longest. */
  #leave(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#taken -= 1;
    else next();
    this.#changed();
  }
}
