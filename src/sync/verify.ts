import { parseAppleChecksum } from '../download/index.js';
import { KeiError, isKeiError } from '../errors/index.js';
import type { ListedFile, StateReader } from '../state/index.js';
import { hashFile, lookAt } from './plan/disk-look.js';

/** One file that is not as it should be. */
export interface VerifyIssue {
  readonly kind: 'no-path' | 'missing' | 'corrupted' | 'unreadable';
  readonly listed: ListedFile;
  readonly detail: string | undefined;
}

/** Totals of a verification, filled while it runs. */
export interface VerifyTotals {
  verified: number;
  missing: number;
  corrupted: number;
  /** Verified files whose bytes Apple's own checksum proves to be those in iCloud. */
  proven: number;
}

export interface VerifyOptions {
  /** Read every file and compare its SHA-256 with the recorded one. */
  readonly checksums: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Checks every downloaded file and yields those that are missing or damaged; changes nothing
 * (cli 9.5). Memory does not depend on the number of files.
 */
export async function* verifyFiles(
  reader: StateReader,
  options: VerifyOptions,
  totals: VerifyTotals,
): AsyncGenerator<VerifyIssue> {
  for (const listed of reader.lists.downloaded()) {
    options.signal?.throwIfAborted();
    const issue = await verifyFile(listed, options, totals);
    if (issue === undefined) {
      totals.verified += 1;
      continue;
    }
    if (issue.kind === 'missing' || issue.kind === 'no-path') totals.missing += 1;
    else totals.corrupted += 1;
    yield issue;
  }
}

async function verifyFile(
  listed: ListedFile,
  options: VerifyOptions,
  totals: VerifyTotals,
): Promise<VerifyIssue | undefined> {
  const { path, published, checksum } = listed.file;
  try {
    const entry = await lookAt(path);
    if (entry.kind === 'absent') return { kind: 'missing', listed, detail: undefined };
    if (entry.kind === 'other') {
      return { kind: 'unreadable', listed, detail: 'it is no longer a file' };
    }
    if (!options.checksums) return undefined;
    const digests = await hashFile(path, options.signal);
    if (published?.sha256 !== undefined && published.sha256 !== digests.sha256) {
      return { kind: 'corrupted', listed, detail: undefined };
    }
    const apple = parseAppleChecksum(checksum);
    const found = parseAppleChecksum(digests.appleChecksum);
    if (apple.scheme === '0x01' && found.scheme === '0x01' && apple.digest.equals(found.digest)) {
      totals.proven += 1;
    }
    return undefined;
  } catch (error) {
    if (!isKeiError(error, 'disk')) throw error;
    return { kind: 'unreadable', listed, detail: error.message };
  }
}

/**
 * Refuses to judge files below a download folder that is not there: an unmounted disk would make
 * every file look lost (D13).
 */
export async function requireDownloadRoot(directory: string | undefined): Promise<void> {
  if (directory === undefined) return;
  const entry = await lookAt(directory);
  if (entry.kind !== 'absent') return;
  throw new KeiError({
    code: 'DOWNLOAD_FOLDER_MISSING',
    kind: 'disk',
    message: `The download folder ${directory} is not there.`,
    hint: 'Is its disk mounted? Nothing was checked and nothing was changed.',
    facts: { path: directory },
  });
}
