import { mkdir, open, readdir, unlink } from 'node:fs/promises';
import { join, sep } from 'node:path';
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

/** The word under which the state keeps the folders of imports outside of the download folder. */
const IMPORT_ROOTS = 'import_roots';

/** Remembers where imported files lie, as far as that is not in the download folder. */
export async function rememberImportRoots(
  store: StateStore,
  roots: readonly string[],
  directory: string,
): Promise<void> {
  const known = importRootsOf(store);
  const outside = roots.filter(
    (root) => root !== directory && !root.startsWith(join(directory, sep)),
  );
  const all = [...new Set([...known, ...outside])];
  if (all.length === known.length) return;
  await store.commit(() => {
    store.meta.set(IMPORT_ROOTS, JSON.stringify(all));
  });
}

function importRootsOf({ meta }: StateStore | StateReader): string[] {
  const stored: unknown = JSON.parse(meta.get(IMPORT_ROOTS) ?? '[]');
  return Array.isArray(stored) ? stored.filter((root) => typeof root === 'string') : [];
}

/**
 * Refuses a missing or empty folder when the state says that files were there: its disk is not
 * mounted, and kei would fill the mount point (D13). The same goes for folders that were imported.
 */
export async function refuseUnmountedFolder(
  directory: string,
  state: StateStore | StateReader,
): Promise<void> {
  for (const folder of [directory, ...importRootsOf(state)]) {
    if (!state.files.hasDownloadedUnder(folder)) continue;
    const entries = await readdir(folder).catch(() => []);
    if (entries.length > 0) continue;
    throw new KeiError({
      code: 'DOWNLOAD_FOLDER_EMPTY',
      kind: 'disk',
      message:
        folder === directory
          ? `The download folder ${folder} is missing or empty, but kei has downloaded files into it before.`
          : `The folder ${folder} is missing or empty, but kei has imported files from it before.`,
      hint: 'Mount its disk and run kei again. If the files are really gone and you want them back, run `kei reset state` first.',
      facts: { path: folder },
    });
  }
}
