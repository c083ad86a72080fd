import { cancelled } from '../../src/errors/index.js';
import type { Clock } from '../../src/platform/clock.js';

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

/**
 * Time that passes only when the test says so. An impatient clock jumps to the end of a wait as soon
 * as somebody begins one and everything else that was ready has run.
 */
export class ManualClock implements Clock {
  /** Every wait that was begun, in milliseconds. */
  readonly waits: number[] = [];
  readonly #impatient: boolean;
  readonly #sleepers = new Set<Sleeper>();
  #watchers: (() => void)[] = [];
  #nowMs: number;

  constructor(options: { nowMs?: number; impatient?: boolean } = {}) {
    this.#nowMs = options.nowMs ?? Date.UTC(2024, 0, 1);
    this.#impatient = options.impatient ?? false;
  }

  now(): number {
    return this.#nowMs;
  }

  monotonic(): number {
    return this.#nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.waits.push(ms);
    return new Promise((resolve, reject) => {
      const settle = () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', onAbort);
      };
      const onAbort = () => {
        settle();
        reject(cancelled());
      };
      const sleeper: Sleeper = {
        dueMs: this.#nowMs + ms,
        wake: () => {
          settle();
          resolve();
        },
      };
      if (signal?.aborted === true) {
        reject(cancelled());
        return;
      }
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#sleepers.add(sleeper);
      for (const tell of this.#watchers.splice(0)) tell();
      if (this.#impatient) setImmediate(() => this.#wakeUntil(sleeper.dueMs));
    });
  }

  /** Lets `ms` pass and wakes whoever is due. */
  advance(ms: number): void {
    this.#wakeUntil(this.#nowMs + ms);
  }

  /** Resolves when at least `count` waits are under way. */
  async whenWaiting(count = 1): Promise<void> {
    while (this.#sleepers.size < count) {
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  #wakeUntil(timeMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, timeMs);
    const due = [...this.#sleepers].filter(({ dueMs }) => dueMs <= this.#nowMs);
    for (const { wake } of due.sort((a, b) => a.dueMs - b.dueMs)) wake();
  }
}
