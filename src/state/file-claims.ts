import { stateRowMissing } from '../errors/state-errors.js';
import { FileReader, type OwnedFile } from './file-reader.js';
import { pathKey } from '../platform/path-key.js';
import { orNull } from './sql-values.js';
import type { SqliteFile } from './sqlite.js';
import {
  FILE_COLUMNS,
  toStoredFile,
  type FileRow,
  type Placement,
  type RemoteContent,
  type StoredFile,
} from './stored-file.js';
import type { WriteBuffer } from './write-buffer.js';

/** A path that the planner would like to have, and what is to lie there. */
export interface PathPlan extends RemoteContent {
  /** Absolute. */
  readonly path: string;
  readonly typeId: string;
  /** Id of the run that plans. */
  readonly run: number;
}

export type ClaimResult =
  /** The path is ours from now on. */
  | { readonly kind: 'claimed'; readonly file: StoredFile }
  /** This rendition already has a path in this place, and keeps it (D31). */
  | { readonly kind: 'known'; readonly file: StoredFile }
  /** The path belongs to a file that this placement does not point at. */
  | ({ readonly kind: 'taken' } & OwnedFile);

/** The planner's side: which path is whose. Each call is one commit. */
export class FileClaims extends FileReader {
  readonly #buffer: WriteBuffer;
  readonly #insertFile;
  readonly #place;
  readonly #unplace;
  readonly #dropUnowned;
  readonly #dropLost;
  readonly #move;
  readonly #refresh;
  readonly #touch;
  readonly #relocate;

  constructor(database: SqliteFile, foldCase: boolean, buffer: WriteBuffer) {
    super(database, foldCase);
    this.#buffer = buffer;
    this.#insertFile = database.prepare<FileRow>(
      `INSERT INTO files (path, path_key, status, seen_run, checksum, size_bytes, type_id)
       VALUES (@path, @pathKey, 'pending', @run, @checksum, @sizeBytes, @typeId)
       RETURNING ${FILE_COLUMNS}`,
    );
    this.#place = database.prepare(
      `INSERT INTO placements (zone, asset_id, rendition, place, file_id)
       VALUES (@zone, @assetId, @rendition, @place, @fileId)
       ON CONFLICT DO UPDATE SET file_id = excluded.file_id`,
    );
    this.#unplace = database.prepare<{ file_id: number }>(
      `DELETE FROM placements WHERE zone = @zone AND asset_id = @assetId
       AND rendition = @rendition AND place = @place RETURNING file_id`,
    );
    this.#dropUnowned = database.prepare(
      `DELETE FROM files WHERE id = @fileId AND published_ms IS NULL
       AND NOT EXISTS (SELECT 1 FROM placements WHERE file_id = files.id)
       AND NOT EXISTS (SELECT 1 FROM publications WHERE file_id = files.id)`,
    );
    this.#dropLost = database.prepare(
      `DELETE FROM files WHERE id = @fileId
       AND NOT EXISTS (SELECT 1 FROM placements WHERE file_id = files.id)`,
    );
    this.#move = database.prepare(
      `UPDATE files SET path = @path, path_key = @pathKey
       WHERE id = @fileId AND published_ms IS NULL`,
    );
    this.#refresh = database.prepare(
      `UPDATE files SET checksum = @checksum, size_bytes = @sizeBytes, type_id = @typeId
       WHERE id = @fileId`,
    );
    this.#relocate = database.prepare(
      'UPDATE files SET path = @path, path_key = @pathKey WHERE id = @fileId',
    );
    this.#touch = database.prepare('UPDATE files SET seen_run = @run WHERE id = @fileId');
  }

  /**
   * Claims a path for a rendition and stores the plan, before anything is downloaded (D31). The
   * unique path is the referee between passes: exactly one claim gets it.
   *
   * A rendition that has a path keeps it, unless it shares the file with another one and its
   * content is no longer the same (D9): then it leaves that file and claims like a new one.
   */
  claim(placement: Placement, plan: PathPlan): ClaimResult {
    return this.database.transaction((): ClaimResult => {
      const known = this.planned(placement);
      if (known !== undefined) {
        const isSame = known.checksum === plan.checksum && known.sizeBytes === plan.sizeBytes;
        if (isSame || !this.#isSharedBeyond(known.id, placement)) {
          return { kind: 'known', file: this.#replanned(known, plan) };
        }
        this.#unplace.get({ ...placement });
      }
      const taken = this.ownerOf(plan.path);
      if (taken !== undefined) return { kind: 'taken', ...taken };
      const inserted = this.#insertFile.get({
        path: plan.path,
        pathKey: pathKey(plan.path, this.foldCase),
        run: plan.run,
        checksum: orNull(plan.checksum),
        sizeBytes: plan.sizeBytes,
        typeId: plan.typeId,
      });
      if (inserted === undefined) throw stateRowMissing(plan.path);
      this.#place.run({ ...placement, fileId: inserted.id });
      return { kind: 'claimed', file: toStoredFile(inserted) };
    });
  }

  /** Lets a rendition point at a file that another one owns, once equal bytes are proven (D9). */
  share(placement: Placement, fileId: number): void {
    this.database.transaction(() => {
      const before = this.planned(placement);
      this.#place.run({ ...placement, fileId });
      if (before !== undefined) this.#dropUnowned.run({ fileId: before.id });
    });
  }

  /**
   * Takes a rendition's path away, so that it can claim another one. The file stays recorded when
   * others share it, or bytes of it were published and are not lost.
   */
  unplace(placement: Placement, isLost = false): void {
    this.database.transaction(() => {
      const removed = this.#unplace.get({ ...placement });
      if (removed === undefined) return;
      const drop = isLost ? this.#dropLost : this.#dropUnowned;
      drop.run({ fileId: removed.file_id });
    });
  }

  /**
   * Plans another path for a file that was never published, because a foreign file has taken its
   * name meanwhile (D33).
   *
   * @returns `false` when the new path is taken, or the file has been published.
   */
  replan(fileId: number, path: string): boolean {
    return this.database.transaction(() => {
      const owner = this.ownerOf(path);
      if (owner !== undefined && owner.file.id !== fileId) return false;
      return this.#move.run({ fileId, path, pathKey: pathKey(path, this.foldCase) }) === 1;
    });
  }

  /** A person moved a file to a path that nobody has: its row goes with it. */
  relocate(fileId: number, path: string): void {
    this.#relocate.run({ fileId, path, pathKey: pathKey(path, this.foldCase) });
  }

  /** Notes that a run has met a planned file again, without a claim; buffered (DB-22). */
  noteSeen(fileId: number, run: number): Promise<void> {
    return this.#buffer.add(() => {
      this.#touch.run({ fileId, run });
    });
  }

  /** Whether a file is also somebody else's; the same rendition in another place is not. */
  #isSharedBeyond(fileId: number, { zone, assetId, rendition }: Placement): boolean {
    return this.ownersOf(fileId).some(
      (owner) => owner.zone !== zone || owner.assetId !== assetId || owner.rendition !== rendition,
    );
  }

  /** Notes the run, and iCloud's newer words; for a published file those wait for the download. */
  #replanned(file: StoredFile, plan: PathPlan): StoredFile {
    this.#touch.run({ fileId: file.id, run: plan.run });
    const seen = { ...file, seenRun: plan.run };
    if (file.published !== undefined) return seen;
    const { checksum, sizeBytes, typeId } = plan;
    this.#refresh.run({ fileId: file.id, checksum: orNull(checksum), sizeBytes, typeId });
    return { ...seen, checksum, sizeBytes, typeId };
  }
}
