import { fstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { diskError, isKeiError, rethrowIfCancelled } from '../errors/index.js';
import { partialBusy } from '../errors/download-errors.js';
import { createFolder } from '../platform/create-folder.js';
import { errno } from '../platform/errno.js';
import type { FileEdges, OpenFile } from '../platform/files.js';
import { syncHandle, type PartialRecords } from '../platform/install-file.js';
import { readChunks } from '../platform/read-chunks.js';
import { HEAD_BYTES, startsLikeErrorPage } from './check-content.js';
import { ContentHash, type ContentDigests } from './content-hash.js';
import { decidePartial } from './resume.js';

/** Chunks from the network are collected up to this size before they are written. */
const WRITE_BYTES = 1024 * 1024;

export interface PartFileOptions {
  /** Where the file lies while it is fetched. */
  readonly path: string;
  /** Its final path, for messages. */
  readonly finalPath: string;
  /** Apple's size in bytes; 0 when unknown. */
  readonly expectedSize: number;
  readonly files: FileEdges;
  readonly partials: PartialRecords;
}

/**
 * A file while it is fetched: its bytes on the disk and, always in step with them, their digests,
 * size and beginning. The file is created with the first bytes, exclusively (DL-13), and starting
 * over means a new file: nobody's open handle can reach what is published later. Every failure of
 * the disk rejects with a `disk` KeiError.
 */
export class PartFile {
  readonly path: string;
  readonly #options: PartFileOptions;
  #handle: OpenFile | undefined;
  #hash = new ContentHash();
  #head: Buffer = Buffer.alloc(0);
  #size = 0;
  #inherited = false;
  /** Chunks that wait to be written, and the write that is under way. */
  #batch: Buffer[] = [];
  #batchBytes = 0;
  #written = 0;
  #writing: Promise<void> = Promise.resolve();

  private constructor(options: PartFileOptions) {
    this.path = options.path;
    this.#options = options;
  }

  /**
   * Opens what an earlier run left at the path and hashes it, or starts empty when there is nothing
   * that can be continued (DL-20, DL-21, D34).
   */
  static async open(options: PartFileOptions, signal?: AbortSignal): Promise<PartFile> {
    const part = new PartFile(options);
    const found = await options.files.lstat(part.path).catch(() => undefined);
    const decision = decidePartial(
      found && { isFile: found.isFile(), sizeBytes: found.size, links: found.nlink },
      options.expectedSize,
    );
    if (decision === 'remove') await part.restart();
    if (decision === 'resume') await part.#resume(signal);
    if (startsLikeErrorPage(part.head)) await part.restart();
    return part;
  }

  /** Bytes taken so far, in order from the first byte of the file. */
  get size(): number {
    return this.#size;
  }

  /** The first `HEAD_BYTES` bytes, or fewer. */
  get head(): Buffer {
    return this.#head;
  }

  /** True when the beginning comes from an earlier run and was not received by this object. */
  get isInherited(): boolean {
    return this.#inherited;
  }

  digests(): ContentDigests {
    return this.#hash.result();
  }

  /**
   * Takes the next bytes of the file. A promise is back-pressure: wait for it before the next call.
   * The buffer must not change afterwards.
   */
  push(chunk: Buffer): Promise<void> | undefined {
    this.#account(chunk);
    this.#batch.push(chunk);
    this.#batchBytes += chunk.length;
    return this.#batchBytes >= WRITE_BYTES ? this.#startWriting() : undefined;
  }

  /** Waits until everything that was pushed is in the file. */
  async settle(): Promise<void> {
    if (this.#batchBytes > 0) await this.#startWriting();
    await this.#writing;
  }

  /** Throws away what there is; the next bytes start a new file. */
  async restart(): Promise<void> {
    await this.close();
    try {
      await this.#options.files.unlink(this.path);
    } catch (error) {
      if (errno(error) !== 'ENOENT') throw diskError('remove', this.path, error);
    }
    this.#hash = new ContentHash();
    this.#head = Buffer.alloc(0);
    this.#size = 0;
    this.#inherited = false;
    await this.#options.partials.forgotten(this.path);
  }

  /**
   * Ends writing: all bytes are on the disk when this resolves (DL-14). Rejects with `PARTIAL_BUSY`
   * when the path no longer leads to what was written: then another process works on it (case 39);
   * with a disk error when it leads nowhere (case 42).
   */
  async finish(): Promise<void> {
    await this.settle();
    try {
      if (this.#handle !== undefined) await syncHandle(this.#handle);
      // Known to the kernel just after the sync, so not worth a thread.
      const ours = this.#handle && fstatSync(this.#handle.fd);
      const found = await this.#options.files.lstat(this.path);
      await this.close();
      const intact =
        found.ino === ours?.ino &&
        found.dev === ours.dev &&
        found.size === this.#size &&
        found.nlink === 1;
      if (!intact) throw partialBusy(this.#options.finalPath, this.path);
    } catch (error) {
      throw isKeiError(error) ? error : diskError('finish', this.path, error);
    }
  }

  /** Closes the file; its bytes stay for the next run. */
  async close(): Promise<void> {
    await this.#writing.catch(() => undefined);
    this.#batch = [];
    this.#batchBytes = 0;
    this.#written = 0;
    this.#writing = Promise.resolve();
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  async #resume(signal: AbortSignal | undefined): Promise<void> {
    try {
      this.#handle = await this.#options.files.open(this.path, 'r+');
      await readChunks(
        this.#handle,
        (chunk) => {
          this.#account(chunk);
        },
        signal,
      );
      this.#written = this.#size;
      this.#inherited = true;
    } catch (error) {
      await this.close();
      rethrowIfCancelled(signal, error);
      // It cannot be read, so it cannot be continued (DL-20).
      await this.restart();
    }
  }

  #account(chunk: Buffer): void {
    this.#hash.update(chunk);
    this.#size += chunk.length;
    const missing = HEAD_BYTES - this.#head.length;
    if (missing > 0) this.#head = Buffer.concat([this.#head, chunk.subarray(0, missing)]);
  }

  /** Hands the batch to the disk once the write before it is done: one writes while one collects. */
  async #startWriting(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    this.#batchBytes = 0;
    await this.#writing;
    this.#writing = this.#write(batch);
    this.#writing.catch(() => undefined);
  }

  async #write(batch: Buffer[]): Promise<void> {
    try {
      this.#handle ??= await this.#create();
      let rest = batch;
      while (rest.length > 0) {
        const { bytesWritten } = await this.#handle.writev(rest, this.#written);
        this.#written += bytesWritten;
        rest = without(rest, bytesWritten);
      }
    } catch (error) {
      throw isKeiError(error) ? error : diskError('write', this.path, error);
    }
  }

  async #create(): Promise<OpenFile> {
    const { files } = this.#options;
    await this.#options.partials.recorded(this.path);
    try {
      return await files.open(this.path, 'wx+').catch(async (error: unknown) => {
        if (errno(error) !== 'ENOENT') throw error;
        await createFolder(dirname(this.path), files);
        return files.open(this.path, 'wx+');
      });
    } catch (error) {
      if (errno(error) === 'EEXIST') throw partialBusy(this.#options.finalPath, this.path);
      throw error;
    }
  }
}

/** What is left of the chunks after their first `count` bytes. */
function without(chunks: readonly Buffer[], count: number): Buffer[] {
  let skip = count;
  return chunks.flatMap((chunk) => {
    const taken = Math.min(skip, chunk.length);
    skip -= taken;
    return taken === chunk.length ? [] : [chunk.subarray(taken)];
  });
}
