import { constants } from 'node:fs';
import { copyFile, lstat, open, type FileHandle } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { basename, dirname, extname, join } from 'node:path';
import { createFolder } from './create-folder.js';
import { errno } from './errno.js';
import type { FileEdges, OpenFile } from './files.js';
import { readChunks } from './read-chunks.js';

/** Where the paths of unfinished files are kept, so that only those are ever removed (D35). */
export interface PartialRecords {
  /** Called before a file is created at `path`. */
  recorded(path: string): Promise<void>;
  /** Called when nothing of it is left. */
  forgotten(path: string): Promise<void>;
}

/** A path that the state says is kei's own. */
export interface OwnedFile {
  /** SHA-256 (hex) of the file as kei left it; `undefined` when only its name was reserved. */
  readonly sha256: string | undefined;
}

/** What the state remembers about final names, so that a crash costs work and never a file (D34). */
export interface NameRecords {
  /** Called before the name exists: `path` is about to hold exactly these bytes. */
  publishing(path: string, sha256: string): Promise<void>;
  /** Called before an empty file keeps the name: found empty after a crash, it is ours. */
  reserving(path: string): Promise<void>;
  /** The name turned out to belong to somebody else: `publishing` no longer holds. */
  abandoned(path: string): Promise<void>;
  /** Whether a file that lies at `path` is kei's own; never true by `publishing` alone. */
  ownerOf(path: string): Promise<OwnedFile | undefined>;
}

export interface InstallRequest {
  /** The finished file, closed by its writer, under its temporary name. */
  readonly source: string;
  /** The final path. */
  readonly target: string;
  readonly sizeBytes: number;
  /** SHA-256 (hex) of the finished file. */
  readonly sha256: string;
  /** Its bytes are on the disk already: the writer has synced it. */
  readonly isSynced?: boolean;
}

export interface InstallDeps {
  readonly files: FileEdges;
  readonly names: NameRecords;
  readonly partials: PartialRecords;
}

export type InstallResult =
  /** `setAside` is the new path of a file of ours that the user had changed (D33). */
  | { readonly status: 'installed'; readonly setAside: string | undefined }
  /** The same bytes were there already. */
  | { readonly status: 'adopted' }
  /** Another file has the name. The source is left where it is, for another name. */
  | { readonly status: 'name-taken' };

/** File systems without hard links say one of these (exFAT, some network shares). */
export const NO_LINKS: ReadonlySet<string> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
  'EINVAL',
]);

/** How often the target may vanish and come back before that is an error. */
const MAX_RACES = 5;

/**
 * Gives a finished file its final name: the bytes are on the disk before the name exists, the name
 * is on the disk when this returns, and no file of somebody else is ever overwritten (DL-50 to
 * DL-53, D33, D34). Rejects with the file system's error.
 */
export async function installFile(
  request: InstallRequest,
  deps: InstallDeps,
): Promise<InstallResult> {
  if (request.isSynced !== true) await syncFile(request.source);
  await deps.names.publishing(request.target, request.sha256);
  for (let race = 1; ; race += 1) {
    try {
      if (await giveName(request, deps)) return { status: 'installed', setAside: undefined };
      return await meetExisting(request, deps);
    } catch (error) {
      // The target was there when its name was refused and gone when it was looked at.
      if (errno(error) !== 'ENOENT' || race === MAX_RACES || !(await exists(request.source))) {
        throw error;
      }
      await createFolder(dirname(request.target), deps.files);
    }
  }
}

/** SHA-256 (hex) of a file. */
export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<string> {
  return withFile(path, async (handle) => {
    const hash = createHash('sha256');
    await readChunks(handle, (chunk) => hash.update(chunk), signal);
    return hash.digest('hex');
  });
}

/** Flushes an open file to the disk (DL-14), where the file system can. */
export async function syncHandle(handle: Pick<OpenFile, 'sync'>): Promise<void> {
  try {
    await handle.sync();
  } catch (error) {
    // Some network shares cannot sync; a disk that fails to says so with EIO.
    if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(errno(error))) throw error;
  }
}

/** Names the source, without overwriting; false when the name is in use. */
async function giveName(request: InstallRequest, deps: InstallDeps): Promise<boolean> {
  const { source, target } = request;
  try {
    await deps.files.link(source, target);
  } catch (error) {
    const code = errno(error);
    if (code === 'EEXIST') return false;
    if (code === 'EXDEV') return copyAcross(request, deps);
    if (NO_LINKS.has(code)) return renameOverReservation(request, deps);
    throw error;
  }
  await deps.files.unlink(source);
  await deps.files.syncDirectory(dirname(target));
  return true;
}

/**
 * Without hard links: an empty file of ours takes the name, then the source replaces it. That it is ours
 * is recorded before it is there, or a crash between the two would leave it behind as a stranger's.
 */
async function renameOverReservation(
  { source, target, sha256 }: InstallRequest,
  { files, names }: InstallDeps,
): Promise<boolean> {
  if (await exists(target)) return false;
  await names.reserving(target);
  if (!(await reserve(target))) {
    await names.abandoned(target);
    await names.publishing(target, sha256);
    return false;
  }
  await files.rename(source, target);
  await files.syncDirectory(dirname(target));
  return true;
}

/** Another file system: the bytes are copied beside the target first, then named from there. */
async function copyAcross(request: InstallRequest, deps: InstallDeps): Promise<boolean> {
  const { source, target, sha256 } = request;
  const sibling = join(dirname(target), `.${sha256.slice(0, 32)}${extname(source)}`);
  await deps.partials.recorded(sibling);
  try {
    await copyFile(source, sibling, constants.COPYFILE_FICLONE);
    await deps.files.setTimes(sibling, (await lstat(source)).mtime);
    await syncFile(sibling);
    const named = await giveName({ ...request, source: sibling }, deps);
    if (!named) return false;
  } finally {
    await removeIfThere(sibling, deps.files);
    await deps.partials.forgotten(sibling);
  }
  await deps.files.unlink(source);
  return true;
}

/** The target exists: is it the same file, one of ours to replace, or somebody else's (D33)? */
async function meetExisting(request: InstallRequest, deps: InstallDeps): Promise<InstallResult> {
  const { source, target, sizeBytes, sha256 } = request;
  const { files, names } = deps;
  const found = await lstat(target);
  const foundSha256 =
    found.isFile() && found.size === sizeBytes ? await sha256OfFile(target) : undefined;
  if (foundSha256 === sha256) {
    await files.unlink(source);
    await files.syncDirectory(dirname(target));
    return { status: 'adopted' };
  }
  const owned = found.isFile() ? await names.ownerOf(target) : undefined;
  if (owned === undefined) {
    await names.abandoned(target);
    return { status: 'name-taken' };
  }
  const unchanged =
    (await isBeginningOf(target, source)) ||
    (owned.sha256 !== undefined && owned.sha256 === (foundSha256 ?? (await sha256OfFile(target))));
  const setAside = unchanged ? undefined : await moveAside(target, files);
  await files.rename(source, target);
  await files.syncDirectory(dirname(target));
  return { status: 'installed', setAside };
}

/** True when the file at `path` is a truncated copy of `whole`, or empty. */
async function isBeginningOf(path: string, whole: string): Promise<boolean> {
  return withFile(path, (handle) =>
    withFile(whole, async (wholeHandle) => {
      const { size } = await handle.stat();
      const step = Buffer.allocUnsafe(256 * 1024);
      const wholeStep = Buffer.allocUnsafe(step.length);
      for (let position = 0; position < size;) {
        const { bytesRead } = await handle.read(step, 0, step.length, position);
        const read = await wholeHandle.read(wholeStep, 0, bytesRead, position);
        const same = step.subarray(0, bytesRead).equals(wholeStep.subarray(0, read.bytesRead));
        if (bytesRead === 0 || !same) return false;
        position += bytesRead;
      }
      return true;
    }),
  );
}

/** Renames a file of ours that the user changed to a free name beside it; returns the new path. */
async function moveAside(path: string, files: FileEdges): Promise<string> {
  for (let number = 1; ; number += 1) {
    const aside = asidePath(path, number);
    try {
      await files.link(path, aside);
      await files.syncDirectory(dirname(aside));
      return aside;
    } catch (error) {
      const code = errno(error);
      if (code !== 'EEXIST' && !NO_LINKS.has(code)) throw error;
      if (code !== 'EEXIST' && (await reserve(aside))) {
        await files.rename(path, aside);
        return aside;
      }
    }
  }
}

/** `IMG_0001-changed-1.JPG`, at most 255 bytes (D37). */
function asidePath(path: string, number: number): string {
  const ending = `-changed-${number}${extname(path)}`;
  let stem = basename(path, extname(path));
  while (stem !== '' && Buffer.byteLength(stem + ending) > 255) stem = stem.replace(/.$/su, '');
  return join(dirname(path), stem + ending);
}

/** Creates an empty file; false when the name is in use. */
async function reserve(path: string): Promise<boolean> {
  try {
    await withFile(path, () => Promise.resolve(), 'wx');
    return true;
  } catch (error) {
    if (errno(error) === 'EEXIST') return false;
    throw error;
  }
}

async function syncFile(path: string): Promise<void> {
  await withFile(path, syncHandle, 'r+');
}

async function removeIfThere(path: string, files: FileEdges): Promise<void> {
  try {
    await files.unlink(path);
  } catch (error) {
    if (errno(error) !== 'ENOENT') throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function withFile<T>(
  path: string,
  use: (handle: FileHandle) => Promise<T>,
  flags = 'r',
): Promise<T> {
  const handle = await open(path, flags);
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}
