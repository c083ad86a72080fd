import { appendFile, mkdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { photo, video, type AssetSpec } from '../../src/simulator/library/builder.js';
import { LostScratch } from '../../src/state/index.js';
import { markLost } from '../../src/sync/mark-lost.js';
import { findLost } from '../../src/sync/reconcile.js';
import { jpeg } from '../support/planned-files.js';
import { SyncBench } from '../support/sync-bench.js';

const UNFILED = 'albums = ["none"]';
const FOLDER = '2024/05/01';

/** The capture time of the n-th asset: later ones are listed, and named, first. */
const at = (hour: number) => ({
  takenAt: `2024-05-01T${String(hour).padStart(2, '0')}:00:00Z`,
  timeZoneOffset: 0,
});
const still = (name: string | null, hour: number, more: object = {}) =>
  photo({ name, ...at(hour), ...more });

/** A sync that must be complete; gives the tree and what was fetched for it. */
async function synced(bench: SyncBench) {
  const { outcome, fetched, log } = await bench.run();
  expect(outcome.status, log.join('\n')).toBe('complete');
  return { tree: await bench.tree(), fetched, counters: outcome.counters };
}

/** A run after changes, a whole listing, and one that knows only the files: nothing may come or go. */
async function expectSettled(bench: SyncBench, tree: ReadonlyMap<string, string>): Promise<void> {
  const again = [
    () => Promise.resolve(),
    () => bench.resetTokens(),
    () => bench.resetTokens(),
    () => rm(join(bench.root, 'state.db')),
  ];
  for (const prepare of again) {
    await prepare();
    const next = await synced(bench);
    expect(next.fetched).toEqual([]);
    expect(next.tree).toEqual(tree);
  }
}

interface Folder {
  readonly name: string;
  readonly assets: readonly AssetSpec[];
  readonly settings?: string;
  /** What must lie in the folder, by the ids of the assets in their order; or how all are called. */
  readonly files: ((ids: readonly string[]) => readonly string[]) | RegExp;
  /** Files in the folder; by default one for each asset. */
  readonly count?: number;
}

const FINGERPRINT = /^[0-9a-f]{12}(-\w+)*\.JPG$/;
const live = (size: number) => ({ live: { size } });

const folders: readonly Folder[] = [
  {
    name: 'case 98: same name, other size',
    assets: [still('photo.JPG', 2, { size: 4_000 }), still('photo.JPG', 1, { size: 12_345 })],
    files: () => ['photo.JPG', 'photo-12345.JPG'],
  },
  {
    name: 'case 99: same name, same size, two assets',
    assets: [still('IMG_1.JPG', 2, { size: 4_000 }), still('IMG_1.JPG', 1, { size: 4_000 })],
    files: ([, second]) => ['IMG_1.JPG', `IMG_1-${second}.JPG`],
  },
  {
    name: 'case 101: ten assets of one name, five of one size',
    assets: Array.from({ length: 10 }, (_, n) =>
      still('IMG_0001.JPG', 23 - n, { size: n < 5 ? 4_000 : 5_000 + n }),
    ),
    files: (ids) => [
      'IMG_0001.JPG',
      ...ids.slice(1, 5).map((id) => `IMG_0001-${id}.JPG`),
      ...[5, 6, 7, 8, 9].map((n) => `IMG_0001-${5_000 + n}.JPG`),
    ],
  },
  {
    name: 'case 103: the MOV keeps the stem of a suffixed still',
    assets: [
      still('IMG_3.HEIC', 3, { size: 9_000, ...live(6_000) }),
      still('IMG_3.HEIC', 2, { size: 9_500, ...live(6_100) }),
      still('IMG_3.HEIC', 1, { size: 9_000, ...live(6_200) }),
    ],
    files: ([, , third]) => [
      'IMG_3.HEIC',
      'IMG_3_HEVC.MOV',
      'IMG_3-9500.HEIC',
      'IMG_3-9500_HEVC.MOV',
      `IMG_3-${third}.HEIC`,
      `IMG_3-${third}_HEVC.MOV`,
    ],
  },
  {
    name: 'case 104, D81: a video, then a Live Photo whose MOV has its name',
    assets: [
      video({ name: 'IMG_1.MOV', size: 7_000, ...at(2) }),
      still('IMG_1.JPG', 1, live(6_000)),
    ],
    files: ([, second]) => ['IMG_1.MOV', 'IMG_1.JPG', `IMG_1-${second}.MOV`],
  },
  {
    name: 'case 104: a Live Photo, then a video that is called like its MOV',
    assets: [
      still('IMG_1.JPG', 2, live(6_000)),
      video({ name: 'IMG_1.MOV', size: 7_000, ...at(1) }),
    ],
    files: () => ['IMG_1.JPG', 'IMG_1.MOV', 'IMG_1-7000.MOV'],
  },
  {
    name: 'case 111: names of nothing but emoji',
    assets: [still('🏖️🌞.jpg', 2), still('🏖️🌞.jpg', 1)],
    files: FINGERPRINT,
  },
  {
    name: 'case 67, D68: no name, and names that cannot be read',
    assets: [
      still(null, 5),
      still('a.JPG', 4, { irregular: 'filename-empty' }),
      still('b.JPG', 3, { irregular: 'filename-bad-base64' }),
      still('c.JPG', 2, { irregular: 'filename-not-utf8' }),
    ],
    files: FINGERPRINT,
  },
  {
    name: 'case 68: a WEBP is no video',
    assets: [still('a.webp', 2), video({ name: 'b.MOV', ...at(1) })],
    settings: 'media = ["photos"]',
    files: () => ['a.WEBP'],
  },
  {
    name: 'D9: equal bytes of two assets are one file',
    assets: [2, 1].map((hour) => still('IMG_1.JPG', hour, { content: jpeg(4_000) })),
    files: () => ['IMG_1.JPG'],
  },
  {
    name: 'D9: nobody can compare two of one size',
    assets: [2, 1].map((hour) =>
      still('IMG_1.JPG', hour, { size: 4_000, irregular: 'checksum-other-scheme' }),
    ),
    files: ([, second]) => ['IMG_1.JPG', `IMG_1-${second}.JPG`],
  },
  {
    name: 'case 107, D82: name-id7',
    assets: [
      still('IMG_1.HEIC', 3, { size: 9_000, ...live(6_000) }),
      still('IMG_1.HEIC', 2, { size: 9_000, ...live(6_000) }),
      still('IMG_1.HEIC', 1, { size: 9_500 }),
    ],
    settings: '[photos]\nfile_match_policy = "name-id7"',
    files: /^IMG_1_[\w-]{7}(_HEVC)?\.(HEIC|MOV)$/,
    count: 5,
  },
  {
    name: 'cli 6.5: edits and RAW pairs of one name',
    assets: [
      still('IMG_1.JPG', 4, { size: 4_000, edited: { size: 5_000 } }),
      still('IMG_1.JPG', 3, { size: 4_000, edited: { size: 5_000 } }),
      still('IMG_1.JPG', 2, { size: 4_000, raw: 'alternative', alternativeSize: 9_000 }),
      still('IMG_1.JPG', 1, { size: 4_100, raw: 'alternative', alternativeSize: 9_000 }),
    ],
    settings: '[photos]\nedited = true\nalternative = true',
    files: /^IMG_1(_edited|_RAW)?(-[\w-]+)?\.(JPG|HEIC|DNG)$/,
    count: 8,
  },
  {
    name: 'DL-73: two screenshots whose names differ by a space only',
    assets: ['\u202f', ' '].map((gap, n) =>
      still(`S at 1.40.01${gap}PM.PNG`, 2 - n, { size: 4_000 }),
    ),
    settings: '[photos]\nkeep_unicode_in_filenames = true',
    files: () => ['S at 1.40.01\u202fPM.PNG', 'S at 1.40.01 PM.PNG'],
  },
];

describe('one folder, and names that meet in it: later syncs fetch nothing and name nothing anew', () => {
  test.each(folders)('$name', async ({ assets, settings = '', files, count = assets.length }) => {
    let ids: readonly string[] = [];
    const bench = await SyncBench.open(({ primary }) => {
      ids = primary.addAll(assets);
    }, `${UNFILED}\n${settings}`);
    const { tree, fetched } = await synced(bench);
    expect(fetched).toHaveLength(tree.size);
    const names = [...tree.keys()].map((path) => path.slice(FOLDER.length + 1)).sort();
    if (files instanceof RegExp) {
      expect(names).toEqual(Array(count).fill(expect.stringMatching(files)));
    } else expect(names).toEqual([...files(ids)].sort());
    await expectSettled(bench, tree);
  });

  test('case 105, DL-68: MOVs that are wanted later take the stem of the still that is there', async () => {
    let ids: readonly string[] = [];
    const image = `${UNFILED}\n[photos]\nlive_photo_mode = "image-only"`;
    const bench = await SyncBench.open(({ primary }) => {
      ids = primary.addAll([
        still('IMG_1.HEIC', 2, { size: 9_000, ...live(6_000) }),
        still('IMG_1.HEIC', 1, { size: 9_000, ...live(6_100) }),
      ]);
    }, image);
    const first = await synced(bench);
    expect([...first.tree.keys()].sort()).toEqual(
      [`${FOLDER}/IMG_1.HEIC`, `${FOLDER}/IMG_1-${ids[1]}.HEIC`].sort(),
    );
    bench.filters = UNFILED;
    const { tree, fetched } = await synced(bench);
    expect(fetched).toHaveLength(2);
    expect([...tree.keys()].sort()).toEqual(
      [
        ...first.tree.keys(),
        `${FOLDER}/IMG_1_HEVC.MOV`,
        `${FOLDER}/IMG_1-${ids[1]}_HEVC.MOV`,
      ].sort(),
    );
    await expectSettled(bench, tree);
  });

  test('case 112: an album whose name has percent signs is a folder of that very name', async () => {
    const name = '100% %Y %';
    const bench = await SyncBench.open(({ primary }) => {
      primary.addToAlbum(primary.createAlbum(name), primary.add(still('IMG_1.JPG', 1)));
    }, 'unfiled = false');
    const { tree } = await synced(bench);
    expect([...tree.keys()]).toEqual([`${name}/IMG_1.JPG`]);
    await expectSettled(bench, tree);
  });

  test('case 113, D80: what is empty in iCloud is not downloaded, and an empty file is not taken for it', async () => {
    const bench = await SyncBench.open(({ primary }) => {
      primary.add(still('EMPTY.JPG', 2, { size: 0 }));
      primary.add(still('SEED.JPG', 1));
    }, UNFILED);
    await synced(bench);
    await writeFile(join(bench.directory, FOLDER, 'EMPTY.JPG'), '');
    await bench.resetTokens();
    const { counters } = await synced(bench);
    expect(Object.fromEntries(counters.skipped)).toEqual({ empty: 1, by_state: 1 });
    expect(await bench.inState(({ lists }) => lists.counts())).toMatchObject({ downloaded: 1 });
  });
});

describe('D31: other settings of names and places', () => {
  test.each([
    ['', '[photos]\nfile_match_policy = "name-id7"'],
    ['', '[photos]\nkeep_unicode_in_filenames = true'],
    ['', '[photos]\nlive_photo_mov_filename_policy = "original"'],
    ['folder_structure = "%Y"\nfolder_structure_albums = "{album}/%Y"', ''],
    ['folder_timezone = "host"\nalbum_folders = "nested"', ''],
    ['duplicates = "copy"\nverify_apple_checksum = false', ''],
  ])('%s %s: nothing is fetched, moved or named anew', async (download, photos) => {
    const bench = await SyncBench.open(({ primary }) => {
      const ids = primary.addAll([
        still('IMG_1.HEIC', 23, { size: 9_000, timeZoneOffset: 7_200, ...live(6_000) }),
        still('IMG_1.HEIC', 2, { size: 9_000, ...live(6_000) }),
        still('日本語.JPG', 1),
        still('IMG_2.JPG', 1),
      ]);
      const trips = primary.createFolder('Trips');
      primary.addToAlbum(primary.createAlbum('Rome', { in: trips }), ...ids.slice(0, 3));
      primary.addToAlbum(primary.createAlbum('Best'), ids[1] ?? '', ids[2] ?? '');
    });
    const { tree } = await synced(bench);
    bench.download = download;
    bench.filters = photos;
    for (let run = 0; run < 2; run += 1) {
      const next = await synced(bench);
      expect(next.fetched).toEqual([]);
      expect(next.tree).toEqual(tree);
      await bench.resetTokens();
    }
  });
});

describe('case 108, DL-73: a screenshot under any spelling of its time', () => {
  const spelled = (gap: string) => `Screenshot 2024-05-01 at 1.40.01${gap}PM.PNG`;

  test.each([
    ['with U+202F', '', '\u202f'],
    ['with U+00A0', '', '\u00a0'],
    ['with a space', '', ' '],
    ['without anything', 'keep_unicode_in_filenames = true', ''],
    ['with a space, where Unicode is kept', 'keep_unicode_in_filenames = true', ' '],
  ])('%s', async (_, photos, gap) => {
    const bench = await SyncBench.open(({ primary }) => {
      primary.add(still(spelled('\u202f'), 1));
    }, `${UNFILED}\n[photos]\n${photos}`);
    const [planned = ''] = (await synced(bench)).tree.keys();
    const found = `${FOLDER}/${spelled(gap)}`;
    await rename(join(bench.directory, planned), join(bench.directory, found));
    await rm(join(bench.root, 'state.db'));
    const { tree, fetched } = await synced(bench);
    expect(fetched).toEqual([]);
    expect([...tree.keys()]).toEqual([found]);
    await expectSettled(bench, tree);
  });
});

describe('files that changed on the disk', () => {
  test('case 114, DL-67: one that is shorter comes again, one that grew is left alone', async () => {
    let ids: readonly string[] = [];
    const bench = await SyncBench.open(({ primary }) => {
      ids = primary.addAll([still('CUT.JPG', 2, { size: 9_000 }), still('GREW.JPG', 1)]);
    }, UNFILED);
    const { tree } = await synced(bench);
    const [cut, grew] = ['CUT', 'GREW'].map((name) => `${FOLDER}/${name}.JPG`);
    await truncate(join(bench.directory, cut!), 4_000);
    await appendFile(join(bench.directory, grew!), 'a caption');
    const changed = (await bench.tree()).get(grew!);
    await bench.resetTokens();
    const healed = await synced(bench);
    expect(healed.fetched).toEqual([ids[0]]);
    expect(healed.tree).toEqual(new Map([...tree, [grew, changed]]));
  });

  test.each([true, false])(
    'D33, DL-66: one that is the newer version already is recorded as that: first version fetched: %s',
    async (fetched) => {
      const bench = await SyncBench.open(({ primary }) => {
        primary.add(still('A.JPG', 1, { content: jpeg(4_000) }));
      }, UNFILED);
      const id = [...bench.library.primary.assets.assetStates()][0]!.recordName;
      const { faults } = bench.photos.icloud;
      if (!fetched) faults.while('content', { kind: 'status', status: 418 });
      await bench.run();
      faults.clear();
      bench.library.primary.replaceOriginal(id, jpeg(4_000, 7));
      await mkdir(join(bench.directory, FOLDER), { recursive: true });
      await writeFile(join(bench.directory, FOLDER, 'A.JPG'), jpeg(4_000, 7));
      const next = await synced(bench);
      expect(next.fetched).toEqual([]);
      const [row] = await bench.inState(({ lists }) => [...lists.downloaded()]);
      expect(row?.file.published).toMatchObject({ appleChecksum: 'verified' });
      await expectSettled(bench, next.tree);
    },
  );

  test('case 115, IN-72: one that is gone comes with the next full run, or with reconcile', async () => {
    const bench = await SyncBench.open(({ primary }) => {
      primary.addAll([still('A.JPG', 2), still('B.JPG', 1)]);
    }, UNFILED);
    const { tree } = await synced(bench);
    const path = `${FOLDER}/A.JPG`;
    await bench.remove(path);
    expect((await synced(bench)).fetched).toEqual([]);
    await bench.resetTokens();
    expect((await synced(bench)).tree).toEqual(tree);
    await bench.remove(path);
    await reconciled(bench);
    const restored = await synced(bench);
    expect(restored.fetched).toHaveLength(1);
    expect(restored.tree).toEqual(tree);
  });
});

describe('D9: another photo of the same name and bytes', () => {
  const twin = (hour: number) => still('IMG_1.JPG', hour, { content: jpeg(4_000) });

  test('brings a file that the first one has lost', async () => {
    const bench = await SyncBench.open(({ primary }) => void primary.add(twin(1)), UNFILED);
    const { tree } = await synced(bench);
    await bench.remove(`${FOLDER}/IMG_1.JPG`);
    const added = bench.library.add(twin(2));
    const next = await synced(bench);
    expect(next.fetched).toEqual([added]);
    expect(next.tree).toEqual(tree);
    await expectSettled(bench, tree);
  });

  test('brings a file that the first one did not get', async () => {
    const bench = await SyncBench.open(({ primary }) => void primary.add(twin(1)), UNFILED);
    const { faults } = bench.photos.icloud;
    faults.while('content', { kind: 'status', status: 418 });
    expect((await bench.run()).outcome.status).toBe('partial');
    faults.clear();
    bench.library.add(twin(2));
    const { tree, fetched } = await synced(bench);
    expect([...tree.keys()]).toEqual([`${FOLDER}/IMG_1.JPG`]);
    expect(fetched).toHaveLength(1);
    await expectSettled(bench, tree);
  });
});

/** What `kei reconcile` does. */
async function reconciled(bench: SyncBench): Promise<void> {
  const lost = new LostScratch();
  const counts = { marked: 0, left: 0, errors: 0 };
  await bench.inState(async (store) => {
    const findings = findLost(store, lost, { present: 0, missing: 0, damaged: 0 });
    while ((await findings.next()).done !== true);
    const failures = markLost(lost, store, counts);
    while ((await failures.next()).done !== true);
  });
  lost.close();
  expect(counts).toEqual({ marked: 1, left: 0, errors: 0 });
}
