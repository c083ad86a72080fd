import { mkdir, open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { diskError, KeiError } from '../errors/index.js';
import type { FileEdges } from '../platform/files.js';
import { requireFreeSpace } from '../platform/free-space.js';
import type { StateReader, StateStore } from '../state/index.js';

const PROBE = '.kei_probe';

/**
 * Checks of the download folder before anything goes over the network (cli 2.5): created if it is
 * missing, writable, enough space.
 *
 * @throws `DISK_ERROR`, `DISK_FULL` or `INSUFFICIENT_SPACE`, each naming the folder.
 */
export async function prepareFolder(
  directory: string,
  minimumFreeBytes: number,
  files: FileEdges,
): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (error) {
    throw diskError('create the download folder', directory, error);
  }
  const probe = join(directory, PROBE);
  try {
    const handle = await open(probe, 'w');
    await handle.close();
    await unlink(probe);
  } catch (error) {
    throw diskError('write to the download folder', directory, error);
  }
  await requireFreeSpace(directory, minimumFreeBytes, files);
}

/**
 * Refuses a missing or empty folder when the state says that files were there: its disk is not
 * mounted, and kei would fill the mount point (D13).
 */
export async function refuseUnmountedFolder(
  directory: string,
  state: StateStore | StateReader,
): Promise<void> {
  if (!state.files.hasDownloadedUnder(directory)) return;
  const entries = await readdir(directory).catch(() => []);
  if (entries.length > 0) return;
  throw new KeiError({
    code: 'DOWNLOAD_FOLDER_EMPTY',
    kind: 'disk',
    message: `The download folder ${directory} is missing or empty, but kei has downloaded files into it before.`,
    hint: 'Mount its disk and run kei again. If the files are really gone and you want them back, run `kei reset state` first.',
    facts: { path: directory },
  });
}
