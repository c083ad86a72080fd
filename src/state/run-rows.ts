import { stateRowMissing } from '../errors/state-errors.js';
import type { Clock } from '../platform/clock.js';
import type { SqliteFile } from './sqlite.js';

export type RunKind = 'sync' | 'import';

/** Numbers of a finished run; they are the report's own (OB-10). */
export interface RunResult {
  readonly status: 'complete' | 'interrupted';
  readonly assetsSeen: number;
  readonly downloaded: number;
  readonly failed: number;
  readonly enumerationErrors: number;
  /** More facts of the report, JSON-ready: totals to compare the next run with (OB-11). */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** When kei last worked, for `kei status` (cli 9.4). */
export interface LastRuns {
  /** A run without an end: under way, or killed; the account lock tells which. */
  readonly runningSinceMs: number | undefined;
  readonly lastStartedMs: number | undefined;
  readonly lastCompletedMs: number | undefined;
}

export class RunReader {
  readonly #running;
  readonly #newest;
  readonly #completed;

  constructor(database: SqliteFile) {
    this.#running = database.prepare<{ started_ms: number }>(
      `SELECT started_ms FROM runs WHERE kind = 'sync' AND status = 'running'
       ORDER BY id DESC LIMIT 1`,
    );
    this.#newest = database.prepare<{ started_ms: number }>(
      `SELECT started_ms FROM runs WHERE kind = 'sync' ORDER BY id DESC LIMIT 1`,
    );
    this.#completed = database.prepare<{ finished_ms: number; facts: string }>(
      `SELECT finished_ms, facts FROM runs WHERE kind = 'sync' AND status = 'complete'
       ORDER BY id DESC LIMIT 1`,
    );
  }

  last(): LastRuns {
    return {
      runningSinceMs: this.#running.get()?.started_ms,
      lastStartedMs: this.#newest.get()?.started_ms,
      lastCompletedMs: this.#completed.get()?.finished_ms,
    };
  }

  /** Facts of the last complete sync. */
  lastFacts(): Readonly<Record<string, unknown>> {
    const facts: unknown = JSON.parse(this.#completed.get()?.facts ?? '{}');
    return typeof facts === 'object' && facts !== null ? { ...facts } : {};
  }
}

export class RunWriter extends RunReader {
  readonly #clock: Clock;
  readonly #start;
  readonly #finish;
  readonly #interrupt;

  constructor(database: SqliteFile, clock: Clock) {
    super(database);
    this.#clock = clock;
    this.#start = database.prepare<{ id: number }>(
      `INSERT INTO runs (kind, status, started_ms) VALUES (@kind, 'running', @now) RETURNING id`,
    );
    this.#finish = database.prepare(
      `UPDATE runs SET status = @status, finished_ms = @now, assets_seen = @assetsSeen,
         downloaded = @downloaded, failed = @failed, enumeration_errors = @enumerationErrors,
         facts = @facts
       WHERE id = @run`,
    );
    this.#interrupt = database.prepare(
      `UPDATE runs SET status = 'interrupted' WHERE status = 'running'`,
    );
  }

  /** Starts a run and returns its id, which grows with every run. */
  start(kind: RunKind): number {
    const started = this.#start.get({ kind, now: this.#clock.now() });
    if (started === undefined) throw stateRowMissing('the new run');
    return started.id;
  }

  finish(run: number, result: RunResult): void {
    this.#finish.run({
      run,
      now: this.#clock.now(),
      status: result.status,
      assetsSeen: result.assetsSeen,
      downloaded: result.downloaded,
      failed: result.failed,
      enumerationErrors: result.enumerationErrors,
      facts: JSON.stringify(result.facts ?? {}),
    });
  }

  /** At the start, under the account lock: runs that never ended were killed (DB-24). */
  interruptOrphans(): number {
    return this.#interrupt.run();
  }
}
