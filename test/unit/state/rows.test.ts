import { describe, expect, test } from 'vitest';
import { RunScratch } from '../../../src/state/index.js';
import {
  asset,
  claim,
  openReader,
  openStore,
  placement,
  plan,
  published,
  testClock,
} from './support.js';

const PRIMARY = {
  kind: 'primary',
  zone: 'PrimarySync',
  zoneId: { zoneName: 'PrimarySync' },
  database: 'private',
} as const;
const SHARED = {
  kind: 'shared',
  zone: 'SharedSync-1',
  zoneId: { zoneName: 'SharedSync-1', ownerRecordName: '_x' },
  database: 'shared',
} as const;

describe('assets', () => {
  test('what a listing shows comes back as it was, absent fields absent', async () => {
    const store = await openStore();
    const full = asset('a', {
      isFavorite: true,
      capturedAtMs: -1234.5,
      metadata: { title: 'Tür', keywords: ['x', 'y'], latitude: -33.5, providerData: { n: 1 } },
    });
    const bare = asset('b', {
      fileName: undefined,
      capturedAtMs: undefined,
      addedAtMs: undefined,
      timeZoneOffsetSeconds: undefined,
    });
    await store.assets.noteSeen(full, 'hash', 1);
    await store.assets.noteSeen(bare, undefined, 1);
    await store.flush();
    expect(store.assets.find('PrimarySync', 'a')).toEqual({
      zone: 'PrimarySync',
      assetId: 'a',
      masterId: 'master-of-a',
      fileName: 'IMG_1.HEIC',
      kind: 'image',
      isLivePhoto: false,
      capturedAtMs: -1234,
      timeZoneOffsetSeconds: 3600,
      addedAtMs: 1_500_000_001_000,
      isFavorite: true,
      isHidden: false,
      isDeleted: false,
      deletedAtMs: undefined,
      metadata: full.metadata,
      metadataHash: 'hash',
      seenRun: 1,
    });
    expect(store.assets.find('PrimarySync', 'b')).toMatchObject({
      fileName: undefined,
      capturedAtMs: undefined,
      addedAtMs: undefined,
      timeZoneOffsetSeconds: undefined,
      metadataHash: undefined,
    });
    expect(store.assets.find('SharedSync-1', 'a')).toBeUndefined();
  });

  test('IN-33: a hard delete is found by asset or master, once for each sibling; time stays', async () => {
    const store = await openStore();
    await store.assets.noteSeen(asset('a', { masterId: 'm' }), undefined, 1);
    await store.assets.noteSeen(asset('b', { masterId: 'm' }), undefined, 1);
    expect(store.assets.flagDeleted('PrimarySync', 'a', 1000)).toBe(1);
    expect(store.assets.flagDeleted('PrimarySync', 'm', 2000)).toBe(2);
    expect(store.assets.find('PrimarySync', 'a')).toMatchObject({
      isDeleted: true,
      deletedAtMs: 1000,
    });
    expect(store.assets.find('PrimarySync', 'b')?.deletedAtMs).toBe(2000);
    expect(store.assets.deletedCount()).toBe(2);
    expect(store.assets.ofRecord('PrimarySync', 'm').map((row) => row.assetId)).toEqual(['a', 'b']);
  });

  test('D62, case 81: deleting or hiding what was never seen means nothing, in any library', async () => {
    const store = await openStore();
    await store.assets.noteSeen(asset('a'), undefined, 1);
    expect(store.assets.flagDeleted('SharedSync-1', 'a')).toBe(0);
    expect(store.assets.flagDeleted('PrimarySync', 'z')).toBe(0);
    expect(store.assets.flagHidden('PrimarySync', 'z')).toBe(false);
  });

  test('a delete after a change of the same page wins; a later restore clears it (IN-39)', async () => {
    const store = await openStore();
    await store.assets.noteSeen(asset('a'), undefined, 1);
    store.assets.flagDeleted('PrimarySync', 'a');
    store.assets.flagHidden('PrimarySync', 'a');
    await store.flush();
    expect(store.assets.find('PrimarySync', 'a')).toMatchObject({
      isDeleted: true,
      isHidden: true,
    });
    await store.assets.noteSeen(asset('a'), undefined, 2);
    await store.flush();
    expect(store.assets.find('PrimarySync', 'a')).toMatchObject({
      isDeleted: false,
      isHidden: false,
      deletedAtMs: undefined,
    });
  });
});

describe('tokens', () => {
  test('IN-70: tokens are kept by zone and by selection, and all cleared at once', async () => {
    const store = await openStore();
    store.zones.remember(PRIMARY);
    store.zones.remember(SHARED);
    store.zones.setToken('PrimarySync', 'one');
    store.zones.setToken('SharedSync-1', 'two');
    store.zones.setDatabaseToken('private', ['PrimarySync'], 'db');
    store.zones.remember(PRIMARY);
    const reader = await openReader(store.path);
    expect(reader.zones.token('PrimarySync')).toBe('one');
    expect(store.zones.clearAllTokens()).toBe(2);
    expect(reader.zones.token('PrimarySync')).toBeUndefined();
    expect(reader.zones.databaseToken('private', ['PrimarySync'])).toBeUndefined();
    expect(store.zones.clearAllTokens()).toBe(0);
  });

  test('IN-65, case 95: a database token is never taken for another selection', async () => {
    const store = await openStore();
    store.zones.setDatabaseToken('private', ['B', 'A'], 'token');
    expect(store.zones.databaseToken('private', ['A', 'B'])).toBe('token');
    expect(store.zones.databaseToken('shared', ['A', 'B'])).toBeUndefined();
    for (const zones of [['A'], ['A', 'B', 'C'], ['A B'], []]) {
      expect(store.zones.databaseToken('private', zones)).toBeUndefined();
    }
  });

  test.each(['', '  ', '\n'])('IN-23: the blank token %j is never stored', async (token) => {
    const store = await openStore();
    store.zones.remember(PRIMARY);
    expect(() => store.zones.setToken('PrimarySync', token)).toThrow(TypeError);
    expect(() => store.zones.setDatabaseToken('private', [], token)).toThrow(TypeError);
    expect(store.zones.token('PrimarySync')).toBeUndefined();
  });

  test('a token of an unknown library is refused', async () => {
    const store = await openStore();
    expect(() => store.zones.setToken('Other', 'x')).toThrow(
      expect.objectContaining({ code: 'STATE_ROW_MISSING' }),
    );
  });

  test('IN-41: a token brings the waiting bookkeeping along', async () => {
    const store = await openStore();
    const reader = await openReader(store.path);
    store.zones.remember(PRIMARY);
    await store.assets.noteSeen(asset('a'), undefined, 1);
    expect(reader.assets.find('PrimarySync', 'a')).toBeUndefined();
    store.zones.setToken('PrimarySync', 'x');
    expect(reader.assets.find('PrimarySync', 'a')).toBeDefined();
  });

  test('clearing one token leaves the others', async () => {
    const store = await openStore();
    store.zones.remember(PRIMARY);
    store.zones.remember(SHARED);
    store.zones.setToken('PrimarySync', 'one');
    store.zones.setToken('SharedSync-1', 'two');
    store.zones.clearToken('PrimarySync');
    expect(store.zones.token('PrimarySync')).toBeUndefined();
    expect(store.zones.token('SharedSync-1')).toBe('two');
  });

  test('EN-70: an interrupted enumeration keeps its first time until a natural end', async () => {
    const clock = testClock();
    const store = await openStore({ clock });
    store.zones.remember(PRIMARY);
    const since = clock.time;
    store.zones.beginListing('PrimarySync');
    clock.time += 60_000;
    store.zones.beginListing('PrimarySync');
    expect(store.zones.listingsInProgress()).toEqual([{ zone: 'PrimarySync', since }]);
    store.zones.endListing('PrimarySync');
    expect(store.zones.listingsInProgress()).toEqual([]);
  });
});

describe('runs', () => {
  test('DB-24, case 120: killed runs become interrupted, finished ones stay', async () => {
    const clock = testClock();
    const store = await openStore({ clock });
    const result = { assetsSeen: 3, downloaded: 2, failed: 1, enumerationErrors: 0 };
    expect(store.runs.last()).toEqual({
      runningSinceMs: undefined,
      lastStartedMs: undefined,
      lastCompletedMs: undefined,
    });
    const start = clock.time;
    const first = store.runs.start('sync');
    expect(store.runs.last().runningSinceMs).toBe(start);
    clock.time += 1000;
    store.runs.finish(first, { ...result, status: 'complete', facts: { apiTotal: 3 } });
    clock.time += 1000;
    const second = store.runs.start('sync');
    expect(second).toBeGreaterThan(first);
    expect(store.runs.interruptOrphans()).toBe(1);
    expect(store.runs.interruptOrphans()).toBe(0);
    store.runs.start('import');
    expect(store.runs.last()).toEqual({
      runningSinceMs: undefined,
      lastStartedMs: start + 2000,
      lastCompletedMs: start + 1000,
    });
    expect(store.runs.lastFacts()).toEqual({ apiTotal: 3 });
  });
});

describe('debts', () => {
  test('D61: a debt is owed once, counts its tries, and is gone when settled', async () => {
    const clock = testClock();
    const store = await openStore({ clock });
    const debt = { zone: 'PrimarySync', recordName: 'r', reason: 'unpaired', detail: '' };
    const owedSinceMs = clock.time;
    store.debts.add(debt);
    clock.time += 5000;
    store.debts.add(debt);
    store.debts.add({ ...debt, reason: 'relation', detail: 'album-1' });
    expect(store.debts.count()).toBe(2);
    expect(store.debts.page('PrimarySync', 10)).toEqual([
      {
        ...debt,
        reason: 'relation',
        detail: 'album-1',
        owedSinceMs: owedSinceMs + 5000,
        tries: 0,
        lastTriedMs: undefined,
      },
      { ...debt, owedSinceMs, tries: 1, lastTriedMs: owedSinceMs + 5000 },
    ]);
    expect(store.debts.first(1)).toMatchObject([{ reason: 'relation' }]);
    expect(store.debts.page('SharedSync-1', 10)).toEqual([]);
  });

  test('D61: what is owed again since the lookup began is not settled by it', async () => {
    const clock = testClock();
    const store = await openStore({ clock });
    const debt = { zone: 'PrimarySync', recordName: 'r', reason: 'unusable-resource', detail: '' };
    store.debts.add({ ...debt, detail: 'original' });
    store.debts.add({ ...debt, detail: 'live_original' });
    store.debts.add({ ...debt, recordName: 's' });
    clock.time += 5000;
    const lookupMs = clock.time;
    store.debts.add({ ...debt, detail: 'original' });
    store.debts.settleRecord('PrimarySync', 'r', lookupMs);
    expect(store.debts.page('PrimarySync', 10)).toMatchObject([
      { recordName: 'r', detail: 'original' },
      { recordName: 's' },
    ]);
    store.debts.settleRecord('PrimarySync', 'r', lookupMs + 1);
    expect(store.debts.count()).toBe(1);
  });

  test('D59: debts come in pages, each once', async () => {
    const store = await openStore();
    for (let n = 0; n < 7; n++) {
      store.debts.add({ zone: 'Z', recordName: `r${n % 4}`, reason: `${n}`, detail: '' });
    }
    const met = [];
    for (let page = store.debts.page('Z', 3); page.length > 0;) {
      met.push(...page);
      page = store.debts.page('Z', 3, page.at(-1));
    }
    expect(new Set(met.map((debt) => debt.reason)).size).toBe(7);
    expect(met).toHaveLength(7);
  });
});

describe('partials', () => {
  test('D35: paths are recorded once, listed in order, and may be forgotten on the way', async () => {
    const store = await openStore();
    for (const path of ['/p/b.tmp', '/p/a.tmp', '/p/b.tmp']) store.partials.record(path);
    expect(store.partials.has('/p/a.tmp')).toBe(true);
    const met = [];
    for (const path of store.partials.all()) {
      met.push(path);
      store.partials.forget(path);
    }
    expect(met).toEqual(['/p/a.tmp', '/p/b.tmp']);
    expect(store.partials.has('/p/a.tmp')).toBe(false);
  });
});

describe('albums', () => {
  test('IN-35: albums are renamed, deleted and come back', async () => {
    const store = await openStore();
    store.albums.remember('PrimarySync', { id: '1', name: 'Old', folders: [] });
    store.albums.remember('PrimarySync', { id: '1', name: 'New', folders: ['Trips', '2024'] });
    expect(store.albums.albums('PrimarySync')).toEqual([
      { id: '1', name: 'New', folders: ['Trips', '2024'] },
    ]);
    store.albums.flagDeleted('PrimarySync', '1');
    expect(store.albums.albums('PrimarySync')).toEqual([]);
    store.albums.remember('PrimarySync', { id: '1', name: 'New', folders: [] });
    expect(store.albums.albums('PrimarySync')).toHaveLength(1);
  });

  test('IN-35: a list of all albums: what is not in it is gone, and old names are remembered', async () => {
    const store = await openStore();
    const album = (id: string, name: string) => ({ id, name, folders: [] });
    expect(store.albums.knowsAlbums('Z')).toBe(false);
    store.albums.rememberAll('Z', [album('1', 'Trips'), album('2', 'Garden')], 1);
    expect(store.albums.knowsAlbums('Z')).toBe(true);
    await store.albums.addMember('Z', 'album:1', 'a', 1);
    await store.flush();
    store.albums.rememberAll('Z', [album('1', 'Travels')], 2);
    expect(store.albums.albums('Z')).toEqual([album('1', 'Travels')]);
    store.albums.rememberAll('Z', [album('1', 'Journeys')], 3);
    const renamed = { zone: 'Z', name: 'Journeys', formerName: 'Trips' };
    expect(store.albums.renamed()).toEqual([renamed]);
    store.albums.rememberAll('Z', [album('1', 'Trips')], 4);
    expect(store.albums.renamed()).toEqual([]);
  });

  test('IN-3: places that nobody follows are forgotten, with their members', async () => {
    const store = await openStore();
    store.albums.rememberAll('Z', [], 1);
    for (const source of ['album:1', 'album:2', 'library']) {
      store.albums.beginListing('Z', source, 'hash', 1);
      await store.albums.addMember('Z', source, 'a', 1);
      store.albums.completeListing('Z', source, 1);
    }
    expect(store.albums.listedSources('Z', 'hash')).toEqual(['album:1', 'album:2', 'library']);
    store.albums.keepOnly('Z', ['album:2', 'library']);
    expect(store.albums.listedSources('Z', 'hash')).toEqual(['album:2', 'library']);
    expect(store.albums.isMember('Z', 'album:1', 'a')).toBe(false);
    expect(store.albums.isMember('Z', 'album:2', 'a')).toBe(true);
    expect(store.albums.knowsAlbums('Z')).toBe(true);
  });

  test('EN-68: a listing counts when it is complete, and drops members it has not met', async () => {
    const store = await openStore();
    store.albums.beginListing('Z', 'album:1', 'hash', 1);
    await store.albums.addMember('Z', 'album:1', 'a', 1);
    await store.albums.addMember('Z', 'album:1', 'b', 1);
    expect(store.albums.isListed('Z', 'album:1', 'hash')).toBe(false);
    store.albums.completeListing('Z', 'album:1', 1);
    expect(store.albums.isListed('Z', 'album:1', 'hash')).toBe(true);
    expect(store.albums.isListed('Z', 'album:1', 'other')).toBe(false);

    store.albums.beginListing('Z', 'album:1', 'hash', 2);
    await store.albums.addMember('Z', 'album:1', 'b', 2);
    await store.flush();
    expect([...store.albums.membersOf('Z', 'album:1')]).toEqual(['a', 'b']);
    expect(store.albums.isListed('Z', 'album:1', 'hash')).toBe(false);
    store.albums.completeListing('Z', 'album:1', 1);
    expect(store.albums.isListed('Z', 'album:1', 'hash')).toBe(false);
    store.albums.completeListing('Z', 'album:1', 2);
    expect([...store.albums.membersOf('Z', 'album:1')]).toEqual(['b']);
  });

  test('IN-36: memberships are found by asset, and follow the order of changes', async () => {
    const store = await openStore();
    await store.albums.addMember('Z', 'album:1', 'a', 1);
    await store.albums.addMember('Z', 'smart-folder:Favorites', 'a', 1);
    await store.albums.removeMember('Z', 'album:1', 'a');
    await store.albums.addMember('Z', 'album:2', 'a', 1);
    await store.flush();
    expect(store.albums.sourcesOf('Z', 'a')).toEqual(['album:2', 'smart-folder:Favorites']);
    expect(store.albums.sourcesOf('Y', 'a')).toEqual([]);
  });

  test('DB-25: a member that is told twice is one, and each library has its own', async () => {
    const store = await openStore();
    for (const zone of ['Z', 'Z', 'Y']) await store.albums.addMember(zone, 'album:1', 'a', 1);
    await store.flush();
    expect([...store.albums.membersOf('Z', 'album:1')]).toEqual(['a']);
    await store.albums.removeMember('Z', 'album:1', 'a');
    await store.flush();
    expect(store.albums.sourcesOf('Z', 'a')).toEqual([]);
    expect(store.albums.sourcesOf('Y', 'a')).toEqual(['album:1']);
  });
});

describe('hashes of foreign files', () => {
  test('D75: they hold for the very file only', async () => {
    const store = await openStore();
    const file = { path: '/p/x', sizeBytes: 5, mtimeMs: 1000.7, inode: 2n ** 63n };
    const hash = { sha256: 'ab', appleChecksum: 'AQ==' };
    store.diskHashes.save(file, hash);
    expect(store.diskHashes.find(file)).toEqual(hash);
    expect(store.diskHashes.pathsOf('AQ==')).toEqual(['/p/x']);
    for (const changed of [{ sizeBytes: 6 }, { mtimeMs: 2000 }, { inode: 7n }, { path: '/p/y' }]) {
      expect(store.diskHashes.find({ ...file, ...changed })).toBeUndefined();
    }
    store.diskHashes.forget('/p/x');
    expect(store.diskHashes.find(file)).toBeUndefined();
  });
});

describe('lists', () => {
  test('cli 9.4: newest seen first, capped, with owner and last seen', async () => {
    const clock = testClock();
    const store = await openStore({ clock });
    const first = store.runs.start('sync');
    const started = clock.time;
    await store.commit(() => {
      for (let n = 0; n < 205; n++) claim(store, `a${n}`, `/p/${n}.jpg`, first);
    });
    clock.time += 1000;
    const second = store.runs.start('sync');
    const newest = claim(store, 'new', '/p/new.jpg', second);
    store.files.share(placement('twin'), newest);
    const list = store.lists.newest('pending');
    expect(list).toHaveLength(200);
    expect(list[0]).toMatchObject({
      file: { path: '/p/new.jpg' },
      owner: { zone: 'PrimarySync', rendition: 'original' },
      lastSeenMs: started + 1000,
    });
    expect(list[1]).toMatchObject({ owner: { assetId: 'a204' }, lastSeenMs: started });
    expect(store.lists.newest('failed')).toEqual([]);
  });

  test('cli 9.5, case 128: every downloaded file once, in pages, while the caller marks some', async () => {
    const store = await openStore();
    const run = store.runs.start('sync');
    await store.commit(() => {
      for (let n = 0; n < 2500; n++) {
        const fileId = claim(store, `a${n}`, `/p/${n}.jpg`, run);
        if (n % 5 !== 0) store.files.markDownloaded(fileId, published());
      }
    });
    const shared = store.files.planned(placement('a1'));
    store.files.share(placement('twin'), shared?.id ?? 0);
    const met = [];
    for (const { file } of store.lists.downloaded()) {
      met.push(file.path);
      const { atMs = 0 } = file.published ?? {};
      expect(store.files.markLost(file.id, atMs, 'FILE_MISSING_AT_STARTUP')).toBe(true);
    }
    expect(new Set(met).size).toBe(2000);
    expect(met).toHaveLength(2000);
    expect(store.lists.counts()).toEqual({
      total: 2500,
      downloaded: 0,
      pending: 500,
      failed: 2000,
    });
  });

  test('a file without owner is listed, not hidden', async () => {
    const store = await openStore();
    const fileId = claim(store, 'a', '/p/a.jpg', store.runs.start('sync'));
    store.files.markDownloaded(fileId, published());
    store.files.unplace(placement('a'));
    expect([...store.lists.downloaded()]).toMatchObject([{ owner: undefined }]);
  });
});

describe('the memory of one run', () => {
  test('EN-66: the first record of an id in a pass wins', () => {
    const scratch = new RunScratch({ foldCase: false });
    expect(scratch.firstSight('library', 'Z', 'a')).toBe(true);
    expect(scratch.firstSight('library', 'Z', 'a')).toBe(false);
    expect(scratch.firstSight('album:1', 'Z', 'a')).toBe(true);
    expect(scratch.firstSight('library', 'Y', 'a')).toBe(true);
    scratch.clear();
    expect(scratch.firstSight('library', 'Z', 'a')).toBe(true);
    scratch.close();
  });

  test('EN-62: exclusions by library and id', () => {
    const scratch = new RunScratch({ foldCase: false });
    scratch.exclude('Z', 'a');
    scratch.exclude('Z', 'a');
    expect(scratch.isExcluded('Z', 'a')).toBe(true);
    expect(scratch.isExcluded('Y', 'a')).toBe(false);
    scratch.close();
  });

  test('DL-98: a dry run hands out paths without any state', () => {
    const scratch = new RunScratch({ foldCase: true });
    const first = { ...placement('a'), checksum: 'AQ==', sizeBytes: 1 };
    const second = { ...placement('b'), checksum: undefined, sizeBytes: 2 };
    expect(scratch.claimantOf('/p/A.jpg')).toBeUndefined();
    expect(scratch.claim('/p/A.jpg', first)).toEqual(first);
    expect(scratch.claim('/p/a.JPG', second)).toEqual(first);
    expect(scratch.claim('/p/b.JPG', second)).toEqual(second);
    scratch.close();
  });
});

describe('rewrites', () => {
  test('MW-31: files wait in the order they were queued; a failure goes to the end', async () => {
    const clock = testClock();
    const store = await openStore({ clock });
    const run = store.runs.start('sync');
    const ids = ['a', 'b'].map((id) => {
      const result = store.files.claim(placement(id), plan(`/p/${id}.jpg`, run));
      store.files.markDownloaded(result.file.id, published());
      clock.time += 1000;
      store.rewrites.add(result.file.id);
      return result.file.id;
    });
    const waiting = () => store.rewrites.oldest(500).map(({ file }) => file.id);
    expect(waiting()).toEqual(ids);
    clock.time += 1000;
    store.rewrites.add(ids[0] ?? 0);
    expect(waiting()).toEqual([...ids].reverse());
    store.rewrites.done(ids[0] ?? 0, 'h', {
      sha256: 'ee'.repeat(32),
      diskBytes: 120,
      mtimeMs: 5,
    });
    expect(waiting()).toEqual([ids[1]]);
    expect(store.rewrites.count()).toBe(1);
    expect(store.files.byId(ids[0] ?? 0)).toMatchObject({
      metadataHash: 'h',
      published: {
        sha256: 'ee'.repeat(32),
        downloadSha256: published().sha256,
        diskBytes: 120,
      },
    });
  });

  test('MW-30, case 136: a file whose metadata failed is downloaded and waits; a sidecar frees it', async () => {
    const store = await openStore();
    const fileId = claim(store, 'a', '/p/a.jpg', store.runs.start('sync'));
    store.files.markDownloaded(fileId, published(), { rewriteLater: true });
    expect(store.files.byId(fileId)).toMatchObject({
      status: 'downloaded',
      metadataHash: undefined,
    });
    expect(store.rewrites.count()).toBe(1);
    store.rewrites.done(fileId, 'h');
    expect(store.files.byId(fileId)).toMatchObject({
      metadataHash: 'h',
      rewriteSinceMs: undefined,
      published: { sha256: published().sha256, downloadSha256: undefined },
    });
  });
});
