import { describe, expect, it, onTestFinished } from 'vitest';
import { LostScratch } from '../../../src/state/index.js';
import { markLost, type Marked } from '../../../src/sync/mark-lost.js';
import { findLost, type ReconcileTotals } from '../../../src/sync/reconcile.js';
import {
  asset,
  claim,
  openStore,
  placement,
  published,
  tempFolder,
  testClock,
} from '../state/support.js';

const MISSING = 2500;

function openScratch(): LostScratch {
  const lost = new LostScratch();
  onTestFinished(() => {
    lost.close();
  });
  return lost;
}

describe('lost files', () => {
  it('case 128: 2,500 missing files, over several pages, are all marked, and only then', async () => {
    const store = await openStore();
    const folder = tempFolder();
    const run = store.runs.start('sync');
    await store.commit(() => {
      for (let n = 0; n < MISSING; n++) {
        store.files.markDownloaded(claim(store, `a${n}`, `${folder}/${n}.jpg`, run), published());
      }
    });
    const lost = openScratch();
    const totals: ReconcileTotals = { present: 0, missing: 0, damaged: 0 };
    for await (const { kind } of findLost(store, lost, totals)) expect(kind).toBe('missing');
    expect(totals).toEqual({ present: 0, missing: MISSING, damaged: 0 });
    expect(store.lists.counts()).toMatchObject({ downloaded: MISSING, failed: 0 });

    const marked: Marked = { marked: 0, left: 0, errors: 0 };
    for await (const failure of markLost(lost, store, marked)) throw failure.error;
    expect(marked).toEqual({ marked: MISSING, left: 0, errors: 0 });
    expect(store.lists.counts()).toMatchObject({ downloaded: 0, failed: MISSING });
  });

  it('cli 9.6: what was replaced since, belongs to nothing, or is deleted in iCloud is left alone', async () => {
    const clock = testClock();
    const store = await openStore({ clock });
    const run = store.runs.start('sync');
    const lost = openScratch();
    const lose = (name: string) => {
      const fileId = claim(store, name, `/p/${name}.jpg`, run);
      store.files.markDownloaded(fileId, published());
      const { atMs = 0 } = store.files.byId(fileId)?.published ?? {};
      lost.add({ fileId, publishedMs: atMs, path: `/p/${name}.jpg`, reason: 'FILE_DAMAGED' });
      return fileId;
    };
    const plain = lose('plain');
    const replaced = lose('replaced');
    lose('unowned');
    lose('deleted');
    clock.time += 1;
    store.files.markDownloaded(replaced, published());
    store.files.unplace(placement('unowned'));
    await store.assets.noteSeen(asset('deleted', { isDeleted: true }), undefined, run);
    await store.flush();

    const marked: Marked = { marked: 0, left: 0, errors: 0 };
    for await (const failure of markLost(lost, store, marked)) throw failure.error;
    expect(marked).toEqual({ marked: 1, left: 3, errors: 0 });
    expect(store.files.byId(plain)).toMatchObject({ status: 'failed', lastError: 'FILE_DAMAGED' });
    expect(store.lists.counts()).toMatchObject({ downloaded: 3, failed: 1 });
  });
});
