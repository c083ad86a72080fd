import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StateStore } from '../../../src/state/index.js';
import { claim, openStore, placement, plan, published, statePath } from './support.js';

async function storeWithRun(options = {}): Promise<{ store: StateStore; run: number }> {
  const store = await openStore(options);
  return { store, run: store.runs.start('sync') };
}

/** What iCloud has instead of the bytes that were downloaded. */
const NEWER = { checksum: 'AQM=', sizeBytes: 200, typeId: 'public.jpeg' };

describe('claiming paths', () => {
  test('D31: a claimed path is stored as planned, before any download', async () => {
    const { store, run } = await storeWithRun();
    const result = store.files.claim(placement('a'), plan('/p/IMG_1.JPG', run));
    expect(result).toMatchObject({
      kind: 'claimed',
      file: {
        path: '/p/IMG_1.JPG',
        status: 'pending',
        attempts: 0,
        sizeBytes: 100,
        checksum: 'AQ==',
        seenRun: run,
        published: undefined,
      },
    });
    expect(store.files.planned(placement('a'))).toEqual(result.file);
  });

  test('D31: a rendition keeps its path in a place, whatever is planned later', async () => {
    const { store, run } = await storeWithRun();
    store.files.claim(placement('a'), plan('/p/IMG_1.JPG', run));
    const again = store.files.claim(placement('a'), plan('/p/other.JPG', run));
    expect(again).toMatchObject({ kind: 'known', file: { path: '/p/IMG_1.JPG' } });
    expect(store.files.ownerOf('/p/other.JPG')).toBeUndefined();
  });

  test('DL-61: a taken path names its owner and changes nothing', async () => {
    const { store, run } = await storeWithRun();
    claim(store, 'a', '/p/IMG_1.JPG', run);
    const second = store.files.claim(placement('b'), plan('/p/IMG_1.JPG', run));
    expect(second).toMatchObject({ kind: 'taken', owners: [placement('a')] });
    expect(store.files.planned(placement('b'))).toBeUndefined();
    expect(store.lists.counts().total).toBe(1);
  });

  test('D32: one asset has a path in each place', async () => {
    const { store, run } = await storeWithRun();
    store.files.claim(placement('a'), plan('/p/IMG_1.JPG', run));
    store.files.claim(placement('a', { place: 'album:x' }), plan('/p/Album/IMG_1.JPG', run));
    store.files.claim(placement('a', { rendition: 'medium' }), plan('/p/IMG_1-medium.JPG', run));
    expect(store.files.ofAsset('PrimarySync', 'a').map(({ file }) => file.path)).toEqual([
      '/p/IMG_1-medium.JPG',
      '/p/Album/IMG_1.JPG',
      '/p/IMG_1.JPG',
    ]);
  });

  test('DB-21, case 125: the same id in two libraries is two rows', async () => {
    const { store, run } = await storeWithRun();
    const shared = placement('a', { zone: 'SharedSync-1' });
    claim(store, 'a', '/p/IMG_1.JPG', run);
    expect(store.files.planned(shared)).toBeUndefined();
    expect(store.files.claim(shared, plan('/s/IMG_1.JPG', run)).kind).toBe('claimed');
    expect(store.files.ofAsset('PrimarySync', 'a')).toHaveLength(1);
  });

  test('case 126: the same checksum under another rendition is a row of its own', async () => {
    const { store, run } = await storeWithRun();
    claim(store, 'a', '/p/IMG_1.JPG', run);
    const medium = placement('a', { rendition: 'medium' });
    const claimed = store.files.claim(medium, plan('/p/IMG_1-medium.JPG', run));
    if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
    store.files.markDownloaded(claimed.file.id, published());
    expect(store.files.planned(medium)?.status).toBe('downloaded');
    expect(store.files.planned(placement('a'))?.status).toBe('pending');
    expect(store.files.planned(placement('a'))?.checksum).toBe(
      store.files.planned(medium)?.checksum,
    );
  });

  test.each([
    [false, '/p/A.JPG', '/p/a.jpg', false],
    [true, '/p/A.JPG', '/p/a.jpg', true],
    [true, '/p/\u00c9t\u00e9.jpg', '/p/e\u0301te\u0301.JPG', true],
    [true, '/p/a.jpg', '/p/b.jpg', false],
  ])('case 106: folding %s: %s and %s collide: %s', async (foldCase, first, second, collide) => {
    const { store, run } = await storeWithRun({ foldCase });
    claim(store, 'a', first, run);
    const result = store.files.claim(placement('b'), plan(second, run));
    expect(result.kind).toBe(collide ? 'taken' : 'claimed');
    expect(result.file.path).toBe(collide ? first : second);
  });

  test('the way paths are compared is decided once, by whoever makes the database', async () => {
    const path = statePath();
    const first = await openStore({ path, foldCase: true });
    claim(first, 'a', '/p/A.JPG', first.runs.start('sync'));
    first.close();
    const second = await openStore({ path, foldCase: false });
    expect(second.files.ownerOf('/p/a.jpg')?.file.path).toBe('/p/A.JPG');
  });

  test('D33: a plan moves to a free name while nothing is published, and never afterwards', async () => {
    const { store, run } = await storeWithRun();
    const fileId = claim(store, 'a', '/p/IMG_1.JPG', run);
    claim(store, 'b', '/p/taken.JPG', run);
    expect(store.files.replan(fileId, '/p/taken.JPG')).toBe(false);
    expect(store.files.replan(fileId, '/p/IMG_1-a.JPG')).toBe(true);
    expect(store.files.ownerOf('/p/IMG_1.JPG')).toBeUndefined();
    store.files.markDownloaded(fileId, published());
    expect(store.files.replan(fileId, '/p/elsewhere.JPG')).toBe(false);
    expect(store.files.planned(placement('a'))?.path).toBe('/p/IMG_1-a.JPG');
  });

  test('any order of claims: a path has one file, a placement one path, nothing is lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            assetId: fc.constantFrom('a', 'b', 'c', 'd'),
            place: fc.constantFrom('library', 'album:1'),
            path: fc.constantFrom('/p/1.jpg', '/p/2.JPG', '/p/2.jpg', '/q/1.jpg', '/q/é.jpg'),
          }),
          { maxLength: 20 },
        ),
        fc.boolean(),
        async (claims, foldCase) => {
          const { store, run } = await storeWithRun({ foldCase });
          const key = (path: string) => (foldCase ? path.toLowerCase() : path);
          const byPlacement = new Map<string, string>();
          const byPath = new Map<string, string>();
          for (const { assetId, place, path } of claims) {
            const who = `${assetId} in ${place}`;
            const result = store.files.claim(placement(assetId, { place }), plan(path, run));
            const expected = byPlacement.has(who)
              ? 'known'
              : byPath.has(key(path))
                ? 'taken'
                : 'claimed';
            expect(result.kind).toBe(expected);
            if (expected === 'claimed') {
              byPlacement.set(who, path);
              byPath.set(key(path), who);
            }
          }
          expect(store.lists.counts().total).toBe(byPath.size);
          for (const [who, path] of byPlacement) {
            const [assetId = '', place = ''] = who.split(' in ');
            expect(store.files.planned(placement(assetId, { place }))?.path).toBe(path);
          }
          store.close();
        },
      ),
      { numRuns: 15 },
    );
  });
});

describe('sharing one file', () => {
  test('D9: several renditions point at one file, which is downloaded once for all', async () => {
    const { store, run } = await storeWithRun();
    const fileId = claim(store, 'a', '/p/IMG_1.JPG', run);
    store.files.share(placement('b'), fileId);
    store.files.markDownloaded(fileId, published());
    expect(store.files.planned(placement('b'))).toMatchObject({ id: fileId, status: 'downloaded' });
    expect(store.files.ownersOf(fileId)).toEqual([placement('a'), placement('b')]);
    expect(store.lists.counts()).toEqual({ total: 1, downloaded: 1, pending: 0, failed: 0 });
  });

  test('sharing gives up a plan of its own that nothing else needs', async () => {
    const { store, run } = await storeWithRun();
    const fileId = claim(store, 'a', '/p/IMG_1.JPG', run);
    claim(store, 'b', '/p/IMG_1-b.JPG', run);
    store.files.share(placement('b'), fileId);
    expect(store.files.ownerOf('/p/IMG_1-b.JPG')).toBeUndefined();
  });

  test('a rendition whose content has changed takes another path; the others keep theirs', async () => {
    const { store, run } = await storeWithRun();
    const fileId = claim(store, 'a', '/p/IMG_1.JPG', run);
    store.files.share(placement('b'), fileId);
    store.files.unplace(placement('a'));
    expect(store.files.claim(placement('a'), plan('/p/IMG_1.JPG', run)).kind).toBe('taken');
    expect(store.files.claim(placement('a'), plan('/p/IMG_1-a.JPG', run)).kind).toBe('claimed');
    expect(store.files.planned(placement('b'))?.path).toBe('/p/IMG_1.JPG');
  });

  test('D9: a rendition that no longer equals the shared bytes leaves them to the other', async () => {
    const { store, run } = await storeWithRun();
    const fileId = claim(store, 'a', '/p/IMG_1.JPG', run);
    store.files.share(placement('b'), fileId);
    const edited = { checksum: 'AQ//', sizeBytes: 200 };
    expect(store.files.claim(placement('a'), plan('/p/IMG_1.JPG', run, edited))).toMatchObject({
      kind: 'taken',
      owners: [placement('b')],
    });
    const anew = store.files.claim(placement('a'), plan('/p/IMG_1-200.JPG', run, edited));
    expect(anew).toMatchObject({ kind: 'claimed', file: { ...edited } });
    expect(store.files.planned(placement('b'))).toMatchObject({ id: fileId, checksum: 'AQ==' });
  });

  test('one rendition in two places of one folder stays together when its content changes', async () => {
    const { store, run } = await storeWithRun();
    const fileId = claim(store, 'a', '/p/IMG_1.JPG', run);
    store.files.share(placement('a', { place: 'album:twin' }), fileId);
    const edited = plan('/p/IMG_1.JPG', run, { checksum: 'AQ//', sizeBytes: 200 });
    expect(store.files.claim(placement('a'), edited)).toMatchObject({
      kind: 'known',
      file: { id: fileId, checksum: 'AQ//', sizeBytes: 200 },
    });
    expect(store.files.byId(fileId)).toMatchObject({ checksum: 'AQ//', sizeBytes: 200 });
  });

  test('a claim leaves a published file as it is, for the planner to compare', async () => {
    const { store, run } = await storeWithRun();
    const fileId = claim(store, 'a', '/p/IMG_1.JPG', run);
    store.files.markDownloaded(fileId, published());
    const edited = plan('/p/IMG_1.JPG', run, { checksum: 'AQ//', sizeBytes: 200 });
    expect(store.files.claim(placement('a'), edited)).toMatchObject({
      kind: 'known',
      file: { id: fileId, checksum: 'AQ==', sizeBytes: 100 },
    });
  });

  test('a published file stays recorded when its last rendition goes', async () => {
    const { store, run } = await storeWithRun();
    const fileId = claim(store, 'a', '/p/IMG_1.JPG', run);
    store.files.markDownloaded(fileId, published());
    store.files.unplace(placement('a'));
    expect(store.files.ownerOf('/p/IMG_1.JPG')).toMatchObject({ file: { id: fileId }, owners: [] });
  });

  test('a file of equal content is found among the downloaded ones only', async () => {
    const { store, run } = await storeWithRun();
    const done = claim(store, 'a', '/p/1.JPG', run);
    claim(store, 'b', '/p/2.JPG', run);
    store.files.markDownloaded(done, published());
    expect(store.files.withContent('AQ==', 100).map((file) => file.path)).toEqual(['/p/1.JPG']);
    expect(store.files.withContent('AQ==', 101)).toEqual([]);
  });
});

describe('publishing', () => {
  test('DL-55, DL-56: a finished file is one row with everything that was proven', async () => {
    const { store, run } = await storeWithRun();
    const fileId = claim(store, 'a', '/p/IMG_1.JPG', run);
    store.partials.record('/p/X.kei-tmp');
    const facts = published({ downloadSha256: 'cd'.repeat(32), diskBytes: 140, mtimeMs: -1500.5 });
    store.files.markPublishing(fileId, facts);
    store.files.markDownloaded(fileId, facts, { partial: '/p/X.kei-tmp' });
    expect(store.files.byId(fileId)).toMatchObject({
      status: 'downloaded',
      published: {
        sha256: facts.sha256,
        downloadSha256: 'cd'.repeat(32),
        diskBytes: 140,
        mtimeMs: -1500,
        appleChecksum: 'verified',
        origin: 'downloaded',
        atMs: Date.UTC(2026, 0, 2, 3, 4, 5),
      },
    });
    expect(store.files.unfinishedPublications()).toEqual([]);
    expect([...store.partials.all()]).toEqual([]);
  });

  test('DB-23: all lanes may record their files at once', async () => {
    const { store, run } = await storeWithRun();
    const ids = Array.from({ length: 50 }, (_, n) => claim(store, `a${n}`, `/p/${n}.jpg`, run));
    await Promise.all(
      ids.map((id) =>
        store.commit(() => {
          store.files.markDownloaded(id, published());
        }),
      ),
    );
    expect(store.lists.counts()).toMatchObject({ total: 50, downloaded: 50, pending: 0 });
  });

  test('DL-66: a file that was found is recorded as adopted', async () => {
    const { store, run } = await storeWithRun();
    const fileId = claim(store, 'a', '/p/IMG_1.JPG', run);
    store.files.markDownloaded(fileId, published(), { origin: 'adopted' });
    expect(store.files.byId(fileId)?.published?.origin).toBe('adopted');
  });

  test('DB-20: finishing what was never planned is an error, failing it is not', async () => {
    const { store } = await storeWithRun();
    expect(() => store.files.markDownloaded(77, published())).toThrow(
      expect.objectContaining({ code: 'STATE_ROW_MISSING' }),
    );
    expect(store.files.markFailed(77, 'gone')).toBe(false);
  });

  test('D34, case 116: after a kill the intended content is known, and adopted', async () => {
    const path = statePath();
    const { store, run } = await storeWithRun({ path });
    const fileId = claim(store, 'a', '/p/IMG_1.JPG', run);
    const facts = published({ checksum: 'AQI=', sizeBytes: 7, diskBytes: 9 });
    store.files.markPublishing(fileId, facts);

    // A second connection stands for the next process: nothing was closed or flushed.
    const next = await openStore({ path });
    expect(next.files.unfinishedPublications()).toEqual([
      {
        file: expect.objectContaining({ id: fileId }) as unknown,
        reserved: false,
        intended: facts,
      },
    ]);
    next.files.confirmPublication(fileId);
    expect(next.files.byId(fileId)).toMatchObject({
      status: 'downloaded',
      checksum: 'AQI=',
      sizeBytes: 7,
      published: { sha256: facts.sha256, diskBytes: 9, origin: 'downloaded' },
    });
    expect(next.files.unfinishedPublications()).toEqual([]);
  });

  test('D34: a reserved name is known as ours, before and after the content is', async () => {
    const { store, run } = await storeWithRun();
    const fileId = claim(store, 'a', '/p/IMG_1.JPG', run);
    store.files.markReserved(fileId);
    expect(store.files.unfinishedPublications()).toMatchObject([
      { reserved: true, intended: undefined },
    ]);
    store.files.markPublishing(fileId, published());
    expect(store.files.unfinishedPublications()).toMatchObject([
      { reserved: true, intended: { sizeBytes: 100 } },
    ]);
    store.files.forgetPublication(fileId);
    expect(store.files.unfinishedPublications()).toEqual([]);
    expect(() => store.files.confirmPublication(fileId)).toThrow(
      expect.objectContaining({ code: 'STATE_ROW_MISSING' }),
    );
  });

  test('D33: what lies at a path stays known while a newer version of it is pending', async () => {
    const { store, run } = await storeWithRun();
    const fileId = claim(store, 'a', '/p/IMG_1.JPG', run);
    store.files.markDownloaded(fileId, published({ sha256: '11'.repeat(32) }));
    store.files.requeue(fileId, NEWER);
    store.files.markPublishing(fileId, published({ checksum: 'AQM=', sha256: '22'.repeat(32) }));
    expect(store.files.byId(fileId)).toMatchObject({
      status: 'pending',
      checksum: 'AQM=',
      published: { checksum: 'AQ==', sizeBytes: 100, sha256: '11'.repeat(32) },
    });
    expect(store.files.withContent('AQM=', 200)).toEqual([]);
  });

  test('RT-21: a failed series adds an attempt and keeps the reason; success clears the reason', async () => {
    const { store, run } = await storeWithRun();
    const fileId = claim(store, 'a', '/p/IMG_1.JPG', run);
    store.files.markFailed(fileId, 'HTTP 500');
    store.files.markFailed(fileId, 'HTTP 503');
    expect(store.files.byId(fileId)).toMatchObject({
      status: 'failed',
      attempts: 2,
      lastError: 'HTTP 503',
    });
    store.files.markDownloaded(fileId, published());
    expect(store.files.byId(fileId)).toMatchObject({ status: 'downloaded', lastError: undefined });
  });

  test('cli 9.6: only a recorded download can be lost; its attempts stay', async () => {
    const { store, run } = await storeWithRun();
    const fileId = claim(store, 'a', '/p/IMG_1.JPG', run);
    const lose = (atMs: number) => store.files.markLost(fileId, atMs, 'FILE_MISSING_AT_STARTUP');
    expect(lose(0)).toBe(false);
    store.files.markDownloaded(fileId, published());
    const { atMs = 0 } = store.files.byId(fileId)?.published ?? {};
    expect(lose(atMs - 1), 'published anew since it was looked at').toBe(false);
    expect(lose(atMs)).toBe(true);
    expect(lose(atMs)).toBe(false);
    expect(store.files.byId(fileId)).toMatchObject({
      status: 'failed',
      attempts: 0,
      lastError: 'FILE_MISSING_AT_STARTUP',
    });
  });
});

describe('a folder of files', () => {
  test.each([
    ['/mnt/photos', true],
    ['/mnt/photos/', true],
    ['/mnt/photos/2024', true],
    ['/mnt/photo', false],
    ['/mnt/photos/2023', false],
    ['/mnt/photos/2024/a.jpg', false],
  ])('D13: files were published below %s: %s', async (folder, expected) => {
    const { store, run } = await storeWithRun();
    store.files.markDownloaded(claim(store, 'a', '/mnt/photos/2024/a.jpg', run), published());
    claim(store, 'b', '/mnt/photos/2023/b.jpg', run);
    expect(store.files.hasDownloadedUnder(folder)).toBe(expected);
  });
});
