import { readdir, realpath } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { diskError, KeiError } from '../../errors/index.js';
import { lookAt } from '../plan/disk-look.js';

/**
 * The folders of an import as absolute paths. One that is the download folder, or lies in it, by
 * another way (a link, another mount) is spelt as the download folder is: that is where kei looks
 * for its files later.
 *
 * @throws `IMPORT_FOLDER_MISSING` for a folder that is not there (D13).
 */
export async function importRoots(
  given: readonly string[],
  cwd: string,
  directory: string,
): Promise<string[]> {
  const roots: string[] = [];
  const home = await realpath(directory).catch(() => undefined);
  for (const one of given.length === 0 ? [directory] : given) {
    const path = resolve(cwd, one);
    const real = await realOf(path);
    if (home !== undefined && (real === home || real.startsWith(home + sep))) {
      roots.push(join(directory, relative(home, real)));
    } else roots.push(path);
  }
  return [...new Set(roots)];
}

async function realOf(path: string): Promise<string> {
  try {
    const real = await realpath(path);
    await readdir(real);
    return real;
  } catch (error) {
    if ((await lookAt(path)).kind !== 'absent') throw diskError('read the folder', path, error);
    throw new KeiError({
      code: 'IMPORT_FOLDER_MISSING',
      kind: 'disk',
      message: `There is no folder ${path} to import from.`,
      hint: 'Check the path; if it is on a disk of its own, mount that first. Nothing was changed.',
      facts: { path },
      cause: error,
    });
  }
}
