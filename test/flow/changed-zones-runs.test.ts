import { describe, expect, test } from 'vitest';
import { photo } from '../../src/simulator/library/builder.js';
import { auditBench } from '../support/audit-bench.js';
import { unsafeAssets } from '../../src/sync/ledger-totals.js';
import { SyncBench } from '../support/sync-bench.js';

const operations = (calls: readonly { readonly operation?: string }[]) =>
  calls.map(({ operation }) => operation);

const ALL_LIBRARIES = 'libraries = ["all"]\nalbums = ["none"]';

describe('libraries that come and go', () => {
  test.each(['owner', 'participant'] as const)(
    'IN-62, case 95: a shared library that appears is synced, although no other zone changed: %s',
    async (as) => {
      const bench = await SyncBench.open(({ primary }) => void primary.add(photo()), ALL_LIBRARIES);
      await bench.run();
      expect(operations((await bench.run()).calls)).toEqual([
        'changes/database',
        'changes/database',
      ]);
      const added = bench.library.addSharedLibrary(as).add(photo({ name: 'SHARED.JPG' }));
      const { outcome, fetched } = await bench.run();
      expect(outcome.status).toBe('complete');
      expect(fetched).toEqual([added]);
      expect(operations((await bench.run()).calls)).toEqual([
        'changes/database',
        'changes/database',
      ]);
    },
  );

  test('IN-62, IN-63: one that appears while a database cannot be asked is synced later', async () => {
    const bench = await SyncBench.open(({ primary }) => void primary.add(photo()), ALL_LIBRARIES);
    await bench.run();
    const added = bench.library.addSharedLibrary('participant').add(photo({ name: 'SHARED.JPG' }));
    bench.photos.icloud.faults.add({
      when: { operation: 'changes/database' },
      timing: { after: 1, first: 4 },
      action: { kind: 'drop' },
    });
    const { calls, fetched } = await bench.run();
    expect(calls.filter(({ operation }) => operation === 'changes/database')).toHaveLength(5);
    expect([...fetched, ...(await bench.run()).fetched]).toEqual([added]);
  });

  test('IN-61: a shared library that is not selected, and one that is left, change nothing', async () => {
    const bench = await SyncBench.open((library) => {
      library.add(photo({ name: 'MINE.JPG' }));
      library.addSharedLibrary('participant').add(photo({ name: 'THEIRS.JPG' }));
    }, ALL_LIBRARIES);
    await bench.run();
    const before = await bench.paths();
    bench.library.removeZone(bench.library.zones[1]!);
    expect((await bench.run()).outcome.status).toBe('complete');
    expect((await bench.run()).calls).toHaveLength(2);
    bench.filters = 'albums = ["none"]';
    await bench.run();
    bench.library.addSharedLibrary('owner').add(photo());
    expect((await bench.run()).calls).toHaveLength(1);
    expect(await bench.paths()).toEqual(before);
  });

  test('D63, protocol 6.4: nothing is owed by a library that is left, whoever says that it is', async () => {
    const bench = await SyncBench.open((library) => {
      library.add(photo({ name: 'MINE.JPG' }));
      library.addSharedLibrary('participant').add(photo({ name: 'THEIRS.JPG' }));
    }, ALL_LIBRARIES);
    const { faults } = bench.photos.icloud;
    faults.add({
      when: { site: 'content', zone: bench.library.zones[1]!.name },
      action: { kind: 'status', status: 404 },
    });
    expect((await bench.run()).outcome.status).toBe('partial');
    bench.library.removeZone(bench.library.zones[1]!);
    // Tokens are refused, so that the databases list what there is and say nothing of the rest.
    faults.add({
      when: { operation: 'changes/database' },
      timing: { nth: [1, 3] },
      action: { kind: 'cloudkitError', code: 'BAD_REQUEST', status: 400 },
    });
    expect((await bench.run()).outcome.status).toBe('complete');
    const { outcome, calls } = await bench.run();
    expect(outcome.status).toBe('complete');
    expect(operations(calls)).toEqual(['changes/database', 'changes/database']);
    const { entries, totals } = await auditBench(bench, 'offline');
    expect(totals.map(({ zone }) => zone)).toEqual(['PrimarySync']);
    expect(entries.map(({ class: where }) => where)).toEqual(['proven']);
  });

  test('cli 4.3: a selected library of which nothing is asked for is looked for again', async () => {
    const bench = await SyncBench.open(
      ({ primary }) => void primary.createAlbum('Garden'),
      'libraries = ["shared"]\nalbums = ["all"]\nunfiled = false',
    );
    bench.library.addSharedLibrary('participant');
    await bench.run();
    const fresh = bench.library.add(photo({ name: 'NEW.JPG' }));
    bench.library.primary.addToAlbum(bench.library.primary.createAlbum('Trips'), fresh);
    const { outcome, fetched } = await bench.run();
    expect(outcome.status).toBe('complete');
    expect(fetched).toEqual([fresh]);
    const { totals } = await auditBench(bench, 'offline');
    expect(totals.map(({ zone }) => zone)).toEqual(['PrimarySync']);
  });

  test.each([
    ['whose attempts are used up', 1],
    ['that failed', 0],
  ])(
    "RT-22, D63: a file %s in a library that is not selected any more is nobody's failure",
    async (_, perAsset) => {
      let theirs = '';
      const bench = await SyncBench.open((library) => {
        library.add(photo({ name: 'MINE.JPG' }));
        theirs = library.addSharedLibrary('owner').add(photo({ name: 'THEIRS.JPG' }));
      }, ALL_LIBRARIES);
      bench.download = `retry = { per_asset = ${perAsset}, per_transfer = 0 }`;
      const { faults } = bench.photos.icloud;
      faults.while({ site: 'content', assetId: theirs }, { kind: 'status', status: 418 });
      for (let run = 0; run < 2; run += 1)
        expect((await bench.run()).outcome.status).toBe('partial');
      bench.filters = 'albums = ["none"]';
      expect((await bench.run()).outcome.status).toBe('complete');
      expect(operations((await bench.run()).calls)).toEqual(['changes/database']);
      faults.clear();
      bench.filters = ALL_LIBRARIES;
      const { outcome, fetched } = await bench.run({ retryOnly: true });
      expect(outcome.status).toBe('complete');
      expect(fetched).toEqual([theirs]);
    },
  );

  test.each(['', 'skip_created_before = "2001-01-01"'])(
    'users 26: the ledger leaves out photos of an album that is not selected any more (%s)',
    async (bound) => {
      const bench = await SyncBench.open(({ primary }) => {
        for (const name of ['Trip', 'Other']) {
          const id = primary.add(photo({ name: `${name}.JPG` }));
          primary.addToAlbum(primary.createAlbum(name), id);
        }
      }, `unfiled = false\n${bound}`);
      await bench.run();
      bench.filters = `albums = ["Other"]\nunfiled = false\n${bound}`;
      await bench.remove('Trip/Trip.JPG');
      expect((await bench.run()).outcome.status).toBe('complete');
      const { totals } = await auditBench(bench, 'offline');
      expect(totals).toMatchObject([{ isComplete: true, notListed: 1, assets: { total: 1 } }]);
      await bench.remove('Other/Other.JPG');
      const missing = await auditBench(bench, 'offline');
      expect(missing.totals.map(unsafeAssets)).toEqual([1]);
    },
  );

  test('users 26: the ledger leaves out a shared library once its photos are not asked for', async () => {
    let theirs = '';
    const bench = await SyncBench.open((library) => {
      library.add(photo({ name: 'MINE.JPG' }));
      theirs = library.addSharedLibrary('owner').add(photo({ name: 'THEIRS.JPG' }));
    }, 'libraries = ["all"]');
    await bench.run();
    bench.filters = 'libraries = ["all"]\nunfiled = false';
    await bench.run();
    bench.library.zones[1]!.trash(theirs);
    await bench.run();
    const { totals } = await auditBench(bench, 'offline');
    expect(totals.map(({ zone }) => zone)).toEqual(['PrimarySync']);
  });
});

describe('zones that changed and have nothing to say', () => {
  test('IN-38, IN-64, protocol 6.1: they are asked once, not at every run', async () => {
    const bench = await SyncBench.open(
      ({ primary }) => void primary.add(photo()),
      'albums = ["none"]',
    );
    await bench.run();
    bench.library.primary.churn(3);
    expect(operations((await bench.run()).calls)).toEqual([
      'changes/database',
      ...Array<string>(3).fill('changes/zone'),
    ]);
    expect(operations((await bench.run()).calls)).toEqual(['changes/database']);
    bench.library.add(photo({ name: 'NEW.JPG' }));
    expect((await bench.run()).fetched).toHaveLength(1);
  });
});
