import type { DownloadResult } from '../download/index.js';
import { isKeiError, type KeiError } from '../errors/index.js';
import { stateUnwritableForGood } from '../errors/state-errors.js';
import type { Counters } from '../report/counters.js';
import type { CycleDeps } from './cycle.js';
import { recordOutcome } from './record-outcome.js';

/** Outcomes in a row that could not be recorded, after which nothing more is begun (RT-62). */
const UNWRITABLE = 5;
/** How often, and with which pauses, a write that failed is tried again at the end (RT-61). */
const TRIES = 6;
const FIRST_PAUSE_MS = 200;
const JITTER_SHARE = 0.25;

type RecordDeps = Pick<
  CycleDeps,
  'store' | 'log' | 'progress' | 'files' | 'clock' | 'random' | 'cancel'
>;

/**
 * Makes the outcomes of one pass durable. One that the state does not take is kept and tried again
 * when the pass is over: a file that has its name is not fetched again because of a moment in which
 * the database was in trouble. What cannot be recorded to the end is recognised by the next start,
 * by the hash that was stored before it got its name (D34).
 */
export class OutcomeRecords {
  readonly #counters: Counters;
  readonly #deps: RecordDeps;
  #waiting: DownloadResult[] = [];
  #failuresInARow = 0;

  constructor(counters: Counters, deps: RecordDeps) {
    this.#counters = counters;
    this.#deps = deps;
  }

  /**
   * Records an outcome, now or later.
   *
   * @throws `STATE_WRITES_FAIL` when the state takes nothing any more (RT-62).
   */
  async record(result: DownloadResult): Promise<void> {
    const error = await this.#tryToRecord(result);
    this.#failuresInARow = error === undefined ? 0 : this.#failuresInARow + 1;
    if (error === undefined) return;
    this.#waiting.push(result);
    this.#deps.log.warn('The state did not take an outcome; it is recorded later', {
      path: result.file.path,
      error: error.message,
    });
    if (this.#isUnwritable) throw stateUnwritableForGood(this.#failuresInARow, error);
  }

  /** Tries again what waits, up to six times with growing pauses; gives up on the rest (RT-61). */
  async settle(): Promise<void> {
    const { clock, random, cancel, log } = this.#deps;
    for (let n = 1; n <= TRIES && this.#waiting.length > 0 && !this.#isUnwritable; n += 1) {
      const pauseMs = FIRST_PAUSE_MS * 2 ** (n - 1) * (1 + JITTER_SHARE * random.unit());
      // A run that has to end now tries without pauses.
      await clock.sleep(pauseMs, cancel).catch(() => undefined);
      await this.#tryAgain();
    }
    for (const { file } of this.#waiting) {
      log.error('Not recorded in the state; the next run recognises the file', { path: file.path });
    }
    this.#counters.stateWriteFailures += this.#waiting.length;
    this.#waiting = [];
  }

  get #isUnwritable(): boolean {
    return this.#failuresInARow >= UNWRITABLE;
  }

  async #tryAgain(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const [position, result] of waiting.entries()) {
      const error = await this.#tryToRecord(result);
      if (error === undefined) continue;
      this.#waiting.push(result);
      if (error.code !== 'STATE_BUSY') continue;
      // Whoever holds the database holds it for the rest as well.
      this.#waiting.push(...waiting.slice(position + 1));
      return;
    }
  }

  async #tryToRecord(result: DownloadResult): Promise<KeiError | undefined> {
    try {
      await recordOutcome(result, this.#counters, this.#deps);
      return undefined;
    } catch (error) {
      if (!isKeiError(error, 'state')) throw error;
      return error;
    }
  }
}
