import type { Stats } from 'node:fs';
import {
  closeSync,
  fsync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  read,
  renameSync,
  unlinkSync,
  utimesSync,
  writev,
} from 'node:fs';
import { statfs } from 'node:fs/promises';
import { promisify } from 'node:util';
import { fsPath } from './byte-path.js';
import { systemFiles, type FileEdges, type OpenFile } from './files.js';

/** File systems on disks of this computer, by what `statfs` calls them. */
const LOCAL_TYPES: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0xf2f52010, // F2FS
  0x2fc12fc1, // ZFS
  0x01021994, // tmpfs
  0x794c7630, // overlayfs
  0x1a, // APFS, on macOS
]);

const syncInThread = promisify(fsync);

/** Opened and closed at once; its bytes move in threads, as they may take their time. */
class DirectFile implements OpenFile {
  readonly fd: number;

  constructor(path: string, flags: string) {
    this.fd = openSync(fsPath(path), flags);
  }

  read(buffer: Buffer, offset: number, length: number, position: number | null) {
    return promisify(read)(this.fd, buffer, offset, length, position);
  }

  writev(buffers: readonly Buffer[], position: number) {
    return promisify(writev)(this.fd, buffers, position);
  }

  sync(): Promise<void> {
    return syncInThread(this.fd);
  }

  close(): Promise<void> {
    return settled(() => {
      closeSync(this.fd);
    });
  }
}

/**
 * The same calls, those about names, times and opening made at once instead of in a thread: on a disk of
 * this computer the kernel answers them from memory, in a tenth of the time that the way to a thread
 * and back takes. Reading, writing and syncing stay in threads.
 */
const directFiles: FileEdges = {
  ...systemFiles,
  link: (path, newPath) =>
    settled(() => {
      linkSync(fsPath(path), fsPath(newPath));
    }),
  rename: (path, newPath) =>
    settled(() => {
      renameSync(fsPath(path), fsPath(newPath));
    }),
  unlink: (path) =>
    settled(() => {
      unlinkSync(fsPath(path));
    }),
  mkdir: (path) =>
    settled(() => {
      mkdirSync(fsPath(path));
    }),
  setTimes: (path, time) =>
    settled(() => {
      utimesSync(fsPath(path), time, time);
    }),
  lstat: (path) => settled((): Stats => lstatSync(fsPath(path))),
  open: (path, flags) => settled(() => new DirectFile(path, flags)),
  syncDirectory: async (path) => {
    try {
      const folder = new DirectFile(path, 'r');
      try {
        await folder.sync();
      } finally {
        await folder.close();
      }
    } catch {
      // Best effort (DL-14).
    }
  },
};

/**
 * The calls to use below `directory`. A share on the network answers slowly or hangs, which must
 * stop nothing but the file concerned: there, and where the kind of file system is unknown, every
 * call stays in a thread. Edges that a caller has made its own are used as they are.
 */
export async function filesBelow(directory: string, files: FileEdges): Promise<FileEdges> {
  if (files !== systemFiles) return files;
  const kind = await statfs(directory).catch(() => undefined);
  return kind !== undefined && LOCAL_TYPES.has(kind.type) ? directFiles : files;
}

/** Calls at once; what is thrown becomes a rejection. */
function settled<T>(call: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(call());
  });
}
