import type { Asset } from '../domain/index.js';
import { keyPages } from './key-pages.js';
import type { SqliteFile } from './sqlite.js';
import {
  FILE_COLUMNS,
  toPlacement,
  toStoredFile,
  type FileRow,
  type Placement,
  type PlacementRow,
  type StoredFile,
} from './stored-file.js';

/** A rendition in one place, with its file and what is known of its asset. */
export interface ManifestEntry {
  readonly placement: Placement;
  readonly file: StoredFile;
  /** `undefined` for a rendition whose asset is not recorded. */
  readonly asset: Pick<Asset, 'kind' | 'isLivePhoto' | 'capturedAtMs' | 'addedAtMs'> | undefined;
  /** Start of the last run that planned the file. */
  readonly lastSeenMs: number | undefined;
}

type ManifestRow = FileRow &
  PlacementRow & {
    readonly kind: Asset['kind'] | null;
    readonly is_live_photo: number | null;
    readonly captured_at_ms: number | null;
    readonly added_at_ms: number | null;
    readonly last_seen_ms: number | null;
  };

/** Everything that the state knows of files, in the order of the manifest (cli 9.9). */
export class ManifestReader {
  readonly #page;

  constructor(database: SqliteFile) {
    this.#page = database.prepare<ManifestRow>(
      `SELECT ${FILE_COLUMNS}, placements.zone, placements.asset_id, placements.rendition,
         placements.place, assets.kind, assets.is_live_photo, assets.captured_at_ms,
         assets.added_at_ms, runs.started_ms AS last_seen_ms
       FROM placements
       JOIN files ON files.id = placements.file_id
       LEFT JOIN assets ON assets.zone = placements.zone AND assets.asset_id = placements.asset_id
       LEFT JOIN runs ON runs.id = files.seen_run
       WHERE (placements.zone, placements.asset_id, placements.rendition, placements.place)
         > (@zone, @assetId, @rendition, @place)
       ORDER BY placements.zone, placements.asset_id, placements.rendition, placements.place
       LIMIT @limit`,
    );
  }

  /** By library, asset, rendition and place. */
  *entries(): Generator<ManifestEntry> {
    const start = { zone: '', assetId: '', rendition: '', place: '' };
    const rows = keyPages<ManifestRow>((last, limit) =>
      this.#page.all({ ...(last === undefined ? start : toPlacement(last)), limit }),
    );
    for (const row of rows) yield toEntry(row);
  }
}

function toEntry(row: ManifestRow): ManifestEntry {
  return {
    placement: toPlacement(row),
    file: toStoredFile(row),
    asset:
      row.kind === null
        ? undefined
        : {
            kind: row.kind,
            isLivePhoto: row.is_live_photo === 1,
            capturedAtMs: row.captured_at_ms ?? undefined,
            addedAtMs: row.added_at_ms ?? undefined,
          },
    lastSeenMs: row.last_seen_ms ?? undefined,
  };
}
