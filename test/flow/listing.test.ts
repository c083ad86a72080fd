import { afterEach, describe, expect, test } from 'vitest';
import type { Asset, Library } from '../../src/domain/index.js';
import { photo, video, type SimLibrary } from '../../src/simulator/library/index.js';
import {
  photosBench,
  type BenchOptions,
  type Listed,
  type PhotosBench,
} from '../support/photos-bench.js';

const ALL_INDEX = 'CPLAssetAndMasterByAssetDateWithoutHiddenOrDeleted';
const ALL_COUNT = 'CPLAssetByAssetDateWithoutHiddenOrDeleted';

let bench: PhotosBench;
afterEach(async () => {
  expect(bench.icloud.journal.unhandled).toEqual([]);
  await bench.close();
});

async function start(prepare: (library: SimLibrary) => void, options?: BenchOptions) {
  bench = await photosBench(prepare, options);
  return bench;
}

const assetsOf = ({ items }: Listed): Asset[] =>
  items.flatMap((item) => (item.kind === 'asset' ? [item.asset] : []));

/** A count as the composition runs it: beside the listing. */
const counted = (library: Library) => ({
  total: bench.photos.countAssets(library, [{ kind: 'all' }]).then(([count]) => count),
});

describe('sizes', () => {
  test.each([0, 1, 99, 100, 101, 1000])('%i photos are listed once each', async (count) => {
    const { list, primary } = await start(({ primary: zone }) => {
      zone.addGenerated({ count });
    });
    const { ids, result } = await list({ kind: 'all' }, counted(primary));
    expect(new Set(ids).size).toBe(count);
    expect(ids).toHaveLength(count);
    expect(result).toMatchObject({
      complete: true,
      obstacles: [],
      seen: count,
      shortfall: 0,
      unpaired: 0,
      mastersAlone: 0,
      scanChanged: false,
    });
  });

  test('newest first, with ranks', async () => {
    const { list } = await start(({ primary }) => {
      primary.addGenerated({ count: 250 });
    });
    const { items } = await list();
    const dates = items.flatMap((item) =>
      item.kind === 'asset' ? [item.asset.capturedAtMs ?? 0] : [],
    );
    expect(dates).toEqual([...dates].sort((a, b) => b - a));
    expect(items.map((item) => item.kind === 'asset' && item.rank)).toEqual(items.map((_, n) => n));
  });

  test('EN-24: the first asset of a large library needs one request', async () => {
    const { photos, primary, requests } = await start((library) => {
      library.primary.addGenerated({ count: 50_000 });
    });
    const before = requests();
    const items = photos.listAssets({ library: primary, source: { kind: 'all' } }).items();
    expect((await items.next()).value?.kind).toBe('asset');
    expect(requests() - before).toBeLessThanOrEqual(2);
    await items.return();
  });
});

describe('what is listed where', () => {
  test('hidden and trashed photos are in their own indexes only', async () => {
    const ids: Record<string, string> = {};
    const { list } = await start((library) => {
      ids['plain'] = library.add(photo());
      ids['hidden'] = library.add(photo({ hidden: true }));
      ids['trashed'] = library.add(photo({ trashed: true }));
      ids['favourite'] = library.add(photo({ favourite: true, takenAt: '2020-01-01T00:00:00Z' }));
    });
    expect((await list()).ids).toEqual([ids['plain'], ids['favourite']]);
    const hidden = await list({ kind: 'smart-folder', name: 'Hidden' });
    expect(assetsOf(hidden)).toMatchObject([{ assetId: ids['hidden'], isHidden: true }]);
    const trash = await list({ kind: 'smart-folder', name: 'Recently Deleted' });
    expect(assetsOf(trash)).toMatchObject([{ assetId: ids['trashed'], isDeleted: true }]);
    const favourites = await list({ kind: 'smart-folder', name: 'Favorites' });
    expect(assetsOf(favourites)).toMatchObject([{ assetId: ids['favourite'], isFavorite: true }]);
  });

  test('live photos, RAW pairs, edits, bursts and videos have their renditions', async () => {
    const { list } = await start((library) => {
      library.add(photo({ name: 'L.HEIC', live: true, takenAt: 6 }));
      library.add(photo({ name: 'R.DNG', raw: 'original', takenAt: 5 }));
      library.add(photo({ name: 'E.JPG', edited: true, takenAt: 4 }));
      library.add(video({ name: 'V.MOV', edited: true, durationSeconds: 12.5, takenAt: 3 }));
      library.add(photo({ name: 'B.JPG', burst: 'burst-1', previews: false, takenAt: 2 }));
    });
    const assets = assetsOf(await list());
    const keys = (n: number) => [...(assets[n]?.renditions.keys() ?? [])];
    expect(assets.map(({ fileName }) => fileName)).toEqual([
      'L.HEIC',
      'R.DNG',
      'E.JPG',
      'V.MOV',
      'B.JPG',
    ]);
    expect(assets[0]).toMatchObject({ kind: 'image', isLivePhoto: true });
    expect(keys(0)).toEqual(expect.arrayContaining(['original', 'live_original']));
    expect(keys(1)).toEqual(expect.arrayContaining(['original', 'alternative']));
    expect(keys(2)).toContain('adjusted');
    expect(assets[3]).toMatchObject({ kind: 'video', metadata: { durationMs: 12_500 } });
    expect(keys(3)).toContain('adjusted');
    expect(keys(4)).toEqual(['original']);
    expect(assets[4]?.metadata.burstId).toBe('burst-1');
    expect(assets.every(({ unusable }) => unusable.size === 0)).toBe(true);
  });

  test('EN-5, D77: every smart folder can be listed and counted', async () => {
    const { photos, primary, list } = await start((library) => {
      library.add(photo({ subtype: 'portrait' }));
      library.add(video({ subtype: 'slomo' }));
    });
    const names = [
      'Time-lapse', 'Videos', 'Slo-mo', 'Bursts', 'Favorites', 'Panoramas', 'Screenshots', 'Live',
      'Recently Deleted', 'Hidden', 'Portrait', 'Long exposure', 'Animated',
    ] as const; // prettier-ignore
    const sources = names.map((name) => ({ kind: 'smart-folder', name }) as const);
    const sizes = [];
    for (const source of sources) sizes.push((await list(source)).ids.length);
    expect(await photos.countAssets(primary, sources)).toEqual(sizes);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(3);
  });

  test('EN-14: duplicates share a master and are assets of their own', async () => {
    const { list } = await start((library) => {
      const id = library.add(photo());
      library.primary.duplicate(id);
      library.primary.duplicate(id);
    });
    const assets = assetsOf(await list());
    expect(new Set(assets.map(({ assetId }) => assetId)).size).toBe(3);
    expect(new Set(assets.map(({ masterId }) => masterId)).size).toBe(1);
  });

  test('EN-12, protocol 5.4: a library of duplicates keeps its ranks', async () => {
    const { list } = await start((library) => {
      const id = library.add(photo());
      for (let n = 0; n < 220; n += 1) library.primary.duplicate(id);
    });
    expect(new Set((await list()).ids).size).toBe(221);
  });
});

describe('D64: pairs that are not', () => {
  test('a master that the listing lacks is looked up', async () => {
    const { list, requests } = await start((library) => {
      library.primary.addGenerated({ count: 120 });
      library.add(photo({ name: 'LOST.JPG', irregular: 'master-not-in-listing' }));
    });
    const listed = await list();
    expect(assetsOf(listed).map(({ fileName }) => fileName)).toContain('LOST.JPG');
    expect(listed.ids).toHaveLength(121);
    expect(requests('records/lookup')).toBe(1);
  });

  test('a page without masters costs one lookup', async () => {
    const { list, icloud, requests } = await start((library) => {
      library.primary.addGenerated({ count: 90 });
    });
    icloud.faults.next(
      { operation: 'records/query' },
      { kind: 'missingRecords', recordType: 'CPLMaster' },
    );
    expect((await list()).ids).toHaveLength(90);
    expect(requests('records/lookup')).toBe(1);
  });

  test('a master that is nowhere, and an asset that names none, are told', async () => {
    const ids: string[] = [];
    const { list } = await start((library) => {
      ids.push(library.add(photo({ irregular: 'master-absent' })));
      ids.push(library.add(photo({ irregular: 'master-reference-missing' })));
      library.add(photo());
      library.primary.addOrphanMaster(photo());
    });
    const { items, result } = await list();
    const unresolved = items.flatMap((item) =>
      item.kind === 'unresolved' ? [item.recordName] : [],
    );
    expect(unresolved.sort()).toEqual(ids.sort());
    expect(result).toMatchObject({ complete: true, unpaired: 2, seen: 3 });
  });

  test('EN-72: a record that is refused hides no other', async () => {
    let bad = '';
    const { list } = await start((library) => {
      library.primary.addGenerated({ count: 130 });
      bad = library.add(photo());
      library.primary.failRecord(bad, { serverErrorCode: 'ACCESS_DENIED', reason: 'no' });
    });
    const { items, ids, result } = await list();
    expect(ids).toHaveLength(130);
    expect(items.filter((item) => item.kind === 'unresolved')).toEqual([
      { kind: 'unresolved', recordName: bad, reason: 'ACCESS_DENIED no' },
    ]);
    expect(result).toMatchObject({ complete: true, errored: 1 });
  });
});

describe('albums', () => {
  test('case 61, EN-6: folders, equal names, more than 200, members with hidden ones', async () => {
    let id = '';
    const { photos, primary, list } = await start((library) => {
      const zone = library.primary;
      const folder = zone.createFolder('Trips');
      const inner = zone.createFolder('2024 / summer', { in: folder });
      const album = zone.createAlbum('Same', { in: inner });
      zone.createAlbum('Same');
      zone.createSmartAlbum('Rule');
      for (let n = 0; n < 230; n += 1) zone.createAlbum(`Album ${n}`);
      id = library.add(photo());
      zone.addToAlbum(album, id, library.add(photo({ hidden: true })));
    });
    const albums = await photos.listAlbums(primary);
    expect(albums).toHaveLength(232);
    const same = albums.filter(({ name }) => name === 'Same');
    expect(same.map(({ folders }) => folders)).toEqual(
      expect.arrayContaining([[], ['Trips', '2024 / summer']]),
    );
    const nested = same.find(({ folders }) => folders.length === 2);
    if (nested === undefined) throw new Error('no nested album');
    const members = await list({ kind: 'album', album: nested });
    expect(members.ids).toContain(id);
    expect(
      assetsOf(members)
        .map(({ isHidden }) => isHidden)
        .sort(),
    ).toEqual([false, true]);
  });

  test('protocol 5.4: an album of 300 comes whole, 66 photos a page', async () => {
    const { photos, primary, list, requests, library } = await start((sim) => {
      sim.primary.addGenerated({ count: 300 });
    });
    library.primary.addToAlbum(library.primary.createAlbum('Big'), ...(await list()).ids);
    const [album] = await photos.listAlbums(primary);
    if (album === undefined) throw new Error('no album');
    const before = requests('records/query');
    expect(new Set((await list({ kind: 'album', album })).ids).size).toBe(300);
    expect(requests('records/query') - before).toBeLessThanOrEqual(7);
  });
});

describe('libraries', () => {
  test('owned and joined shared libraries, each in its database; other zones are ignored', async () => {
    const { photos } = await start((library) => {
      library.addSharedLibrary('owner').add(photo());
      const joined = library.addSharedLibrary('participant');
      joined.addGenerated({ count: 3 });
      library.addZone('CMM-1', 'private');
      library.addZone('SharedCollection-1', 'shared');
      library.addZone('AppLibrarySync-x', 'private');
    });
    const libraries = await photos.listLibraries({ needsShared: true });
    expect(libraries.map(({ kind, database }) => [kind, database])).toEqual([
      ['primary', 'private'],
      ['shared', 'private'],
      ['shared', 'shared'],
    ]);
    const sizes = [];
    for (const library of libraries) {
      const listing = photos.listAssets({ library, source: { kind: 'all' } });
      let size = 0;
      for await (const item of listing.items()) size += item.kind === 'asset' ? 1 : 0;
      sizes.push(size);
    }
    expect(sizes).toEqual([0, 1, 3]);
    expect(await photos.listAlbums(libraries[1]!)).toEqual([]);
  });

  test('D78: a primary zone with digits', async () => {
    const { primary, list } = await start((library) => library.add(photo()), {
      library: { primaryZone: 'PrimarySync1' },
    });
    expect(primary).toMatchObject({ kind: 'primary', zone: 'PrimarySync1' });
    const listed = await list();
    expect(assetsOf(listed)[0]?.zone).toBe('PrimarySync1');
  });
});

describe('indexing and counts', () => {
  test('case 71: while indexing runs the listing is no baseline, afterwards it is', async () => {
    const { photos, primary, list, library } = await start((sim) => {
      sim.primary.addGenerated({ count: 50 });
      sim.primary.indexing = { state: 'RUNNING', progress: 40 };
    });
    const running = await photos.checkIndexing(primary);
    expect(running).toMatchObject({ finished: false, state: 'RUNNING' });
    const early = await list({ kind: 'all' }, { indexing: running });
    expect(early.result).toMatchObject({
      complete: false,
      obstacles: ['icloud_indexing_incomplete'],
    });
    library.primary.indexing = { state: 'FINISHED', progress: 100 };
    const finished = await photos.checkIndexing(primary);
    const late = await list({ kind: 'all' }, { indexing: finished });
    expect(late.ids).toHaveLength(50);
    expect(late.result).toMatchObject({
      complete: true,
      syncToken: finished.syncToken,
      obstacles: [],
    });
  });

  test('case 57: a count that says more is probed, told, and no failure', async () => {
    const { list, primary } = await start((library) => {
      library.primary.addGenerated({ count: 153 });
      library.primary.lieAboutCount(ALL_COUNT, 198);
    });
    const { ids, result } = await list({ kind: 'all' }, counted(primary));
    expect(ids).toHaveLength(153);
    expect(result).toMatchObject({ complete: true, obstacles: [], shortfall: 45 });
  });

  test('case 56: a count that fails costs nothing but the total', async () => {
    const { list, primary, photos } = await start((library) => {
      library.primary.addGenerated({ count: 20 });
      library.primary.failNext(
        'internal/records/query/batch',
        { serverErrorCode: 'BAD_REQUEST', reason: 'x' },
        99,
      );
    });
    expect(await photos.countAssets(primary, [{ kind: 'all' }])).toEqual([undefined]);
    expect((await list({ kind: 'all' }, counted(primary))).ids).toHaveLength(20);
  });

  test.each([1, 4])('case 48: %i empty pages in the middle hide nothing', async (count) => {
    const { list, primary, icloud } = await start((library) => {
      library.primary.addGenerated({ count: 600 });
    });
    icloud.faults.add({
      when: { operation: 'records/query', recordType: ALL_INDEX },
      timing: { after: 2, first: count },
      action: { kind: 'emptyPage' },
    });
    const { ids, result } = await list({ kind: 'all' }, counted(primary));
    expect(new Set(ids).size).toBe(600);
    expect(result).toMatchObject({ complete: true, shortfall: 0 });
  });
});

describe('D60, protocol 5.4: a library that changes during the scan', () => {
  test('a photo that is added is in the delta from the first token', async () => {
    let added = '';
    const { list, library, changesSince } = await start((sim) => {
      sim.primary.addGenerated({ count: 300 });
    });
    library.scans.during({ index: ALL_INDEX, afterPage: 2 }, () => {
      added = library.add(photo({ takenAt: '2026-01-01T00:00:00Z' }));
    });
    const { ids, result } = await list();
    expect(new Set(ids).size).toBeGreaterThanOrEqual(300);
    const { events } = await changesSince(result.syncToken ?? '');
    expect(events).toMatchObject([{ kind: 'changed', asset: { assetId: added } }]);
  });

  test.each([1, 5, 40, 180])('%i deletions behind the scan hide no unread photo', async (count) => {
    const { list, library } = await start((sim) => {
      sim.primary.addGenerated({ count: 500 });
    });
    const everything = (await list()).ids;
    library.scans.during({ index: ALL_INDEX, afterPage: 2 }, () => {
      for (const id of everything.slice(0, count)) library.primary.trash(id);
    });
    const { ids, result } = await list();
    const missed = everything.slice(count).filter((id) => !ids.includes(id));
    expect(missed).toEqual([]);
    expect(result).toMatchObject({ complete: true, scanChanged: false });
  });
});

describe('the service in trouble', () => {
  test.each([
    ['THROTTLED in a 200', { kind: 'cloudkitError', code: 'THROTTLED', retryAfter: 30 }],
    ['503', { kind: 'status', status: 503, retryAfter: 2 }],
    ['429 with a date', { kind: 'status', status: 429, retryAfterDate: 2 }],
    ['HTML', { kind: 'html' }],
    ['cut JSON', { kind: 'truncatedJson' }],
    ['a dropped connection', { kind: 'drop' }],
  ] as const)('case 74: %s is tried again', async (_, action) => {
    const { list, icloud } = await start((library) => {
      library.primary.addGenerated({ count: 150 });
    });
    icloud.faults.add({ when: { operation: 'records/query' }, timing: { nth: 2 }, action });
    expect((await list()).ids).toHaveLength(150);
  });

  test('EN-4: an answer without its list is no end of one', async () => {
    const { list, icloud } = await start((library) => {
      library.primary.addGenerated({ count: 150 });
    });
    icloud.faults.add({
      when: { operation: 'records/query' },
      timing: { first: 2 },
      action: { kind: 'json', body: {} },
    });
    expect((await list()).ids).toHaveLength(150);
  });

  test('an account that moved to another partition is followed there', async () => {
    let partition = 61;
    const { list, icloud } = await start(
      (library) => {
        library.add(photo());
      },
      {
        access: (client) => ({
          ckDatabaseUrl: () => `https://p${partition}-ckdatabasews.icloud.com:443`,
          refreshRouting: () => {
            partition = icloud.account.partition;
            client.reconnect();
            return Promise.resolve();
          },
        }),
      },
    );
    icloud.account.movePartition(77);
    expect((await list()).ids).toHaveLength(1);
    expect(partition).toBe(77);
  });

  test('a session that ends in the middle is recovered, and the listing goes on', async () => {
    let recoveries = 0;
    const recover = () => {
      recoveries += 1;
      bench.renewSession();
      return Promise.resolve('renewed' as const);
    };
    const { list, icloud, library } = await start(
      ({ primary }) => {
        primary.addGenerated({ count: 350 });
      },
      { access: () => ({ recover }) },
    );
    library.scans.during({ index: ALL_INDEX, afterPage: 2 }, () => {
      icloud.account.expireSession();
    });
    expect((await list()).ids).toHaveLength(350);
    expect(recoveries).toBe(1);
  });

  test('case 58: a listing that breaks off says so', async () => {
    const { photos, primary, icloud } = await start((library) => {
      library.primary.addGenerated({ count: 350 });
    });
    icloud.faults.add({
      when: { operation: 'records/query' },
      timing: { after: 2 },
      action: { kind: 'cloudkitError', code: 'BAD_REQUEST', status: 400 },
    });
    const listing = photos.listAssets({ library: primary, source: { kind: 'all' } });
    let seen = 0;
    const consume = async () => {
      for await (const { kind } of listing.items()) seen += kind === 'asset' ? 1 : 0;
    };
    await expect(consume()).rejects.toMatchObject({ code: 'CLOUDKIT_BAD_REQUEST' });
    expect(seen).toBeGreaterThanOrEqual(100);
    expect(listing.result()).toMatchObject({
      complete: false,
      obstacles: ['producer_enumeration_incomplete'],
    });
  });
});
