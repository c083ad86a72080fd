import { existsSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { photo, video, type AssetSpec } from '../../src/simulator/library/index.js';
import { isBalanced, unsafeAssets, type LedgerTotals } from '../../src/sync/ledger-totals.js';
import { isSafe } from '../../src/sync/ledger.js';
import { auditBench } from '../support/audit-bench.js';
import { SyncBench } from '../support/sync-bench.js';

const KINDS: readonly AssetSpec[] = [
  photo({ name: 'A.JPG' }),
  photo({ name: 'B.HEIC', live: true }),
  video({ name: 'C.MOV' }),
  photo({ name: 'D.JPG', edited: true }),
  photo({ name: 'E.DNG', raw: 'original' }),
  photo({ name: 'F.JPG', size: 0 }),
  photo({ name: 'G.JPG', irregular: 'original-without-url' }),
  photo({ name: 'H.JPG', irregular: 'checksum-missing' }),
  photo({ name: 'I.JPG', irregular: 'original-missing' }),
  photo({ name: 'J.JPG', takenAt: '2010-01-01T10:00:00Z' }),
  photo({ name: 'K.JPG', irregular: 'master-absent' }),
  photo({ name: 'L.JPG', hidden: true }),
];

const SETTINGS: readonly string[] = [
  'albums = ["none"]',
  'albums = ["none"]\nmedia = ["photos"]\nfilename_exclude = ["A*"]',
  'albums = ["none"]\n[photos]\nedited = true\nalternative = true',
  'albums = ["none"]\n[photos]\nlive_photo_mode = "skip"\nresolution = "none"\nedited = true',
  'albums = ["none"]\nskip_created_before = "2015-01-01"',
  'albums = ["none"]\nrecent = 4',
  'albums = ["Some"]\nsmart_folders = ["Hidden", "Recently Deleted"]',
];

type Step = readonly [
  what:
    'add' | 'trash' | 'hide' | 'purge' | 'edit' | 'tokens' | 'lose' | 'cut' | 'settings' | 'fail',
  choice: number,
];

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom(
    'add' as const,
    'trash' as const,
    'hide' as const,
    'purge' as const,
    'edit' as const,
    'tokens' as const,
    'lose' as const,
    'cut' as const,
    'settings' as const,
    'fail' as const,
  ),
  fc.nat(50),
);

type History = [kinds: number[], chapters: Step[][]];

/** A debt that a later listing of the newest four does not meet. */
const OLD_DEBT: History = [[10, 0, 0, 0, 0], [[['settings', 47]]]];
/** A photo that is gone, while photos of the trash are selected. */
const PURGED_FROM_THE_TRASH: History = [
  [0, 0, 0],
  [
    [
      ['purge', 0],
      ['settings', 34],
      ['add', 0],
    ],
    [['add', 0]],
  ],
];

describe('users 26, D72: the ledger balances to the last asset and the last rendition', () => {
  it('over random libraries and histories, and agrees with a fresh listing after each sync', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(KINDS.length - 1), { minLength: 3, maxLength: 9 }),
        fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 2 }),
        replay,
      ),
      { numRuns: 8, examples: [OLD_DEBT, PURGED_FROM_THE_TRASH] },
    );
  }, 240_000);

  it('names what is missing, damaged and untouched, each by its path', async () => {
    const bench = await SyncBench.open(({ primary }) => {
      primary.addAll(['A', 'B', 'C'].map((name) => photo({ name: `${name}.JPG` })));
    }, 'albums = ["none"]');
    await bench.run();
    const [one = '', two = ''] = await bench.paths();
    rmSync(join(bench.directory, one));
    truncateSync(join(bench.directory, two), 10);
    const { entries } = await auditBench(bench, 'offline');
    const classes = entries.flatMap(({ renditions }) =>
      renditions.flatMap((entry) => (entry.path === undefined ? [] : [[entry.path, entry.class]])),
    );
    expect(new Map(classes as [string, string][])).toEqual(
      new Map([
        [join(bench.directory, one), 'missing'],
        [join(bench.directory, two), 'damaged'],
        [join(bench.directory, (await bench.paths()).at(-1) ?? ''), 'proven'],
      ]),
    );
  });

  it('D85: a photo in two albums is safe while one of its places holds it', async () => {
    const bench = await SyncBench.open(({ primary }) => {
      const id = primary.add(photo({ name: 'A.JPG' }));
      for (const name of ['One', 'Two']) primary.addToAlbum(primary.createAlbum(name), id);
    });
    await bench.run();
    rmSync(join(bench.directory, 'One', 'A.JPG'));
    const [totals] = (await auditBench(bench, 'offline')).totals;
    expect(totals).toMatchObject({ lostPlaces: 1 });
    expect(totals && unsafeAssets(totals)).toBe(0);
    rmSync(join(bench.directory, 'Two', 'A.JPG'));
    const [lost] = (await auditBench(bench, 'offline')).totals;
    expect(lost?.assets.classes.missing).toBe(1);
  });
});

/** Plays a history: some steps, an audit, a sync, and audits that must agree; and again. */
async function replay(
  kinds: readonly number[],
  chapters: readonly (readonly Step[])[],
): Promise<void> {
  const bench = await SyncBench.open(({ primary }) => {
    const ids = kinds.map((kind) => primary.add(KINDS[kind] ?? KINDS[0]!));
    primary.addToAlbum(primary.createAlbum('Some'), ...ids.slice(0, 2));
  }, SETTINGS[0]);
  await bench.run();
  await requireAgreement(bench);
  for (const steps of chapters) {
    for (const one of steps) await play(one, bench);
    for (const totals of (await auditBench(bench, 'offline')).totals) requireBalance(totals);
    await bench.run();
    bench.photos.icloud.faults.clear();
    await requireAgreement(bench);
  }
}

async function play([what, choice]: Step, bench: SyncBench): Promise<void> {
  const { primary } = bench.library;
  const pick = <T>(from: readonly T[]): T | undefined => from[choice % from.length];
  const asset = pick([...primary.assets.assetStates()].filter((one) => !one.trashedAt));
  const path = pick(await bench.paths());
  switch (what) {
    case 'add':
      primary.add(pick(KINDS) ?? KINDS[0]!);
      return;
    case 'trash':
    case 'hide':
    case 'purge':
      if (asset !== undefined) primary[what](asset.recordName);
      return;
    case 'edit':
      if (asset !== undefined && !asset.isVideo) primary.edit(asset.recordName);
      return;
    case 'tokens':
      primary.forgetTokens();
      return;
    case 'lose':
      if (path !== undefined) rmSync(join(bench.directory, path));
      return;
    case 'cut':
      if (path !== undefined) truncateSync(join(bench.directory, path), 1);
      return;
    case 'settings':
      bench.filters = pick(SETTINGS) ?? '';
      return;
    case 'fail':
      if (asset !== undefined) {
        bench.photos.icloud.faults.while(
          { site: 'content', assetId: asset.recordName },
          { kind: 'status', status: 404 },
        );
      }
  }
}

function requireBalance(totals: LedgerTotals): void {
  expect(isBalanced(totals), JSON.stringify(totals)).toBe(true);
  for (const { total, classes, excluded } of [totals.assets, totals.renditions]) {
    const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0);
    expect(sum(Object.values(classes))).toBe(total);
    expect(sum(excluded.values())).toBe(classes.excluded);
  }
}

/** The state's ledger says what iCloud and the disk say. */
async function requireAgreement(bench: SyncBench): Promise<void> {
  const offline = await auditBench(bench, 'offline');
  const online = await auditBench(bench, 'online');
  for (const totals of [...offline.totals, ...online.totals]) requireBalance(totals);
  const view = ({ totals }: typeof offline) =>
    totals.map(({ assets, renditions, deleted, notListed }) => ({
      assets,
      renditions,
      deleted,
      notListed,
    }));
  expect(view(offline)).toEqual(view(online));
  for (const { renditions } of offline.entries) {
    for (const entry of renditions) {
      if (entry.path === undefined || !isSafe(entry.class)) continue;
      expect(existsSync(entry.path), entry.path).toBe(true);
    }
  }
  if (bench.filters === SETTINGS[0]) {
    const [totals] = online.totals;
    const listed = (totals?.assets.total ?? 0) - (totals?.assets.excluded.get('hidden') ?? 0);
    expect(listed).toBe(bench.library.primary.listings.get('all').length);
  }
}
