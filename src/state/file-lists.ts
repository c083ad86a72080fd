import { keyPages } from './key-pages.js';
import type { SqliteFile } from './sqlite.js';
import {
  FILE_COLUMNS,
  toPlacement,
  toStoredFile,
  type FileRow,
  type FileStatus,
  type Placement,
  type PlacementRow,
  type StoredFile,
} from './stored-file.js';

/** How many files kei knows, by status. */
export interface FileCounts {
  readonly total: number;
  readonly downloaded: number;
  readonly pending: number;
  readonly failed: number;
}

/** A file as the offline commands print it. */
export interface ListedFile {
  readonly file: StoredFile;
  /** One of the renditions that it holds; `undefined` for a file that an earlier plan left behind. */
  readonly owner: Placement | undefined;
  /** Start of the last run that planned it. */
  readonly lastSeenMs: number | undefined;
}

type UndoneRow = PlacementRow & Pick<FileRow, 'seen_run' | 'id'>;

type ListedRow = FileRow & { readonly [K in keyof PlacementRow]: PlacementRow[K] | null } & {
  readonly last_seen_ms: number | null;
};

/** Rows of one listing of `kei status` or the report (cli 9). */
export const LISTING_CAP = 200;

/** Counts, capped lists and pages over all files. Pages hold 1,000 rows, whatever the library's size. */
export class FileLists {
  readonly #counts;
  readonly #newest;
  readonly #downloaded;
  readonly #exhausted;
  readonly #undone;

  constructor(database: SqliteFile) {
    this.#counts = database.prepare<{ status: FileStatus; n: number }>(
      'SELECT status, count(*) AS n FROM files GROUP BY status',
    );
    const owner = `FROM files
       LEFT JOIN placements ON placements.file_id = files.id
       LEFT JOIN runs ON runs.id = files.seen_run`;
    const columns = `${FILE_COLUMNS}, placements.zone, placements.asset_id, placements.rendition,
       placements.place, runs.started_ms AS last_seen_ms`;
    // The bare columns of a group come from any one of its placements, which is all that is asked.
    this.#newest = database.prepare<ListedRow>(
      `SELECT ${columns} ${owner} WHERE files.status = @status
       GROUP BY files.seen_run, files.id ORDER BY files.seen_run DESC, files.id DESC LIMIT @limit`,
    );
    // The plus keeps the index by status away, which would sort the library for every page.
    this.#downloaded = database.prepare<ListedRow>(
      `SELECT ${columns} ${owner} WHERE files.id > @after AND +files.status = 'downloaded'
       GROUP BY files.id ORDER BY files.id LIMIT @limit`,
    );
    this.#exhausted = database.prepare<{ n: number }>(
      `SELECT count(*) AS n FROM files
       WHERE status = 'failed' AND attempts >= @perAsset AND seen_run < @beforeRun
         AND EXISTS (SELECT 1 FROM placements WHERE file_id = files.id AND zone = @zone)`,
    );
    this.#undone = database.prepare<UndoneRow>(
      `SELECT placements.zone, placements.asset_id, placements.rendition, placements.place,
         files.seen_run, files.id
       FROM files JOIN placements ON placements.file_id = files.id
       WHERE files.status = @status AND placements.zone = @zone
         AND (files.seen_run, files.id) > (@afterRun, @afterId)
         AND (@status = 'pending' OR @perAsset = 0 OR files.attempts < @perAsset)
       GROUP BY files.seen_run, files.id ORDER BY files.seen_run, files.id LIMIT @limit`,
    );
  }

  /**
   * The placements of a zone whose files the next run will try, in pages: pending ones, and failed
   * ones with attempts left (`perAsset` 0: any number). A file in several places comes once.
   */
  *undoneIn(zone: string, perAsset: number): Generator<Placement> {
    for (const status of ['pending', 'failed']) {
      const rows = keyPages<UndoneRow>((last, limit) => {
        const { seen_run: afterRun = -1, id: afterId = 0 } = last ?? {};
        return this.#undone.all({ status, zone, perAsset, afterRun, afterId, limit });
      });
      for (const row of rows) yield toPlacement(row);
    }
  }

  counts(): FileCounts {
    const byStatus = { downloaded: 0, pending: 0, failed: 0 };
    for (const { status, n } of this.#counts.all()) byStatus[status] = n;
    return {
      ...byStatus,
      total: byStatus.downloaded + byStatus.pending + byStatus.failed,
    };
  }

  /** The files of a status, newest seen first, at most `limit` (cli 9.4). */
  newest(status: FileStatus, limit = LISTING_CAP): ListedFile[] {
    return this.#newest.all({ status, limit }).map(toListedFile);
  }

  /**
   * Every downloaded file by ascending id, each once, in pages: the caller may write between two
   * files, and finds nothing twice.
   */
  *downloaded(after = 0): Generator<ListedFile> {
    const rows = keyPages<ListedRow>((last, limit) =>
      this.#downloaded.all({ after: last?.id ?? after, limit }),
    );
    for (const row of rows) yield toListedFile(row);
  }

  /**
   * Files of a zone whose attempts are used up (RT-22), of those that run `beforeRun` has not met;
   * none when `perAsset` is 0, which means no limit.
   */
  exhaustedIn(zone: string, perAsset: number, beforeRun = Number.MAX_SAFE_INTEGER): number {
    return perAsset === 0 ? 0 : (this.#exhausted.get({ zone, perAsset, beforeRun })?.n ?? 0);
  }
}

function toListedFile(row: ListedRow): ListedFile {
  const { zone, asset_id, rendition, place } = row;
  const owned = zone !== null && asset_id !== null && rendition !== null && place !== null;
  return {
    file: toStoredFile(row),
    owner: owned ? toPlacement({ zone, asset_id, rendition, place }) : undefined,
    lastSeenMs: row.last_seen_ms ?? undefined,
  };
}
