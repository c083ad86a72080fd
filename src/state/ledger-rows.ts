import type { Asset } from '../domain/index.js';
import type { SqliteFile } from './sqlite.js';
import { unpackRenditions } from './stored-renditions.js';

/** An asset as the last listing or change showed it, with what filters and photo options look at. */
export interface LedgerAsset {
  readonly asset: Asset;
  /** The last run that met it. */
  readonly seenRun: number;
  /** False for a row of an older kei that no run has met since: its renditions are not known. */
  readonly hasRenditions: boolean;
}

interface LedgerRow {
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
  readonly renditions: string | null;
  readonly seen_run: number;
}

const COLUMNS = `asset_id, master_id, file_name, kind, is_live_photo, captured_at_ms,
  time_zone_offset_s, added_at_ms, is_favorite, is_hidden, is_deleted, renditions, seen_run`;
const PAGE = 1000;

/** Every asset of a library, for the commands that account for all of them. */
export class LedgerReader {
  readonly #page;
  readonly #one;
  readonly #count;

  constructor(database: SqliteFile) {
    this.#page = database.prepare<LedgerRow>(
      `SELECT ${COLUMNS} FROM assets WHERE zone = @zone AND asset_id > @after
       ORDER BY asset_id LIMIT @limit`,
    );
    this.#one = database.prepare<LedgerRow>(
      `SELECT ${COLUMNS} FROM assets WHERE zone = @zone AND asset_id = @assetId`,
    );
    this.#count = database.prepare<{ n: number }>(
      'SELECT count(*) AS n FROM assets WHERE zone = @zone',
    );
  }

  /** How many assets of a zone the state knows, whatever became of them. */
  count(zone: string): number {
    return this.#count.get({ zone })?.n ?? 0;
  }

  find(zone: string, assetId: string): LedgerAsset | undefined {
    const row = this.#one.get({ zone, assetId });
    return row && toLedgerAsset(zone, row);
  }

  /** Every asset of a zone by its record name, in pages of 1,000 rows. */
  *assets(zone: string): Generator<LedgerAsset> {
    let after = '';
    for (;;) {
      const rows = this.#page.all({ zone, after, limit: PAGE });
      for (const row of rows) yield toLedgerAsset(zone, row);
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      after = last.asset_id;
    }
  }
}

function toLedgerAsset(zone: string, row: LedgerRow): LedgerAsset {
  const stored =
    row.renditions === null
      ? { itemType: undefined, renditions: new Map(), unusable: new Map() }
      : unpackRenditions(row.renditions, row.master_id);
  return {
    asset: {
      ...stored,
      zone,
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
      metadata: {},
    },
    seenRun: row.seen_run,
    hasRenditions: row.renditions !== null,
  };
}
