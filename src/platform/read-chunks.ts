import type { OpenFile } from './files.js';

/** The size of one read when a file is hashed again (seed: "a 256KB buffer"). */
export const READ_BUFFER_BYTES = 256 * 1024;

/**
 * Reads a file from its start in steps of 256 KiB and gives each step to `visit`, which must be
 * done with the buffer when it returns or resolves: it is used again. The event loop is free between two steps.
 * Returns the number of bytes read. Stops with the signal's reason when it fires.
 */
export async function readChunks(
  handle: Pick<OpenFile, 'read'>,
  visit: (chunk: Buffer) => unknown,
  signal?: AbortSignal,
): Promise<number> {
  const buffer = Buffer.allocUnsafe(READ_BUFFER_BYTES);
  let position = 0;
  for (;;) {
    signal?.throwIfAborted();
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return position;
    position += bytesRead;
    await visit(buffer.subarray(0, bytesRead));
  }
}
