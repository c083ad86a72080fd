import type { Clock } from '../platform/clock.js';

/**
 * One limit for all transfers of the process (DL-90): who takes bytes waits until the line would
 * have carried those that were taken before, first come, first served.
 */
export class Bandwidth {
  readonly #bytesPerMs: number;
  readonly #clock: Clock;
  /** When the line is free again, on the monotonic clock. */
  #freeAtMs = 0;

  constructor(bytesPerSecond: number, clock: Clock) {
    this.#bytesPerMs = bytesPerSecond / 1000;
    this.#clock = clock;
  }

  /** Books `bytes` that have arrived; rejects with `cancelled` when the signal fires meanwhile. */
  async take(bytes: number, signal?: AbortSignal): Promise<void> {
    const now = this.#clock.monotonic();
    this.#freeAtMs = Math.max(this.#freeAtMs, now) + bytes / this.#bytesPerMs;
    await this.#clock.sleep(this.#freeAtMs - now, signal);
  }
}
