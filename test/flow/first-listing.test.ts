import { describe, expect, test } from 'vitest';
import { photo } from '../../src/simulator/library/builder.js';
import type { StateStore } from '../../src/state/index.js';
import { SyncBench, type BenchRun } from '../support/sync-bench.js';

const LISTING = 'CPLAssetAndMasterByAssetDateWithoutHiddenOrDeleted';
const COUNT = 'CPLAssetByAssetDateWithoutHiddenOrDeleted';
const UNFILED = 'albums = ["none"]';

const shot = (name: string, more: object = {}) =>
  photo({ name: `${name}.JPG`, takenAt: '2024-03-01T10:00:00Z', timeZoneOffset: 0, ...more });

async function clean(bench: SyncBench): Promise<BenchRun> {
  const run = await bench.run();
  expect(run.outcome.status, run.log.join('\n')).toBe('complete');
  return run;
}

const generated = (count: number, filters = UNFILED) =>
  SyncBench.open(({ primary }) => {
    primary.addGenerated({ count });
  }, filters);

const listedPages = ({ calls }: BenchRun) =>
  calls.filter(({ recordType }) => recordType === LISTING);
const counts = ({ calls }: BenchRun) =>
  calls.filter(({ operation }) => operation === 'internal/records/query/batch');

describe('one photo, met more than once', () => {
  test('case 51, EN-66: twice in one pass is one download, and one duplicate', async () => {
    const bench = await generated(230);
    const { primary, scans } = bench.library;
    const [newest] = [...primary.assets.assetStates()].sort(
      (a, b) => (b.assetDate ?? 0) - (a.assetDate ?? 0),
    );
    const id = newest?.recordName ?? '';
    scans.during({ index: LISTING, afterPage: 2 }, () => {
      primary.describe(id, { takenAt: '1990-01-01T00:00:00Z' });
    });
    const { outcome, fetched } = await clean(bench);
    expect(fetched.filter((one) => one === id)).toHaveLength(1);
    expect(new Set(fetched).size).toBe(230);
    expect(outcome.counters.skipped.get('duplicates')).toBe(1);
  });

  test('case 52, EN-66: in two albums it is a file in each, counted for each, and one download', async () => {
    const bench = await SyncBench.open(({ primary }) => {
      const id = primary.add(shot('A'));
      for (const name of ['Garden', 'Trips']) primary.addToAlbum(primary.createAlbum(name), id);
    });
    const { outcome, fetched } = await clean(bench);
    expect(await bench.paths()).toEqual(['Garden/A.JPG', 'Trips/A.JPG']);
    expect(fetched).toHaveLength(1);
    const { downloaded, placedAgain, filesPlanned, skipped } = outcome.counters;
    expect({ downloaded, placedAgain, filesPlanned }).toEqual({
      downloaded: 1,
      placedAgain: 1,
      filesPlanned: 2,
    });
    expect(Object.fromEntries(skipped)).toEqual({ by_excluded_album: 1 });
  });
});

describe('albums first, then what is in none', () => {
  test('case 59, case 60, EN-62: the rest is asked for when the albums are through, and is the rest exactly', async () => {
    const threads = 2;
    let members: readonly string[] = [];
    let loose: readonly string[] = [];
    const bench = await SyncBench.open(({ primary }) => {
      const hour = (n: number) => ({ takenAt: Date.UTC(2024, 2, 1, 10) + n * 1000 });
      members = primary.addAll(Array.from({ length: 90 }, (_, n) => shot(`M${n}`, hour(n))));
      loose = primary.addAll(Array.from({ length: 20 }, (_, n) => shot(`L${n}`, hour(n))));
      primary.addToAlbum(primary.createAlbum('Garden'), ...members.slice(0, 50));
      primary.addToAlbum(primary.createAlbum('Trips'), ...members.slice(40));
    });
    bench.download = `threads = ${threads}`;
    await clean(bench);
    const journal = bench.photos.icloud.journal.entries;
    const firstPage = journal.findIndex(({ recordType }) => recordType === LISTING);
    const before = journal.slice(0, firstPage).filter(({ site }) => site === 'content');
    expect(before.length).toBeGreaterThanOrEqual(members.length - threads);
    const paths = await bench.paths();
    expect(paths.filter((path) => /^2024\/03\/01\/L\d+\.JPG$/.test(path))).toHaveLength(
      loose.length,
    );
    expect(paths.filter((path) => path.startsWith('Garden/'))).toHaveLength(50);
    expect(paths.filter((path) => path.startsWith('Trips/'))).toHaveLength(50);
    expect(paths).toHaveLength(100 + loose.length);
  });

  test('EN-61: without albums the whole library is unfiled, and its files come while it is listed', async () => {
    const bench = await generated(250);
    await clean(bench);
    const journal = bench.photos.icloud.journal.entries;
    const firstFile = journal.findIndex(({ site }) => site === 'content');
    const pagesBefore = journal
      .slice(0, firstFile)
      .filter(({ recordType }) => recordType === LISTING);
    // The first, and the one that is read ahead.
    expect(pagesBefore.length).toBeLessThanOrEqual(2);
    expect(await bench.paths()).toHaveLength(250);
  });
});

describe('the newest N', () => {
  test.each([
    [1, 1],
    [20, 20],
    [5_000, 30],
  ])('case 63, case 64, EN-17, EN-42: recent = %i of 30 photos', async (recent, files) => {
    const bench = await generated(30, `${UNFILED}\nrecent = ${recent}`);
    const run = await clean(bench);
    expect(run.fetched).toHaveLength(files);
    expect(counts(run)).toEqual([]);
    expect(run.log.filter((line) => line.startsWith('Sync token not advanced'))).toHaveLength(1);
    expect(await bench.inState(({ zones }) => zones.token('PrimarySync'))).toBeUndefined();
    expect((await clean(bench)).fetched).toEqual([]);
  });

  test('EN-42, D71: nothing is counted where the listing ends at a date', async () => {
    const bench = await generated(450, `${UNFILED}\nskip_created_before = "2025-01-01"`);
    const run = await clean(bench);
    expect(counts(run)).toEqual([]);
    expect(listedPages(run).length).toBeLessThan(4);
  });
});

describe('a listing that does not reach its end', () => {
  const open = ({ zones }: StateStore) => zones.listingsInProgress().map(({ zone }) => zone);
  const INTERRUPTED =
    'The last listing of this library was interrupted; it is listed from the beginning';

  test('case 55, case 72, EN-25, EN-70: is trouble, leaves no token and a mark; the next run says so', async () => {
    const bench = await generated(230);
    const { faults } = bench.photos.icloud;
    faults.add({
      name: 'third page',
      when: { operation: 'records/query', recordType: LISTING },
      timing: { after: 2 },
      action: { kind: 'cloudkitError', code: 'BAD_REQUEST', status: 400 },
    });
    const broken = await bench.run();
    expect(broken.outcome).toMatchObject({
      status: 'partial',
      trouble: { code: 'CLOUDKIT_BAD_REQUEST' },
    });
    expect(await bench.inState(open)).toEqual(['PrimarySync']);
    expect(await bench.inState(({ zones }) => zones.token('PrimarySync'))).toBeUndefined();
    faults.clear();
    const next = await clean(bench);
    expect(next.log).toEqual([INTERRUPTED]);
    expect(await bench.paths()).toHaveLength(230);
    expect(await bench.inState(open)).toEqual([]);
    await bench.resetTokens();
    expect((await clean(bench)).log).toEqual([]);
  });

  test('EN-70: one that ends at a date is none', async () => {
    const bench = await generated(450, `${UNFILED}\nskip_created_before = "2025-01-01"`);
    await clean(bench);
    expect(await bench.inState(open)).toEqual([]);
    expect((await clean(bench)).log).not.toContain(INTERRUPTED);
  });
});

describe('counts', () => {
  test('EN-52, EN-55, case 57: what a count promises and a whole listing does not have is said, and no failure', async () => {
    const bench = await SyncBench.open(({ primary }) => {
      primary.addGenerated({ count: 30 });
      primary.lieAboutCount(COUNT, 75);
    }, UNFILED);
    const { outcome, log } = await clean(bench);
    expect(outcome.counters).toMatchObject({ downloaded: 30, failed: 0, enumerationErrors: 0 });
    expect(log).toEqual(['iCloud counts more photos than its listing holds']);
    const facts = await bench.inState(({ runs }) => runs.lastFacts());
    expect(facts).toMatchObject({ pagination_shortfall_assets: 45 });
    expect(await bench.inState(({ zones }) => zones.token('PrimarySync'))).toBeDefined();
  });

  test('EN-56: a run that lists the newest N only is not judged by a count', async () => {
    const bench = await SyncBench.open(({ primary }) => {
      primary.addGenerated({ count: 30 });
      primary.lieAboutCount(COUNT, 75);
    }, `${UNFILED}\nrecent = 10`);
    const { log } = await clean(bench);
    expect(log.filter((line) => line.includes('counts more'))).toEqual([]);
  });
});

describe('dates that are none', () => {
  test('case 65, case 66, EN-35, D87: the epoch, with a warning; the second before it is in 1969', async () => {
    const bench = await SyncBench.open(({ primary }) => {
      primary.add(shot('NULL', { takenAt: null }));
      primary.add(shot('FAR', { irregular: 'date-out-of-range' }));
      primary.add(shot('BEFORE', { takenAt: -1_000 }));
    }, UNFILED);
    const { log } = await clean(bench);
    expect(await bench.paths()).toEqual([
      '1969/12/31/BEFORE.JPG',
      '1970/01/01/FAR.JPG',
      '1970/01/01/NULL.JPG',
    ]);
    expect(log).toEqual(Array(2).fill('No usable capture date in iCloud; it counts as 1970-01-01'));
    const again = await clean(bench);
    expect(again.log).toEqual([]);
  });
});
