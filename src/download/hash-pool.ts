import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { diskError } from '../errors/index.js';
import type { Digest, PartialDigests } from './content-hash.js';
import type { HashAnswer, HashJob } from './hash-worker.js';

/** Hashes files while the event loop stays free. */
export interface Hasher {
  /** The digests of a whole file; rejects with `DISK_ERROR` naming the path. */
  digestsOf(path: string, wanted: readonly Digest[]): Promise<PartialDigests>;
  /** Bytes read so far, of unfinished files too. */
  bytesRead(): number;
  /** Jobs that keep every worker busy; more only wait. */
  readonly width: number;
  /** Stops at once, whatever is under way: its promises stay unsettled. */
  close(): Promise<void>;
}

interface Waiting {
  readonly job: HashJob;
  readonly resolve: (digests: PartialDigests) => void;
  readonly reject: (error: unknown) => void;
}

interface Lane {
  readonly worker: Worker;
  /** Given to the worker: the one it works on, and the next. */
  readonly given: Map<number, Waiting>;
}

/** More threads than this would only make a disk seek. */
const MOST_THREADS = 16;

/** A thread keeps nothing but its buffer: left alone, V8 would let the garbage of messages pile up. */
const THREAD_LIMITS = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 32 };

/** One file that is hashed and one that follows at once. */
const DEPTH = 2;

/**
 * A pool of worker threads, because OpenSSL's hashes block the thread that feeds them. Threads are
 * started as work comes, at most one for each core.
 */
export function createHashPool(): Hasher {
  const threads = Math.min(availableParallelism(), MOST_THREADS);
  const bytesRead = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  const counter = new BigInt64Array(bytesRead);
  const lanes: Lane[] = [];
  const queue: Waiting[] = [];
  let jobs = 0;

  function give(lane: Lane): void {
    while (lane.given.size < DEPTH) {
      const next = queue.shift();
      if (next === undefined) return;
      lane.given.set(next.job.id, next);
      lane.worker.postMessage(next.job);
    }
  }

  function start(): Lane {
    // The build puts this module into a part beside the folders, and the worker where its source is.
    const worker = new Worker(new URL('../download/hash-worker.js', import.meta.url), {
      resourceLimits: THREAD_LIMITS,
    });
    const lane: Lane = { worker, given: new Map() };
    worker.on('message', (answer: HashAnswer) => {
      const waiting = lane.given.get(answer.id);
      lane.given.delete(answer.id);
      give(lane);
      if (waiting === undefined) return;
      if ('digests' in answer) {
        waiting.resolve(answer.digests);
      } else {
        const { code, message } = answer.failure;
        const error = Object.assign(new Error(message), { code });
        waiting.reject(diskError('read', waiting.job.path, error));
      }
    });
    worker.on('error', (error) => {
      lanes.splice(lanes.indexOf(lane), 1);
      for (const { reject } of lane.given.values()) reject(error);
    });
    lanes.push(lane);
    return lane;
  }

  return {
    width: threads * DEPTH,
    bytesRead: () => Number(Atomics.load(counter, 0)),
    digestsOf: (path, wanted) =>
      new Promise((resolve, reject) => {
        jobs += 1;
        queue.push({ job: { id: jobs, path, wanted, bytesRead }, resolve, reject });
        const idle = lanes.find(({ given }) => given.size === 0);
        const free = idle ?? (lanes.length < threads ? start() : undefined);
        const next = free ?? lanes.find(({ given }) => given.size < DEPTH);
        if (next !== undefined) give(next);
      }),
    close: async () => {
      await Promise.all(lanes.splice(0).map(({ worker }) => worker.terminate()));
    },
  };
}
