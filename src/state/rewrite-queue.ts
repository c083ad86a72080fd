import type { Clock } from '../platform/clock.js';
import type { SqliteFile } from './sqlite.js';
import {
  FILE_COLUMNS,
  toPlacement,
  toStoredFile,
  type FileRow,
  type Placement,
  type PlacementRow,
  type PublishedFile,
  type StoredFile,
} from './stored-file.js';

/** Files whose metadata waits to be written again, without a download (MW-30 to MW-32). */
export class RewriteQueue {
  readonly #database: SqliteFile;
  readonly #clock: Clock;
  readonly #oldest;
  readonly #count;
  readonly #add;
  readonly #done;
  readonly #doneBytes;

  constructor(database: SqliteFile, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#oldest = database.prepare<FileRow & PlacementRow>(
      `SELECT ${FILE_COLUMNS}, placements.zone, placements.asset_id, placements.rendition,
         placements.place
       FROM files JOIN placements ON placements.file_id = files.id
       WHERE files.rewrite_since_ms IS NOT NULL AND +files.status = 'downloaded'
       GROUP BY files.rewrite_since_ms, files.id
       ORDER BY files.rewrite_since_ms, files.id LIMIT @limit`,
    );
    this.#count = database.prepare<{ n: number }>(
      'SELECT count(*) AS n FROM files WHERE rewrite_since_ms IS NOT NULL',
    );
    this.#add = database.prepare('UPDATE files SET rewrite_since_ms = @now WHERE id = @fileId');
    this.#done = database.prepare(
      `UPDATE files SET metadata_hash = @metadataHash, rewrite_since_ms = NULL WHERE id = @fileId`,
    );
    this.#doneBytes = database.prepare(
      `UPDATE files SET download_sha256 = coalesce(download_sha256, sha256), sha256 = @sha256,
         disk_bytes = @diskBytes, mtime_ms = @mtimeMs
       WHERE id = @fileId`,
    );
  }

  /** Files that wait, the longest waiting first, with one of their renditions (MW-31). */
  oldest(limit: number): { readonly file: StoredFile; readonly placement: Placement }[] {
    return this.#oldest
      .all({ limit })
      .map((row) => ({ file: toStoredFile(row), placement: toPlacement(row) }));
  }

  count(): number {
    return this.#count.get()?.n ?? 0;
  }

  /** The metadata of a file is to be written again (DB-41); a failed rewrite goes to the end. */
  add(fileId: number): void {
    this.#add.run({ fileId, now: this.#clock.now() });
  }

  /** Metadata was written; `changed` describes the file where its own bytes changed (MW-31). */
  done(
    fileId: number,
    metadataHash: string,
    changed?: Pick<PublishedFile, 'diskBytes' | 'mtimeMs'> & { readonly sha256: string },
  ): void {
    this.#database.transaction(() => {
      this.#done.run({ fileId, metadataHash });
      if (changed !== undefined) {
        const { sha256, diskBytes, mtimeMs } = changed;
        this.#doneBytes.run({ fileId, sha256, diskBytes, mtimeMs: Math.trunc(mtimeMs) });
      }
    });
  }
}
