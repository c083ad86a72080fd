import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeICloud } from '../../src/simulator/fake-icloud.js';
import { photo } from '../../src/simulator/library/builder.js';
import { CliHome } from '../support/cli-home.js';
import { writeTables } from '../support/selection-config.js';

let icloud: FakeICloud;
let home: CliHome;
let ids: string[];

beforeEach(async () => {
  icloud = await FakeICloud.start({
    account: {
      appleId: 'jane@example.com',
      password: 'correct horse battery',
      twoFactor: 'off',
    },
  });
  const { primary } = icloud.library;
  ids = primary.addAll([
    photo({ name: 'IMG_0001.HEIC', live: true, takenAt: '2024-01-01T10:00:00Z' }),
    photo({ name: 'IMG_0002.JPG', takenAt: '2024-02-01T10:00:00Z', favourite: true }),
    photo({ name: 'IMG_0003.JPG', takenAt: '2024-03-01T10:00:00Z' }),
  ]);
  const [live = '', jpeg = ''] = ids;
  primary.addToAlbum(primary.createAlbum('Garden'), live, jpeg);
  primary.addToAlbum(primary.createAlbum('Animals'), live);
  home = await CliHome.create(icloud.endpoint);
});

afterEach(async () => {
  await icloud.close();
  await home.remove();
});

const GARDEN = ['Garden/IMG_0001.HEIC', 'Garden/IMG_0001_HEVC.MOV', 'Garden/IMG_0002.JPG'];
const ANIMALS = ['Animals/IMG_0001.HEIC', 'Animals/IMG_0001_HEVC.MOV'];
const LOOSE = '2024/03/01/IMG_0003.JPG';

const downloads = () => icloud.journal.tally({ site: 'content' });
const paths = async () => [...(await home.tree()).keys()];
const calls = () => icloud.journal.tally({ site: 'ckdatabase' });

async function sync(...args: string[]): Promise<string> {
  const { code, stderr } = await home.run(['sync', ...args]);
  expect(code, stderr).toBe(0);
  return stderr;
}

async function inode(path: string): Promise<number> {
  return (await stat(join(home.photos, path))).ino;
}

describe('one asset, several places', () => {
  test('an album selected later gets links to the bytes that are there', async () => {
    await writeTables(home, { filters: 'albums = ["none"]' });
    await sync();
    const before = downloads();
    await writeTables(home, { filters: 'albums = ["Garden"]' });
    await sync();
    expect(downloads()).toBe(before);
    expect(await paths()).toEqual(expect.arrayContaining(GARDEN));
    expect(await inode(GARDEN[0] ?? '')).toBe(await inode('2024/01/01/IMG_0001.HEIC'));
  });

  test('duplicates = "copy": files of their own, made without a download', async () => {
    await writeTables(home, { download: 'duplicates = "copy"' });
    await sync();
    expect(downloads()).toBe(4);
    expect(await paths()).toEqual([LOOSE, ...ANIMALS, ...GARDEN]);
    expect(await inode(GARDEN[0] ?? '')).not.toBe(await inode(ANIMALS[0] ?? ''));
  });

  test('RT-40: the first place fails, its second chance fills both', async () => {
    const [assetId = ''] = ids;
    icloud.faults.add({
      when: { site: 'content', assetId },
      timing: { first: 1, per: 'path' },
      action: { kind: 'status', status: 404 },
    });
    await writeTables(home, {});
    await sync();
    expect(await paths()).toEqual([LOOSE, ...ANIMALS, ...GARDEN]);
    expect(await inode(GARDEN[0] ?? '')).toBe(await inode(ANIMALS[0] ?? ''));
  });

  test('DL-52: a folder in the way of the first place does not keep the second from its file', async () => {
    const blocked = join(home.photos, 'Animals');
    await mkdir(home.photos, { recursive: true });
    await writeFile(blocked, 'a file where a folder should be');
    await writeTables(home, {});
    await home.run(['sync']);
    await rm(blocked);
    await sync();
    expect(await paths()).toEqual([LOOSE, ...ANIMALS, ...GARDEN]);
  });

  test('D57, DL-50: a file in the way of a second place costs that place only', async () => {
    const { primary } = icloud.library;
    primary.addToAlbum(primary.createAlbum('Zoo'), ids[1] ?? '');
    const shared = icloud.library.addSharedLibrary('owner');
    shared.add(photo({ name: 'IMG_0009.JPG', takenAt: '2024-04-01T10:00:00Z' }));
    await writeTables(home, { filters: 'libraries = ["all"]' });
    const blocked = join(home.photos, 'Garden');
    await mkdir(home.photos, { recursive: true });
    await writeFile(blocked, 'a file where a folder should be');
    const first = await home.run(['sync']);
    expect(first.code).toBe(2);
    expect(first.stderr).toContain('a file has the name of a folder of this path');
    // What is behind it is there: other places, other libraries, and the token.
    expect(await paths()).toEqual(
      expect.arrayContaining([...ANIMALS, LOOSE, 'Zoo/IMG_0002.JPG', '2024/04/01/IMG_0009.JPG']),
    );
    const before = downloads();
    await rm(blocked);
    const stderr = await sync();
    expect(stderr).not.toContain('Listing the whole library');
    expect(await paths()).toEqual(expect.arrayContaining(GARDEN));
    expect(downloads()).toBe(before);
  });

  test('D70: a photo that is called like the folder of an album keeps out of its way', async () => {
    const { primary } = icloud.library;
    const [live = '', jpeg = ''] = ids;
    primary.addToAlbum(primary.createAlbum('IMG_0003.JPG'), live, jpeg);
    await writeTables(home, { download: 'folder_structure = "none"' });
    const dry = await home.run(['sync', '--only-print-filenames']);
    await sync();
    const found = await paths();
    expect(dry.stdout.trim().split('\n').sort()).toEqual(
      found.map((path) => join(home.photos, path)).sort(),
    );
    expect(found).toContain('IMG_0003.JPG/IMG_0002.JPG');
    expect(found.filter((path) => /^IMG_0003-\d+\.JPG$/.test(path))).toHaveLength(1);
    const before = downloads();
    await sync();
    expect(downloads()).toBe(before);
  });

  test('D70: a second place on the very same path is nothing to fetch', async () => {
    await writeTables(home, {
      download: 'folder_structure_albums = "none"',
      filters: 'albums = ["Garden"]',
    });
    await sync();
    const before = await paths();
    await writeTables(home, { download: 'folder_structure_albums = "none"' });
    expect((await home.run(['sync', '--only-print-filenames'])).stdout).toBe('');
    await sync();
    expect(await paths()).toEqual(before);
  });

  test('RT-31: a session lost between the places costs neither', async () => {
    icloud.faults.add({
      when: { site: 'ckdatabase', operation: 'records/query' },
      timing: { nth: 4 },
      action: { kind: 'revokeSession' },
    });
    await writeTables(home, {});
    await sync();
    expect(await paths()).toEqual([LOOSE, ...ANIMALS, ...GARDEN]);
    expect(downloads()).toBe(4);
  });
});

describe('a run that is narrowed by its flags', () => {
  test.each([
    ['--recent', '1'],
    ['--skip-created-before', '2025-01-01'],
    ['--skip-created-after', '2024-12-31'],
  ])('D65: %s %s leaves the rest to the next run', async (...flags) => {
    await writeTables(home, { filters: 'albums = ["none"]' });
    await sync();
    icloud.library.primary.addAll([
      photo({ name: 'NEW_1.JPG', takenAt: '2024-05-01T10:00:00Z' }),
      photo({ name: 'NEW_2.JPG', takenAt: '2025-05-02T10:00:00Z' }),
    ]);
    await sync(...flags);
    const new1 = '2024/05/01/NEW_1.JPG';
    const new2 = '2025/05/02/NEW_2.JPG';
    const expected = flags[0] === '--skip-created-after' ? new1 : new2;
    const found = (await paths()).filter((path) => path.includes('NEW'));
    expect(found).toEqual([expected]);
    await sync();
    expect(await paths()).toEqual(expect.arrayContaining([new1, new2]));
  });
});

describe('libraries and smart folders', () => {
  test('D63: nothing changed is one call a database, also after a library was deselected', async () => {
    const joined = icloud.library.addSharedLibrary('participant');
    joined.add(photo({ name: 'IMG_0009.JPG' }));
    await writeTables(home, { filters: 'libraries = ["all"]' });
    await sync();
    let before = calls();
    await sync();
    expect(calls() - before).toBe(2);
    await writeTables(home, { filters: 'libraries = ["primary"]' });
    await sync();
    before = calls();
    await sync();
    expect(calls() - before).toBe(1);
  });

  test('D77: a smart folder that the server refuses is skipped with a warning', async () => {
    icloud.library.tuning.newerSmartAlbums = false;
    await writeTables(home, { filters: 'albums = ["none"]\nsmart_folders = ["all"]' });
    expect(await sync()).toContain('Portrait');
    expect(await paths()).toContain('Favorites/IMG_0002.JPG');
    expect(await paths()).toContain(LOOSE);
    const before = calls();
    await sync();
    expect(calls() - before).toBe(1);
  });
});

describe('bad selections fail at the start and list what exists', () => {
  test.each([
    ['albums = ["Gardn"]', /"Gardn".*Animals, Garden/],
    ['albums = ["all", "!Nothing"]', /"Nothing".*Animals, Garden/],
    ['albums = ["Favorites"]', /smart_folders = \["Favorites"\]/],
    ['libraries = ["SharedSync-00000000"]', /SharedSync-00000000.*PrimarySync/],
    ['libraries = ["primary", "!primary"]', /librar/],
    ['smart_folders = ["Selfies"]', /Selfies.*Favorites/s],
  ])('case 62, EN-67, cli 4.1: %s', async (filters, message) => {
    await writeTables(home, { filters });
    const { code, stderr } = await home.run(['sync']);
    expect(code, stderr).toBe(1);
    expect(stderr).toMatch(message);
    expect(downloads()).toBe(0);
  });
});
