import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { sha256Of } from './cli-home.js';

/** Every file below a folder: relative path to SHA-256 (hex), in any order. */
export async function treeOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) found.set(relative(folder, path), await sha256Of(path));
  }
  return found;
}
