import type { Clock } from '../platform/clock.js';
import { withBusyRetry } from './busy-retry.js';
import type { SqliteFile } from './sqlite.js';

const LIMIT = 500;

/**
 * Bookkeeping that nobody would miss after a crash (last seen, memberships), collected and written
 * in one transaction for every 500. A sync token is stored only together with what is waiting here.
 */
export class WriteBuffer {
  readonly #database: SqliteFile;
  readonly #clock: Clock;
  #waiting: (() => void)[] = [];

  constructor(database: SqliteFile, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Keeps `write` for later; waits while the buffer is full. Writes must be safe to repeat. */
  async add(write: () => void): Promise<void> {
    this.#waiting.push(write);
    if (this.#waiting.length >= LIMIT) await this.flush();
  }

  async flush(): Promise<void> {
    await withBusyRetry(this.#clock, () => {
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
