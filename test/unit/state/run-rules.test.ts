import { describe, expect, test } from 'vitest';
import type { StateStore } from '../../../src/state/index.js';
import { asset, claim, openStore, placement, plan, published } from './support.js';

const statusOf = (store: StateStore, assetId: string) =>
  store.files.planned(placement(assetId))?.status;

/** What iCloud has instead of the bytes that were downloaded. */
const NEWER = { checksum: 'AQM=', sizeBytes: 200, typeId: 'public.jpeg' };

describe('attempts across runs', () => {
  test('RT-20, D56, case 124: a new run tries failed files again and keeps their attempts', async () => {
    const store = await openStore();
    const fileId = claim(store, 'a', '/p/a.jpg', store.runs.start('sync'));
    store.files.markFailed(fileId, 'HTTP 500');
    expect(store.rules.requeueFailed(10)).toBe(1);
    expect(store.files.byId(fileId)).toMatchObject({ status: 'pending', attempts: 1 });
  });

  test.each([
    [10, 9, 'pending'],
    [10, 10, 'failed'],
    [0, 500, 'pending'],
  ])('RT-22, case 123: limit %i after %i failed series: %s', async (perAsset, attempts, status) => {
    const store = await openStore();
    const fileId = claim(store, 'a', '/p/a.jpg', store.runs.start('sync'));
    await store.commit(() => {
      for (let n = 0; n < attempts; n++) store.files.markFailed(fileId, 'HTTP 500');
    });
    const retryable = [...store.lists.undoneIn('PrimarySync', perAsset)];
    expect(retryable).toHaveLength(status === 'pending' ? 1 : 0);
    expect(store.lists.exhaustedIn('PrimarySync', perAsset)).toBe(status === 'pending' ? 0 : 1);
    expect(store.lists.exhaustedIn('SharedSync-1', perAsset)).toBe(0);
    store.rules.requeueFailed(perAsset);
    expect(statusOf(store, 'a')).toBe(status);
  });

  test('RT-22: the row of an exhausted file says so', async () => {
    const store = await openStore();
    const fileId = claim(store, 'a', '/p/a.jpg', store.runs.start('sync'));
    store.files.markFailed(fileId, 'HTTP 500');
    const file = store.files.byId(fileId);
    if (file === undefined) throw new Error('no file');
    store.files.parkExhausted(file, 1);
    expect(store.files.byId(fileId)).toMatchObject({
      status: 'failed',
      attempts: 1,
      lastError: 'Exceeded max download attempts (1/1)',
    });
  });

  test('RT-70: --retry-failed zeroes the attempts of failed files, and says how many', async () => {
    const store = await openStore();
    const run = store.runs.start('sync');
    const failed = claim(store, 'a', '/p/a.jpg', run);
    store.files.markFailed(failed, 'HTTP 500');
    store.files.markDownloaded(claim(store, 'b', '/p/b.jpg', run), published());
    expect(store.rules.resetFailed()).toBe(1);
    expect(store.files.byId(failed)).toMatchObject({ status: 'pending', attempts: 0 });
    expect(statusOf(store, 'b')).toBe('downloaded');
    expect(store.rules.resetFailed()).toBe(0);
  });
});

describe('the end of a run', () => {
  test('RT-23, DB-22, cases 121 and 122: only what this run has planned and left pending fails', async () => {
    const store = await openStore();
    const first = store.runs.start('sync');
    for (const id of ['seen', 'filtered', 'done']) claim(store, id, `/p/${id}.jpg`, first);
    const second = store.runs.start('sync');
    const seen = store.files.planned(placement('seen'));
    const done = store.files.planned(placement('done'));
    if (seen === undefined || done === undefined) throw new Error('not planned');
    // Buffered, and counted all the same (DB-22).
    await store.files.noteSeen(seen.id, second);
    await store.files.noteSeen(done.id, second);
    store.files.markDownloaded(done.id, published());
    expect(store.rules.promoteUnresolved(second)).toBe(1);
    expect(store.files.planned(placement('seen'))).toMatchObject({
      status: 'failed',
      lastError: 'Not resolved during sync',
      attempts: 0,
    });
    expect(statusOf(store, 'filtered')).toBe('pending');
    expect(statusOf(store, 'done')).toBe('downloaded');
  });

  test('RT-24: pending work that a clean full listing no longer plans is forgotten', async () => {
    const store = await openStore();
    const first = store.runs.start('sync');
    claim(store, 'gone', '/p/gone.jpg', first);
    claim(store, 'still', '/p/still.jpg', first);
    store.files.markFailed(claim(store, 'failed', '/p/failed.jpg', first), 'x');
    store.files.claim(placement('x', { zone: 'SharedSync-1' }), plan('/s/x.jpg', first));
    const second = store.runs.start('sync');
    await store.files.noteSeen(store.files.planned(placement('still'))?.id ?? 0, second);
    expect(store.rules.pruneStale('PrimarySync', second)).toBe(1);
    expect(statusOf(store, 'gone')).toBeUndefined();
    expect(store.files.ownerOf('/p/gone.jpg')).toBeUndefined();
    expect(statusOf(store, 'still')).toBe('pending');
    expect(statusOf(store, 'failed')).toBe('failed');
    expect(store.files.ownerOf('/s/x.jpg')).toBeDefined();
  });

  test('a claim of what is known counts as planned by the run', async () => {
    const store = await openStore();
    claim(store, 'a', '/p/a.jpg', store.runs.start('sync'));
    const second = store.runs.start('sync');
    expect(store.files.claim(placement('a'), plan('/p/a.jpg', second)).kind).toBe('known');
    expect(store.rules.pruneStale('PrimarySync', second)).toBe(0);
    expect(store.rules.promoteUnresolved(second)).toBe(1);
  });

  test('RT-24: what lies on disk, or may be half published, is never forgotten', async () => {
    const store = await openStore();
    const first = store.runs.start('sync');
    const superseded = claim(store, 'superseded', '/p/1.jpg', first);
    store.files.markDownloaded(superseded, published());
    store.files.requeue(superseded, NEWER);
    const halfway = claim(store, 'halfway', '/p/2.jpg', first);
    store.files.markPublishing(halfway, published());
    store.rules.pruneStale('PrimarySync', store.runs.start('sync'));
    // As what lies there, so that the newer version is wanted again when it is listed again.
    expect(store.files.planned(placement('superseded'))).toMatchObject({
      status: 'downloaded',
      checksum: 'AQ==',
      sizeBytes: 100,
    });
    expect(store.files.unfinishedPublications()).toHaveLength(1);
  });

  test('RT-24: a shared plan lives as long as one library still wants it', async () => {
    const store = await openStore();
    const first = store.runs.start('sync');
    const fileId = claim(store, 'a', '/p/a.jpg', first);
    const shared = placement('b', { zone: 'SharedSync-1' });
    store.files.share(shared, fileId);
    store.rules.pruneStale('PrimarySync', store.runs.start('sync'));
    expect(store.files.planned(placement('a'))).toBeUndefined();
    expect(store.files.planned(shared)?.path).toBe('/p/a.jpg');
  });
});

describe('pending work that a delta did not mention', () => {
  test('IN-5: each file once, with the names to look it up by, while the caller writes', async () => {
    const store = await openStore();
    const first = store.runs.start('sync');
    await store.commit(() => {
      for (let n = 0; n < 2500; n++) {
        claim(store, `a${String(n).padStart(4, '0')}`, `/p/${n}.jpg`, first);
      }
    });
    await store.assets.noteSeen(asset('a0000'), undefined, first);
    store.files.claim(placement('x', { zone: 'SharedSync-1' }), plan('/s/x.jpg', first));
    const second = store.runs.start('sync');
    const planned = claim(store, 'new', '/p/new.jpg', second);

    const met: string[] = [];
    for (const { file, placement: owner, masterId } of store.rules.pendingBefore(
      'PrimarySync',
      second,
    )) {
      expect(file.id).not.toBe(planned);
      if (owner.assetId === 'a0000') expect(masterId).toBe('master-of-a0000');
      met.push(owner.assetId);
      await store.files.noteSeen(file.id, second);
      store.files.markFailed(file.id, 'gone');
    }
    expect(met).toHaveLength(2500);
    expect(new Set(met).size).toBe(2500);
  });
});
