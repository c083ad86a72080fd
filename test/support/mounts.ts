import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a small file system may hold. */
export interface TmpfsLimits {
  /** Bytes, or with a unit as `mount` takes them; rounded up to pages of 4 KiB. */
  readonly size: number | string;
  /** Files, folders and links, the root among them. */
  readonly inodes?: number;
}

/** File systems that tests put in the way of kei. Everything mounted here is gone after `clear`. */
export class Mounts {
  readonly #points: string[] = [];
  readonly #scratch: string[] = [];

  /** Whether this process may mount file systems at all. */
  static async arePossible(): Promise<boolean> {
    const mounts = new Mounts();
    const point = await mkdtemp(join(tmpdir(), 'kei-mount-'));
    try {
      await mounts.tmpfs(point, { size: '64k' });
      return true;
    } catch {
      return false;
    } finally {
      await mounts.clear();
      await rmdir(point);
    }
  }

  /** A file system in memory, at a folder that is made when it is missing. */
  async tmpfs(point: string, limits: TmpfsLimits): Promise<void> {
    await mkdir(point, { recursive: true });
    await run('mount', ['-t', 'tmpfs', '-o', options(limits), 'kei-test', point]);
    this.#points.push(point);
  }

  /** Shows a folder at another place too, as a mounted file system of its own. */
  async bind(folder: string, point: string): Promise<void> {
    await mkdir(point, { recursive: true });
    await run('mount', ['--bind', folder, point]);
    this.#points.push(point);
  }

  /** Changes the limits of a mounted one, or makes it read-only. */
  async remount(point: string, change: TmpfsLimits | 'ro' | 'rw'): Promise<void> {
    const text = typeof change === 'string' ? change : options(change);
    await run('mount', ['-o', `remount,${text}`, point]);
  }

  /** exFAT: no hard links, names that differ in case only are one. `false` where it cannot be had. */
  async exfat(point: string, sizeMiB: number): Promise<boolean> {
    const image = await this.#image(sizeMiB);
    await mkdir(point, { recursive: true });
    try {
      await run('mkfs.exfat', [image]);
      const { stdout } = await run('losetup', ['--find', '--show', image]);
      const device = stdout.trim();
      // Freed by the kernel as soon as it is not mounted any more.
      await run('mount.exfat-fuse', [device, point]).finally(() => run('losetup', ['-d', device]));
    } catch {
      return false;
    }
    this.#points.push(point);
    return true;
  }

  /**
   * An ext4 of `sizeMiB` on a disk that really has `backedMiB`: what is written beyond fails with
   * EIO, late, as with a dying disk. `false` where it cannot be had.
   */
  async dyingExt4(point: string, sizeMiB: number, backedMiB: number): Promise<boolean> {
    const image = await this.#image(sizeMiB, backedMiB);
    await mkdir(point, { recursive: true });
    try {
      await run('mkfs.ext4', ['-q', '-F', '-E', 'nodiscard', image]);
      await run('mount', ['-o', 'loop', image, point]);
    } catch {
      return false;
    }
    this.#points.push(point);
    return true;
  }

  /** Takes a file system away while it may be in use, as a pulled cable does. */
  async detach(point: string): Promise<void> {
    await run('umount', ['-l', point]);
    this.#points.splice(this.#points.indexOf(point), 1);
  }

  async clear(): Promise<void> {
    for (const point of this.#points.splice(0).reverse()) {
      await run('umount', [point]).catch(() => run('umount', ['-l', point]));
    }
    for (const folder of this.#scratch.splice(0)) {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #image(sizeMiB: number, backedMiB = sizeMiB + 8): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'kei-image-'));
    this.#scratch.push(folder);
    await this.tmpfs(folder, { size: `${backedMiB}m` });
    const image = join(folder, 'image');
    await run('truncate', ['-s', `${sizeMiB}M`, image]);
    return image;
  }
}

function options({ size, inodes }: TmpfsLimits): string {
  return [`size=${size}`, ...(inodes === undefined ? [] : [`nr_inodes=${inodes}`])].join(',');
}
