import { FeedScratch } from './feed-scratch.js';
import { keyPages } from './key-pages.js';
import { keysUnder, pathKey } from '../platform/path-key.js';
import { orNull } from './sql-values.js';
import { SqliteFile } from './sqlite.js';
import type { Placement, RemoteContent } from './stored-file.js';

/** Who has claimed a path in a run that writes no state, and what will lie there. */
export interface ScratchClaim extends Placement, RemoteContent {}

interface ClaimRow {
  readonly zone: string;
  readonly asset_id: string;
  readonly rendition: Placement['rendition'];
  readonly place: string;
  readonly checksum: string | null;
  readonly size_bytes: number;
}

/**
 * What one run must remember of a library of any size: which assets it has seen, which the unfiled
 * pass leaves out, which paths a dry run has given away. It lives in a temporary file of SQLite's
 * own making, not in memory (D74) and not in the state, so that a dry run has it too (DB-7).
 */
export class RunScratch {
  /** The change feeds of this run. */
  readonly feed: FeedScratch;
  readonly #database: SqliteFile;
  readonly #foldCase: boolean;
  readonly #see;
  readonly #seen;
  readonly #allSeen;
  readonly #exclude;
  readonly #excluded;
  readonly #claim;
  readonly #claimed;
  readonly #claimedUnder;

  constructor(options: { readonly foldCase: boolean }) {
    this.#foldCase = options.foldCase;
    this.#database = new SqliteFile('', { readonly: false, mustExist: false });
    // Nothing here outlives the process, so nothing needs to be safe.
    this.#database.pragma('journal_mode = OFF');
    this.#database.pragma('synchronous = OFF');
    this.#database.pragma('cache_size = -2048');
    this.#database.exec(`
      CREATE TABLE seen (
        pass TEXT NOT NULL, zone TEXT NOT NULL, asset_id TEXT NOT NULL,
        PRIMARY KEY (pass, zone, asset_id)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE excluded (
        zone TEXT NOT NULL, asset_id TEXT NOT NULL, PRIMARY KEY (zone, asset_id)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE claimed (
        path_key TEXT PRIMARY KEY, zone TEXT NOT NULL, asset_id TEXT NOT NULL,
        rendition TEXT NOT NULL, place TEXT NOT NULL, checksum TEXT, size_bytes INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
    `);
    this.feed = new FeedScratch(this.#database);
    this.#see = this.#database.prepare(
      'INSERT INTO seen VALUES (@pass, @zone, @assetId) ON CONFLICT DO NOTHING',
    );
    this.#seen = this.#database.prepare<{ zone: string }>(
      'SELECT zone FROM seen WHERE pass = @pass AND zone = @zone AND asset_id = @assetId',
    );
    this.#allSeen = this.#database.prepare<{ asset_id: string }>(
      `SELECT asset_id FROM seen WHERE pass = @pass AND zone = @zone AND asset_id > @after
       ORDER BY asset_id LIMIT @limit`,
    );
    this.#exclude = this.#database.prepare(
      'INSERT INTO excluded VALUES (@zone, @assetId) ON CONFLICT DO NOTHING',
    );
    this.#excluded = this.#database.prepare<{ zone: string }>(
      'SELECT zone FROM excluded WHERE zone = @zone AND asset_id = @assetId',
    );
    this.#claim = this.#database.prepare(
      `INSERT INTO claimed
       VALUES (@pathKey, @zone, @assetId, @rendition, @place, @checksum, @sizeBytes)
       ON CONFLICT DO NOTHING`,
    );
    this.#claimed = this.#database.prepare<ClaimRow>(
      `SELECT zone, asset_id, rendition, place, checksum, size_bytes FROM claimed
       WHERE path_key = @pathKey`,
    );
    this.#claimedUnder = this.#database.prepare<{ zone: string }>(
      'SELECT zone FROM claimed WHERE path_key >= @first AND path_key < @end LIMIT 1',
    );
  }

  /** Notes that a pass met an asset; `false` when it had met it before (EN-66). */
  firstSight(pass: string, zone: string, assetId: string): boolean {
    return this.#see.run({ pass, zone, assetId }) === 1;
  }

  /** Whether a pass has met an asset. */
  hasSeen(pass: string, zone: string, assetId: string): boolean {
    return this.#seen.get({ pass, zone, assetId }) !== undefined;
  }

  /** Every asset that a pass has met, in pages; writing between is fine. */
  *allSeen(pass: string, zone: string): Generator<string> {
    const rows = keyPages<{ asset_id: string }>((last, limit) =>
      this.#allSeen.all({ pass, zone, after: last?.asset_id ?? '', limit }),
    );
    for (const row of rows) yield row.asset_id;
  }

  /** The asset is filed by an album pass: the unfiled pass leaves it out (EN-62). */
  exclude(zone: string, assetId: string): void {
    this.#exclude.run({ zone, assetId });
  }

  isExcluded(zone: string, assetId: string): boolean {
    return this.#excluded.get({ zone, assetId }) !== undefined;
  }

  /**
   * Claims a path for this run only.
   *
   * @returns Who holds it: the given claim, or the one that was faster.
   */
  claim(path: string, claim: ScratchClaim): ScratchClaim {
    const { zone, assetId, rendition, place, checksum, sizeBytes } = claim;
    const key = pathKey(path, this.#foldCase);
    this.#claim.run({
      pathKey: key,
      zone,
      assetId,
      rendition,
      place,
      checksum: orNull(checksum),
      sizeBytes,
    });
    return this.claimantOf(path) ?? claim;
  }

  claimantOf(path: string): ScratchClaim | undefined {
    const row = this.#claimed.get({ pathKey: pathKey(path, this.#foldCase) });
    return (
      row && {
        zone: row.zone,
        assetId: row.asset_id,
        rendition: row.rendition,
        place: row.place,
        checksum: row.checksum ?? undefined,
        sizeBytes: row.size_bytes,
      }
    );
  }

  /** Whether a path was claimed anywhere below this one. */
  hasClaimsUnder(path: string): boolean {
    return this.#claimedUnder.get(keysUnder(path, this.#foldCase)) !== undefined;
  }

  /** Forgets everything, for the next cycle of a watch. */
  clear(): void {
    this.#database.exec('DELETE FROM seen; DELETE FROM excluded; DELETE FROM claimed;');
    this.feed.clear();
  }

  close(): void {
    this.#database.close();
  }
}
