import type { Asset, AssetMetadata } from '../domain/index.js';
import type { Clock } from '../platform/clock.js';
import { orNull, wholeOrNull } from './sql-values.js';
import type { SqliteFile } from './sqlite.js';
import { packRenditions, unpackRenditions } from './stored-renditions.js';
import type { WriteBuffer } from './write-buffer.js';

/** What the last listing said of an asset. */
export interface StoredAsset {
  readonly zone: string;
  readonly assetId: string;
  readonly masterId: string;
  readonly fileName: string | undefined;
  readonly kind: Asset['kind'];
  readonly isLivePhoto: boolean;
  readonly capturedAtMs: number | undefined;
  readonly timeZoneOffsetSeconds: number | undefined;
  readonly addedAtMs: number | undefined;
  readonly isFavorite: boolean;
  readonly isHidden: boolean;
  readonly isDeleted: boolean;
  readonly deletedAtMs: number | undefined;
  readonly metadata: AssetMetadata;
  /** DB-40; `undefined` when it was not captured. */
  readonly metadataHash: string | undefined;
  readonly seenRun: number;
}

/** An asset as a run has met it, whole but for the URLs of its renditions. */
export interface MetAsset {
  readonly asset: Asset;
  /** The last run that met it. */
  readonly seenRun: number;
}

/** The columns of an asset that filters and names look at. */
export interface AssetFactsRow {
  readonly zone: string;
  readonly asset_id: string;
  readonly master_id: string;
  readonly file_name: string | null;
  readonly kind: Asset['kind'];
  readonly is_live_photo: number;
  readonly captured_at_ms: number | null;
  readonly time_zone_offset_s: number | null;
  readonly added_at_ms: number | null;
  readonly is_favorite: number;
  readonly is_hidden: number;
  readonly is_deleted: number;
  readonly seen_run: number;
}

interface AssetRow extends AssetFactsRow {
  readonly deleted_at_ms: number | null;
  readonly metadata: string;
  readonly metadata_hash: string | null;
}

interface MetAssetRow extends AssetFactsRow {
  readonly metadata: string;
  readonly renditions: string;
}

/** The columns of {@link AssetFactsRow}. */
export const FACTS_COLUMNS = `zone, asset_id, master_id, file_name, kind, is_live_photo,
  captured_at_ms, time_zone_offset_s, added_at_ms, is_favorite, is_hidden, is_deleted, seen_run`;
const COLUMNS = `${FACTS_COLUMNS}, deleted_at_ms, metadata, metadata_hash`;

export class AssetReader {
  readonly #byId;
  readonly #met;
  readonly #byRecord;
  readonly #deletedCount;

  constructor(database: SqliteFile) {
    this.#byId = database.prepare<AssetRow>(
      `SELECT ${COLUMNS} FROM assets WHERE zone = @zone AND asset_id = @assetId`,
    );
    this.#met = database.prepare<MetAssetRow>(
      `SELECT ${FACTS_COLUMNS}, metadata, renditions FROM assets
       WHERE zone = @zone AND asset_id = @assetId AND renditions IS NOT NULL`,
    );
    this.#byRecord = database.prepare<AssetRow>(
      `SELECT ${COLUMNS} FROM assets
       WHERE zone = @zone AND (asset_id = @recordName OR master_id = @recordName)
       ORDER BY asset_id`,
    );
    this.#deletedCount = database.prepare<{ n: number }>(
      'SELECT count(*) AS n FROM assets WHERE is_deleted = 1',
    );
  }

  find(zone: string, assetId: string): StoredAsset | undefined {
    const row = this.#byId.get({ zone, assetId });
    return row && toStoredAsset(row);
  }

  /** All of an asset; `undefined` also for a row of an older kei, which does not say enough. */
  met(zone: string, assetId: string): MetAsset | undefined {
    const row = this.#met.get({ zone, assetId });
    if (row === undefined) return undefined;
    const facts = toFacts(row);
    const { canBeRefreshed, ...renditions } = unpackRenditions(row.renditions, facts);
    if (!canBeRefreshed) return undefined;
    const metadata = JSON.parse(row.metadata) as AssetMetadata;
    return { asset: { ...facts, ...renditions, metadata }, seenRun: row.seen_run };
  }

  /** The assets that a record name means: itself, or those of a master (IN-33). */
  ofRecord(zone: string, recordName: string): StoredAsset[] {
    return this.#byRecord.all({ zone, recordName }).map(toStoredAsset);
  }

  /** Assets that were deleted in iCloud; their files are kept (IN-32). */
  deletedCount(): number {
    return this.#deletedCount.get()?.n ?? 0;
  }
}

export class AssetWriter extends AssetReader {
  readonly #database: SqliteFile;
  readonly #clock: Clock;
  readonly #buffer: WriteBuffer;
  readonly #upsert;
  readonly #delete;
  readonly #hide;

  constructor(database: SqliteFile, clock: Clock, buffer: WriteBuffer) {
    super(database);
    this.#database = database;
    this.#clock = clock;
    this.#buffer = buffer;
    this.#upsert = database.prepare(
      `INSERT INTO assets (${COLUMNS}, renditions)
       VALUES (@zone, @assetId, @masterId, @fileName, @kind, @isLivePhoto, @capturedAtMs,
         @timeZoneOffsetSeconds, @addedAtMs, @isFavorite, @isHidden, @isDeleted, @run,
         @deletedAtMs, @metadata, @metadataHash, @renditions)
       ON CONFLICT (zone, asset_id) DO UPDATE SET master_id = excluded.master_id,
         file_name = excluded.file_name, kind = excluded.kind,
         is_live_photo = excluded.is_live_photo, captured_at_ms = excluded.captured_at_ms,
         time_zone_offset_s = excluded.time_zone_offset_s, added_at_ms = excluded.added_at_ms,
         is_favorite = excluded.is_favorite, is_hidden = excluded.is_hidden,
         is_deleted = excluded.is_deleted, deleted_at_ms = excluded.deleted_at_ms,
         metadata = excluded.metadata, metadata_hash = excluded.metadata_hash,
         seen_run = excluded.seen_run, renditions = excluded.renditions`,
    );
    this.#delete = database.prepare(
      `UPDATE assets SET is_deleted = 1, deleted_at_ms = coalesce(deleted_at_ms, @atMs)
       WHERE zone = @zone AND (asset_id = @recordName OR master_id = @recordName)`,
    );
    this.#hide = database.prepare(
      'UPDATE assets SET is_hidden = 1 WHERE zone = @zone AND asset_id = @assetId',
    );
  }

  /** Records an asset as a listing or a change shows it; buffered. */
  noteSeen(asset: Asset, metadataHash: string | undefined, run: number): Promise<void> {
    const now = this.#clock.now();
    return this.#buffer.add(() => {
      this.#upsert.run({
        zone: asset.zone,
        assetId: asset.assetId,
        masterId: asset.masterId,
        fileName: orNull(asset.fileName),
        kind: asset.kind,
        isLivePhoto: Number(asset.isLivePhoto),
        capturedAtMs: wholeOrNull(asset.capturedAtMs),
        timeZoneOffsetSeconds: wholeOrNull(asset.timeZoneOffsetSeconds),
        addedAtMs: wholeOrNull(asset.addedAtMs),
        isFavorite: Number(asset.isFavorite),
        isHidden: Number(asset.isHidden),
        isDeleted: Number(asset.isDeleted),
        deletedAtMs: asset.isDeleted ? (wholeOrNull(asset.metadata.deletedAtMs) ?? now) : null,
        metadata: JSON.stringify(asset.metadata),
        metadataHash: orNull(metadataHash),
        run,
        renditions: packRenditions(asset),
      });
    });
  }

  /**
   * Flags what was deleted in iCloud; files stay (IN-32). A first time of deletion stays too.
   *
   * @param recordName - An asset, or the master of assets.
   * @returns How many assets it meant; 0 for a record that was never seen (D62).
   */
  flagDeleted(zone: string, recordName: string, atMs: number = this.#clock.now()): number {
    return this.#database.transaction(() => {
      // A listing of the same asset that still waits must not undo the flag later.
      this.#buffer.flushNow();
      return this.#delete.run({ zone, recordName, atMs: Math.trunc(atMs) });
    });
  }

  /** Flags a hidden asset. `false` for one that was never seen. */
  flagHidden(zone: string, assetId: string): boolean {
    return this.#database.transaction(() => {
      this.#buffer.flushNow();
      return this.#hide.run({ zone, assetId }) === 1;
    });
  }
}

function toStoredAsset(row: AssetRow): StoredAsset {
  return {
    ...toFacts(row),
    deletedAtMs: row.deleted_at_ms ?? undefined,
    metadata: JSON.parse(row.metadata) as AssetMetadata,
    metadataHash: row.metadata_hash ?? undefined,
    seenRun: row.seen_run,
  };
}

/** What filters and names look at, as the state keeps it. */
export function toFacts(row: AssetFactsRow) {
  return {
    zone: row.zone,
    assetId: row.asset_id,
    masterId: row.master_id,
    fileName: row.file_name ?? undefined,
    kind: row.kind,
    isLivePhoto: row.is_live_photo === 1,
    capturedAtMs: row.captured_at_ms ?? undefined,
    timeZoneOffsetSeconds: row.time_zone_offset_s ?? undefined,
    addedAtMs: row.added_at_ms ?? undefined,
    isFavorite: row.is_favorite === 1,
    isHidden: row.is_hidden === 1,
    isDeleted: row.is_deleted === 1,
  };
}
