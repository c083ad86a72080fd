import { SqliteFile } from './sqlite.js';

/** Why a recorded file is to be fetched again (cli 9.6); stored as its last error. */
export const LOST = {
  missing: 'FILE_MISSING_AT_STARTUP',
  truncated: 'FILE_TRUNCATED_AT_STARTUP',
  damaged: 'FILE_DAMAGED',
} as const;

/** A file that is to be fetched again. */
export interface LostFile {
  readonly fileId: number;
  /** When what was judged had been published: a newer file is not lost. */
  readonly publishedMs: number;
  readonly path: string;
  /** A fixed word, stored as the file's last error. */
  readonly reason: string;
}

interface LostRow {
  readonly n: number;
  readonly file_id: number;
  readonly published_ms: number;
  readonly path: string;
  readonly reason: string;
}

const PAGE = 500;

/**
 * What a look at all files found to be lost, kept in a temporary file of SQLite's own making until
 * everything was looked at: nothing is marked before (cli 9.6), and memory does not grow (D74).
 */
export class LostScratch {
  readonly #database: SqliteFile;
  readonly #add;
  readonly #page;

  constructor() {
    this.#database = new SqliteFile('', { readonly: false, mustExist: false });
    // Nothing here outlives the process, so nothing needs to be safe.
    this.#database.pragma('journal_mode = OFF');
    this.#database.pragma('synchronous = OFF');
    this.#database.exec(`
      CREATE TABLE lost (
        n INTEGER PRIMARY KEY, file_id INTEGER NOT NULL, published_ms INTEGER NOT NULL,
        path TEXT NOT NULL, reason TEXT NOT NULL
      ) STRICT;
    `);
    this.#add = this.#database.prepare(
      `INSERT INTO lost (file_id, published_ms, path, reason)
       VALUES (@fileId, @publishedMs, @path, @reason)`,
    );
    this.#page = this.#database.prepare<LostRow>(
      'SELECT * FROM lost WHERE n > @after ORDER BY n LIMIT @limit',
    );
  }

  add({ fileId, publishedMs, path, reason }: LostFile): void {
    this.#add.run({ fileId, publishedMs, path, reason });
  }

  /** In the order in which they were found, some hundred at a time. */
  *pages(): Generator<readonly LostFile[]> {
    for (let after = 0; ;) {
      const rows = this.#page.all({ after, limit: PAGE });
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows.map((row) => ({
        fileId: row.file_id,
        publishedMs: row.published_ms,
        path: row.path,
        reason: row.reason,
      }));
      after = last.n;
    }
  }

  close(): void {
    this.#database.close();
  }
}
