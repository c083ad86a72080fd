import { writeFile } from 'node:fs/promises';

/** Writes a new file that only its owner may read; rejects with EEXIST when one is there. */
export async function createFilePrivately(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: 'wx', mode: 0o600 });
}
