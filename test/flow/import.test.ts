import { existsSync } from 'node:fs';
import {
  copyFile,
  mkdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { photo, screenshot, video } from '../../src/simulator/library/builder.js';
import type { ExpectedFile } from '../../src/simulator/library/expected-files.js';
import type { SimLibrary } from '../../src/simulator/library/index.js';
import { refuseUnmountedFolder } from '../../src/sync/preflight.js';
import { SyncBench, type BenchImport } from '../support/sync-bench.js';
import { treeOf } from '../support/tree-of.js';

const WHOLE = 'albums = ["none"]';
const AT = { takenAt: '2024-05-01T10:00:00Z', timeZoneOffset: 0 };
const DAY = 'photos/2024/05/01';

/** A bench whose tree was downloaded, and whose state was lost. */
async function withTree(
  prepare: (library: SimLibrary) => void,
  filters = WHOLE,
): Promise<SyncBench> {
  const bench = await SyncBench.open(prepare, filters);
  const { outcome, log } = await bench.run();
  expect(outcome.counters.enumerationErrors, log.join('\n')).toBe(0);
  await loseState(bench);
  return bench;
}

async function loseState(bench: SyncBench): Promise<void> {
  for (const ending of ['', '-wal', '-shm']) {
    await rm(join(bench.root, `state.db${ending}`), { force: true });
  }
}

async function move(bench: SyncBench, from: string, to: string): Promise<void> {
  await mkdir(dirname(join(bench.root, to)), { recursive: true });
  await rename(join(bench.root, from), join(bench.root, to));
}

/** The paths of a kind of finding, below the root of the bench; names for what has no path. */
function found({ found: lines }: BenchImport, bench: SyncBench, kind: string): string[] {
  return lines
    .filter((line) => line.kind === kind)
    .map(({ path, name }) => path?.replace(`${bench.root}/`, '') ?? name ?? '')
    .sort();
}

const bytesOf = (file: ExpectedFile) => {
  const bytes = file.bytes();
  return Buffer.concat([...bytes.read(0, bytes.size)]);
};

const summary = ({ found: lines }: BenchImport) => lines.at(-1)!;

describe('an import', () => {
  it('cli 9.7, users 84-85: Live Photos, edits and equal names are found whatever they are called', async () => {
    const bench = await withTree(({ primary }) => {
      primary.add(photo({ ...AT, name: 'IMG_1.HEIC', live: true, edited: true }));
      primary.add(photo({ ...AT, name: 'IMG_DUP.JPG', size: 10_000 }));
      primary.add(photo({ ...AT, name: 'IMG_DUP.JPG', size: 12_000 }));
    }, `${WHOLE}\n[photos]\nedited = true`);
    const before = await bench.paths();
    for (const [number, path] of before.entries()) {
      await move(bench, `photos/${path}`, `photos/${number % 2}/${number}.dat`);
    }
    const first = await bench.import();
    expect(summary(first)).toMatchObject({ matched: before.length, proven: before.length });
    expect(first.fetched).toEqual([]);
    const tree = await bench.paths();
    const { outcome, fetched } = await bench.run();
    expect([outcome.status, fetched]).toEqual(['complete', []]);
    expect(await bench.paths()).toEqual(tree);
  });

  it('D75, apple-checksum 5: a second import reads nothing again, until a file changes', async () => {
    const bench = await withTree(({ primary }) => {
      for (let n = 0; n < 5; n += 1)
        primary.add(photo({ ...AT, name: `IMG_${n}.JPG`, size: 9_000 }));
    });
    const dry = await bench.import(undefined, { dryRun: true });
    expect(summary(dry)).toMatchObject({ matched: 5, hashed: 5, dry_run: true });
    const counts = await bench.inState((store) => store.lists.counts().total);
    expect(counts, 'cli 1.4: a dry run records nothing').toBe(0);
    expect(summary(await bench.import())).toMatchObject({ matched: 5, hashed: 0, hash_skipped: 5 });
    await utimes(join(bench.root, DAY, 'IMG_3.JPG'), 1, 1);
    const third = summary(await bench.import());
    expect(third).toMatchObject({ matched: 5, known: 5, hashed: 1, hash_skipped: 4 });
  });

  it('D9: copies, equal photos, what iCloud has besides, and what it has not', async () => {
    const bench = await withTree(({ primary }) => {
      const id = primary.add(photo({ ...AT, name: 'IMG_1.JPG', edited: true }));
      primary.add(photo({ ...AT, name: 'IMG_2.JPG' }));
      primary.duplicate(id);
      primary.add(video({ ...AT, name: 'CLIP.MOV' }));
    }, `${WHOLE}\nmedia = ["photos", "live-photos"]`);
    const files = [...bench.library.expectedFiles()];
    const edited = files.find(({ resource }) => resource === 'resJPEGFull');
    const clip = files.find(({ fileName }) => fileName === 'CLIP.MOV');
    await copyFile(join(bench.root, DAY, 'IMG_2.JPG'), join(bench.root, 'photos/copy.jpg'));
    await writeFile(join(bench.root, 'photos/edited.jpg'), bytesOf(edited!));
    await writeFile(join(bench.root, 'photos/clip.mov'), bytesOf(clip!));
    await writeFile(join(bench.root, 'photos/other.jpg'), 'not of this library');
    const result = await bench.import();
    expect(found(result, bench, 'copy')).toEqual(['photos/copy.jpg']);
    expect(found(result, bench, 'not-selected')).toEqual(['photos/clip.mov', 'photos/edited.jpg']);
    expect(found(result, bench, 'not-in-icloud')).toEqual(['photos/other.jpg']);
    expect(summary(result)).toMatchObject({ matched: 3, unmatched: 0, filtered: 1, shared: 1 });
    expect(result.text).toContain(`NOT IN ICLOUD: ${join(bench.root, 'photos/other.jpg')}`);
    expect((await bench.run()).fetched).toEqual([]);
  });

  it('D35, D42: what is no photo is counted; names that are not UTF-8 are files like others', async () => {
    const bench = await withTree(({ primary }) => {
      primary.add(photo({ ...AT, name: 'IMG_1.JPG' }));
      primary.add(photo({ ...AT, name: 'IMG_2.JPG' }));
    });
    const folder = join(bench.root, 'old');
    await mkdir(join(folder, '.hidden'), { recursive: true });
    await mkdir(join(folder, '@eaDir'));
    const latin1 = Buffer.concat([
      Buffer.from(`${folder}/`),
      Buffer.from('\u00e9t\u00e9.jpg', 'latin1'),
    ]);
    await rename(join(bench.root, DAY, 'IMG_1.JPG'), latin1);
    await symlink(join(bench.root, DAY, 'IMG_2.JPG'), join(folder, 'link.jpg'));
    for (const name of [
      'IMG_1.JPG.xmp',
      'IMG_1.AAE',
      'IMG_1.kei-tmp',
      'empty.jpg',
      '.hidden/x.jpg',
    ]) {
      await writeFile(join(folder, name), name.startsWith('empty') ? '' : 'x');
    }
    const result = await bench.import(['photos', 'old']);
    expect(summary(result)).toMatchObject({
      ...{ matched: 2, local_files: 2, not_in_icloud: 0 },
      skipped: { hidden: 1, system: 1, link: 1, sidecar: 2, partial: 1, empty: 1 },
    });
    expect(found(result, bench, 'matched')).toContain('old/\\xE9t\\xE9.jpg');
    const { fetched, outcome } = await bench.run();
    expect([fetched, outcome.status]).toEqual([[], 'complete']);
    expect(existsSync(latin1)).toBe(true);
  });

  it('cli 9.7: a truncated file is named and kept, and the next sync has the whole picture', async () => {
    const bench = await withTree(({ primary }) => {
      primary.add(photo({ ...AT, name: 'IMG_1.JPG', size: 20_000 }));
      primary.add(photo({ ...AT, name: 'IMG_2.JPG', size: 20_001 }));
      primary.add(photo({ ...AT, name: 'IMG_3.JPG', size: 20_002 }));
    });
    const tree = await treeOf(bench.directory);
    await truncate(join(bench.root, DAY, 'IMG_1.JPG'), 7_000);
    await writeFile(join(bench.root, DAY, 'IMG_2.JPG'), Buffer.alloc(20_001, 1));
    await writeFile(join(bench.root, DAY, 'IMG_3.JPG'), 'x', { flag: 'a' });
    const result = await bench.import();
    const reasons = result.found.flatMap(({ kind, name, reason }) =>
      kind === 'unmatched' ? [[name, reason]] : [],
    );
    expect(Object.fromEntries(reasons)).toEqual({
      'IMG_1.JPG': 'truncated',
      'IMG_2.JPG': 'other-content',
      'IMG_3.JPG': 'longer',
    });
    expect(found(result, bench, 'truncated')).toEqual([`${DAY}/IMG_1.JPG`]);
    expect(result.text.join('\n')).toContain(
      `TRUNCATED: ${join(bench.root, DAY, 'IMG_1.JPG')} - 7000 < 20000 bytes of IMG_1.JPG`,
    );
    expect((await bench.run()).outcome.counters.downloaded).toBe(3);
    const after = await treeOf(bench.directory);
    for (const digest of tree.values()) expect([...after.values()]).toContain(digest);
    expect((await readFile(join(bench.root, DAY, 'IMG_1.JPG'))).length, 'D33').toBe(7_000);
  });

  it.each([
    ['name-size-dedup-with-suffix', 3],
    ['name-id7', 1],
  ])(
    'cli 9.7, 6.7, 6.8: what no checksum proves is taken by path and size (%s)',
    async (policy, matched) => {
      const bench = await SyncBench.open(({ primary }) => {
        const irregular = 'checksum-other-scheme';
        primary.add(photo({ ...AT, name: 'IMG_1.JPG', size: 10_000, irregular }));
        primary.add(photo({ ...AT, name: 'IMG_2.JPG', size: 11_000, irregular }));
        primary.add(screenshot({ ...AT, name: 'Shot 1.40.01 PM.PNG', size: 12_000, irregular }));
      }, `${WHOLE}\n[photos]\nfile_match_policy = "${policy}"`);
      const files = [...bench.library.expectedFiles()].filter(
        ({ resource }) => resource === 'resOriginal',
      );
      await mkdir(join(bench.root, DAY), { recursive: true });
      const [first, second, shot] = files.map(bytesOf);
      const id7 = Buffer.from(files[0]!.masterId).toString('base64url').slice(0, 7);
      const bare = policy === 'name-id7' ? `IMG_1_${id7}.JPG` : 'IMG_1.JPG';
      await writeFile(join(bench.root, DAY, bare), first!);
      await writeFile(join(bench.root, DAY, 'IMG_2.JPG'), 'another picture');
      await writeFile(join(bench.root, DAY, 'IMG_2-11000.JPG'), second!);
      await writeFile(join(bench.root, DAY, 'Shot 1.40.01\u202fPM.PNG'), shot!);
      const result = await bench.import();
      expect(summary(result)).toMatchObject({ matched, by_path: matched, proven: 0 });
      expect((await bench.run()).outcome.counters.downloaded).toBe(3 - matched);
    },
  );

  it('cli 9.7: --strict compares the beginning of what no checksum proves, and asks for no more', async () => {
    const strict = `${WHOLE}\n[import]\nstrict = true`;
    const bench = await withTree(({ primary }) => {
      primary.add(photo({ ...AT, name: 'PROVEN.JPG', size: 100_000 }));
      for (const name of ['SAME.JPG', 'OTHER.JPG']) {
        primary.add(photo({ ...AT, name, size: 100_000, irregular: 'checksum-missing' }));
      }
    }, strict);
    await writeFile(join(bench.root, DAY, 'OTHER.JPG'), Buffer.alloc(100_000, 7));
    const result = await bench.import();
    expect(summary(result)).toMatchObject({
      matched: 2,
      proven: 1,
      by_path: 1,
      strict_refusals: 1,
    });
    expect(result.fetched).toHaveLength(2);
    const ranges = bench.photos.icloud.journal.entries
      .filter(({ site }) => site === 'content')
      .slice(-2);
    expect(ranges.map(({ bytesSent }) => bytesSent)).toEqual([65_536, 65_536]);
  });

  it('D32: of several albums the first place is adopted, the others are linked by the next sync', async () => {
    const bench = await withTree(({ primary }) => {
      const id = primary.add(photo({ ...AT, name: 'IMG_1.JPG' }));
      for (const name of ['A', 'B']) primary.addToAlbum(primary.createAlbum(name), id);
    }, WHOLE);
    bench.filters = '';
    const result = await bench.import();
    expect(summary(result)).toMatchObject({
      scanned: 1,
      matched: 1,
      further_places: 1,
      unmatched: 0,
    });
    const { fetched, outcome } = await bench.run();
    expect([fetched, outcome.counters.placedAgain]).toEqual([[], 1]);
    expect(await bench.paths()).toEqual(['2024/05/01/IMG_1.JPG', 'B/IMG_1.JPG']);
    await loseState(bench);
    expect(summary(await bench.import())).toMatchObject({ matched: 2, further_places: 0 });
  });

  it('users 13: files that were moved after a sync are found again', async () => {
    const bench = await SyncBench.open(({ primary }) => {
      primary.add(photo({ ...AT, name: 'IMG_1.JPG' }));
      primary.add(photo({ ...AT, name: 'IMG_2.JPG' }));
    }, WHOLE);
    await bench.run();
    await move(bench, `${DAY}/IMG_1.JPG`, 'photos/moved/a.jpg');
    expect(summary(await bench.import())).toMatchObject({ matched: 2, known: 1, hashed: 1 });
    const counts = await bench.inState((store) => store.lists.counts());
    expect(counts).toMatchObject({ total: 2, downloaded: 2 });
    expect((await bench.run()).fetched).toEqual([]);
    expect(await bench.paths()).toEqual(['2024/05/01/IMG_2.JPG', 'moved/a.jpg']);
  });

  it('D31: what an unfinished sync had planned gives way to files that are there', async () => {
    const bench = await SyncBench.open(({ primary }) => {
      for (let n = 0; n < 3; n += 1) primary.add(photo({ ...AT, name: `IMG_${n}.JPG` }));
      primary.add(photo({ ...AT, name: 'IMG_2.HEIC', live: true }));
    }, WHOLE);
    bench.photos.icloud.faults.while('content', { kind: 'status', status: 404 });
    expect((await bench.run()).outcome.counters.failed).toBe(5);
    bench.photos.icloud.faults.clear();
    const originals = [...bench.library.expectedFiles()].filter(
      ({ resource }) => resource === 'resOriginal' || resource === 'resOriginalVidCompl',
    );
    await mkdir(join(bench.root, DAY), { recursive: true });
    // Each where the plan has another one.
    const names = ['IMG_0.JPG', 'IMG_1.JPG', 'IMG_2.JPG', 'IMG_2.HEIC', 'IMG_2_HEVC.MOV'];
    for (const [number, file] of originals.entries()) {
      const name = names[(number + 1) % names.length]!;
      await writeFile(join(bench.root, DAY, name), bytesOf(file));
    }
    const result = await bench.import();
    const known = await bench.inState((store) => store.lists.counts());
    expect([summary(result)['matched'], known.downloaded]).toEqual([5, 5]);
    const paths = await bench.paths();
    const { outcome, fetched } = await bench.run();
    expect([outcome.status, fetched]).toEqual(['complete', []]);
    expect(await bench.paths()).toEqual(paths);
  });

  it('D13: a folder that was imported and is gone stops a sync before it starts', async () => {
    const bench = await withTree(({ primary }) => {
      primary.add(photo({ ...AT, name: 'IMG_1.JPG' }));
      primary.add(photo({ ...AT, name: 'IMG_2.JPG' }));
    });
    await move(bench, `${DAY}/IMG_1.JPG`, 'disk/a.jpg');
    await bench.import(['photos', 'disk']);
    const preflight = () => bench.inState((store) => refuseUnmountedFolder(bench.directory, store));
    await preflight();
    await rm(join(bench.root, 'disk'), { recursive: true });
    await expect(preflight()).rejects.toMatchObject({
      code: 'DOWNLOAD_FOLDER_EMPTY',
      facts: { path: join(bench.root, 'disk') },
    });
  });

  it('cli 9.7: a library that cannot be listed ends the import and is named', async () => {
    const bench = await SyncBench.open(({ primary }) => {
      primary.add(photo({ ...AT, name: 'IMG_1.JPG' }));
    }, WHOLE);
    const query = {
      operation: 'records/query',
      recordType: 'CPLAssetAndMasterByAssetDateWithoutHiddenOrDeleted',
    };
    bench.photos.icloud.faults.while(query, { kind: 'status', status: 500 });
    await expect(bench.import()).rejects.toMatchObject({
      code: 'IMPORT_NOT_LISTED',
      message: expect.stringContaining('PrimarySync') as string,
    });
  });

  it('cli 9.7: an empty library that the state knows otherwise ends the import, unless it is forced', async () => {
    const bench = await SyncBench.open(({ primary }) => {
      primary.add(photo({ ...AT, name: 'IMG_1.JPG' }));
    }, WHOLE);
    await bench.run();
    for (const { assetId } of bench.library.expectedFiles()) bench.library.primary.trash(assetId);
    await expect(bench.import()).rejects.toMatchObject({ code: 'IMPORT_LIBRARY_EMPTY' });
    const forced = await bench.import(undefined, { forceEmpty: true });
    expect(summary(forced)).toMatchObject({ status: 'complete', scanned: 0 });
  });
});
