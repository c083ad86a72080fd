import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { burst, photo, screenshot, video } from '../../../../src/simulator/library/builder.js';
import {
  masterRefOf,
  namesOf,
  pagesByMarker,
  pagesByRank,
  resourceOf,
  simClient,
  urlOf,
  valueOf,
} from '../../../support/sim-client.js';

const ALL = 'CPLAssetAndMasterByAssetDateWithoutHiddenOrDeleted';
const day = (number: number) => Date.UTC(2024, 0, number, 12);

function appleSum(bytes: Buffer) {
  const hash = createHash('sha1').update('com.apple.XattrObjectSalt\0com.apple.DataObjectSalt\0');
  return Buffer.concat([Buffer.from([1]), hash.update(bytes).digest()]).toString('base64');
}

describe('records/query of a listing', () => {
  it('protocol 5.4: rank 0 is the newest photo, masters come before assets', async () => {
    const { library, page } = simClient();
    const ids = [3, 1, 2].map((number) =>
      library.add(photo({ name: `IMG_000${number}.JPG`, takenAt: day(number) })),
    );
    const { records, continuationMarker, syncToken } = await page(ALL);
    expect(records.map((record) => record.recordType)).toEqual([
      ...Array<string>(3).fill('CPLMaster'),
      ...Array<string>(3).fill('CPLAsset'),
    ]);
    expect(namesOf(records, 'CPLAsset')).toEqual([ids[0], ids[2], ids[1]]);
    expect(continuationMarker).toBeUndefined();
    expect(syncToken).toMatch(/^AQ[\w+/]{42}$/u);
  });

  it('protocol 7.2, 7.3: a record names the checksum, size and URL of what is downloaded', async () => {
    const { library, page, get } = simClient();
    library.add(photo({ name: 'IMG_0001.HEIC', live: true, edited: true, size: 20_000 }));
    const { records } = await page(ALL);
    const [master, asset] = records;
    expect(master?.recordName).toBe(resourceOf(master).fileChecksum);
    for (const [record, prefix] of [
      [master, 'resOriginal'],
      [master, 'resOriginalVidCompl'],
      [master, 'resJPEGThumb'],
      [asset, 'resJPEGFull'],
    ] as const) {
      const resource = resourceOf(record, prefix);
      const { status, bytes } = await get(urlOf(record, prefix));
      expect(status).toBe(200);
      expect(bytes.length).toBe(resource.size);
      expect(appleSum(bytes)).toBe(resource.fileChecksum);
    }
    expect(resourceOf(master).size).toBe(20_000);
    expect(masterRefOf(asset)).toBe(master?.recordName);
  });

  it('protocol 5.4: a page has 200 records at most and says when rows remain', async () => {
    const { library, page } = simClient();
    library.primary.addGenerated({ count: 250 });
    const first = await page(ALL, { limit: 1000 });
    expect(first.records).toHaveLength(200);
    expect(first.continuationMarker).toMatch(/^EgYZ/u);
    expect((await page(ALL, { rank: 200 })).records).toHaveLength(100);
    expect((await page(ALL, { rank: 250 })).records).toEqual([]);
  });

  it('protocol 5.4: a photo that a page cuts has its asset there, and its master in a lookup', async () => {
    const { library, page, call } = simClient();
    library.primary.addGenerated({ count: 5 });
    const { records } = await page(ALL, { limit: 3 });
    expect(records.map((record) => record.recordType)).toEqual([
      'CPLMaster',
      'CPLAsset',
      'CPLAsset',
    ]);
    const missing = masterRefOf(records[2]);
    const { json } = await call('records/lookup', {
      records: [{ recordName: missing }],
      zoneID: { zoneName: 'PrimarySync' },
    });
    expect(json.records[0]).toMatchObject({ recordName: missing, recordType: 'CPLMaster' });
  });

  it('protocol 5.4: a master that two assets show comes once', async () => {
    const { library, page } = simClient();
    const id = library.add(photo());
    const copy = library.primary.duplicate(id);
    const { records } = await page(ALL);
    expect(namesOf(records, 'CPLMaster')).toHaveLength(1);
    expect(namesOf(records, 'CPLAsset').toSorted()).toEqual([id, copy].toSorted());
  });

  it('protocol D 10: DESCENDING reads from a rank towards newer photos', async () => {
    const { library, page } = simClient();
    const ids = [1, 2, 3].map((number) => library.add(photo({ takenAt: day(number) })));
    const { records } = await page(ALL, { rank: 2, direction: 'DESCENDING', limit: 4 });
    expect(namesOf(records, 'CPLAsset')).toEqual([ids[0], ids[1]]);
  });

  it('protocol 5.10: desiredKeys are the only fields that come', async () => {
    const { library, page } = simClient();
    library.add(photo());
    const { records } = await page(ALL, { keys: ['filenameEnc', 'masterRef', 'nonsense'] });
    expect(Object.keys(records[0]?.fields ?? {})).toEqual(['filenameEnc']);
    expect(Object.keys(records[1]?.fields ?? {})).toEqual(['masterRef']);
  });

  it('protocol 5.5: every smart album holds what belongs there', async () => {
    const { library, page } = simClient();
    const smart = {
      FAVORITE: library.add(photo({ favourite: true })),
      VIDEO: library.add(video({ name: 'IMG_0002.MOV' })),
      LIVE: library.add(photo({ live: true })),
      PANORAMA: library.add(photo({ subtype: 'panorama' })),
      SCREENSHOT: library.add(screenshot()),
      SLOMO: library.add(video({ name: 'IMG_0003.MOV', subtype: 'slomo' })),
      TIMELAPSE: library.add(video({ name: 'IMG_0004.MOV', subtype: 'timelapse' })),
      DEPTH: library.add(photo({ subtype: 'portrait' })),
      EXPOSURE: library.add(photo({ subtype: 'longExposure' })),
      ANIMATED: library.add(photo({ name: 'cat.gif' })),
    };
    for (const [smartAlbum, id] of Object.entries(smart)) {
      const { records } = await page('CPLAssetAndMasterInSmartAlbumByAssetDate', {
        filters: { smartAlbum },
      });
      expect(namesOf(records, 'CPLAsset'), smartAlbum).toContain(id);
      expect(namesOf(records, 'CPLAsset'), smartAlbum).toHaveLength(smartAlbum === 'VIDEO' ? 3 : 1);
    }
  });

  it('protocol D 11: the newer smart albums can be absent', async () => {
    const { library, page } = simClient();
    library.tuning.newerSmartAlbums = false;
    await expect(
      page('CPLAssetAndMasterInSmartAlbumByAssetDate', { filters: { smartAlbum: 'DEPTH' } }),
    ).rejects.toThrow('Index has invalid data');
  });

  it('protocol 5.5: hidden, deleted and burst items have listings of their own', async () => {
    const { library, page } = simClient();
    const hidden = library.add(photo({ hidden: true }));
    const trashed = library.add(photo({ trashed: true }));
    const frames = library.primary.addAll(burst(3, { burst: 'B1' }));
    const names = async (type: string) => namesOf((await page(type)).records, 'CPLAsset');
    expect(await names('CPLAssetAndMasterHiddenByAssetDate')).toEqual([hidden]);
    expect(await names('CPLAssetAndMasterDeletedByExpungedDate')).toEqual([trashed]);
    expect(await names('CPLBurstStackAssetAndMasterByAssetDate')).toEqual(frames.toReversed());
    expect(await names(ALL)).toEqual(frames.toReversed());
    expect(await names('CPLAssetByAssetDateWithoutHiddenOrDeleted')).toHaveLength(3);
    expect(await names('CPLBurstStackAssetByAssetDate')).toHaveLength(3);
    // What names a count names no listing.
    await expect(page('CPLAssetBurstStackAssetByAssetDate')).rejects.toThrow();
  });

  it('protocol D 11: trashed records say when they end', async () => {
    const { library, page, clock } = simClient();
    library.add(photo({ trashed: true }));
    const { records } = await page('CPLAssetAndMasterDeletedByExpungedDate');
    for (const record of records) {
      const expunged = clock.now + 30 * 86_400_000;
      expect(valueOf(record, 'dateExpunged')).toBe(expunged);
      expect(valueOf(record, 'isDeleted')).toBe(1);
      expect(record.expirationTime).toBe(expunged / 1000 + 10 * 86_400);
    }
  });

  it('protocol 5.5: a filter on recordName gives that photo only', async () => {
    const { library, page } = simClient();
    const [first, second] = [library.add(photo()), library.add(photo({ takenAt: day(1) }))];
    const { records } = await page(ALL, { filters: { recordName: second } });
    expect(namesOf(records, 'CPLAsset')).toEqual([second]);
    expect(first).not.toBe(second);
  });

  it('protocol 5.3: while indexing runs, listings hold a part of the library', async () => {
    const { library, page, call } = simClient();
    library.primary.addGenerated({ count: 10 });
    library.primary.indexing = { state: 'RUNNING', progress: 40 };
    expect(namesOf((await page(ALL)).records, 'CPLAsset')).toHaveLength(4);
    const { json } = await call('records/query', {
      query: { recordType: 'CheckIndexingState' },
      zoneID: { zoneName: 'PrimarySync' },
    });
    expect(valueOf(json.records[0], 'state')).toBe('RUNNING');
    expect(json).not.toHaveProperty('syncToken');
  });

  it('protocol 6.4: a record can come as an error', async () => {
    const { library, page } = simClient();
    const id = library.add(photo());
    library.primary.failRecord(id, { serverErrorCode: 'ACCESS_DENIED', reason: 'no' });
    const { records } = await page(ALL);
    expect(records).toContainEqual({
      recordName: id,
      serverErrorCode: 'ACCESS_DENIED',
      reason: 'no',
    });
  });

  it('engine 10.2: the library can change in the middle of a scan', async () => {
    const { library, page } = simClient();
    library.primary.addGenerated({ count: 6 });
    library.scans.during({ index: ALL, afterPage: 1 }, () => {
      library.add(photo({ takenAt: Date.UTC(2026, 0, 1) }));
    });
    const first = await page(ALL, { limit: 4 });
    const second = await page(ALL, { limit: 4, rank: 2 });
    expect(namesOf(second.records, 'CPLAsset')[0]).toBe(namesOf(first.records, 'CPLAsset')[1]);
  });
});

describe('any page size', () => {
  const KINDS = [
    {},
    { favourite: true },
    { hidden: true },
    { live: true },
    { trashed: true },
    { subtype: 'panorama' },
  ] as const;

  it('the union of the pages is the listing, by rank and by marker', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(KINDS.length - 1), fc.nat(20)), { maxLength: 25 }),
        fc.nat(30),
        fc.integer({ min: 1, max: 23 }),
        fc.constantFrom(
          ALL,
          'CPLAssetAndMasterByAddedDate',
          'CPLAssetAndMasterHiddenByAssetDate',
          'CPLAssetAndMasterDeletedByExpungedDate',
          'CPLAssetByAssetDateWithoutHiddenOrDeleted',
        ),
        async (assets, generated, limit, index) => {
          const { library, page } = simClient();
          if (generated > 0) library.primary.addGenerated({ count: generated, hidden: 0.2 });
          for (const [kind, number] of assets) {
            library.add(photo({ ...KINDS[kind], takenAt: day(number), previews: false }));
          }
          const whole = await page(index);
          const expected = namesOf(whole.records, 'CPLAsset');
          const keys = ['masterRef'];
          const byRank = await pagesByRank((rank) => page(index, { rank, limit, keys }));
          const byMarker = await pagesByMarker((marker) =>
            page(index, { limit, keys, ...(marker ? { marker } : {}) }),
          );
          expect(byRank.flatMap((one) => namesOf(one.records, 'CPLAsset'))).toEqual(expected);
          expect(byMarker.flatMap((one) => namesOf(one.records, 'CPLAsset'))).toEqual(expected);
          expect(byMarker.flatMap((one) => namesOf(one.records, 'CPLMaster'))).toEqual(
            namesOf(whole.records, 'CPLMaster'),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it('an album is listed whole whatever the page size, three records a photo', async () => {
    const { library, page } = simClient();
    const album = library.primary.createAlbum('Holidays');
    const ids = Array.from({ length: 11 }, (_, index) =>
      library.add(photo({ takenAt: day(index) })),
    );
    library.primary.addToAlbum(album, ...ids);
    for (const type of [
      'CPLContainerRelationLiveByAssetDate',
      'CPLContainerRelationLiveByPosition',
    ]) {
      const expected = type.endsWith('Position') ? ids : ids.toReversed();
      for (let limit = 1; limit < 40; limit += 1) {
        const fetch = (over: object) =>
          page(type, { limit, filters: { parentId: album }, ...over });
        const byRank = await pagesByRank((rank) => fetch({ rank }));
        expect(byRank.flatMap((one) => namesOf(one.records, 'CPLAsset'))).toEqual(expected);
        const byMarker = await pagesByMarker((marker) => fetch({ ...(marker ? { marker } : {}) }));
        const records = byMarker.flatMap((one) => one.records);
        expect(namesOf(records, 'CPLContainerRelation')).toHaveLength(11);
        expect(namesOf(records, 'CPLMaster')).toHaveLength(11);
      }
    }
  });
});
