import type { BigIntStats } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { sep } from 'node:path';
import { pathText } from './byte-path.js';

/** A regular file, and the facts that tell whether it is still the same one. */
export interface TreeFile {
  /** As `byte-path.ts` writes it. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Whole milliseconds since 1970. */
  readonly mtimeMs: number;
  readonly inode: bigint;
}

export type TreeEntry<Reason> =
  | ({ readonly kind: 'file' } & TreeFile)
  | {
      readonly kind: 'skipped';
      readonly path: string;
      readonly reason: Reason | 'link' | 'special' | 'unreadable';
    };

/** Why an entry of this name is not looked at; `undefined` takes it. */
export type SkipName<Reason> = (name: string, isFolder: boolean) => Reason | undefined;

/** Entries of a folder that are looked at together. */
const BATCH = 64;

/**
 * Walks a tree, folder by folder, and follows no link. Its memory is that of one folder's batch for
 * each level. A folder that cannot be read is reported and left out; what vanishes under way is not
 * there.
 */
export async function* walkTree<Reason>(
  root: string,
  skipName: SkipName<Reason>,
  signal?: AbortSignal,
): AsyncGenerator<TreeEntry<Reason>> {
  yield* walkFolder(Buffer.from(root), skipName, signal);
}

async function* walkFolder<Reason>(
  folder: Buffer,
  skipName: SkipName<Reason>,
  signal: AbortSignal | undefined,
): AsyncGenerator<TreeEntry<Reason>> {
  try {
    for await (const batch of batchesOf(folder)) {
      signal?.throwIfAborted();
      for (const { path, stats } of await Promise.all(batch.map(look))) {
        if (stats === undefined) continue;
        const text = pathText(path);
        const name = text.slice(text.lastIndexOf(sep) + 1);
        const reason = skipName(name, stats.isDirectory());
        if (reason !== undefined) yield { kind: 'skipped', path: text, reason };
        else if (stats.isDirectory()) yield* walkFolder(path, skipName, signal);
        else if (stats.isFile()) yield { kind: 'file', path: text, ...identityOf(stats) };
        else
          yield {
            kind: 'skipped',
            path: text,
            reason: stats.isSymbolicLink() ? 'link' : 'special',
          };
      }
    }
  } catch (error) {
    if (!isErrno(error)) throw error;
    if (error.code !== 'ENOENT') {
      yield { kind: 'skipped', path: pathText(folder), reason: 'unreadable' };
    }
  }
}

async function* batchesOf(folder: Buffer): AsyncGenerator<Buffer[]> {
  // One letter for each byte: a name need not be text.
  const entries = await opendir(folder, { encoding: 'latin1', bufferSize: BATCH });
  let batch: Buffer[] = [];
  for await (const { name } of entries) {
    batch.push(Buffer.concat([folder, SEPARATOR, Buffer.from(name, 'latin1')]));
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

const SEPARATOR = Buffer.from(sep);

async function look(path: Buffer): Promise<{ path: Buffer; stats: BigIntStats | undefined }> {
  try {
    return { path, stats: await lstat(path, { bigint: true }) };
  } catch (error) {
    if (isErrno(error) && error.code === 'ENOENT') return { path, stats: undefined };
    throw error;
  }
}

function identityOf(stats: BigIntStats): Omit<TreeFile, 'path'> {
  return {
    sizeBytes: Number(stats.size),
    mtimeMs: Number(stats.mtimeMs),
    inode: stats.ino,
  };
}

function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}
