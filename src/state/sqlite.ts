import type Database from 'better-sqlite3';
import { openDatabase } from '../platform/open-database.js';
import { classifySqliteFailure } from './sqlite-failure.js';

/** Values by the names that the statement uses (`@zone`). */
export type Params = Readonly<Record<string, string | number | null>>;

/** A statement that is compiled once; failures are KeiErrors (see `classifySqliteFailure`). */
export interface Statement<Row> {
  /** Runs it and returns how many rows changed. */
  run(params?: Params): number;
  get(params?: Params): Row | undefined;
  all(params?: Params): Row[];
}

/** Longest that one call may block the event loop for another connection's lock (D24). */
const BUSY_TIMEOUT_MS = 100;
/** Page cache: enough for the hot indexes, and no more for a million assets than for ten (D74). */
const CACHE_KIB = 2 * 1024;

/** One connection to a SQLite file. */
export class SqliteFile {
  readonly path: string;
  /** Every SQL text that was prepared, so that a test can ask for the plan of each. */
  readonly prepared: string[] = [];
  readonly #database: Database.Database;

  /** `''` as path is a temporary file that SQLite itself makes and removes. */
  constructor(path: string, options: { readonly readonly: boolean; readonly mustExist: boolean }) {
    this.path = path;
    this.#database = this.#guard(() =>
      openDatabase(path, {
        readonly: options.readonly,
        fileMustExist: options.mustExist,
        timeout: BUSY_TIMEOUT_MS,
      }),
    );
    try {
      this.pragma(`cache_size = -${CACHE_KIB}`);
      this.pragma('foreign_keys = ON');
    } catch (error) {
      this.close();
      throw error;
    }
  }

  prepare<Row = never>(sql: string): Statement<Row> {
    const statement = this.#guard(() => this.#database.prepare<[Params], Row>(sql));
    this.prepared.push(sql);
    return {
      run: (params = {}) => this.#guard(() => statement.run(params).changes),
      get: (params = {}) => this.#guard(() => statement.get(params)),
      all: (params = {}) => this.#guard(() => statement.all(params)),
    };
  }

  /** Value of a pragma, or what setting it answered. */
  pragma(text: string): unknown {
    return this.#guard(() => this.#database.pragma(text, { simple: true }));
  }

  /** Runs SQL of several statements. */
  exec(sql: string): void {
    this.#guard(() => this.#database.exec(sql));
  }

  /**
   * Runs `work` in one write transaction; inside another one it simply joins it. It is never
   * half done: an exception rolls everything back.
   */
  transaction<T>(work: () => T): T {
    if (this.#isInTransaction()) return work();
    // IMMEDIATE: a transaction that starts by reading could not wait for its turn to write.
    this.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.exec('COMMIT');
      return result;
    } catch (error) {
      // SQLite has already rolled back after some failures (full disk, I/O).
      if (this.#isInTransaction()) this.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#guard(() => this.#database.close());
  }

  #isInTransaction(): boolean {
    return this.#database.inTransaction;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw classifySqliteFailure(this.path, error);
    }
  }
}
