import { createHash } from 'node:crypto';
import { lstat, open, unlink } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { createFolder } from './create-folder.js';
import { errno } from './errno.js';
import { installFile, NO_LINKS, type InstallDeps, type InstallRequest } from './install-file.js';
import { readChunks } from './read-chunks.js';

/** A finished file that gets one more name. */
export interface CopyRequest extends InstallRequest {
  /** `link` shares the bytes where the file system can; `copy` never does. */
  readonly how: 'link' | 'copy';
  /** Ending of the temporary name of a copy, with its dot. */
  readonly tempSuffix: string;
}

export type CopyResult =
  | { readonly status: 'linked' | 'copied' }
  /** Another file has the name; nothing of it was touched. */
  | { readonly status: 'name-taken' }
  /** The source is not what the state says any more: fetch the bytes instead. */
  | { readonly status: 'source-changed' };

/**
 * Gives the bytes of one of kei's files a second name, without the network: a hard link, or a copy
 * where links are not wanted or not possible. Nothing that exists is overwritten, and the state
 * hears of the name before it exists (D34).
 */
export async function placeCopy(request: CopyRequest, deps: InstallDeps): Promise<CopyResult> {
  const { source, target, sha256, how } = request;
  await createFolder(dirname(target), deps.files);
  if (how === 'copy') return copyTo(request, deps);
  await deps.names.publishing(target, sha256);
  try {
    await deps.files.link(source, target);
  } catch (error) {
    const code = errno(error);
    if (code === 'EXDEV' || NO_LINKS.has(code)) return copyTo(request, deps);
    if (code !== 'EEXIST') throw error;
    if (await isSameFile(source, target)) return { status: 'linked' };
    await deps.names.abandoned(target);
    return { status: 'name-taken' };
  }
  await deps.files.syncDirectory(dirname(target));
  return { status: 'linked' };
}

/** Copies beside the target, hashing on the way: a source that rotted must not spread. */
async function copyTo(request: CopyRequest, deps: InstallDeps): Promise<CopyResult> {
  const { source, target, sha256, tempSuffix } = request;
  // Of the target's name too: the same bytes may get two names in one folder at the same time.
  const name = createHash('sha256').update(sha256).update(target).digest('hex').slice(0, 40);
  const sibling = join(dirname(target), `${name}${extname(target)}${tempSuffix}`);
  await deps.partials.recorded(sibling);
  try {
    if ((await copyHashed(source, sibling)) !== sha256) return { status: 'source-changed' };
    await deps.files.setTimes(sibling, (await lstat(source)).mtime);
    const { status } = await installFile({ ...request, source: sibling }, deps);
    return { status: status === 'name-taken' ? 'name-taken' : 'copied' };
  } finally {
    await deps.files.unlink(sibling).catch(() => undefined);
    await deps.partials.forgotten(sibling);
  }
}

async function copyHashed(source: string, target: string): Promise<string> {
  const hash = createHash('sha256');
  const from = await open(source, 'r');
  try {
    // Never opened where it is: what an earlier run left may be a second name of a finished file.
    await unlink(target).catch(() => undefined);
    const to = await open(target, 'wx');
    try {
      await readChunks(from, async (chunk) => {
        hash.update(chunk);
        await to.write(chunk);
      });
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
  return hash.digest('hex');
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([lstat(one), lstat(other)]);
  return a.dev === b.dev && a.ino === b.ino;
}
