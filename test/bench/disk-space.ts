import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';

/** Refuses to fill the disk: what a scenario writes must fit there twice more. */
export async function requireSpace(bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(tmpdir());
  if (bavail * bsize < 3 * bytes) {
    throw new Error(`Not enough space in ${tmpdir()}: ${3 * bytes} bytes are needed.`);
  }
}
