import { rm, symlink, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Progress } from '../../src/report/progress.js';
import { silentProgress } from '../../src/report/progress.js';
import type { FaultAction } from '../../src/simulator/fault-actions.js';
import { photo } from '../../src/simulator/library/builder.js';
import { SyncBench } from '../support/sync-bench.js';

const REFUSED = { kind: 'status', status: 418 } as const;
const LOST = { kind: 'status', status: 401 } as const;
const LISTING = 'CPLAssetAndMasterByAssetDateWithoutHiddenOrDeleted';
const ALL = 'albums = ["none"]';

const open = (photos: number, filters = ALL) =>
  SyncBench.open((library) => {
    for (let n = 0; n < photos; n += 1) library.add(photo({ name: `IMG_${n}.JPG` }));
  }, filters);

const lookups = (calls: readonly { readonly operation?: string }[]) =>
  calls.filter(({ operation }) => operation === 'records/lookup');

const tokenOf = (bench: SyncBench) =>
  bench.inState(({ zones }) => zones.token('PrimarySync') ?? 'none');

describe('the second chance of what failed', () => {
  it('case 34, RT-42: a fresh link brings it, and no failure is left', async () => {
    const bench = await open(8);
    bench.photos.icloud.faults.add({
      name: 'first',
      when: { site: 'content' },
      timing: { first: 3 },
      action: REFUSED,
    });
    const { outcome, calls, fetched } = await bench.run();
    expect(outcome).toMatchObject({ status: 'complete', counters: { downloaded: 8, failed: 0 } });
    expect(fetched).toHaveLength(8 + 3);
    // D59: the assets are known, and one call brings the links of all three.
    expect(lookups(calls)).toHaveLength(1);
  });

  it.each([
    [500, 3],
    [418, 0],
  ])(
    'D55, RT-40: HTTP %i: %i retries, and one more series on a fresh link',
    async (status, retries) => {
      const bench = await open(1);
      bench.photos.icloud.faults.while('content', { kind: 'status', status });
      const { outcome, fetched } = await bench.run();
      expect(outcome).toMatchObject({ status: 'partial', counters: { failed: 1 } });
      expect(fetched).toHaveLength(2 * (1 + retries));
      const [row] = await bench.inState(({ lists }) => lists.newest('failed'));
      expect(row?.file.attempts).toBe(2);
    },
  );

  it('RT-41, case 35: what is gone by then stays failed, and harms nothing else', async () => {
    const bench = await open(5);
    const { icloud } = bench.photos;
    icloud.faults.add({
      name: 'first',
      when: { site: 'content' },
      timing: { first: 2 },
      action: REFUSED,
    });
    let purged = false;
    icloud.journal.subscribe(({ site, status, assetId }) => {
      if (purged || site !== 'content' || status !== 418) return;
      purged = true;
      bench.library.primary.purge(assetId ?? '');
    });
    const { outcome } = await bench.run();
    expect(outcome).toMatchObject({ status: 'partial', counters: { downloaded: 4, failed: 1 } });
  });

  it('RT-41: there is none after a signal', async () => {
    const bench = await open(5);
    bench.download = 'threads = 1';
    const { icloud } = bench.photos;
    icloud.faults.while('content', REFUSED);
    const drain = new AbortController();
    icloud.journal.subscribe(({ site }) => {
      if (site === 'content') drain.abort();
    });
    const { outcome, calls, fetched } = await bench.run({ drain: drain.signal });
    expect(fetched).toHaveLength(1);
    expect(lookups(calls)).toEqual([]);
    expect(outcome.counters.failed).toBe(1);
    expect(await tokenOf(bench)).toBe('none');
  });

  it('RT-41, RT-34: nor without a session, and the token stays where it was', async () => {
    const bench = await open(2);
    await bench.run();
    const before = await tokenOf(bench);
    expect(before).not.toBe('none');
    for (let n = 0; n < 9; n += 1) bench.library.add(photo({ name: `NEW_${n}.JPG` }));
    bench.photos.icloud.faults.while('content', LOST);
    bench.download = 'threads = 3';
    const { outcome, calls, fetched } = await bench.run();
    expect(outcome.status).toBe('partial');
    expect(outcome.trouble?.kind).toBe('session');
    expect(await tokenOf(bench)).toBe(before);
    // Some links, looked up together, refused twice; the other files are left alone.
    expect(lookups(calls)).toHaveLength(1);
    expect(fetched.length).toBeLessThanOrEqual(2 * (3 + 3));
    bench.photos.icloud.faults.clear();
    const next = await bench.run();
    expect(next.outcome).toMatchObject({ status: 'complete', counters: { downloaded: 9 } });
  });
});

describe('what makes a run a partial one (SD-11)', () => {
  it('SD-11, RT-22: a file that failed, and one whose attempts are used up', async () => {
    const bench = await open(2);
    bench.download = 'retry = { per_asset = 1, per_transfer = 0 }';
    const one = bench.photos.icloud.faults.while('content', REFUSED);
    expect((await bench.run()).outcome).toMatchObject({ status: 'partial' });
    bench.photos.icloud.faults.remove(one);
    const { outcome, fetched } = await bench.run();
    expect(outcome).toMatchObject({ status: 'partial', counters: { failed: 0 } });
    expect(fetched).toEqual([]);
  });

  it.each<[string, (bench: SyncBench, id: string) => unknown]>([
    ['iCloud has it no longer', ({ library }, id) => library.primary.purge(id)],
    ['it is in the trash', ({ library }, id) => library.primary.trash(id)],
    ['the settings leave it out', (bench) => (bench.filters += '\nmedia = ["videos"]')],
    [
      'its album is not selected any more',
      (bench) => (bench.filters = 'albums = ["Other"]\nunfiled = false'),
    ],
  ])('RT-22, RT-24: a file whose attempts are used up is no failure once %s', async (_, change) => {
    let id = '';
    const bench = await SyncBench.open(({ primary }) => {
      id = primary.add(photo({ name: 'BAD.JPG' }));
      const fine = primary.add(photo({ name: 'FINE.JPG' }));
      primary.addToAlbum(primary.createAlbum('Trips'), id);
      primary.addToAlbum(primary.createAlbum('Other'), fine);
    }, 'albums = ["Trips", "Other"]\nunfiled = false');
    bench.download = 'retry = { per_asset = 1, per_transfer = 0 }';
    bench.photos.icloud.faults.while({ site: 'content', assetId: id }, REFUSED);
    for (let run = 0; run < 3; run += 1) expect((await bench.run()).outcome.status).toBe('partial');
    change(bench, id);
    const { outcome, log } = await bench.run();
    expect(outcome.status, log.join('\n')).toBe('complete');
    expect((await bench.run()).calls).toHaveLength(1);
  });

  it('RT-22: other bytes of a photo have attempts of their own', async () => {
    const bench = await open(1);
    bench.download = 'retry = { per_asset = 2, per_transfer = 0 }';
    const id = bench.photos.icloud.faults.while('content', REFUSED);
    for (let run = 0; run < 2; run += 1) expect((await bench.run()).outcome.status).toBe('partial');
    const [asset] = bench.library.primary.assets.assetStates();
    bench.library.primary.replaceOriginal(asset!.recordName, {
      ...{ seed: 9, scene: 5, width: 160, height: 120, facts: {} },
      ...{ format: 'jpeg', size: 4_321 },
    });
    const again = await bench.run();
    expect(again.fetched).toHaveLength(2);
    expect(again.outcome.status).toBe('partial');
    expect((await bench.run()).fetched).toEqual([]);
    bench.photos.icloud.faults.remove(id);
    const { outcome } = await bench.run({ retryOnly: true });
    expect(outcome).toMatchObject({ status: 'complete', counters: { downloaded: 1 } });
  });

  it.each(['skip_created_before = "2001-01-01"', 'recent = 50'])(
    'RT-22, RT-24, D61: with %s nothing stays undone that is settled',
    async (bound) => {
      let [bad, odd] = ['', ''];
      const bench = await SyncBench.open(({ primary }) => {
        bad = primary.add(photo({ name: 'BAD.JPG' }));
        odd = primary.add(photo({ name: 'ODD.JPG' }));
        primary.add(photo({ name: 'FINE.JPG' }));
      }, `${ALL}\n${bound}`);
      bench.download = 'retry = { per_asset = 1, per_transfer = 0 }';
      bench.photos.icloud.faults.while({ site: 'content', assetId: bad }, REFUSED);
      bench.library.primary.failRecord(odd, { serverErrorCode: 'INTERNAL_ERROR', reason: 'no' });
      for (let run = 0; run < 2; run += 1)
        expect((await bench.run()).outcome.status).toBe('partial');
      bench.library.primary.purge(bad);
      bench.library.primary.failRecord(odd, undefined);
      const { outcome, log } = await bench.run();
      expect(outcome.status, log.join('\n')).toBe('complete');
      expect(await bench.inState(({ debts }) => debts.count())).toBe(0);
      expect(await bench.inState(({ lists }) => lists.counts())).toMatchObject({
        total: 2,
        downloaded: 2,
      });
    },
  );

  it('SD-11, case 148: a record that could not be read, also when nothing was downloaded', async () => {
    const bench = await open(1);
    const [asset] = bench.library.primary.assets.assetStates();
    const error = { serverErrorCode: 'INTERNAL_ERROR', reason: 'not now' };
    bench.library.primary.failRecord(asset!.recordName, error);
    bench.library.add(photo({ name: 'FINE.JPG' }));
    await bench.run();
    const { outcome } = await bench.run();
    expect(outcome).toMatchObject({
      status: 'partial',
      counters: { downloaded: 0, failed: 0, enumerationErrors: 1 },
    });
  });
});

describe('answers that no table knows', () => {
  it.each([405, 408, 418, 450])(
    'engine 4.2: HTTP %i for every download is a failure with a sentence, and the next run brings it all',
    async (status) => {
      const bench = await open(3);
      const id = bench.photos.icloud.faults.while('content', { kind: 'status', status });
      const { outcome, log } = await bench.run();
      expect(outcome).toMatchObject({ status: 'partial', counters: { downloaded: 0, failed: 3 } });
      expect(log).toContain('Download failed');
      const rows = await bench.inState(({ lists }) => [...lists.newest('failed')]);
      expect(rows.map(({ file }) => file.lastError)).toEqual(
        Array(3).fill(expect.stringMatching(new RegExp(`^Cannot fetch .*HTTP ${status}`))),
      );
      bench.photos.icloud.faults.remove(id);
      const next = await bench.run();
      expect(next.outcome).toMatchObject({ status: 'complete', counters: { downloaded: 3 } });
    },
  );

  it.each<[string, FaultAction]>([
    ['a code for the whole answer', { kind: 'cloudkitError', code: 'ZONE_BUSY', status: 200 }],
    ['HTTP 408', { kind: 'status', status: 408 }],
    ['a code for every record', { kind: 'recordError', code: 'ZONE_BUSY' }],
    ['a code for some records', { kind: 'recordError', code: 'ZONE_BUSY', count: 4 }],
  ])(
    'EN-4, EN-72: %s of a later page: what came stays, and the rest comes later',
    async (_, action) => {
      const bench = await open(320);
      const id = bench.photos.icloud.faults.add({
        name: 'later pages',
        when: { operation: 'records/query', recordType: LISTING },
        timing: { after: 1 },
        action,
      });
      const { outcome, log } = await bench.run();
      expect(outcome.status, log.join('\n')).toBe('partial');
      expect(outcome.counters.downloaded).toBeGreaterThan(0);
      expect(outcome.trouble ?? log.length).toBeTruthy();
      bench.photos.icloud.faults.remove(id);
      const next = await bench.run();
      expect(next.outcome.status, next.log.join('\n')).toBe('complete');
      expect(await bench.paths()).toHaveLength(320);
      expect(outcome.counters.downloaded + next.outcome.counters.downloaded).toBe(320);
    },
  );
});

it('RT-70: --retry-failed fetches what failed, also where the settings bound what is listed', async () => {
  const bench = await open(3, `${ALL}\nskip_created_before = "2001-01-01"`);
  const id = bench.photos.icloud.faults.while('content', REFUSED);
  await bench.run();
  bench.photos.icloud.faults.remove(id);
  const { outcome, calls, fetched } = await bench.run({ retryOnly: true });
  expect(outcome).toMatchObject({ status: 'complete', counters: { downloaded: 3 } });
  expect(fetched).toHaveLength(3);
  expect(calls.map(({ operation }) => operation)).not.toContain('records/query');
});

it('DL-69: what is on the disk already moves the bar, and counts as that', async () => {
  const bench = await open(7);
  await bench.run();
  await rm(join(bench.root, 'state.db'));
  let moved = 0;
  const progress: Progress = {
    ...silentProgress(() => undefined),
    advance: () => (moved += 1),
  };
  const { outcome, fetched } = await bench.run({ progress });
  expect(fetched).toEqual([]);
  expect(outcome.counters.skipped.get('on_disk')).toBe(7);
  expect(moved).toBe(7);
});

it('D57: a folder that leads nowhere costs the files in it, not the run', async () => {
  const bench = await SyncBench.open((library) => {
    library.add(photo({ name: 'LOOP.JPG', takenAt: '2024-05-01T10:00:00Z' }));
    library.add(photo({ name: 'FINE.JPG', takenAt: '2023-05-01T10:00:00Z' }));
  }, ALL);
  await mkdir(join(bench.directory, '2024'));
  await symlink('05', join(bench.directory, '2024', '05'));
  const { outcome } = await bench.run();
  expect(outcome).toMatchObject({ status: 'partial', counters: { downloaded: 1, failed: 1 } });
  await rm(join(bench.directory, '2024', '05'));
  expect((await bench.run()).outcome).toMatchObject({
    status: 'complete',
    counters: { downloaded: 1 },
  });
});

describe('a version that replaces one which was never fetched', () => {
  it('DL-13, D36: it is fetched once for all places of the photo', async () => {
    let id = '';
    const bench = await SyncBench.open(({ primary }) => {
      id = primary.add(photo({ name: 'A.JPG' }));
      for (const name of ['Garden', 'Trips']) primary.addToAlbum(primary.createAlbum(name), id);
    });
    const { faults } = bench.photos.icloud;
    faults.while('content', { kind: 'status', status: 404 });
    expect((await bench.run()).outcome.status).toBe('partial');
    faults.clear();
    const picture = {
      seed: 7,
      scene: 1,
      width: 16,
      height: 16,
      facts: {},
      format: 'jpeg',
    } as const;
    bench.library.primary.replaceOriginal(id, { ...picture, size: 4_000 });
    const { outcome, fetched } = await bench.run();
    expect(outcome.status).toBe('complete');
    expect(fetched).toEqual([id]);
    expect(await bench.paths()).toEqual(['Garden/A.JPG', 'Trips/A.JPG']);
  });
});
