import type { SqliteFile } from './sqlite.js';

/** The facts that tell whether a file is still the one that was hashed. */
export interface DiskIdentity {
  readonly path: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly inode: bigint;
}

export interface DiskHash {
  /** Hex. */
  readonly sha256: string;
  /** Apple's checksum of scheme 0x01 (base64) computed from the bytes on disk. */
  readonly appleChecksum: string;
}

/** Hashes of foreign files, so that a repeated or resumed import reads nothing twice (D75). */
export class DiskHashWriter {
  readonly #find;
  readonly #byChecksum;
  readonly #save;
  readonly #forget;

  constructor(database: SqliteFile) {
    this.#find = database.prepare<{ sha256: string; apple_checksum: string }>(
      `SELECT sha256, apple_checksum FROM disk_hashes WHERE path = @path
       AND size_bytes = @sizeBytes AND mtime_ms = @mtimeMs AND inode = @inode`,
    );
    this.#byChecksum = database.prepare<{ path: string }>(
      `SELECT path FROM disk_hashes WHERE apple_checksum = @appleChecksum ORDER BY path LIMIT 100`,
    );
    this.#save = database.prepare(
      `INSERT INTO disk_hashes (path, size_bytes, mtime_ms, inode, sha256, apple_checksum)
       VALUES (@path, @sizeBytes, @mtimeMs, @inode, @sha256, @appleChecksum)
       ON CONFLICT DO UPDATE SET size_bytes = excluded.size_bytes, mtime_ms = excluded.mtime_ms,
         inode = excluded.inode, sha256 = excluded.sha256,
         apple_checksum = excluded.apple_checksum`,
    );
    this.#forget = database.prepare('DELETE FROM disk_hashes WHERE path = @path');
  }

  /** The hashes of this very file; `undefined` when it was never hashed, or has changed since. */
  find(file: DiskIdentity): DiskHash | undefined {
    const row = this.#find.get(identity(file));
    return row && { sha256: row.sha256, appleChecksum: row.apple_checksum };
  }

  /** Paths (at most 100) that had this content when they were hashed; check before use. */
  pathsOf(appleChecksum: string): string[] {
    return this.#byChecksum.all({ appleChecksum }).map((row) => row.path);
  }

  save(file: DiskIdentity, hash: DiskHash): void {
    this.#save.run({
      ...identity(file),
      sha256: hash.sha256,
      appleChecksum: hash.appleChecksum,
    });
  }

  forget(path: string): void {
    this.#forget.run({ path });
  }
}

function identity(file: DiskIdentity) {
  return {
    path: file.path,
    sizeBytes: file.sizeBytes,
    mtimeMs: Math.trunc(file.mtimeMs),
    inode: file.inode.toString(),
  };
}
