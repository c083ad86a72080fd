import { realpath } from 'node:fs/promises';
import { downloadFolderGone } from '../errors/file-errors.js';
import type { FileEdges } from './files.js';

/**
 * File edges that create nothing below `root` any more once its disk is gone (D13): a disk that is
 * pulled out leaves an empty mount point, or nothing, and kei would go on there and fill the disk of
 * the system. Rejects with `DOWNLOAD_FOLDER_GONE`.
 */
export async function guardRoot(root: string, files: FileEdges): Promise<FileEdges> {
  const folder = await realpath(root);
  const deviceOf = () =>
    files.lstat(folder).then(
      ({ dev }) => dev,
      () => undefined,
    );
  const device = await deviceOf();
  const check = async () => {
    if ((await deviceOf()) !== device) throw downloadFolderGone(root);
  };
  return {
    ...files,
    mkdir: async (path) => {
      await check();
      await files.mkdir(path);
    },
    open: async (path, flags) => {
      if (flags.startsWith('w')) await check();
      return files.open(path, flags);
    },
  };
}
