import type { AppleChecksumVerdict, RenditionKey } from '../domain/index.js';

export type FileStatus = 'pending' | 'downloaded' | 'failed';

/** How the bytes came to lie at the path. */
export type FileOrigin = 'downloaded' | 'adopted' | 'imported';

/** A rendition of an asset in one place: the identity that a path is planned for (D30, D31). */
export interface Placement {
  readonly zone: string;
  /** CPLAsset record name. */
  readonly assetId: string;
  readonly rendition: RenditionKey;
  /** What the path was planned for: the library, an album, a smart folder; the planner's own words. */
  readonly place: string;
}

/** iCloud's words for the bytes of a file. */
export interface RemoteContent {
  /** `fileChecksum` as sent (base64), or `undefined` when there is none (D38). */
  readonly checksum: string | undefined;
  /** Size of the download in bytes. */
  readonly sizeBytes: number;
}

/** What kei put, or found, at a path. */
export interface PublishedFile extends RemoteContent {
  /** SHA-256 (hex) of the file on disk; `undefined` where it was taken by name and size only. */
  readonly sha256: string | undefined;
  /** SHA-256 of the downloaded bytes where metadata changed them afterwards (DL-55). */
  readonly downloadSha256: string | undefined;
  /** Size on disk in bytes; more than `sizeBytes` after metadata was embedded (MW-33). */
  readonly diskBytes: number;
  /** Modification time of the file. */
  readonly mtimeMs: number;
  readonly appleChecksum: AppleChecksumVerdict;
}

/**
 * A path of kei with what is known about it. Its own checksum and size are those of the bytes that
 * are wanted there; `published` has those of the bytes that lie there.
 */
export interface StoredFile extends RemoteContent {
  readonly id: number;
  readonly path: string;
  readonly status: FileStatus;
  /** Failed series of attempts, over all runs (RT-21, D56). */
  readonly attempts: number;
  readonly lastError: string | undefined;
  /** Id of the last run that planned it. */
  readonly seenRun: number;
  readonly typeId: string;
  /**
   * What lies there as far as is known, also while a newer version of it is pending; `undefined`
   * before the first publication.
   */
  readonly published:
    (PublishedFile & { readonly origin: FileOrigin; readonly atMs: number }) | undefined;
  /** Hash of the metadata that was last written into the file or its sidecar (DB-41). */
  readonly metadataHash: string | undefined;
  /** Since when its metadata waits to be written again (MW-31). */
  readonly rewriteSinceMs: number | undefined;
}

export interface FileRow {
  readonly id: number;
  readonly path: string;
  readonly status: FileStatus;
  readonly attempts: number;
  readonly last_error: string | null;
  readonly seen_run: number;
  readonly checksum: string | null;
  readonly size_bytes: number;
  readonly type_id: string;
  readonly published_checksum: string | null;
  readonly published_size: number | null;
  readonly sha256: string | null;
  readonly download_sha256: string | null;
  readonly disk_bytes: number | null;
  readonly mtime_ms: number | null;
  readonly apple_checksum: AppleChecksumVerdict | null;
  readonly origin: FileOrigin | null;
  readonly published_ms: number | null;
  readonly metadata_hash: string | null;
  readonly rewrite_since_ms: number | null;
}

/** The columns of `FileRow`, for `SELECT … FROM files`. */
export const FILE_COLUMNS = `files.id, files.path, files.status, files.attempts, files.last_error,
  files.seen_run, files.checksum, files.size_bytes, files.type_id, files.published_checksum,
  files.published_size, files.sha256, files.download_sha256, files.disk_bytes, files.mtime_ms, files.apple_checksum, files.origin,
  files.published_ms, files.metadata_hash, files.rewrite_since_ms`;

export function toStoredFile(row: FileRow): StoredFile {
  return {
    id: row.id,
    path: row.path,
    status: row.status,
    attempts: row.attempts,
    lastError: row.last_error ?? undefined,
    seenRun: row.seen_run,
    checksum: row.checksum ?? undefined,
    sizeBytes: row.size_bytes,
    typeId: row.type_id,
    published:
      row.published_ms === null
        ? undefined
        : {
            checksum: row.published_checksum ?? undefined,
            sizeBytes: row.published_size ?? 0,
            sha256: row.sha256 ?? undefined,
            downloadSha256: row.download_sha256 ?? undefined,
            diskBytes: row.disk_bytes ?? 0,
            mtimeMs: row.mtime_ms ?? 0,
            appleChecksum: row.apple_checksum ?? 'unknown',
            origin: row.origin ?? 'downloaded',
            atMs: row.published_ms,
          },
    metadataHash: row.metadata_hash ?? undefined,
    rewriteSinceMs: row.rewrite_since_ms ?? undefined,
  };
}

export interface PlacementRow {
  readonly zone: string;
  readonly asset_id: string;
  readonly rendition: RenditionKey;
  readonly place: string;
}

export function toPlacement(row: PlacementRow): Placement {
  return { zone: row.zone, assetId: row.asset_id, rendition: row.rendition, place: row.place };
}
