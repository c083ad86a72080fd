import { open, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { diskError } from '../errors/index.js';
import { systemFiles, type FileEdges } from './files.js';
import { systemRandom, type Random } from './random.js';

/** What a test replaces to make a write fail at a chosen step. */
export interface AtomicWriteEdges {
  readonly files: Pick<FileEdges, 'rename' | 'syncDirectory'>;
  readonly random: Pick<Random, 'bytes'>;
}

const SYSTEM: AtomicWriteEdges = { files: systemFiles, random: systemRandom };

/**
 * Replaces a small file so that a reader, or a crash, sees the old content or the new one and
 * nothing between: a temporary file in the same folder, mode 0600, synced, renamed over the target,
 * folder synced. Rejects with a `disk` error that names `path`.
 */
export async function writeFileAtomically(
  path: string,
  data: string | Uint8Array,
  { files, random }: AtomicWriteEdges = SYSTEM,
): Promise<void> {
  const folder = dirname(path);
  const suffix = random.bytes(6).toString('hex');
  const temporary = join(folder, `.${basename(path)}.${suffix}.tmp`);
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(data);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await files.rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw diskError('write', path, error);
  }
  await files.syncDirectory(folder);
}
