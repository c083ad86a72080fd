import type { Clock } from '../platform/clock.js';
import { keyPages } from './key-pages.js';
import type { SqliteFile } from './sqlite.js';

/**
 * Work that a run met and could not do: an asset without a master, a relation to something unknown,
 * a present but unusable resource. It holds no token back (D61) and is settled by a later lookup.
 */
export interface Debt {
  readonly zone: string;
  /** The record to look up. */
  readonly recordName: string;
  /** A short fixed word, e.g. `unpaired`, `relation`, `unusable-resource`. */
  readonly reason: string;
  /** What else is needed to settle it: an album, a rendition; empty when nothing is. */
  readonly detail: string;
}

export interface StoredDebt extends Debt {
  readonly owedSinceMs: number;
  /** Lookups that have not settled it. */
  readonly tries: number;
  readonly lastTriedMs: number | undefined;
}

interface DebtRow {
  readonly zone: string;
  readonly record_name: string;
  readonly reason: string;
  readonly detail: string;
  readonly owed_since_ms: number;
  readonly tries: number;
  readonly last_tried_ms: number | null;
}

export class DebtReader {
  readonly #count;
  readonly #page;
  readonly #first;
  readonly #ofRecord;
  readonly #reason;

  constructor(database: SqliteFile) {
    this.#count = database.prepare<{ n: number }>('SELECT count(*) AS n FROM debts');
    this.#page = database.prepare<DebtRow>(
      `SELECT zone, record_name, reason, detail, owed_since_ms, tries, last_tried_ms FROM debts
       WHERE zone = @zone AND (record_name, reason, detail) > (@recordName, @reason, @detail)
       ORDER BY record_name, reason, detail LIMIT @limit`,
    );
    this.#reason = database.prepare<{ reason: string }>(
      'SELECT reason FROM debts WHERE zone = @zone AND reason = @reason LIMIT 1',
    );
    this.#first = database.prepare<DebtRow>(
      `SELECT zone, record_name, reason, detail, owed_since_ms, tries, last_tried_ms FROM debts
       ORDER BY zone, record_name, reason, detail LIMIT @limit`,
    );
    this.#ofRecord = database.prepare<DebtRow>(
      `SELECT zone, record_name, reason, detail, owed_since_ms, tries, last_tried_ms FROM debts
       WHERE zone = @zone AND record_name = @recordName ORDER BY reason, detail`,
    );
  }

  /** Whether anything of a zone is owed for this reason. */
  owes(zone: string, reason: string): boolean {
    return this.#reason.get({ zone, reason }) !== undefined;
  }

  count(): number {
    return this.#count.get()?.n ?? 0;
  }

  /** Up to `limit` debts of a zone in the order of their names, from after `last` on. */
  page(zone: string, limit: number, last?: Debt): StoredDebt[] {
    const { recordName, reason, detail } = last ?? { recordName: '', reason: '', detail: '' };
    return this.#page.all({ zone, recordName, reason, detail, limit }).map(toStoredDebt);
  }

  /** What one record owes. */
  ofRecord(zone: string, recordName: string): StoredDebt[] {
    return this.#ofRecord.all({ zone, recordName }).map(toStoredDebt);
  }

  /** At most `limit` debts, of whatever zone. */
  first(limit: number): StoredDebt[] {
    return this.#first.all({ limit }).map(toStoredDebt);
  }

  /** All debts of a zone, in pages; the caller may settle each while it goes. */
  *all(zone: string): Generator<StoredDebt> {
    yield* keyPages<StoredDebt>((last, limit) => this.page(zone, limit, last));
  }
}

export class DebtWriter extends DebtReader {
  readonly #clock: Clock;
  readonly #settleRecord;
  readonly #settleZone;
  readonly #add;

  constructor(database: SqliteFile, clock: Clock) {
    super(database);
    this.#clock = clock;
    this.#add = database.prepare(
      `INSERT INTO debts (zone, record_name, reason, detail, owed_since_ms)
       VALUES (@zone, @recordName, @reason, @detail, @now)
       ON CONFLICT DO UPDATE SET tries = tries + 1, last_tried_ms = @now`,
    );
    this.#settleRecord = database.prepare(
      `DELETE FROM debts WHERE zone = @zone AND record_name = @recordName
       AND coalesce(last_tried_ms, owed_since_ms) < @beforeMs`,
    );
    this.#settleZone = database.prepare(
      `DELETE FROM debts WHERE zone = @zone AND coalesce(last_tried_ms, owed_since_ms) < @beforeMs`,
    );
  }

  /** Owing the same again is the same debt, tried once more. */
  add(debt: Debt): void {
    this.#add.run({ ...key(debt), now: this.#clock.now() });
  }

  /**
   * A lookup brought the record back and it was planned anew, or it is gone: what it owed is settled,
   * except what was owed again since `beforeMs`.
   */
  settleRecord(zone: string, recordName: string, beforeMs: number): void {
    this.#settleRecord.run({ zone, recordName, beforeMs });
  }

  /** The whole zone was listed: what was not owed again since `beforeMs` was met, or is selected no more. */
  settleZone(zone: string, beforeMs: number): void {
    this.#settleZone.run({ zone, beforeMs });
  }
}

function key({ zone, recordName, reason, detail }: Debt) {
  return { zone, recordName, reason, detail };
}

function toStoredDebt(row: DebtRow): StoredDebt {
  return {
    zone: row.zone,
    recordName: row.record_name,
    reason: row.reason,
    detail: row.detail,
    owedSinceMs: row.owed_since_ms,
    tries: row.tries,
    lastTriedMs: row.last_tried_ms ?? undefined,
  };
}
