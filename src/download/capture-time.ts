import type { FileEdges } from '../platform/files.js';

/** File systems keep times to two seconds at worst (FAT). */
const COARSEST_STEP_MS = 2_000;

/**
 * Gives a file the capture time of its asset, the epoch when it has none (DL-53, D87). Returns what
 * went wrong, in words: a wrong time is a warning, never a failure. The time is read back, because
 * file systems silently clamp what they cannot hold (D40).
 */
export async function setCaptureTime(
  path: string,
  capturedAtMs: number | undefined,
  files: FileEdges,
): Promise<string | undefined> {
  const wanted = new Date(capturedAtMs ?? 0);
  try {
    await files.setTimes(path, wanted);
    const { mtime } = await files.lstat(path);
    if (Math.abs(mtime.getTime() - wanted.getTime()) <= COARSEST_STEP_MS) return undefined;
    return `the file system keeps ${mtime.toISOString()} instead of the capture time ${wanted.toISOString()}`;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `the capture time ${wanted.toISOString()} could not be set: ${reason}`;
  }
}
