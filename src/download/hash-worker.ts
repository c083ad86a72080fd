import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { fsPath } from '../platform/byte-path.js';
import { PartialHash, type Digest, type PartialDigests } from './content-hash.js';

/** One file for a worker to hash. */
export interface HashJob {
  readonly id: number;
  readonly path: string;
  readonly wanted: readonly Digest[];
  /** One 64-bit number: bytes read by all workers together. */
  readonly bytesRead: SharedArrayBuffer;
}

/** What became of it. An error crosses threads without its code, so it travels in parts. */
export type HashAnswer =
  | { readonly id: number; readonly digests: PartialDigests }
  | { readonly id: number; readonly failure: { readonly code: string; readonly message: string } };

/** Large enough that calls cost nothing beside hashing, small enough to stay in a core's cache. */
const buffer = Buffer.allocUnsafeSlow(256 * 1024);

/** A thread of its own may block: on the disk, and on OpenSSL. */
parentPort?.on('message', (job: HashJob) => {
  parentPort?.postMessage(answerTo(job));
});

function answerTo(job: HashJob): HashAnswer {
  try {
    return { id: job.id, digests: hashFile(job) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const message = error instanceof Error ? error.message : String(error);
    return { id: job.id, failure: { code, message } };
  }
}

function hashFile({ path, wanted, bytesRead }: HashJob): PartialDigests {
  const counter = new BigInt64Array(bytesRead);
  const hash = new PartialHash(wanted);
  const file = openSync(fsPath(path), 'r');
  try {
    for (;;) {
      const count = readSync(file, buffer, 0, buffer.length, null);
      if (count === 0) return hash.result();
      hash.update(buffer.subarray(0, count));
      Atomics.add(counter, 0, BigInt(count));
    }
  } finally {
    closeSync(file);
  }
}
