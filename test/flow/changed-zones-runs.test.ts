import { describe, expect, test } from 'vitest';
import { photo } from '../../src/simulator/library/builder.js';
import { auditBench } from '../support/audit-bench.js';
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

const ALBUM_INDEX = 'CPLContainerRelationLiveByAssetDate';

describe('photos that come back out of the trash, of which the feed tells alone', () => {
  const DAY = { takenAt: '2024-05-01T10:00:00Z', timeZoneOffset: 0 } as const;
  const trashedMember = async (isListed = true) => {
    let id = '';
    const bench = await SyncBench.open(({ primary }) => {
      id = primary.add(photo({ ...DAY, name: 'BACK.JPG' }));
      primary.addToAlbum(primary.createAlbum('Trip'), id);
      primary.add(photo({ ...DAY, name: 'OTHER.JPG' }));
      primary.trash(id);
    }, 'albums = ["all"]');
    if (isListed) await bench.run();
    return { bench, id, primary: bench.library.primary };
  };
  const TREE = ['2024/05/01/OTHER.JPG', 'Trip/BACK.JPG'];

  test('IN-36, IN-39: one that no listing has shown comes into its album', async () => {
    const { bench, id, primary } = await trashedMember();
    primary.restore(id);
    const run = await bench.run();
    expect(run.outcome.status, run.log.join('\n')).toBe('complete');
    expect(await bench.paths()).toEqual(TREE);
    expect(operations(run.calls)).not.toContain('records/query');
  });

  test('IN-36, case 92: also when the run that heard of it was stopped', async () => {
    const { bench, id, primary } = await trashedMember();
    primary.restore(id);
    const drain = new AbortController();
    const stop = bench.photos.icloud.journal.subscribe(({ site }) => {
      if (site === 'content') drain.abort();
    });
    expect((await bench.run({ drain: drain.signal })).outcome.status).toBe('interrupted');
    stop();
    expect((await bench.run()).outcome.status).toBe('complete');
    expect(await bench.paths()).toEqual(TREE);
  });

  test.each([true, false])(
    'IN-36: also when it was put into another album in the trash (heard together: %s)',
    async (together) => {
      const { bench, id, primary } = await trashedMember();
      primary.addToAlbum(primary.createAlbum('Best'), id);
      if (!together) await bench.run();
      primary.restore(id);
      expect((await bench.run()).outcome.status).toBe('complete');
      expect(await bench.paths()).toEqual([TREE[0], 'Best/BACK.JPG', TREE[1]]);
    },
  );

  test('D60: also when that happened after the albums were listed and before the rest', async () => {
    const { bench, id, primary } = await trashedMember(false);
    bench.library.scans.during({ index: ALBUM_INDEX, afterPage: 1 }, () => {
      primary.restore(id);
    });
    await bench.run();
    expect((await bench.run()).outcome.status).toBe('complete');
    expect(await bench.paths()).toContain('Trip/BACK.JPG');
    expect(operations((await bench.run()).calls)).toEqual(['changes/database']);
  });

  test('IN-36: also when it was trashed while nobody followed the feed', async () => {
    const { bench, id, primary } = await trashedMember();
    primary.restore(id);
    await bench.run();
    primary.trash(id);
    primary.forgetTokens();
    await bench.run();
    primary.restore(id);
    expect((await bench.run()).outcome.status).toBe('complete');
    expect(await bench.paths()).toEqual(TREE);
  });
});
