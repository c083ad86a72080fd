import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemFiles, type FileEdges } from '../../../src/platform/files.js';
import { installFile } from '../../../src/platform/install-file.js';
import { MemoryRecords } from '../../support/download-bench.js';

const NEW = Buffer.from('the new bytes of the file');
const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');

let folder: string;
let records: MemoryRecords;
let source: string;
let target: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kei-install-'));
  records = new MemoryRecords();
  source = join(folder, 'ABC.kei-tmp');
  target = join(folder, 'IMG_1.JPG');
  await writeFile(source, NEW);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const failing = (code: string) => () =>
  Promise.reject(Object.assign(new Error(code), { code, syscall: 'link' }));

function install(edges: Partial<FileEdges> = {}, to = target) {
  return installFile(
    { source, target: to, sizeBytes: NEW.length, sha256: sha256(NEW) },
    { files: { ...systemFiles, ...edges }, names: records, partials: records },
  );
}

const names = async () => (await readdir(folder)).sort();
const content = async (path = target) => (await readFile(path)).toString();

describe('a free name', () => {
  it('DL-51: gets the file, and nothing else stays', async () => {
    expect(await install()).toEqual({ status: 'installed', setAside: undefined });
    expect(await names()).toEqual(['IMG_1.JPG']);
    expect(await content()).toBe(NEW.toString());
  });

  it('D34: is recorded before it exists, and the folder is synced after', async () => {
    const order: string[] = [];
    const edges: Partial<FileEdges> = {
      link: (from, to) => {
        order.push(...records.log, 'link');
        return systemFiles.link(from, to);
      },
      syncDirectory: (path) => {
        order.push(`sync ${path}`);
        return systemFiles.syncDirectory(path);
      },
    };
    await install(edges);
    expect(order).toEqual([`publishing ${target}`, 'link', `sync ${folder}`]);
  });

  it('DL-50: in a missing folder, which is created and made durable', async () => {
    const synced: string[] = [];
    const edges: Partial<FileEdges> = {
      syncDirectory: async (path) => void synced.push(path),
    };
    await install(edges, join(folder, '2024', '05', 'IMG_1.JPG'));
    expect(await content(join(folder, '2024', '05', 'IMG_1.JPG'))).toBe(NEW.toString());
    expect(synced).toEqual(expect.arrayContaining([folder, join(folder, '2024')]));
  });

  it.each(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])(
    'DL-51: without hard links (%s) it is reserved, then replaced',
    async (code) => {
      expect(await install({ link: failing(code) })).toMatchObject({ status: 'installed' });
      expect(records.log).toEqual([`publishing ${target}`, `reserving ${target}`]);
      expect(await names()).toEqual(['IMG_1.JPG']);
      expect(await content()).toBe(NEW.toString());
    },
  );

  it('D34: that a reservation is ours is recorded before it is there, and taken back when it is not', async () => {
    const seen: string[][] = [];
    const reserving = records.reserving;
    records.reserving = async (path) => {
      seen.push(await names());
      await reserving(path);
    };
    await install({ link: failing('EPERM') });
    expect(seen).toEqual([['ABC.kei-tmp']]);

    // Somebody else is faster.
    await rm(target);
    await writeFile(source, NEW);
    records.log.length = 0;
    records.owned.clear();
    records.reserving = async (path) => {
      await reserving(path);
      records.owned.clear();
      await writeFile(path, '');
    };
    expect(await install({ link: failing('EPERM') })).toMatchObject({ status: 'name-taken' });
    expect(records.log.slice(1, 3)).toEqual([`reserving ${target}`, `abandoned ${target}`]);
    expect(await content()).toBe('');
  });

  it('D34: an empty leftover of a reservation is recognised and replaced', async () => {
    const crash = install({ link: failing('EPERM'), rename: failing('EIO') });
    await expect(crash).rejects.toMatchObject({ code: 'EIO' });
    expect(await content()).toBe('');
    expect(await install({ link: failing('EPERM') })).toMatchObject({ status: 'installed' });
    expect(await names()).toEqual(['IMG_1.JPG']);
    expect(await content()).toBe(NEW.toString());
  });

  it('on another file system: copied beside it, then named from there', async () => {
    const other = join(folder, 'other');
    await mkdir(other);
    const link: FileEdges['link'] = (from, to) =>
      from === source ? failing('EXDEV')() : systemFiles.link(from, to);
    const to = join(other, 'IMG_1.JPG');
    expect(await install({ link }, to)).toMatchObject({ status: 'installed' });
    expect(await readdir(other)).toEqual(['IMG_1.JPG']);
    expect(await names()).toEqual(['other']);
    expect(await content(to)).toBe(NEW.toString());
    expect(records.partials.size).toBe(0);
  });

  it('a file system that fails keeps the source and leaves no name', async () => {
    await expect(install({ link: failing('EIO') })).rejects.toMatchObject({ code: 'EIO' });
    expect(await names()).toEqual(['ABC.kei-tmp']);
  });
});

describe('a name in use', () => {
  it('case 41: by the same bytes: adopted, the temporary file is gone', async () => {
    await writeFile(target, NEW);
    expect(await install()).toEqual({ status: 'adopted' });
    expect(await names()).toEqual(['IMG_1.JPG']);
  });

  it('an NFS server that repeats a link it has made: adopted', async () => {
    const link: FileEdges['link'] = async (from, to) => {
      await systemFiles.link(from, to);
      return failing('EEXIST')();
    };
    expect(await install({ link })).toEqual({ status: 'adopted' });
    expect(await names()).toEqual(['IMG_1.JPG']);
  });

  it.each([
    ['other bytes', 'somebody else wrote this'],
    ['other bytes of the same size', 'x'.repeat(NEW.length)],
    ['the beginning of the same bytes', NEW.subarray(0, 5).toString()],
    ['nothing', ''],
  ])('DL-52, D33: by %s of somebody else: never touched', async (_name, theirs) => {
    await writeFile(target, theirs);
    for (const edges of [{}, { link: failing('EPERM') }]) {
      expect(await install(edges)).toEqual({ status: 'name-taken' });
      expect(records.log.at(-1)).toBe(`abandoned ${target}`);
      expect(await names()).toEqual(['ABC.kei-tmp', 'IMG_1.JPG']);
      expect(await content()).toBe(theirs);
    }
  });

  it('DL-52: by a folder or a link: never touched', async () => {
    await mkdir(target);
    expect(await install()).toEqual({ status: 'name-taken' });
    await rm(target, { recursive: true });
    await symlink(join(folder, 'elsewhere'), target);
    records.owned.set(target, { sha256: sha256('old') });
    expect(await install()).toEqual({ status: 'name-taken' });
  });

  it('D33: by our own superseded file: replaced', async () => {
    await writeFile(target, 'the old version');
    records.owned.set(target, { sha256: sha256('the old version') });
    expect(await install()).toEqual({ status: 'installed', setAside: undefined });
    expect(await names()).toEqual(['IMG_1.JPG']);
    expect(await content()).toBe(NEW.toString());
  });

  it.each([0, 5, NEW.length - 1])(
    'D33, DL-67: by our own file, truncated to %i bytes: replaced',
    async (size) => {
      await writeFile(target, NEW.subarray(0, size));
      records.owned.set(target, { sha256: sha256(NEW) });
      expect(await install()).toEqual({ status: 'installed', setAside: undefined });
      expect(await names()).toEqual(['IMG_1.JPG']);
    },
  );

  it.each([
    ['larger', 'the user has painted a moustache on it'],
    ['smaller', 'cropped'],
    ['of the same size', 'y'.repeat(NEW.length)],
  ])('D33: by our own file that the user changed (%s): moved aside', async (_name, theirs) => {
    await writeFile(join(folder, 'IMG_1-changed-1.JPG'), 'an earlier one');
    for (const edges of [{}, { link: failing('EPERM') }]) {
      await writeFile(source, NEW);
      await rm(join(folder, 'IMG_1-changed-2.JPG'), { force: true });
      await writeFile(target, theirs);
      records.owned.set(target, { sha256: sha256('as kei left it') });
      const setAside = join(folder, 'IMG_1-changed-2.JPG');
      expect(await install(edges)).toEqual({ status: 'installed', setAside });
      expect(await content(setAside)).toBe(theirs);
      expect(await content()).toBe(NEW.toString());
      expect(await content(join(folder, 'IMG_1-changed-1.JPG'))).toBe('an earlier one');
    }
  });

  it('D37: the name of what is moved aside has at most 255 bytes', async () => {
    target = join(folder, `${'é'.repeat(125)}.JPG`);
    await writeFile(target, 'changed');
    records.owned.set(target, { sha256: sha256('as kei left it') });
    await install();
    expect((await names()).some((name) => name.endsWith('-changed-1.JPG'))).toBe(true);
  });

  it('a target that comes and goes is tried again, not for ever', async () => {
    let calls = 0;
    const link: FileEdges['link'] = (from, to) => {
      calls += 1;
      return calls < 3 ? failing('EEXIST')() : systemFiles.link(from, to);
    };
    expect(await install({ link })).toMatchObject({ status: 'installed' });
    await writeFile(source, NEW);
    await rm(target);
    await expect(install({ link: failing('EEXIST') })).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
