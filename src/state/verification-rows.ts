import type { Clock } from '../platform/clock.js';
import type { SqliteFile } from './sqlite.js';
import type { WriteBuffer } from './write-buffer.js';

/** A part of the downloaded files. */
export interface FileVolume {
  readonly files: number;
  /** As they lie on the disk. */
  readonly bytes: number;
}

const PAGE = 20_000;

/** When the content of each file was last found to be what is recorded of it (cli 9.5). */
export class VerificationReader {
  readonly #at;
  readonly #volume;

  constructor(database: SqliteFile) {
    this.#at = database.prepare<{ verified_ms: number }>(
      `SELECT verified_ms FROM verifications JOIN files ON files.id = file_id
       WHERE file_id = @fileId AND verified_ms >= published_ms`,
    );
    this.#volume = database.prepare<{ files: number; bytes: number; last: number | null }>(
      `SELECT count(*) AS files, coalesce(sum(bytes), 0) AS bytes, max(id) AS last FROM
         (SELECT files.id, CASE WHEN verified_ms >= @sinceMs THEN 0 ELSE disk_bytes END AS bytes
          FROM files LEFT JOIN verifications ON verifications.file_id = files.id
          WHERE files.id > @after AND +files.status = 'downloaded'
          ORDER BY files.id LIMIT @limit)`,
    );
  }

  /** Time of the last sound verification of the bytes that are published now; ms since 1970. */
  at(fileId: number): number | undefined {
    return this.#at.get({ fileId })?.verified_ms;
  }

  /** What a verification has to read, in parts: those verified since then count without bytes. */
  *volume(sinceMs: number): Generator<FileVolume> {
    for (let after: number | null = 0; after !== null;) {
      const part = this.#volume.get({ after, sinceMs, limit: PAGE });
      if (part === undefined) return;
      yield { files: part.files, bytes: part.bytes };
      after = part.last;
    }
  }
}

export class VerificationWriter extends VerificationReader {
  readonly #clock: Clock;
  readonly #buffer: WriteBuffer;
  readonly #note;
  readonly #forget;

  constructor(database: SqliteFile, clock: Clock, buffer: WriteBuffer) {
    super(database);
    this.#clock = clock;
    this.#buffer = buffer;
    this.#note = database.prepare(
      `INSERT INTO verifications (file_id, verified_ms)
       SELECT id, @now FROM files WHERE id = @fileId AND published_ms = @publishedMs
       ON CONFLICT DO UPDATE SET verified_ms = excluded.verified_ms`,
    );
    this.#forget = database.prepare('DELETE FROM verifications WHERE file_id = @fileId');
  }

  /** The file, as it was published then, is sound; buffered, and void if it was replaced since. */
  note(fileId: number, publishedMs: number): Promise<void> {
    const now = this.#clock.now();
    return this.#buffer.add(() => {
      this.#note.run({ fileId, publishedMs, now });
    });
  }

  /** The file is not sound any more; buffered. */
  forget(fileId: number): Promise<void> {
    return this.#buffer.add(() => {
      this.#forget.run({ fileId });
    });
  }
}
