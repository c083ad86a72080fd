import { setImmediate } from 'node:timers';
import type { Clock } from '../platform/clock.js';
import { withBusyRetry } from './busy-retry.js';
import type { SqliteFile } from './sqlite.js';

/**
 * Collects the writes that come up in one turn of the event loop and commits them together: ten
 * downloads that report at the same time cost one transaction instead of ten. Each caller is
 * answered after the commit, so what it may rely on is the same as with a transaction of its own.
 */
export class GroupCommit {
  readonly #database: SqliteFile;
  readonly #clock: Clock;
  #waiting: Entry[] = [];

  constructor(database: SqliteFile, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /**
   * Runs `work` in a transaction and resolves with its result once that is committed. A `work` that
   * throws is rolled back alone. It may run more than once: nothing of a failed run is left.
   */
  add<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const run = () => {
        const result = work();
        return () => {
          resolve(result);
        };
      };
      this.#waiting.push({ run, reject });
      if (this.#waiting.length === 1) setImmediate(() => void this.#commit());
    });
  }

  async #commit(): Promise<void> {
    const entries = this.#waiting;
    this.#waiting = [];
    try {
      await this.#write(entries);
    } catch (error) {
      const [only, ...more] = entries;
      if (more.length === 0) only?.reject(error);
      else await Promise.all(entries.map((entry) => this.#write([entry]).catch(entry.reject)));
    }
  }

  async #write(entries: readonly Entry[]): Promise<void> {
    const answers = await withBusyRetry(this.#clock, () =>
      this.#database.transaction(() => entries.map(({ run }) => run())),
    );
    for (const answer of answers) answer();
  }
}

interface Entry {
  /** Does the work, and returns how to tell its caller. */
  readonly run: () => () => void;
  readonly reject: (reason: unknown) => void;
}
