import type { Clock } from '../platform/clock.js';

/** One pause for all callers: when Apple slows one request down, none of them goes on (protocol 9). */
export class SharedPause {
  readonly #clock: Clock;
  #over: Promise<void> = Promise.resolve();
  #running = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True while somebody has to wait. */
  get isOn(): boolean {
    return this.#running > 0;
  }

  /** Holds everybody back for `ms` from now; overlapping pauses end with the longest. */
  start(ms: number, signal: AbortSignal | undefined): void {
    this.#running += 1;
    // An abort ends the pause; whoever waits for it finds the signal fired.
    const sleep = this.#clock
      .sleep(ms, signal)
      .catch(() => undefined)
      .finally(() => {
        this.#running -= 1;
      });
    this.#over = Promise.all([this.#over, sleep]).then(() => undefined);
  }

  /** Resolves when no pause is left, also not one that began meanwhile. */
  async passed(): Promise<void> {
    let seen: Promise<void> | undefined;
    while (seen !== this.#over) {
      seen = this.#over;
      await seen;
    }
  }
}
