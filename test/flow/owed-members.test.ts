import { describe, expect, test } from 'vitest';
import { photo } from '../../src/simulator/library/builder.js';
import type { SimLibrary } from '../../src/simulator/library/index.js';
import { SyncBench } from '../support/sync-bench.js';

const ALBUMS = 'CPLAlbumByPositionLive';
const MEMBERS = 'CPLContainerRelationLiveByAssetDate';
const DAY = { takenAt: '2024-05-01T10:00:00Z', timeZoneOffset: 0 } as const;

/** One photo in an album, one outside. */
function fill({ primary }: SimLibrary): void {
  primary.addToAlbum(primary.createAlbum('Trip'), primary.add(photo({ ...DAY, name: 'IN.JPG' })));
  primary.add(photo({ ...DAY, name: 'OUT.JPG' }));
}

const TREE = ['2024/05/01/OUT.JPG', 'Trip/IN.JPG'];

describe('EN-63: what is in an album is not taken for unfiled', () => {
  test('D64: a member without its master is owed, and comes into its album alone', async () => {
    const bench = await SyncBench.open(fill);
    const { faults } = bench.photos.icloud;
    faults.add({
      when: { recordType: MEMBERS },
      action: { kind: 'missingRecords', recordType: 'CPLMaster' },
    });
    faults.add({
      when: { operation: 'records/lookup' },
      action: { kind: 'recordError', code: 'TRY_AGAIN_LATER' },
    });
    expect((await bench.run()).outcome.status).toBe('partial');
    expect(await bench.paths()).toEqual(TREE.slice(0, 1));
    faults.clear();
    const { outcome, fetched } = await bench.run();
    expect(outcome.status).toBe('complete');
    expect(fetched).toHaveLength(1);
    expect(await bench.paths()).toEqual(TREE);
    expect(await bench.inState(({ debts }) => debts.count())).toBe(0);
  });

  test('D59: what many photos owe is asked for together', async () => {
    const bench = await SyncBench.open((library) => {
      fill(library);
      library.primary.addAll(Array.from({ length: 120 }, (_, n) => photo({ name: `${n}.JPG` })));
    });
    const { faults } = bench.photos.icloud;
    const later = { kind: 'recordError', code: 'TRY_AGAIN_LATER', count: 130 } as const;
    const index = 'CPLAssetAndMasterByAssetDateWithoutHiddenOrDeleted';
    faults.add({ when: { recordType: index }, timing: { nth: 1 }, action: later });
    faults.add({ when: { operation: 'records/lookup' }, action: later });
    expect((await bench.run()).outcome.status).toBe('partial');
    const owed = await bench.inState(({ debts }) => debts.count());
    expect(owed).toBeGreaterThan(20);
    faults.clear();
    const { outcome, calls } = await bench.run();
    expect(outcome.status).toBe('complete');
    expect(await bench.paths()).toHaveLength(122);
    const lookups = calls.filter(({ operation }) => operation === 'records/lookup');
    // Their albums, themselves, and their masters.
    expect(lookups.length).toBeLessThanOrEqual(3 * Math.ceil(owed / 100));
  });

  test('EN-72: an album that is refused ends its library with a sentence before anything is misfiled', async () => {
    const bench = await SyncBench.open(fill);
    const { faults } = bench.photos.icloud;
    faults.next({ recordType: ALBUMS }, { kind: 'recordError', code: 'ACCESS_DENIED' });
    const { outcome } = await bench.run();
    expect(outcome.status).toBe('failed');
    expect(outcome.trouble).toMatchObject({ code: 'ICLOUD_ALBUM_UNREADABLE' });
    expect(await bench.paths()).toEqual([]);
    await bench.run();
    expect(await bench.paths()).toEqual(TREE);
  });

  test.each([
    { kind: 'recordError', code: 'RETRY_LATER' } as const,
    { kind: 'emptyPage' } as const,
  ])('EN-15, EN-72: a list of albums that comes later is waited for: $kind', async (fault) => {
    const bench = await SyncBench.open(fill);
    bench.photos.icloud.faults.next({ recordType: ALBUMS }, fault);
    expect((await bench.run()).outcome.status).toBe('complete');
    expect(await bench.paths()).toEqual(TREE);
  });
});
