import type { Stats } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { sep } from 'node:path';
import { pathText } from './byte-path.js';
import type { FileEdges } from './files.js';

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
  files: Pick<FileEdges, 'lstat'>,
  signal?: AbortSignal,
): AsyncGenerator<TreeEntry<Reason>> {
  yield* walkFolder(Buffer.from(root), { skipName, files, signal });
}

interface Walk<Reason> {
  readonly skipName: SkipName<Reason>;
  readonly files: Pick<FileEdges, 'lstat'>;
  readonly signal: AbortSignal | undefined;
}

async function* walkFolder<Reason>(
  folder: Buffer,
  walk: Walk<Reason>,
): AsyncGenerator<TreeEntry<Reason>> {
  const { skipName, files, signal } = walk;
  try {
    for await (const batch of batchesOf(folder)) {
      signal?.throwIfAborted();
      for (const { bytes, path, stats } of await Promise.all(
        batch.map((entry) => look(entry, files)),
      )) {
        if (stats === undefined) continue;
        const name = path.slice(path.lastIndexOf(sep) + 1);
        const reason = skipName(name, stats.isDirectory());
        if (reason !== undefined) yield { kind: 'skipped', path, reason };
        else if (stats.isDirectory()) yield* walkFolder(bytes, walk);
        else if (stats.isFile()) yield { kind: 'file', path, ...identityOf(stats) };
        else yield { kind: 'skipped', path, reason: stats.isSymbolicLink() ? 'link' : 'special' };
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

interface Looked {
  readonly bytes: Buffer;
  readonly path: string;
  readonly stats: Stats | undefined;
}

async function look(bytes: Buffer, files: Pick<FileEdges, 'lstat'>): Promise<Looked> {
  const path = pathText(bytes);
  try {
    return { bytes, path, stats: await files.lstat(path) };
  } catch (error) {
    if (isErrno(error) && error.code === 'ENOENT') return { bytes, path, stats: undefined };
    throw error;
  }
}

function identityOf({ size, mtimeMs, ino }: Stats): Omit<TreeFile, 'path'> {
  return { sizeBytes: size, mtimeMs: Math.trunc(mtimeMs), inode: BigInt(ino) };
}

function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}
