import { isKeiError } from '../errors/index.js';
import type { Clock } from '../platform/clock.js';
import { systemRandom, type Random } from '../platform/random.js';
import { withBusyRetry } from './busy-retry.js';
import type { SqliteFile } from './sqlite.js';

const LIMIT = 500;
/** Pauses before a write that failed is tried again, with up to a quarter more (RT-63). */
const PAUSES_MS = [200, 400, 800];
const JITTER_SHARE = 0.25;

/**
 * Bookkeeping that nobody would miss after a crash (last seen, memberships), collected and written
 * in one transaction for every 500. A sync token is stored only together with what is waiting here.
 */
export class WriteBuffer {
  readonly #database: SqliteFile;
  readonly #clock: Clock;
  readonly #random: Pick<Random, 'unit'>;
  #waiting: (() => void)[] = [];

  constructor(database: SqliteFile, clock: Clock, random: Pick<Random, 'unit'> = systemRandom) {
    this.#database = database;
    this.#clock = clock;
    this.#random = random;
  }

  /** Keeps `write` for later; waits while the buffer is full. Writes must be safe to repeat. */
  async add(write: () => void): Promise<void> {
    this.#waiting.push(write);
    if (this.#waiting.length >= LIMIT) await this.flush();
  }

  /** Writes what waits; a state in trouble is tried again after growing pauses (RT-63). */
  async flush(): Promise<void> {
    for (const pauseMs of PAUSES_MS) {
      try {
        await this.#flushWhenFree();
        return;
      } catch (error) {
        // A busy one has been waited for already.
        if (!isKeiError(error, 'state') || error.code === 'STATE_BUSY') throw error;
      }
      await this.#clock.sleep(pauseMs * (1 + JITTER_SHARE * this.#random.unit()));
    }
    await this.#flushWhenFree();
  }

  #flushWhenFree(): Promise<void> {
    return withBusyRetry(this.#clock, () => {
      this.flushNow();
    });
  }

  /** All or nothing: after a failure everything still waits. */
  flushNow(): void {
    if (this.#waiting.length === 0) return;
    this.#database.transaction(() => {
      for (const write of this.#waiting) write();
    });
    this.#waiting = [];
  }
}
