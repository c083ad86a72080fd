import type { DiskHash, DiskIdentity } from './disk-hash-rows.js';
import { keyPages } from './key-pages.js';
import { pathKey } from '../platform/path-key.js';
import type { SqliteFile } from './sqlite.js';

/** What an import found out about a local file. */
export type LocalMark =
  /** It holds a rendition that kei keeps. */
  | 'matched'
  /** Its content is a matched one's; kei keeps another copy. */
  | 'copy'
  /** Its content is in iCloud, but the settings do not ask for it. */
  | 'not-selected'
  /** It begins, or seems to begin, like a photo that should lie at its path. */
  | 'truncated';

/** A file below the folders of an import. */
export interface LocalFile extends DiskIdentity {
  readonly id: number;
  readonly mark: LocalMark | undefined;
  /** `undefined` while nobody had to read it. */
  readonly hash: DiskHash | undefined;
  /** Why it could not be read. */
  readonly problem: string | undefined;
}

interface LocalRow {
  readonly id: number;
  readonly path: string;
  readonly size_bytes: number;
  readonly mtime_ms: number;
  readonly inode: string;
  readonly sha256: string | null;
  readonly apple_checksum: string | null;
  readonly problem: string | null;
  readonly mark: LocalMark | null;
}

/** Tables and indexes of `LocalFiles`; paths are unique as the file system has them. */
export const LOCAL_TABLES = `
  CREATE TABLE local (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL, path_key TEXT NOT NULL UNIQUE,
    size_bytes INTEGER NOT NULL, mtime_ms INTEGER NOT NULL, inode TEXT NOT NULL,
    sha256 TEXT, apple_checksum TEXT, problem TEXT, mark TEXT
  ) STRICT;
  CREATE INDEX local_by_content
    ON local (size_bytes, apple_checksum, (mark IS 'matched'), path_key);
  CREATE INDEX local_by_mark ON local (mark, id);
`;

const COLUMNS =
  'id, path, size_bytes, mtime_ms, inode, sha256, apple_checksum, problem, mark' as const;
/** Copies of one content that are looked at to choose one of them. */
const MOST_COPIES = 50;

/** The local files of one import, in its scratch: they may be a million (D74). */
export class LocalFiles {
  readonly #foldCase: boolean;
  readonly #add;
  readonly #unread;
  readonly #at;
  readonly #withContent;
  readonly #setHash;
  readonly #setProblem;
  readonly #mark;
  readonly #markContent;
  readonly #page;
  readonly #count;

  constructor(database: SqliteFile, foldCase: boolean) {
    this.#foldCase = foldCase;
    this.#add = database.prepare(
      `INSERT INTO local (path, path_key, size_bytes, mtime_ms, inode)
       VALUES (@path, @pathKey, @sizeBytes, @mtimeMs, @inode) ON CONFLICT DO NOTHING`,
    );
    this.#unread = database.prepare<LocalRow>(
      `SELECT ${COLUMNS} FROM local
       WHERE size_bytes = @sizeBytes AND apple_checksum IS NULL AND problem IS NULL LIMIT @limit`,
    );
    this.#at = database.prepare<LocalRow>(`SELECT ${COLUMNS} FROM local WHERE path_key = @pathKey`);
    this.#withContent = database.prepare<LocalRow>(
      `SELECT ${COLUMNS} FROM local
       WHERE size_bytes = @sizeBytes AND apple_checksum = @appleChecksum
       ORDER BY mark IS 'matched', path_key LIMIT ${MOST_COPIES}`,
    );
    this.#setHash = database.prepare(
      `UPDATE local SET sha256 = @sha256, apple_checksum = @appleChecksum WHERE id = @id`,
    );
    this.#setProblem = database.prepare('UPDATE local SET problem = @problem WHERE id = @id');
    this.#mark = database.prepare('UPDATE local SET mark = @mark WHERE id = @id');
    this.#markContent = database.prepare(
      `UPDATE local SET mark = @mark
       WHERE size_bytes = @sizeBytes AND apple_checksum = @appleChecksum
         AND (mark IS NULL OR mark = 'not-selected')`,
    );
    this.#page = database.prepare<LocalRow>(
      `SELECT ${COLUMNS} FROM local WHERE mark IS @mark AND id > @after ORDER BY id LIMIT @limit`,
    );
    this.#count = database.prepare<{ n: number }>(
      'SELECT count(*) AS n FROM local WHERE mark IS @mark',
    );
  }

  /** `false` when the same path was met before, through another folder of the import. */
  add({ path, sizeBytes, mtimeMs, inode }: DiskIdentity): boolean {
    const key = pathKey(path, this.#foldCase);
    return this.#add.run({ path, pathKey: key, sizeBytes, mtimeMs, inode: String(inode) }) === 1;
  }

  /** Files of a size that nobody has read yet, at most `limit`. */
  unread(sizeBytes: number, limit: number): LocalFile[] {
    return this.#unread.all({ sizeBytes, limit }).map(toLocalFile);
  }

  at(path: string): LocalFile | undefined {
    const row = this.#at.get({ pathKey: pathKey(path, this.#foldCase) });
    return row && toLocalFile(row);
  }

  /** Files of exactly this content, those that hold no rendition yet first; read its size before. */
  withContent(sizeBytes: number, appleChecksum: string): LocalFile[] {
    return this.#withContent.all({ sizeBytes, appleChecksum }).map(toLocalFile);
  }

  setHash(id: number, { sha256, appleChecksum }: DiskHash): void {
    this.#setHash.run({ id, sha256, appleChecksum });
  }

  setProblem(id: number, problem: string): void {
    this.#setProblem.run({ id, problem });
  }

  mark(id: number, mark: LocalMark): void {
    this.#mark.run({ id, mark });
  }

  /** Marks every file of a content that has no better mark yet. */
  markContent(sizeBytes: number, appleChecksum: string, mark: 'copy' | 'not-selected'): void {
    this.#markContent.run({ sizeBytes, appleChecksum, mark });
  }

  count(mark: LocalMark | undefined): number {
    return this.#count.get({ mark: mark ?? null })?.n ?? 0;
  }

  /** Every file with a mark, or without any, in the order of the walk. */
  *marked(mark: LocalMark | undefined): Generator<LocalFile> {
    const rows = keyPages<LocalRow>((last, limit) =>
      this.#page.all({ mark: mark ?? null, after: last?.id ?? 0, limit }),
    );
    for (const row of rows) yield toLocalFile(row);
  }
}

function toLocalFile(row: LocalRow): LocalFile {
  const { sha256, apple_checksum: appleChecksum } = row;
  return {
    id: row.id,
    path: row.path,
    sizeBytes: row.size_bytes,
    mtimeMs: row.mtime_ms,
    inode: BigInt(row.inode),
    mark: row.mark ?? undefined,
    hash: sha256 === null || appleChecksum === null ? undefined : { sha256, appleChecksum },
    problem: row.problem ?? undefined,
  };
}
