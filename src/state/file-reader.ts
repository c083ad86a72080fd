import { keysUnder, pathKey } from '../platform/path-key.js';
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

/** A file together with one of the renditions that it holds. */
export interface PlacedFile {
  readonly file: StoredFile;
  readonly placement: Placement;
}

/** A path that is taken, and by whom. */
export interface OwnedFile {
  readonly file: StoredFile;
  /** Empty for a file that an earlier plan left behind. */
  readonly owners: readonly Placement[];
}

/** Answers to questions about single files. */
export class FileReader {
  protected readonly database: SqliteFile;
  protected readonly foldCase: boolean;
  readonly #byPlacement;
  readonly #byAsset;
  readonly #byPath;
  readonly #byId;
  readonly #owners;
  readonly #byContent;
  readonly #anyUnder;
  readonly #anyDownloadedUnder;

  constructor(database: SqliteFile, foldCase: boolean) {
    this.database = database;
    this.foldCase = foldCase;
    this.#byPlacement = database.prepare<FileRow>(
      `SELECT ${FILE_COLUMNS} FROM placements JOIN files ON files.id = placements.file_id
       WHERE zone = @zone AND asset_id = @assetId AND rendition = @rendition AND place = @place`,
    );
    this.#byAsset = database.prepare<FileRow & PlacementRow>(
      `SELECT ${FILE_COLUMNS}, zone, asset_id, rendition, place
       FROM placements JOIN files ON files.id = placements.file_id
       WHERE zone = @zone AND asset_id = @assetId ORDER BY rendition, place`,
    );
    this.#byPath = database.prepare<FileRow>(
      `SELECT ${FILE_COLUMNS} FROM files WHERE path_key = @pathKey`,
    );
    this.#byId = database.prepare<FileRow>(`SELECT ${FILE_COLUMNS} FROM files WHERE id = @fileId`);
    this.#owners = database.prepare<PlacementRow>(
      'SELECT zone, asset_id, rendition, place FROM placements WHERE file_id = @fileId',
    );
    this.#byContent = database.prepare<FileRow>(
      `SELECT ${FILE_COLUMNS} FROM files
       WHERE published_checksum = @checksum AND published_size = @sizeBytes
         AND status = 'downloaded' LIMIT 10`,
    );
    const under = 'SELECT 1 AS found FROM files WHERE path_key >= @first AND path_key < @end';
    this.#anyUnder = database.prepare<{ found: number }>(`${under} LIMIT 1`);
    this.#anyDownloadedUnder = database.prepare<{ found: number }>(
      `${under} AND status = 'downloaded' LIMIT 1`,
    );
  }

  /** The file that was planned for exactly this rendition and place (D31). */
  planned(placement: Placement): StoredFile | undefined {
    const row = this.#byPlacement.get({ ...placement });
    return row && toStoredFile(row);
  }

  /** All files of an asset, in all places. */
  ofAsset(zone: string, assetId: string): PlacedFile[] {
    return this.#byAsset
      .all({ zone, assetId })
      .map((row) => ({ file: toStoredFile(row), placement: toPlacement(row) }));
  }

  /** Who owns a path, by the rules of the file system it is on. */
  ownerOf(path: string): OwnedFile | undefined {
    const row = this.#byPath.get({ pathKey: pathKey(path, this.foldCase) });
    return row && { file: toStoredFile(row), owners: this.ownersOf(row.id) };
  }

  byId(fileId: number): StoredFile | undefined {
    const row = this.#byId.get({ fileId });
    return row && toStoredFile(row);
  }

  ownersOf(fileId: number): Placement[] {
    return this.#owners.all({ fileId }).map(toPlacement);
  }

  /**
   * Downloaded files (at most ten) of this checksum and size. Equality proves equal bytes only for
   * checksums of scheme 0x01 (D9): ask for no others.
   */
  withContent(checksum: string, sizeBytes: number): StoredFile[] {
    return this.#byContent.all({ checksum, sizeBytes }).map(toStoredFile);
  }

  /** Whether files were published anywhere below a folder: an empty one is then suspicious (D13). */
  hasDownloadedUnder(folder: string): boolean {
    return this.#anyDownloadedUnder.get(keysUnder(folder, this.foldCase)) !== undefined;
  }

  /** Whether files are planned anywhere below a path: it is a folder then, or will be one. */
  hasPathsUnder(path: string): boolean {
    return this.#anyUnder.get(keysUnder(path, this.foldCase)) !== undefined;
  }
}
