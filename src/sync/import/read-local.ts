import { basename } from 'node:path';
import pLimit from 'p-limit';
import type { Hasher } from '../../download/index.js';
import { cancelled, isKeiError } from '../../errors/index.js';
import { displayPath } from '../../platform/byte-path.js';
import type { FileEdges } from '../../platform/files.js';
import type { Logger } from '../../platform/logger.js';
import type { Progress } from '../../report/progress.js';
import type { DiskHash, LocalFile, LocalFiles, StateStore } from '../../state/index.js';
import { lookAt } from '../plan/disk-look.js';
import type { ImportCounters } from './counters.js';
import type { RecordBatch } from './record-batch.js';

const PAGE = 100;
const DIGESTS = ['sha256', 'appleChecksum'] as const;

/** The problem of a file that was written to meanwhile. */
export const CHANGED = 'it changed while kei was at work';

export interface LocalReaderDeps {
  readonly local: LocalFiles;
  readonly store: Pick<StateStore, 'files' | 'diskHashes'>;
  readonly batch: RecordBatch;
  readonly hasher: Hasher;
  readonly files: Pick<FileEdges, 'lstat'>;
  readonly counters: ImportCounters;
  readonly progress: Progress;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Hears of bytes as they are read. */
  readonly onRead: (bytes: number) => void;
}

/**
 * Finds out what local files contain, each once: what kei wrote or read before and nobody touched
 * since is not read again, by size, time of change and inode (D75).
 */
export class LocalReader {
  readonly #deps: LocalReaderDeps;
  readonly #limit;
  readonly #reading = new Map<number, Promise<void>>();
  #bytesTold = 0;

  constructor(deps: LocalReaderDeps) {
    this.#deps = deps;
    this.#limit = pLimit(deps.hasher.width);
  }

  /** Reads every file of a size. Others cannot be a photo of that size, and are not touched. */
  readSize(sizeBytes: number): Promise<void> {
    const running = this.#reading.get(sizeBytes);
    if (running !== undefined) return running;
    const reading = this.#readAll(sizeBytes).finally(() => {
      this.#reading.delete(sizeBytes);
    });
    this.#reading.set(sizeBytes, reading);
    return reading;
  }

  async #readAll(sizeBytes: number): Promise<void> {
    const { local } = this.#deps;
    for (;;) {
      const files = local.unread(sizeBytes, PAGE);
      if (files.length === 0) return;
      await Promise.all(files.map((file) => this.#limit(() => this.#read(file))));
    }
  }

  async #read(file: LocalFile): Promise<void> {
    const { local, store, batch, counters, log, signal } = this.#deps;
    signal.throwIfAborted();
    const known = this.#knownHash(file);
    if (known !== undefined) {
      counters.hashSkipped += 1;
      local.setHash(file.id, known);
      return;
    }
    const hash = await this.#hash(file);
    if (typeof hash === 'string') {
      counters.hashErrors += 1;
      local.setProblem(file.id, hash);
      log.warn('Cannot tell what a file contains', {
        path: displayPath(file.path),
        reason: hash,
      });
      return;
    }
    counters.hashed += 1;
    local.setHash(file.id, hash);
    await batch.add(file.path, () => {
      store.diskHashes.save(file, hash);
    });
  }

  /** From the state for what kei wrote and Apple's checksum proved, else from earlier imports. */
  #knownHash(file: LocalFile): DiskHash | undefined {
    const { store } = this.#deps;
    const published = store.files.ownerOf(file.path)?.file.published;
    const isProven =
      published?.appleChecksum === 'verified' && published.downloadSha256 === undefined;
    const isUntouched =
      published?.diskBytes === file.sizeBytes && published.mtimeMs === file.mtimeMs;
    const { sha256, checksum } = published ?? {};
    return isProven && isUntouched && sha256 !== undefined && checksum !== undefined
      ? { sha256, appleChecksum: checksum }
      : store.diskHashes.find(file);
  }

  /** The hash of a file that nobody touched while it was read, or what was in the way. */
  async #hash(file: LocalFile): Promise<DiskHash | string> {
    const { hasher, files, progress, signal } = this.#deps;
    progress.show(basename(displayPath(file.path)));
    try {
      const digests = await untilAborted(hasher.digestsOf(file.path, DIGESTS), signal);
      this.#tellBytes();
      const { sha256, appleChecksum } = digests;
      const isWhole = sha256 !== undefined && appleChecksum !== undefined;
      return isWhole && (await isUnchanged(file, files)) ? { sha256, appleChecksum } : CHANGED;
    } catch (error) {
      signal.throwIfAborted();
      if (!isKeiError(error, 'disk')) throw error;
      return error.message;
    }
  }

  #tellBytes(): void {
    const { hasher, progress, onRead } = this.#deps;
    const bytes = hasher.bytesRead() - this.#bytesTold;
    this.#bytesTold += bytes;
    progress.addBytes(bytes);
    onRead(bytes);
  }
}

/** The work's outcome, unless the signal fires before: nobody waits for a film to be read then. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      reject(cancelled());
    };
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop);
    });
  });
}

/** Whether a file is still the one that the walk met. */
export async function isUnchanged(
  { path, sizeBytes, mtimeMs }: Pick<LocalFile, 'path' | 'sizeBytes' | 'mtimeMs'>,
  files: Pick<FileEdges, 'lstat'>,
): Promise<boolean> {
  const entry = await lookAt(path, files);
  return (
    entry.kind === 'file' && entry.sizeBytes === sizeBytes && Math.trunc(entry.mtimeMs) === mtimeMs
  );
}
