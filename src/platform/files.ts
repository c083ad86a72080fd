import type { Stats } from 'node:fs';
import { link, lstat, mkdir, open, rename, statfs, unlink, utimes } from 'node:fs/promises';
import { fsPath } from './byte-path.js';

/** A file that is open; what `FileHandle` of Node offers, as far as kei needs it. */
export interface OpenFile {
  readonly fd: number;
  read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ readonly bytesRead: number }>;
  writev(buffers: readonly Buffer[], position: number): Promise<{ readonly bytesWritten: number }>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The file-system calls that are made for every single file, or whose failures must be producible in
 * a test. Everything else uses `node:fs` directly on real folders. Paths may be those of names that
 * are not UTF-8 (`byte-path.ts`).
 */
export interface FileEdges {
  /** Gives `path` a second name; rejects with EEXIST when `newPath` exists. */
  link(path: string, newPath: string): Promise<void>;
  rename(path: string, newPath: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Makes one folder in an existing one; rejects with EEXIST when there is anything at `path`. */
  mkdir(path: string): Promise<void>;
  /** Opens a file; `flags` as in `node:fs`. */
  open(path: string, flags: string): Promise<OpenFile>;
  /** Looks at a path without following links. */
  lstat(path: string): Promise<Stats>;
  /** Flushes a directory's entries to the disk, best effort where the platform cannot. */
  syncDirectory(path: string): Promise<void>;
  /** Sets access and modification time; a `Date`, because a negative number means "now" (D40). */
  setTimes(path: string, time: Date): Promise<void>;
  /** Bytes that this user may still write on the file system of `path`, if it can be told. */
  freeBytes(path: string): Promise<number | undefined>;
}

export const systemFiles: FileEdges = {
  link: (path, newPath) => link(fsPath(path), fsPath(newPath)),
  rename: (path, newPath) => rename(fsPath(path), fsPath(newPath)),
  unlink: (path) => unlink(fsPath(path)),
  mkdir: (path) => mkdir(fsPath(path)),
  open: (path, flags) => open(fsPath(path), flags),
  lstat: (path) => lstat(fsPath(path)),
  syncDirectory: async (path) => {
    try {
      const handle = await open(fsPath(path), 'r');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    } catch {
      // Some platforms and network shares cannot sync a directory (DL-14: best effort).
    }
  },
  setTimes: (path, time) => utimes(fsPath(path), time, time),
  freeBytes: async (path) => {
    try {
      const { bavail, bsize } = await statfs(path);
      return bavail * bsize;
    } catch {
      return undefined;
    }
  },
};
