import { keyPages } from './key-pages.js';
import type { SqliteFile } from './sqlite.js';
import type { Placement } from './stored-file.js';

/** A rendition, in whatever place. */
export type RenditionId = Omit<Placement, 'place'>;

/** Why an import found no file for a rendition. */
export type MissingReason =
  | 'not-found'
  /** A file at one of its paths has fewer bytes than iCloud has. */
  | 'truncated'
  /** … more bytes: metadata was written into it, or it is another file. */
  | 'longer'
  /** … its size and other bytes. */
  | 'other-content'
  /** `--strict` found other bytes, or could not compare. */
  | 'refused'
  | 'unreadable';

/** A rendition that no local file holds. */
export interface MissingRendition extends RenditionId {
  /** The file's name in iCloud. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly reason: MissingReason;
  /** The local file that the reason is about. */
  readonly localId: number | undefined;
}

/** The same with the file that the reason is about, for a report. */
export interface ReportedMissing extends MissingRendition {
  readonly local: { readonly path: string; readonly sizeBytes: number } | undefined;
}

interface MissingRow {
  readonly row: number;
  readonly zone: string;
  readonly asset_id: string;
  readonly rendition: Placement['rendition'];
  readonly name: string;
  readonly size_bytes: number;
  readonly reason: MissingReason;
  readonly local_id: number | null;
  readonly path: string | null;
  readonly local_size: number | null;
}

/** Tables of `ImportFindings`, beside those of `LocalFiles`. */
export const FINDING_TABLES = `
  CREATE TABLE matched (
    zone TEXT NOT NULL, asset_id TEXT NOT NULL, rendition TEXT NOT NULL,
    PRIMARY KEY (zone, asset_id, rendition)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE missing (
    row INTEGER PRIMARY KEY, zone TEXT NOT NULL, asset_id TEXT NOT NULL, rendition TEXT NOT NULL,
    name TEXT NOT NULL, size_bytes INTEGER NOT NULL, reason TEXT NOT NULL, local_id INTEGER,
    UNIQUE (zone, asset_id, rendition)
  ) STRICT;
`;

const OF_SIZE = `('truncated', 'longer', 'other-content')`;

/** Which renditions of one import have a file, and which have none and why. */
export class ImportFindings {
  readonly #match;
  readonly #isMatched;
  readonly #miss;
  readonly #forget;
  readonly #settle;
  readonly #markTruncated;
  readonly #count;
  readonly #page;

  constructor(database: SqliteFile) {
    const id = 'zone = @zone AND asset_id = @assetId AND rendition = @rendition';
    this.#match = database.prepare(
      'INSERT INTO matched VALUES (@zone, @assetId, @rendition) ON CONFLICT DO NOTHING',
    );
    this.#isMatched = database.prepare<{ zone: string }>(`SELECT zone FROM matched WHERE ${id}`);
    this.#miss = database.prepare(
      `INSERT INTO missing (zone, asset_id, rendition, name, size_bytes, reason, local_id)
       VALUES (@zone, @assetId, @rendition, @name, @sizeBytes, @reason, @localId)
       ON CONFLICT DO NOTHING`,
    );
    this.#forget = database.prepare(`DELETE FROM missing WHERE ${id}`);
    this.#settle = database.prepare(
      `UPDATE missing SET reason = 'not-found', local_id = NULL
       WHERE reason IN ${OF_SIZE} AND local_id IN (SELECT id FROM local WHERE mark IS NOT NULL)`,
    );
    this.#markTruncated = database.prepare(
      `UPDATE local SET mark = 'truncated' WHERE mark IS NULL
       AND id IN (SELECT local_id FROM missing WHERE reason = 'truncated')`,
    );
    this.#count = database.prepare<{ n: number }>(
      'SELECT count(*) AS n FROM missing WHERE @reason IS NULL OR reason = @reason',
    );
    this.#page = database.prepare<MissingRow>(
      `SELECT missing.*, local.path, local.size_bytes AS local_size
       FROM missing LEFT JOIN local ON local.id = missing.local_id
       WHERE row > @after ORDER BY row LIMIT @limit`,
    );
  }

  /** The rendition has a file now, in one place at least. */
  match({ zone, assetId, rendition }: RenditionId): void {
    this.#match.run({ zone, assetId, rendition });
    this.#forget.run({ zone, assetId, rendition });
  }

  isMatched({ zone, assetId, rendition }: RenditionId): boolean {
    return this.#isMatched.get({ zone, assetId, rendition }) !== undefined;
  }

  /** The rendition has no file; the first reason stays. */
  miss(missing: MissingRendition): void {
    const { zone, assetId, rendition, name, sizeBytes, reason, localId } = missing;
    this.#miss.run({
      ...{ zone, assetId, rendition, name, sizeBytes, reason },
      localId: localId ?? null,
    });
  }

  /** At the end: a file that turned out to be another photo's says nothing about this one. */
  settle(): void {
    this.#settle.run();
    this.#markTruncated.run();
  }

  count(reason?: MissingReason): number {
    return this.#count.get({ reason: reason ?? null })?.n ?? 0;
  }

  /** Every rendition without a file, in the order of the listing. */
  *missing(): Generator<ReportedMissing> {
    const rows = keyPages<MissingRow>((last, limit) =>
      this.#page.all({ after: last?.row ?? 0, limit }),
    );
    for (const row of rows) yield toMissing(row);
  }
}

function toMissing(row: MissingRow): ReportedMissing {
  const { path, local_size: localSize } = row;
  return {
    zone: row.zone,
    assetId: row.asset_id,
    rendition: row.rendition,
    name: row.name,
    sizeBytes: row.size_bytes,
    reason: row.reason,
    localId: row.local_id ?? undefined,
    local: path === null || localSize === null ? undefined : { path, sizeBytes: localSize },
  };
}
