import { LISTING_CAP } from './file-lists.js';
import { keyPages } from './key-pages.js';
import { LOST } from './lost-scratch.js';
import type { SqliteFile, Statement } from './sqlite.js';
import {
  FILE_COLUMNS,
  toPlacement,
  toStoredFile,
  type FileRow,
  type Placement,
  type PlacementRow,
  type StoredFile,
} from './stored-file.js';
import type { WriteBuffer } from './write-buffer.js';

type UndoneRow = FileRow & PlacementRow & { readonly master_id: string | null };

/** Work that waits for a lookup of its records: met by no listing (IN-5), or failed (RT-40). */
export interface UndoneFile {
  readonly file: StoredFile;
  readonly placement: Placement;
  /** CPLMaster record name, once the asset has been listed. */
  readonly masterId: string | undefined;
}

/** What happens to many files at the start and the end of a run (engine 4.4). */
export class RunRules {
  readonly #database: SqliteFile;
  readonly #buffer: WriteBuffer;
  readonly #pending;
  readonly #parked;
  readonly #failed;
  readonly #waiting;
  readonly #requeueFailed;
  readonly #requeueZone;
  readonly #release;
  readonly #resetFailed;
  readonly #promote;
  readonly #lostBefore;
  readonly #unplaceStale;
  readonly #keepStale;
  readonly #dropStale;

  constructor(database: SqliteFile, buffer: WriteBuffer) {
    this.#database = database;
    this.#buffer = buffer;
    const undone = (condition: string) =>
      database.prepare<UndoneRow>(
        `SELECT ${FILE_COLUMNS}, placements.zone, placements.asset_id, placements.rendition,
         placements.place, assets.master_id
       FROM files
       JOIN placements ON placements.file_id = files.id
       LEFT JOIN assets ON assets.zone = placements.zone AND assets.asset_id = placements.asset_id
       WHERE ${condition} AND placements.zone = @zone
         AND (files.seen_run, files.id) > (@afterRun, @afterId)
       GROUP BY files.seen_run, files.id ORDER BY files.seen_run, files.id LIMIT @limit`,
      );
    this.#pending = undone("files.status = 'pending' AND files.seen_run < @run");
    this.#parked = undone("files.status = 'failed' AND files.seen_run < @run");
    this.#failed = undone("files.status = 'failed' AND files.seen_run = @run");
    // A file that has its name and waits for its row is no work any more: the next start adopts it.
    const open = `NOT EXISTS (SELECT 1 FROM publications WHERE file_id = files.id)`;
    this.#waiting = undone(`files.status = 'pending' AND files.seen_run = @run AND ${open}`);
    this.#requeueFailed = database.prepare(
      `UPDATE files SET status = 'pending'
       WHERE status = 'failed' AND (@perAsset = 0 OR attempts < @perAsset)`,
    );
    this.#release = database.prepare(`UPDATE files SET status = 'pending' WHERE id = @fileId`);
    this.#resetFailed = database.prepare(
      `UPDATE files SET status = 'pending', attempts = 0, last_error = NULL
       WHERE status = 'failed'`,
    );
    this.#promote = database.prepare(
      `UPDATE files SET status = 'failed', last_error = 'Not resolved during sync'
       WHERE status = 'pending' AND seen_run = @run AND ${open}`,
    );
    const stale = `status = 'pending' AND seen_run < @run`;
    const reasons = Object.values(LOST).map((reason) => `'${reason}'`);
    this.#requeueZone = database.prepare(
      `UPDATE files SET status = 'pending' WHERE status = 'failed'
         AND EXISTS (SELECT 1 FROM placements WHERE file_id = files.id AND zone = @zone)`,
    );
    this.#lostBefore = database.prepare<{ path: string }>(
      `SELECT path FROM files WHERE ${stale} AND last_error IN (${reasons.join(', ')})
         AND EXISTS (SELECT 1 FROM placements WHERE file_id = files.id AND zone = @zone)
       LIMIT @limit`,
    );
    this.#unplaceStale = database.prepare(
      `DELETE FROM placements WHERE zone = @zone AND file_id IN
         (SELECT id FROM files WHERE ${stale} AND published_ms IS NULL)`,
    );
    this.#keepStale = database.prepare(
      `UPDATE files SET status = 'downloaded', last_error = NULL,
         checksum = published_checksum, size_bytes = published_size
       WHERE ${stale} AND published_ms IS NOT NULL
         AND EXISTS (SELECT 1 FROM placements WHERE file_id = files.id AND zone = @zone)`,
    );
    this.#dropStale = database.prepare(
      `DELETE FROM files WHERE ${stale} AND published_ms IS NULL
         AND NOT EXISTS (SELECT 1 FROM placements WHERE file_id = files.id)
         AND NOT EXISTS (SELECT 1 FROM publications WHERE file_id = files.id)`,
    );
  }

  /**
   * Start of a run: failed files are tried again, their attempts kept (RT-20 as changed by D56).
   * Those whose attempts are used up stay failed (RT-22); `perAsset` 0 means no limit.
   *
   * @returns How many.
   */
  requeueFailed(perAsset: number): number {
    return this.#requeueFailed.run({ perAsset });
  }

  /** `--retry-failed`: every failed file is tried again with no attempts behind it (RT-70, D56). */
  resetFailed(): number {
    return this.#resetFailed.run();
  }

  /** Pending files of a zone that the run has not planned yet, each once; writing between is fine. */
  pendingBefore(zone: string, run: number): Generator<UndoneFile> {
    return this.#pages(this.#pending, zone, run);
  }

  /** Files of a zone whose attempts were used up before the run, and that it has not met (RT-22). */
  parkedBefore(zone: string, run: number): Generator<UndoneFile> {
    return this.#pages(this.#parked, zone, run);
  }

  /** One of them is no failure any more; `pruneStale` forgets it like other work nobody planned. */
  release(fileId: number): void {
    this.#release.run({ fileId });
  }

  /** Files of a zone that failed in this run, for their second chance (RT-40). */
  failedIn(zone: string, run: number): Generator<UndoneFile> {
    return this.#pages(this.#failed, zone, run);
  }

  /** Files of a zone that this run planned and nothing has settled yet: places that wait for bytes. */
  waitingIn(zone: string, run: number): Generator<UndoneFile> {
    return this.#pages(this.#waiting, zone, run);
  }

  *#pages(statement: Statement<UndoneRow>, zone: string, run: number): Generator<UndoneFile> {
    this.#buffer.flushNow();
    const rows = keyPages<UndoneRow>((last, limit) => {
      const { seen_run: afterRun = -1, id: afterId = 0 } = last ?? {};
      return statement.all({ zone, run, afterRun, afterId, limit });
    });
    for (const row of rows) {
      yield {
        file: toStoredFile(row),
        placement: toPlacement(row),
        masterId: row.master_id ?? undefined,
      };
    }
  }

  /** End of a run that was not interrupted: what it planned and left pending has failed (RT-23). */
  promoteUnresolved(run: number): number {
    return this.#database.transaction(() => {
      this.#buffer.flushNow();
      return this.#promote.run({ run });
    });
  }

  /** Paths (at most 200) of lost files that the run was to fetch again and has not planned. */
  lostBefore(zone: string, run: number): string[] {
    this.#buffer.flushNow();
    return this.#lostBefore.all({ zone, run, limit: LISTING_CAP }).map(({ path }) => path);
  }

  /**
   * After a clean full enumeration of a zone: pending work that was not planned any more is
   * forgotten (RT-24). A file that lies on disk in an older version is recorded as that again, and
   * one whose publication is unsettled stays for the next start.
   *
   * @returns How many placements were pruned.
   */
  pruneStale(zone: string, run: number): number {
    return this.#database.transaction(() => {
      this.#buffer.flushNow();
      const pruned = this.#unplaceStale.run({ zone, run });
      this.#keepStale.run({ zone, run });
      this.#dropStale.run({ run });
      return pruned;
    });
  }

  /** What a zone that is no longer there has left to do is forgotten, as `pruneStale` does it. */
  dropUndone(zone: string, run: number): void {
    this.#database.transaction(() => {
      this.#requeueZone.run({ zone });
      this.pruneStale(zone, run);
    });
  }
}
