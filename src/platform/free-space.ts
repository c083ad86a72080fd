import { insufficientSpace } from '../errors/download-errors.js';
import type { FileEdges } from './files.js';

/** Free bytes that a run needs to start (DL-80); more than the floor of a listing (DL-81). */
export const STARTUP_FREE_BYTES = 1024 ** 3;

/**
 * Rejects with `INSUFFICIENT_SPACE` when less than `minimumBytes` are free on the file system of
 * `directory`. A file system that does not say how much is free passes (DL-80).
 */
export async function requireFreeSpace(
  directory: string,
  minimumBytes: number,
  files: FileEdges,
): Promise<void> {
  const free = await files.freeBytes(directory);
  if (free !== undefined && free < minimumBytes) {
    throw insufficientSpace(directory, free, minimumBytes);
  }
}
