import type { Asset, Library, Rendition } from '../../domain/index.js';
import { isKeiError, type ErrorKind } from '../../errors/index.js';
import type { DownloadClient } from '../../http/index.js';
import type { PhotosService } from '../../icloud/index.js';
import { systemFiles } from '../../platform/files.js';

/** How much of a file `--strict` compares with iCloud (cli 9.7). */
export const STRICT_BYTES = 64 * 1024;

const OK: ReadonlySet<number> = new Set([200, 206]);

export interface CompareDeps {
  readonly download: DownloadClient;
  readonly service: PhotosService;
  readonly signal: AbortSignal;
}

/** What a local file is compared with. */
export interface Remote {
  readonly library: Library;
  readonly kind: Asset['kind'];
  readonly rendition: Rendition;
}

/**
 * Compares the first 64 KiB of a file with what iCloud delivers; a link that is refused is looked up
 * once. `undefined` when they are the same, else why the file is not taken.
 */
export async function refusalByBeginning(
  path: string,
  remote: Remote,
  deps: CompareDeps,
): Promise<string | undefined> {
  const length = Math.min(remote.rendition.sizeBytes, STRICT_BYTES);
  try {
    const theirs =
      (await beginningOf(remote.rendition.url, length, deps)) ??
      (await again(remote, length, deps));
    if (theirs === undefined) return 'iCloud does not deliver it now';
    if (theirs.length < length) return 'iCloud delivered too few bytes to compare';
    const ours = await readBeginning(path, length);
    return ours.equals(theirs) ? undefined : `its first ${length} bytes differ from iCloud's`;
  } catch (error) {
    if (!isKeiError(error) || isNoVerdict(error.kind)) throw error;
    return error.message;
  }
}

/** Neither a wish to stop nor a mistake of ours says anything about the file. */
function isNoVerdict(kind: ErrorKind): boolean {
  return kind === 'cancelled' || kind === 'bug';
}

async function again(
  { library, kind, rendition }: Remote,
  length: number,
  deps: CompareDeps,
): Promise<Buffer | undefined> {
  const fresh = await deps.service.refreshRendition(library, kind, rendition);
  return fresh.status === 'fresh' ? beginningOf(fresh.rendition.url, length, deps) : undefined;
}

/** The first bytes, fewer when there are no more; `undefined` for any status but 200 and 206. */
async function beginningOf(
  url: string,
  length: number,
  { download, signal }: CompareDeps,
): Promise<Buffer | undefined> {
  const answer = await download.get({ url, rangeStart: 0, rangeEnd: length - 1, signal });
  if (!OK.has(answer.status)) {
    await answer.discard();
    return undefined;
  }
  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of answer.body) {
    chunks.push(chunk);
    received += chunk.length;
    if (received >= length) break;
  }
  return Buffer.concat(chunks).subarray(0, length);
}

async function readBeginning(path: string, length: number): Promise<Buffer> {
  const file = await systemFiles.open(path, 'r');
  try {
    const buffer = Buffer.alloc(length);
    let read = 0;
    while (read < length) {
      const { bytesRead } = await file.read(buffer, read, length - read, read);
      if (bytesRead === 0) break;
      read += bytesRead;
    }
    return buffer.subarray(0, read);
  } finally {
    await file.close();
  }
}
