/** The page ahead is asked for when what is left to use lasts as long as this many requests. */
const LEAD = 3;
/** At the latest behind this part of a page. */
const NEARLY = 0.8;

/**
 * Decides when the page ahead is asked for: early enough to be there in time, and no earlier, since its
 * links age from then on (protocol 8.4).
 */
export class ReadAhead {
  readonly #now: () => number;
  #requestMs = 0;
  #itemMs = 0;

  /** `now`: milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Makes the request for a page, and learns how long one takes. */
  async timed<T>(request: () => Promise<T>): Promise<T> {
    const begunMs = this.#now();
    const page = await request();
    this.#requestMs = this.#now() - begunMs;
    return page;
  }

  /** Whether the next page is to be asked for before the last `left` items are used. */
  isDue(left: number): boolean {
    return left * this.#itemMs <= LEAD * this.#requestMs;
  }

  /** The items, for use one by one; `ask` is called when the page ahead is due, maybe more than once. */
  *paced<T>(items: readonly T[], ask: () => void): Generator<T> {
    const begunMs = this.#now();
    for (const [index, item] of items.entries()) {
      if (index > 0) this.#itemMs = (this.#now() - begunMs) / index;
      if (index >= Math.floor(items.length * NEARLY) || this.isDue(items.length - index)) ask();
      yield item;
    }
  }
}
