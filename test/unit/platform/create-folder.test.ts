import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFolder } from '../../../src/platform/create-folder.js';
import { systemFiles } from '../../../src/platform/files.js';
import { guardRoot } from '../../../src/platform/guarded-root.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kei-folder-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const failing = (code: string) => Object.assign(new Error(code), { code });

describe('creating a folder', () => {
  it('DL-50: makes parents, syncs the folder of each new name, and is content with what is there', async () => {
    const synced: string[] = [];
    const files = {
      ...systemFiles,
      syncDirectory: (path: string) => Promise.resolve(void synced.push(path)),
    };
    await createFolder(join(root, 'a/b/c'), files);
    expect((await stat(join(root, 'a/b/c'))).isDirectory()).toBe(true);
    expect(synced).toEqual([root, join(root, 'a'), join(root, 'a/b')]);
    await createFolder(join(root, 'a/b'), files);
    expect(synced).toHaveLength(3);
  });

  it.each(['ENOSPC', 'EROFS', 'EIO', 'EACCES'])(
    'DL-50, DL-84: says %s when a parent cannot be made, not that it is missing',
    async (code) => {
      const made: string[] = [];
      const mkdir = (path: string) => {
        made.push(path);
        return Promise.reject(failing(path === join(root, 'a') ? code : 'ENOENT'));
      };
      await expect(
        createFolder(join(root, 'a/b/c'), { ...systemFiles, mkdir }),
      ).rejects.toMatchObject({ code });
      expect(made).toEqual([join(root, 'a/b/c'), join(root, 'a/b'), join(root, 'a')]);
    },
  );

  it('DL-50: gives up on a file system that refuses a name with "not found"', async () => {
    const mkdir = (path: string) =>
      path.endsWith('odd') ? Promise.reject(failing('ENOENT')) : systemFiles.mkdir(path);
    await expect(
      createFolder(join(root, 'a/odd'), { ...systemFiles, mkdir }),
    ).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('DL-50: says so when a file is in the way', async () => {
    await writeFile(join(root, 'a'), '');
    await expect(createFolder(join(root, 'a'), systemFiles)).rejects.toMatchObject({
      code: 'EEXIST',
    });
    await expect(createFolder(join(root, 'a/b'), systemFiles)).rejects.toMatchObject({
      code: 'ENOTDIR',
    });
  });
});

describe('a download folder whose disk goes away', () => {
  it('D13: nothing is created any more, neither where it was nor in what took its place', async () => {
    let device = 1;
    const photos = join(root, 'photos');
    await systemFiles.mkdir(photos);
    const files = await guardRoot(photos, {
      ...systemFiles,
      lstat: async (path) => Object.assign(await systemFiles.lstat(path), { dev: device }),
    });
    await createFolder(join(photos, '2024'), files);
    const kept = await files.open(join(photos, '2024/kept'), 'wx+');
    await kept.close();

    device = 2;
    const gone = { kind: 'disk', code: 'DOWNLOAD_FOLDER_GONE', facts: { path: photos } };
    await expect(createFolder(join(photos, '2025'), files)).rejects.toMatchObject(gone);
    await expect(files.open(join(photos, '2024/x'), 'wx+')).rejects.toMatchObject(gone);
    expect(await readdir(photos, { recursive: true })).toEqual(['2024', '2024/kept']);

    device = 1;
    await rm(photos, { recursive: true });
    await expect(createFolder(join(photos, '2024'), files)).rejects.toMatchObject(gone);
    expect(await readdir(root)).toEqual([]);
  });
});
