import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { photo, video } from '../../src/simulator/library/builder.js';
import type { SimLibrary } from '../../src/simulator/library/index.js';
import type { SimZone } from '../../src/simulator/library/zone.js';
import type { StoredAsset } from '../../src/state/index.js';
import { SyncBench, type BenchRun } from '../support/sync-bench.js';

const UNFILED = 'albums = ["none"]';
const DAY = { takenAt: '2024-05-01T10:00:00Z', timeZoneOffset: 0 } as const;

const operations = ({ calls }: BenchRun) => calls.map(({ operation }) => operation);
const zoneToken = (bench: SyncBench, zone = 'PrimarySync') =>
  bench.inState(({ zones }) => zones.token(zone));

/** A first sync of one photo, and what to call it by. */
async function synced(prepare: (library: SimLibrary) => void = () => undefined, filters = UNFILED) {
  let id = '';
  const bench = await SyncBench.open((library) => {
    id = library.add(photo({ ...DAY, name: 'FIRST.JPG' }));
    prepare(library);
  }, filters);
  expect((await bench.run()).outcome.status).toBe('complete');
  return { bench, id, zone: bench.library.primary, faults: bench.photos.icloud.faults };
}

/** Does something to the state behind kei's back. */
function sql(bench: SyncBench, text: string): void {
  const state = new Database(`${bench.root}/state.db`);
  state.exec(text);
  state.close();
}

interface Delta {
  readonly name: string;
  readonly change: (zone: SimZone, id: string) => unknown;
  /** How many files come. */
  readonly files?: number;
  readonly stored?: Partial<StoredAsset>;
}

const deltas: readonly Delta[] = [
  { name: 'a photo is added', change: (zone) => zone.add(photo({ name: 'NEW.JPG' })), files: 1 },
  {
    name: 'a Live Photo is added',
    change: (zone) => zone.add(photo({ name: 'LIVE.HEIC', live: true })),
    files: 2,
  },
  { name: 'a video is added', change: (zone) => zone.add(video({ name: 'V.MOV' })), files: 1 },
  {
    name: 'asset and master come on two pages',
    change: (zone) => zone.add(photo({ name: 'SPLIT.JPG' }), { gap: 450 }),
    files: 1,
  },
  { name: 'favourite (the asset alone)', change: (zone, id) => zone.favourite(id) },
  { name: 'title (the asset alone)', change: (zone, id) => zone.describe(id, { title: 'Lake' }) },
  { name: 'edit (the asset alone)', change: (zone, id) => zone.edit(id), files: 1 },
  { name: 'another edit', change: (zone, id) => zone.edit(id, { size: 7_777 }), files: 1 },
  { name: 'the edit is taken back', change: (zone, id) => zone.revert(id) },
  { name: 'hide', change: (zone, id) => zone.hide(id), stored: { isHidden: true } },
  { name: 'unhide', change: (zone, id) => zone.unhide(id), stored: { isHidden: false } },
  { name: 'trash', change: (zone, id) => zone.trash(id), stored: { isDeleted: true } },
  { name: 'restore', change: (zone, id) => zone.restore(id), stored: { isDeleted: false } },
  { name: 'a duplicate of the master', change: (zone, id) => zone.duplicate(id) },
  { name: 'tombstones of nothing that is known', change: (zone) => zone.pastDeletions(5) },
  { name: 'a master without an asset', change: (zone) => zone.addOrphanMaster(photo()) },
  { name: 'faces and memories', change: (zone, id) => zone.recognise(id, 'Jane') },
  {
    name: 'an album that is not selected',
    change: (zone, id) => zone.addToAlbum(zone.createAlbum('Trip'), id),
  },
  {
    name: '70 pages of nothing before a photo',
    change: (zone) => {
      zone.churn(70);
      zone.add(photo({ name: 'LATE.JPG' }));
    },
    files: 1,
  },
  { name: 'deleted for good', change: (zone, id) => zone.purge(id), stored: { isDeleted: true } },
];

describe('IN-30 to IN-39, cases 75, 80, 81, 93: what a delta leads to, one after the other', () => {
  let bench: SyncBench;
  let id = '';
  beforeAll(async () => {
    bench = await SyncBench.create((library) => {
      id = library.add(photo({ ...DAY, name: 'FIRST.JPG' }));
    }, `${UNFILED}\n[photos]\nedited = true`);
    await bench.run();
  });
  afterAll(() => bench.close());

  test.each(deltas)('$name', async ({ change, files = 0, stored }) => {
    const before = await bench.paths();
    change(bench.library.primary, id);
    const run = await bench.run();
    expect(run.outcome.status, run.log.join('\n')).toBe('complete');
    expect(run.fetched).toHaveLength(files);
    expect(operations(run)).not.toContain('records/query');
    const after = await bench.paths();
    // No file ever goes because of iCloud (IN-32).
    for (const path of before) expect(after).toContain(path);
    if (stored !== undefined) {
      const row = await bench.inState(({ assets }) => assets.find('PrimarySync', id));
      expect(row).toMatchObject(stored);
    }
    // And that was all: the next run is told that nothing changed (case 93).
    expect(operations(await bench.run())).toEqual(['changes/database']);
  });
});

describe('tokens that iCloud does not take', () => {
  const setToken = (bench: SyncBench, token: string) =>
    bench.inState(({ zones }) => zones.setToken('PrimarySync', token));

  test.each<[string, (bench: SyncBench) => unknown]>([
    ['case 77: garbage', (bench) => setToken(bench, 'bm9uc2Vuc2U=')],
    [
      'IN-24: a database token',
      async (bench) => {
        const answer = await bench.photos.photos.changedZones('private', undefined);
        await setToken(bench, answer.status === 'invalid-token' ? '' : (answer.token ?? ''));
      },
    ],
    [
      'the token of another zone',
      (bench) => setToken(bench, bench.library.zones.at(-1)!.syncToken),
    ],
    ['a log that was compacted', (bench) => bench.library.primary.compact()],
    ['tokens that iCloud has forgotten', (bench) => bench.library.primary.forgetTokens()],
  ])(
    'IN-20, protocol 6.4: %s: the library is listed in the same cycle, and nothing comes twice',
    async (_name, spoil) => {
      const { bench, zone, id } = await synced((library) => void library.addSharedLibrary('owner'));
      zone.favourite(id);
      const added = zone.add(photo({ name: 'NEW.JPG' }));
      await spoil(bench);
      const run = await bench.run();
      expect(run.outcome.status, run.log.join('\n')).toBe('complete');
      expect(run.fetched).toEqual([added]);
      expect(operations(run)).toContain('records/query');
      expect(await zoneToken(bench)).toBe(zone.syncToken);
      zone.favourite(added);
      expect(operations(await bench.run())).not.toContain('records/query');
    },
  );

  test('case 78: an empty token in the state is none, and never sent', async () => {
    const { bench, zone } = await synced();
    zone.add(photo({ name: 'NEW.JPG' }));
    sql(bench, `UPDATE zones SET sync_token = ''`);
    const run = await bench.run();
    expect(run.fetched).toHaveLength(1);
    expect(await zoneToken(bench)).toBe(zone.syncToken);
  });
});

describe('errors in the middle of a delta', () => {
  test('IN-22, IN-40, case 76: an error on the third page keeps the token, and the next run sees it all', async () => {
    const { bench, zone, faults } = await synced();
    const before = await zoneToken(bench);
    const ids = [zone.add(photo({ name: 'ONE.JPG' }))];
    zone.churn(3);
    ids.push(zone.add(photo({ name: 'TWO.JPG' })));
    faults.add({
      when: { operation: 'changes/zone' },
      // The first page is also asked for to learn whether there is anything at all.
      timing: { after: 3 },
      action: { kind: 'status', status: 404 },
    });
    const broken = await bench.run();
    expect(broken.outcome.status).toBe('partial');
    expect(await zoneToken(bench)).toBe(before);
    faults.clear();
    const run = await bench.run();
    expect([...broken.fetched, ...run.fetched].sort()).toEqual(ids.sort());
    expect(await zoneToken(bench)).toBe(zone.syncToken);
  });

  test.each(['THROTTLED', 'RETRY_LATER', 'INTERNAL_ERROR', 'ZONE_BUSY'])(
    'case 79: %s for a zone keeps the token and lists nothing',
    async (code) => {
      const { bench, zone, faults } = await synced();
      const before = await zoneToken(bench);
      zone.add(photo({ name: 'NEW.JPG' }));
      faults.while({ operation: 'changes/zone' }, { kind: 'zoneError', code });
      const failed = await bench.run().catch((error: unknown) => error);
      expect(failed).not.toMatchObject({ outcome: { status: 'complete' } });
      expect(await zoneToken(bench)).toBe(before);
      faults.clear();
      const run = await bench.run();
      expect(run.fetched).toHaveLength(1);
      expect(operations(run)).not.toContain('records/query');
    },
  );

  test('D61, D64: a record that is refused, and one without its master, are owed and come later', async () => {
    const { bench, zone, faults } = await synced();
    const ids = [zone.add(photo({ name: 'ONE.JPG' })), zone.add(photo({ name: 'TWO.JPG' }))];
    zone.failRecord(ids[0]!, { serverErrorCode: 'ACCESS_DENIED', reason: 'no' });
    faults.add({
      when: { operation: 'changes/zone' },
      action: { kind: 'missingRecords', recordType: 'CPLMaster' },
    });
    faults.add({
      when: { operation: 'records/lookup' },
      action: { kind: 'missingRecords', recordType: 'CPLMaster' },
    });
    const owing = await bench.run();
    expect(owing.outcome.status).toBe('partial');
    expect(owing.fetched).toEqual([]);
    expect(await zoneToken(bench)).toBe(zone.syncToken);
    faults.clear();
    zone.failRecord(ids[0]!, undefined);
    const run = await bench.run();
    expect(run.outcome.status, run.log.join('\n')).toBe('complete');
    expect([...run.fetched].sort()).toEqual(ids.sort());
    expect(operations(run)).not.toContain('records/query');
  });

  test('IN-34: a deletion that cannot be written down holds the token', async () => {
    const { bench, zone, id } = await synced();
    const before = await zoneToken(bench);
    sql(
      bench,
      `CREATE TRIGGER full BEFORE UPDATE OF is_deleted ON assets
       BEGIN SELECT RAISE(ABORT, 'no room'); END`,
    );
    zone.trash(id);
    const failed = await bench.run().catch((error: unknown) => error);
    expect(failed).not.toMatchObject({ outcome: { status: 'complete' } });
    expect(await zoneToken(bench)).toBe(before);
    sql(bench, 'DROP TRIGGER full');
    expect((await bench.run()).outcome.status).toBe('complete');
    expect(await bench.inState(({ assets }) => assets.deletedCount())).toBe(1);
  });
});

describe('what is asked first', () => {
  test('IN-60, IN-63, case 94: a question for changed zones that fails does not end the run', async () => {
    const { bench, zone, faults } = await synced();
    zone.add(photo({ name: 'NEW.JPG' }));
    faults.while({ operation: 'changes/database' }, { kind: 'status', status: 404 });
    const run = await bench.run();
    expect(run.outcome.status).toBe('complete');
    expect(run.fetched).toHaveLength(1);
    faults.clear();
    expect((await bench.run()).fetched).toEqual([]);
    expect(operations(await bench.run())).toEqual(['changes/database']);
  });

  test('D61, IN-43, case 91: a download that fails is owed: the token goes on and nothing is listed again', async () => {
    const { bench, zone, faults } = await synced();
    const added = zone.add(photo({ name: 'NEW.JPG' }));
    faults.while('content', { kind: 'status', status: 404 });
    const failed = await bench.run();
    expect(failed.outcome.status).toBe('partial');
    expect(await zoneToken(bench)).toBe(zone.syncToken);
    faults.clear();
    const run = await bench.run();
    expect(run.outcome.status, run.log.join('\n')).toBe('complete');
    expect(run.fetched).toEqual([added]);
    expect(operations(run)).not.toContain('records/query');
  });

  test('case 92: a dry run and a run that was stopped leave the token where it was', async () => {
    const { bench, zone } = await synced();
    const before = await zoneToken(bench);
    zone.addAll([photo({ name: 'ONE.JPG' }), photo({ name: 'TWO.JPG' })]);
    await bench.dryRun();
    expect(await zoneToken(bench)).toBe(before);
    const drain = new AbortController();
    const stop = bench.photos.icloud.journal.subscribe(({ operation }) => {
      if (operation === 'changes/zone') drain.abort();
    });
    const stopped = await bench.run({ drain: drain.signal });
    stop();
    expect(stopped.outcome.status).toBe('interrupted');
    expect(await zoneToken(bench)).toBe(before);
    const run = await bench.run();
    expect(stopped.fetched.length + run.fetched.length).toBe(2);
  });

  test('case 86, case 87, case 88, case 89, IN-38: settings that change what is wanted list again, others do not', async () => {
    const { bench, zone } = await synced();
    const lists = async () => operations(await bench.run()).includes('records/query');
    bench.download = 'threads = 2';
    expect(await lists()).toBe(false);
    bench.download = 'folder_structure = "%Y"';
    expect(await lists()).toBe(true);
    expect(await lists()).toBe(false);
    bench.filters = `${UNFILED}\nrecent = 5`;
    expect(await lists()).toBe(true);
    bench.filters = `${UNFILED}\n[photos]\nresolution = "medium"`;
    expect(await lists()).toBe(true);
    zone.add(photo({ name: 'NEW.JPG' }));
    expect(await lists()).toBe(false);
  });
});

describe('what is written when', () => {
  test('case 90: tokens that cannot be forgotten leave the old settings on record', async () => {
    const { bench } = await synced();
    sql(
      bench,
      `CREATE TRIGGER full BEFORE UPDATE OF sync_token ON zones WHEN NEW.sync_token IS NULL
       BEGIN SELECT RAISE(ABORT, 'no room'); END`,
    );
    bench.download = 'folder_structure = "%Y"';
    await expect(bench.run()).rejects.toThrow();
    sql(bench, 'DROP TRIGGER full');
    expect(operations(await bench.run())).toContain('records/query');
    const zone = await bench.inState(({ zones }) => zones.enumeration('PrimarySync'));
    expect(zone?.fullReason).toBe('download_config_hash_drift');
  });

  test('IN-37: downloads begin while the rest of the delta is still to come', async () => {
    const { bench, zone, faults } = await synced();
    zone.add(photo({ name: 'ONE.JPG' }));
    zone.churn(3);
    const last = zone.add(photo({ name: 'LAST.JPG' }));
    const { journal } = bench.photos.icloud;
    const before = journal.total;
    faults.add({
      when: { operation: 'changes/zone' },
      // All pages behind the first, which is asked for twice.
      timing: { after: 2 },
      action: { kind: 'delay', ms: 300 },
    });
    const run = await bench.run();
    expect(run.fetched).toContain(last);
    const order = journal.entries.filter(({ seq }) => seq > before).map(({ site }) => site);
    expect(order.indexOf('content')).toBeLessThan(order.lastIndexOf('ckdatabase'));
  });
});

describe('albums', () => {
  test('IN-35, case 84: a photo that is added to an album comes into its folder, without a download', async () => {
    const { bench, zone, id } = await synced(
      ({ primary }) => void primary.createAlbum('Trip'),
      'albums = ["all"]',
    );
    const [album] = zone.albums.children(undefined);
    zone.addToAlbum(album!.recordName, id);
    const run = await bench.run();
    expect(run.outcome.status).toBe('complete');
    expect(run.fetched).toEqual([]);
    expect(await bench.paths()).toEqual(['2024/05/01/FIRST.JPG', 'Trip/FIRST.JPG']);
    zone.removeFromAlbum(album!.recordName, id);
    await bench.run();
    expect(await bench.paths()).toHaveLength(2);
  });
});

describe('shared libraries', () => {
  test('protocol 6.6, IN-32: a photo that moves is in both, and what moves back or goes stays on disk', async () => {
    const { bench, zone, id } = await synced(
      (library) => void library.addSharedLibrary('participant').add(photo({ name: 'THEIRS.JPG' })),
      'albums = ["none"]\nlibraries = ["all"]',
    );
    const shared = bench.library.zones[1]!;
    const before = await bench.paths();
    const moved = zone.moveToSharedLibrary(id, shared);
    const run = await bench.run();
    expect(run.outcome.status).toBe('complete');
    // Its bytes lie at that path already: one file for both (D9).
    expect(await bench.paths()).toEqual(before);
    shared.trash(moved, { reason: 0 });
    zone.purge(id);
    expect((await bench.run()).outcome.status).toBe('complete');
    expect(await bench.paths()).toEqual(before);
    const flags = await bench.inState(({ assets }) => [
      assets.find(shared.name, moved)?.isDeleted,
      assets.find('PrimarySync', id)?.isDeleted,
    ]);
    expect(flags).toEqual([true, true]);
  });
});
