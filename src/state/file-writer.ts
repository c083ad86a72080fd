import { stateRowMissing } from '../errors/state-errors.js';
import type { Clock } from '../platform/clock.js';
import { FileReader, type OwnedFile } from './file-reader.js';
import { pathKey } from './path-key.js';
import { orNull } from './sql-values.js';
import type { SqliteFile } from './sqlite.js';
import {
  FILE_COLUMNS,
  toStoredFile,
  type FileOrigin,
  type FileRow,
  type Placement,
  type PublishedFile,
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

/** Everything that happens to a file between its plan and its end. Each call is one commit. */
export class FileWriter extends FileReader {
  readonly #clock: Clock;
  readonly #buffer: WriteBuffer;
  readonly #insertFile;
  readonly #place;
  readonly #unplace;
  readonly #dropUnowned;
  readonly #move;
  readonly #touch;
  readonly #intend;
  readonly #reserve;
  readonly #forgetPublication;
  readonly #finish;
  readonly #confirm;
  readonly #fail;
  readonly #lose;
  readonly #requeue;
  readonly #park;
  readonly #forgetPartial;

  constructor(database: SqliteFile, foldCase: boolean, clock: Clock, buffer: WriteBuffer) {
    super(database, foldCase);
    this.#clock = clock;
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
    this.#move = database.prepare(
      `UPDATE files SET path = @path, path_key = @pathKey
       WHERE id = @fileId AND published_ms IS NULL`,
    );
    this.#touch = database.prepare('UPDATE files SET seen_run = @run WHERE id = @fileId');
    this.#intend = database.prepare(
      `INSERT INTO publications (file_id, checksum, size_bytes, sha256, download_sha256,
         disk_bytes, mtime_ms, apple_checksum)
       VALUES (@fileId, @checksum, @sizeBytes, @sha256, @downloadSha256, @diskBytes, @mtimeMs,
         @appleChecksum)
       ON CONFLICT DO UPDATE SET checksum = excluded.checksum, size_bytes = excluded.size_bytes,
         sha256 = excluded.sha256, download_sha256 = excluded.download_sha256,
         disk_bytes = excluded.disk_bytes, mtime_ms = excluded.mtime_ms,
         apple_checksum = excluded.apple_checksum`,
    );
    this.#reserve = database.prepare(
      `INSERT INTO publications (file_id, reserved) VALUES (@fileId, 1)
       ON CONFLICT DO UPDATE SET reserved = 1`,
    );
    this.#forgetPublication = database.prepare('DELETE FROM publications WHERE file_id = @fileId');
    this.#finish = database.prepare(
      `UPDATE files SET status = 'downloaded', last_error = NULL, checksum = @checksum,
         size_bytes = @sizeBytes, sha256 = @sha256, download_sha256 = @downloadSha256,
         disk_bytes = @diskBytes, mtime_ms = @mtimeMs, apple_checksum = @appleChecksum,
         origin = @origin, published_ms = @now
       WHERE id = @fileId`,
    );
    this.#confirm = database.prepare(
      `UPDATE files SET status = 'downloaded', last_error = NULL, checksum = p.checksum,
         size_bytes = p.size_bytes, sha256 = p.sha256, download_sha256 = p.download_sha256,
         disk_bytes = p.disk_bytes, mtime_ms = p.mtime_ms, apple_checksum = p.apple_checksum,
         origin = 'downloaded', published_ms = @now
       FROM publications AS p
       WHERE files.id = @fileId AND p.file_id = files.id AND p.sha256 IS NOT NULL`,
    );
    this.#fail = database.prepare(
      `UPDATE files SET status = 'failed', attempts = attempts + 1, last_error = @reason
       WHERE id = @fileId`,
    );
    this.#lose = database.prepare(
      `UPDATE files SET status = 'failed', last_error = @reason
       WHERE id = @fileId AND status = 'downloaded'`,
    );
    this.#requeue = database.prepare(
      `UPDATE files SET status = 'pending', last_error = NULL, checksum = @checksum,
         size_bytes = @sizeBytes, type_id = @typeId
       WHERE id = @fileId`,
    );
    this.#park = database.prepare(
      `UPDATE files SET status = 'failed', last_error = @reason WHERE id = @fileId`,
    );
    this.#forgetPartial = database.prepare('DELETE FROM partials WHERE path = @path');
  }

  /**
   * Claims a path for a rendition and stores the plan, before anything is downloaded (D31). The
   * unique path is the referee between passes: exactly one claim gets it.
   */
  claim(placement: Placement, plan: PathPlan): ClaimResult {
    return this.database.transaction((): ClaimResult => {
      const known = this.planned(placement);
      if (known !== undefined) return { kind: 'known', file: known };
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
      if (before !== undefined && before.id !== fileId)
        this.#dropUnowned.run({ fileId: before.id });
    });
  }

  /**
   * Takes a rendition's path away, so that it can claim another one. The file stays recorded when
   * others share it or bytes of it lie on disk.
   */
  unplace(placement: Placement): void {
    this.database.transaction(() => {
      const removed = this.#unplace.get({ ...placement });
      if (removed !== undefined) this.#dropUnowned.run({ fileId: removed.file_id });
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

  /** Notes that a run has planned the file again; buffered (DB-22). */
  noteSeen(fileId: number, run: number): Promise<void> {
    return this.#buffer.add(() => {
      this.#touch.run({ fileId, run });
    });
  }

  /** Records what is about to get the file's name, before it does (D34). */
  markPublishing(fileId: number, intended: PublishedFile & { readonly sha256: string }): void {
    this.#intend.run({ fileId, ...publishedParams(intended) });
  }

  /** Records that an empty file of ours holds the name, where the file system has no links (D34). */
  markReserved(fileId: number): void {
    this.#reserve.run({ fileId });
  }

  /** The publication did not happen, and nothing of it is left at the path. */
  forgetPublication(fileId: number): void {
    this.#forgetPublication.run({ fileId });
  }

  /**
   * Records a finished file: one commit, which survives a kill of the process at once. After a
   * power cut the last of them may be missing; the file is then adopted by its content (DL-66).
   * A `partial` that became the file is forgotten with it.
   *
   * @throws STATE_ROW_MISSING when the file was never planned (DB-20).
   */
  markDownloaded(
    fileId: number,
    published: PublishedFile,
    options: { readonly origin?: FileOrigin; readonly partial?: string } = {},
  ): void {
    this.database.transaction(() => {
      const changed = this.#finish.run({
        fileId,
        ...publishedParams(published),
        origin: options.origin ?? 'downloaded',
        now: this.#clock.now(),
      });
      if (changed === 0) throw stateRowMissing(`file ${fileId}`);
      this.#forgetPublication.run({ fileId });
      if (options.partial !== undefined) this.#forgetPartial.run({ path: options.partial });
    });
  }

  /**
   * Adopts a file whose bytes were found to be the intended ones after a crash (case 116).
   *
   * @throws STATE_ROW_MISSING when nothing was about to be published there.
   */
  confirmPublication(fileId: number): void {
    this.database.transaction(() => {
      if (this.#confirm.run({ fileId, now: this.#clock.now() }) === 0) {
        throw stateRowMissing(`the publication of file ${fileId}`);
      }
      this.#forgetPublication.run({ fileId });
    });
  }

  /** Adds a failed series of attempts (RT-21). `false` when there is no such row (DB-20). */
  markFailed(fileId: number, reason: string): boolean {
    return this.#fail.run({ fileId, reason }) === 1;
  }

  /** A recorded file is missing or cut short (cli 9.6); attempts stay. `false` if not downloaded. */
  markLost(fileId: number, reason: string): boolean {
    return this.#lose.run({ fileId, reason }) === 1;
  }

  /**
   * Wants the file again, with the bytes that iCloud describes now: superseded there, or gone from
   * disk. What is published stays known.
   */
  requeue(fileId: number, wanted: RemoteContent & { readonly typeId: string }): void {
    this.#requeue.run({
      fileId,
      checksum: orNull(wanted.checksum),
      sizeBytes: wanted.sizeBytes,
      typeId: wanted.typeId,
    });
  }

  /** Gives up on a file whose attempts are used up (RT-22). */
  parkExhausted(file: StoredFile, perAsset: number): void {
    this.#park.run({
      fileId: file.id,
      reason: `Exceeded max download attempts (${file.attempts}/${perAsset})`,
    });
  }
}

function publishedParams(file: PublishedFile) {
  return {
    checksum: orNull(file.checksum),
    sizeBytes: file.sizeBytes,
    sha256: orNull(file.sha256),
    downloadSha256: orNull(file.downloadSha256),
    diskBytes: file.diskBytes,
    mtimeMs: Math.trunc(file.mtimeMs),
    appleChecksum: file.appleChecksum,
  };
}
