import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errno } from './errno.js';
import type { FileEdges } from './files.js';

/**
 * Creates a folder and its parents, and makes the new names durable (DL-50). Rejects with the file
 * system's own reason: the recursive call of Node says "not found" of a full or read-only disk.
 */
export async function createFolder(path: string, files: FileEdges): Promise<void> {
  try {
    await makeFolder(path, files);
  } catch (error) {
    const parent = dirname(path);
    if (errno(error) !== 'ENOENT' || parent === path) throw error;
    await createFolder(parent, files);
    await makeFolder(path, files);
  }
}

async function makeFolder(path: string, files: FileEdges): Promise<void> {
  try {
    await files.mkdir(path);
  } catch (error) {
    if (errno(error) !== 'EEXIST' || !(await isFolder(path))) throw error;
    return;
  }
  await files.syncDirectory(dirname(path));
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path)).isDirectory();
}
