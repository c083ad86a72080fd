import { ContentHash, parseAppleChecksum, type ContentDigests } from '../../download/index.js';
import { diskError } from '../../errors/index.js';
import { systemFiles, type FileEdges } from '../../platform/files.js';
import { readChunks } from '../../platform/read-chunks.js';

/** What lies at a path. */
export type DiskEntry =
  | { readonly kind: 'absent' }
  | { readonly kind: 'file'; readonly sizeBytes: number; readonly mtimeMs: number }
  /** A folder, a link, a device: never ours. */
  | { readonly kind: 'other' };

/** How a file on the disk compares with the bytes that are wanted. */
export interface Comparison {
  readonly content: 'same' | 'different' | 'unknown';
  /** Of the file on the disk, when it had to be read. */
  readonly digests: ContentDigests | undefined;
}

/** Nothing can lie at such a path; a download to it fails by itself, and only that one. */
const ABSENT: ReadonlySet<string | undefined> = new Set([
  'ENOENT',
  'ENOTDIR',
  'ELOOP',
  'ENAMETOOLONG',
]);

/**
 * Looks at a path without following links.
 *
 * @throws `DISK_ERROR` when the disk does not answer: "not found" is only said when it is so.
 */
export async function lookAt(
  path: string,
  files: Pick<FileEdges, 'lstat'> = systemFiles,
): Promise<DiskEntry> {
  try {
    const stats = await files.lstat(path);
    return stats.isFile()
      ? { kind: 'file', sizeBytes: stats.size, mtimeMs: stats.mtimeMs }
      : { kind: 'other' };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (typeof code === 'string' && ABSENT.has(code)) return { kind: 'absent' };
    throw diskError('look at', path, error);
  }
}

/** Hashes a whole file, 256 KiB at a time. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<ContentDigests> {
  const hash = new ContentHash();
  try {
    const handle = await systemFiles.open(path, 'r');
    try {
      await readChunks(handle, (chunk) => hash.update(chunk), signal);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw diskError('read', path, error);
  }
  return hash.result();
}

/**
 * Compares a file of the right size with the content that iCloud describes. Only Apple's checksum
 * of scheme 0x01 can tell; without one the answer is `unknown` and nothing is read (D9).
 */
export async function compareContent(
  path: string,
  checksum: string | undefined,
): Promise<Comparison> {
  const wanted = parseAppleChecksum(checksum);
  if (wanted.scheme === 'unknown') return { content: 'unknown', digests: undefined };
  const digests = await hashFile(path);
  const found = parseAppleChecksum(digests.appleChecksum);
  const same = found.scheme === '0x01' && found.digest.equals(wanted.digest);
  return { content: same ? 'same' : 'different', digests };
}
