import type { Clock } from '../platform/clock.js';
import { keyPages } from './key-pages.js';
import type { SqliteFile } from './sqlite.js';

/** Paths of partial downloads: what is not recorded here is never removed (D35, DL-95). */
export class PartialWriter {
  readonly #clock: Clock;
  readonly #record;
  readonly #forget;
  readonly #page;
  readonly #has;

  constructor(database: SqliteFile, clock: Clock) {
    this.#clock = clock;
    this.#record = database.prepare(
      'INSERT INTO partials (path, recorded_ms) VALUES (@path, @now) ON CONFLICT DO NOTHING',
    );
    this.#forget = database.prepare('DELETE FROM partials WHERE path = @path');
    this.#has = database.prepare<{ path: string }>('SELECT path FROM partials WHERE path = @path');
    this.#page = database.prepare<{ path: string }>(
      'SELECT path FROM partials WHERE path > @after ORDER BY path LIMIT @limit',
    );
  }

  /** Before the file is created. */
  record(path: string): void {
    this.#record.run({ path, now: this.#clock.now() });
  }

  /** After the file is gone or has become a finished one. */
  forget(path: string): void {
    this.#forget.run({ path });
  }

  has(path: string): boolean {
    return this.#has.get({ path }) !== undefined;
  }

  /** All recorded paths in order; the caller may forget each while it goes. */
  *all(): Generator<string> {
    const rows = keyPages<{ path: string }>((last, limit) =>
      this.#page.all({ after: last?.path ?? '', limit }),
    );
    for (const { path } of rows) yield path;
  }
}
