import { stateRowMissing } from '../errors/state-errors.js';
import type { Clock } from '../platform/clock.js';
import { FileClaims } from './file-claims.js';
import { orNull } from './sql-values.js';
import type { SqliteFile } from './sqlite.js';
import {
  FILE_COLUMNS,
  toStoredFile,
  type FileOrigin,
  type FileRow,
  type PublishedFile,
  type RemoteContent,
  type StoredFile,
} from './stored-file.js';
import type { WriteBuffer } from './write-buffer.js';

export interface FinishOptions {
  /** `downloaded` unless said otherwise. */
  readonly origin?: FileOrigin;
  /** The recorded partial that became the file. */
  readonly partial?: string;
  /** Hash of the metadata that was written into the file or its sidecar (DB-41). */
  readonly metadataHash?: string;
  /** Metadata could not be written: the file is good, the rewrite waits (MW-30). */
  readonly rewriteLater?: boolean;
}

/** A file that was about to get its final name when the process ended (D34). */
export interface UnfinishedPublication {
  readonly file: StoredFile;
  /** Whether an empty file at the path is kei's own reservation. */
  readonly reserved: boolean;
  /** What the file is if it was published; `undefined` when only the name was reserved. */
  readonly intended: PublishedFile | undefined;
}

interface PublicationRow {
  readonly reserved: number;
  readonly intended_checksum: string | null;
  readonly intended_size: number | null;
  readonly intended_sha256: string | null;
  readonly intended_download_sha256: string | null;
  readonly intended_disk_bytes: number | null;
  readonly intended_mtime_ms: number | null;
  readonly intended_verdict: PublishedFile['appleChecksum'] | null;
}

/** The download's side, after the planner's: what became of a file. Each call is one commit. */
export class FileWriter extends FileClaims {
  readonly #clock: Clock;
  readonly #publications;
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
    super(database, foldCase, buffer);
    this.#clock = clock;
    this.#publications = database.prepare<FileRow & PublicationRow>(
      `SELECT ${FILE_COLUMNS}, publications.reserved,
         publications.checksum AS intended_checksum,
         publications.size_bytes AS intended_size,
         publications.sha256 AS intended_sha256,
         publications.download_sha256 AS intended_download_sha256,
         publications.disk_bytes AS intended_disk_bytes,
         publications.mtime_ms AS intended_mtime_ms,
         publications.apple_checksum AS intended_verdict
       FROM publications JOIN files ON files.id = publications.file_id`,
    );
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
         size_bytes = @sizeBytes, published_checksum = @checksum, published_size = @sizeBytes,
         sha256 = @sha256, download_sha256 = @downloadSha256, disk_bytes = @diskBytes,
         mtime_ms = @mtimeMs, apple_checksum = @appleChecksum, origin = @origin, published_ms = @now, metadata_hash = @metadataHash,
         rewrite_since_ms = @rewriteSinceMs
       WHERE id = @fileId`,
    );
    this.#confirm = database.prepare(
      `UPDATE files SET status = 'downloaded', last_error = NULL, checksum = p.checksum,
         size_bytes = p.size_bytes, published_checksum = p.checksum,
         published_size = p.size_bytes, sha256 = p.sha256, download_sha256 = p.download_sha256,
         disk_bytes = p.disk_bytes, mtime_ms = p.mtime_ms, apple_checksum = p.apple_checksum,
         origin = 'downloaded', published_ms = @now, metadata_hash = NULL
       FROM publications AS p
       WHERE files.id = @fileId AND p.file_id = files.id AND p.sha256 IS NOT NULL`,
    );
    this.#fail = database.prepare(
      `UPDATE files SET status = 'failed', attempts = attempts + @attempts, last_error = @reason
       WHERE id = @fileId`,
    );
    this.#lose = database.prepare(
      `UPDATE files SET status = 'failed', last_error = @reason
       WHERE id = @fileId AND status = 'downloaded' AND published_ms = @publishedMs
         AND EXISTS (SELECT 1 FROM placements LEFT JOIN assets
           ON assets.zone = placements.zone AND assets.asset_id = placements.asset_id
           WHERE file_id = files.id AND coalesce(assets.is_deleted, 0) = 0)`,
    );
    this.#requeue = database.prepare(
      `UPDATE files SET status = 'pending', last_error = NULL, checksum = @checksum,
         size_bytes = @sizeBytes, type_id = @typeId,
         attempts = iif(checksum IS @checksum AND size_bytes = @sizeBytes, attempts, 0)
       WHERE id = @fileId`,
    );
    this.#park = database.prepare(
      `UPDATE files SET status = 'failed', last_error = @reason WHERE id = @fileId`,
    );
    this.#forgetPartial = database.prepare('DELETE FROM partials WHERE path = @path');
  }

  /** What a killed process left between publishing and recording (D34). */
  unfinishedPublications(): UnfinishedPublication[] {
    return this.#publications.all().map((row) => ({
      file: toStoredFile(row),
      reserved: row.reserved === 1,
      intended:
        row.intended_sha256 === null
          ? undefined
          : {
              checksum: row.intended_checksum ?? undefined,
              sizeBytes: row.intended_size ?? 0,
              sha256: row.intended_sha256,
              downloadSha256: row.intended_download_sha256 ?? undefined,
              diskBytes: row.intended_disk_bytes ?? 0,
              mtimeMs: row.intended_mtime_ms ?? 0,
              appleChecksum: row.intended_verdict ?? 'unknown',
            },
    }));
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
   *
   * @throws STATE_ROW_MISSING when the file was never planned (DB-20).
   */
  markDownloaded(fileId: number, published: PublishedFile, options: FinishOptions = {}): void {
    const now = this.#clock.now();
    this.database.transaction(() => {
      const changed = this.#finish.run({
        fileId,
        ...publishedParams(published),
        origin: options.origin ?? 'downloaded',
        now,
        metadataHash: orNull(options.metadataHash),
        rewriteSinceMs: options.rewriteLater === true ? now : null,
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

  /**
   * Adds a failed series of attempts (RT-21), unless the file is not to blame: then `attempts` is 0.
   * `false` when there is no such row (DB-20).
   */
  markFailed(fileId: number, reason: string, attempts: 0 | 1 = 1): boolean {
    return this.#fail.run({ fileId, reason, attempts }) === 1;
  }

  /**
   * A file, as it was published then, is missing or damaged (cli 9.6): work for the next run, its
   * attempts kept. `false` if it is work already, was replaced since, or cannot be fetched again:
   * its asset was deleted in iCloud, or no rendition points at it any more.
   */
  markLost(fileId: number, publishedMs: number, reason: string): boolean {
    return this.#lose.run({ fileId, publishedMs, reason }) === 1;
  }

  /**
   * Wants the file again, with the bytes that iCloud describes now: superseded there, or gone from
   * disk. What is published stays known; attempts are those of the same bytes (RT-22).
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
