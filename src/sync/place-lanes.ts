/** As many writes to the disk as Node does at once, so that they share commits and directory syncs. */
export const LANES = 16;

/** Further places are made beside the listing, a few at a time. */
export class PlaceLanes {
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  /** Starts `work` as soon as a lane is free; rejects with what an earlier one rejected with. */
  async start(work: () => Promise<void>): Promise<void> {
    while (this.#running.size >= LANES) await Promise.race(this.#running);
    this.#tellFailure();
    const running = work()
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#running.delete(running);
      });
    this.#running.add(running);
  }

  /** Resolves when nothing is under way any more; rejects as `start` does. */
  async idle(): Promise<void> {
    await Promise.all(this.#running);
    this.#tellFailure();
  }

  #tellFailure(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
  }
}
