import { afterEach, describe, expect, test } from 'vitest';
import type { ChangeEvent } from '../../src/domain/index.js';
import { photo, type SimLibrary } from '../../src/simulator/library/index.js';
import { photosBench, type PhotosBench } from '../support/photos-bench.js';

let bench: PhotosBench;
afterEach(async () => {
  expect(bench.icloud.journal.unhandled).toEqual([]);
  await bench.close();
});

/** A library with one photo in one album, and its token. */
async function start(prepare: (library: SimLibrary) => void = () => undefined) {
  let photoId = '';
  let albumId = '';
  bench = await photosBench((library) => {
    prepare(library);
    photoId = library.add(photo({ name: 'FIRST.JPG' }));
    albumId = library.primary.createAlbum('Trip');
    library.primary.addToAlbum(albumId, photoId);
  });
  const { primary, photos } = bench;
  const { syncToken = '' } = await photos.checkIndexing(primary);
  const since = async () => (await bench.changesSince(syncToken)).events;
  return { ...bench, zone: bench.library.primary, photoId, albumId, syncToken, since };
}

const brief = (events: readonly ChangeEvent[]) =>
  events
    .map((event) => {
      switch (event.kind) {
        case 'changed':
          return `changed ${event.asset.fileName ?? '-'}`;
        case 'relation':
          return event.present ? 'joined' : 'left';
        case 'album':
          return `album ${event.name ?? '-'}${event.deleted ? ' deleted' : ''}`;
        case 'hard-deleted':
        case 'soft-deleted':
        case 'hidden':
        case 'unresolved':
          return event.kind;
      }
    })
    .sort();

describe('protocol 6.1, IN-38, D63: is there anything new?', () => {
  test('nothing: one request says so', async () => {
    const { photos, requests } = await start();
    const first = await photos.changedZones('private', undefined);
    const before = requests();
    const second = await photos.changedZones(
      'private',
      first.status === 'known' ? first.token : '',
    );
    expect(second).toMatchObject({ status: 'known', zones: new Set() });
    expect(requests() - before).toBe(1);
  });

  test('a change names its zone; a zone token is no database token', async () => {
    const { photos, zone, photoId, syncToken } = await start();
    const first = await photos.changedZones('private', undefined);
    zone.favourite(photoId);
    const token = first.status === 'known' ? first.token : undefined;
    expect(await photos.changedZones('private', token)).toMatchObject({
      zones: new Set(['PrimarySync']),
    });
    expect(await photos.changedZones('private', syncToken)).toEqual({ status: 'invalid-token' });
  });

  test('a delta without changes is empty and keeps its token', async () => {
    const { changesSince, syncToken } = await start();
    const { events, feed } = await changesSince(syncToken);
    expect(events).toEqual([]);
    expect(feed.result()).toEqual({ status: 'complete', token: syncToken });
  });
});

describe('protocol 6.3: what a user does', () => {
  test('adds a photo, and a live one', async () => {
    const { library, since } = await start();
    library.add(photo({ name: 'NEW.JPG' }));
    library.add(photo({ name: 'LIVE.HEIC', live: true }));
    const events = await since();
    expect(brief(events)).toEqual(['changed LIVE.HEIC', 'changed NEW.JPG']);
    const live = events.find((event) => event.kind === 'changed' && event.asset.isLivePhoto);
    expect(live).toBeDefined();
  });

  test('edits, then reverts', async () => {
    const { zone, photoId, since } = await start();
    zone.edit(photoId);
    const [edited] = await since();
    expect(edited?.kind === 'changed' && edited.asset.renditions.has('adjusted')).toBe(true);
    zone.revert(photoId);
    const [reverted] = await since();
    expect(reverted?.kind === 'changed' && reverted.asset.renditions.has('adjusted')).toBe(false);
  });

  test('favours, describes, and dates', async () => {
    const { zone, photoId, since } = await start();
    zone.favourite(photoId);
    zone.describe(photoId, { title: 'Été', keywords: ['a'], takenAt: '1969-12-31T23:59:59Z' });
    expect(await since()).toMatchObject([
      {
        kind: 'changed',
        asset: {
          isFavorite: true,
          capturedAtMs: -1000,
          metadata: { title: 'Été', keywords: ['a'] },
        },
      },
    ]);
  });

  test('hides and shows again', async () => {
    const { zone, photoId, since } = await start();
    zone.hide(photoId);
    expect(await since()).toMatchObject([{ kind: 'hidden', assetId: photoId }]);
    zone.unhide(photoId);
    expect(brief(await since())).toEqual(['changed FIRST.JPG']);
  });

  test('trashes, restores, purges', async () => {
    const { zone, photoId, since } = await start();
    zone.trash(photoId);
    expect(await since()).toMatchObject([{ kind: 'soft-deleted', assetId: photoId }]);
    zone.restore(photoId);
    expect(brief(await since())).toContain('changed FIRST.JPG');
    zone.purge(photoId);
    const events = await since();
    expect(events).toContainEqual({ kind: 'hard-deleted', recordName: photoId });
    expect(events.some(({ kind }) => kind === 'changed')).toBe(false);
  });

  test('duplicates: a second asset of an unchanged master', async () => {
    const { zone, photoId, since } = await start();
    const copy = zone.duplicate(photoId);
    const [event] = await since();
    expect(event).toMatchObject({
      kind: 'changed',
      asset: { assetId: copy, fileName: 'FIRST.JPG' },
    });
  });

  test('trashes a duplicate: the other one stays', async () => {
    const { zone, photoId, since } = await start();
    const copy = zone.duplicate(photoId);
    zone.trash(copy);
    zone.favourite(photoId);
    const events = await since();
    expect(events).toContainEqual(expect.objectContaining({ kind: 'soft-deleted', assetId: copy }));
    expect(brief(events)).toContain('changed FIRST.JPG');
  });

  test('makes, renames and fills albums, empties and deletes them', async () => {
    const { zone, photoId, albumId, since } = await start();
    const other = zone.createAlbum('Other');
    zone.addToAlbum(other, photoId);
    zone.renameAlbum(albumId, 'Journey');
    zone.removeFromAlbum(albumId, photoId);
    const events = await since();
    expect(events).toContainEqual({
      kind: 'relation',
      assetId: photoId,
      albumId: other,
      present: true,
    });
    expect(events).toContainEqual({ kind: 'relation', assetId: photoId, albumId, present: false });
    expect(brief(events)).toEqual(['album Journey', 'album Other', 'joined', 'left']);
  });

  test('gives a photo to a shared library', async () => {
    const { zone, library, photoId, since, photos } = await start();
    const shared = library.addSharedLibrary('owner');
    zone.moveToSharedLibrary(photoId, shared);
    expect(brief(await since())).toEqual(['changed FIRST.JPG']);
    const inShared = (await photos.listLibraries({ needsShared: true })).find(
      ({ kind }) => kind === 'shared',
    );
    if (inShared === undefined) throw new Error('no shared library');
    const listing = photos.listAssets({ library: inShared, source: { kind: 'all' } });
    const names = [];
    for await (const item of listing.items())
      names.push(item.kind === 'asset' && item.asset.fileName);
    expect(names).toEqual(['FIRST.JPG']);
  });

  test('IN-26: has faces found, which is none of our business', async () => {
    const { zone, photoId, since } = await start();
    zone.recognise(photoId, 'Jane');
    expect(await since()).toEqual([]);
  });
});

describe('pages of changes', () => {
  test('case 75: 70 pages of nothing', async () => {
    const { library, zone, since, requests } = await start();
    zone.churn(70);
    library.add(photo({ name: 'AFTER.JPG' }));
    expect(brief(await since())).toEqual(['changed AFTER.JPG']);
    expect(requests('changes/zone')).toBeGreaterThan(70);
  });

  test('IN-21: empty pages that repeat the token', async () => {
    const { library, icloud, since } = await start();
    library.add(photo({ name: 'NEW.JPG' }));
    icloud.faults.next({ operation: 'changes/zone' }, { kind: 'emptyPage', moreComing: true }, 30);
    expect(brief(await since())).toEqual(['changed NEW.JPG']);
  });

  test.each(['null', 'absent'] as const)('moreComing %s is the end', async (form) => {
    const { library, since, requests } = await start((sim) => {
      sim.tuning.lastPageMoreComing = form;
    });
    library.add(photo({ name: 'NEW.JPG' }));
    expect(brief(await since())).toEqual(['changed NEW.JPG']);
    expect(requests('changes/zone')).toBe(1);
  });

  test('an asset and its master on two pages', async () => {
    const { zone, since, requests } = await start();
    zone.add(photo({ name: 'SPLIT.JPG' }), { gap: 450 });
    expect(brief(await since())).toEqual(['changed SPLIT.JPG']);
    expect(requests('records/lookup')).toBe(0);
  });

  test('250 edits need their masters, a hundred a lookup', async () => {
    const { zone, since, requests } = await start((library) => {
      library.primary.addGenerated({ count: 250 });
    });
    const everything = await bench.list();
    for (const id of everything.ids) zone.favourite(id);
    const events = await since();
    expect(events.filter(({ kind }) => kind === 'changed')).toHaveLength(251);
    expect(requests('records/lookup')).toBe(3);
  });
});

describe('tokens and errors', () => {
  test.each(['nonsense', 'AQAAAAAAAABCDf//////////'])('case 77: the token %s', async (token) => {
    const { changesSince } = await start();
    const { events, feed } = await changesSince(token);
    expect(events).toEqual([]);
    expect(feed.result()).toEqual({ status: 'invalid-token' });
  });

  test('IN-24: a token of long ago, a truncated one, and one of the database', async () => {
    const { zone, photoId, changesSince, photos, syncToken } = await start();
    zone.favourite(photoId);
    zone.compact();
    const database = await photos.changedZones('private', undefined);
    const tokens = [
      syncToken,
      syncToken.slice(0, -5),
      database.status === 'known' ? database.token : '',
    ];
    for (const token of tokens) {
      expect((await changesSince(token ?? '')).feed.result()).toEqual({ status: 'invalid-token' });
    }
  });

  test('a zone that is removed', async () => {
    const { library, changesSince, syncToken } = await start();
    library.removeZone(library.primary);
    expect((await changesSince(syncToken)).feed.result()).toEqual({ status: 'zone-gone' });
  });

  test('case 79: a throttled zone passes', async () => {
    const { zone, library, since } = await start();
    library.add(photo({ name: 'NEW.JPG' }));
    zone.failNext('changes/zone', { serverErrorCode: 'THROTTLED', reason: 'x', retryAfter: 30 }, 2);
    expect(brief(await since())).toEqual(['changed NEW.JPG']);
  });

  test('EN-72: a record that is refused becomes a debt', async () => {
    const { zone, library, since, photos, primary } = await start();
    const bad = library.add(photo({ name: 'BAD.JPG' }));
    library.add(photo({ name: 'GOOD.JPG' }));
    zone.failRecord(bad, { serverErrorCode: 'ACCESS_DENIED', reason: 'no' });
    const events = await since();
    expect(brief(events)).toEqual(['changed GOOD.JPG', 'unresolved']);
    expect((await photos.lookupAssets(primary, [bad])).get(bad)).toMatchObject({
      status: 'unresolved',
    });
    zone.failRecord(bad, undefined);
    expect((await photos.lookupAssets(primary, [bad])).get(bad)).toMatchObject({
      status: 'found',
      asset: { fileName: 'BAD.JPG' },
    });
    zone.purge(bad);
    expect((await photos.lookupAssets(primary, [bad])).get(bad)).toEqual({ status: 'deleted' });
  });

  test('EN-72, D62: what the feed refuses is asked for once: a photo, an album, and who is in it', async () => {
    const { zone, library, photoId, albumId, icloud, since } = await start();
    const added = library.add(photo({ name: 'NEW.JPG' }));
    zone.renameAlbum(albumId, 'Journey');
    zone.addToAlbum(albumId, added);
    zone.removeFromAlbum(albumId, photoId);
    icloud.faults.next(
      { operation: 'changes/zone' },
      { kind: 'recordError', code: 'ACCESS_DENIED' },
    );
    const events = await since();
    expect(brief(events)).toEqual(['album Journey', 'changed NEW.JPG', 'joined', 'left']);
  });

  test('IN-22: a feed that breaks off keeps what is safe', async () => {
    const { zone, icloud, photos, primary, syncToken } = await start();
    zone.churn(3);
    icloud.faults.add({
      when: { operation: 'changes/zone' },
      timing: { after: 2 },
      action: { kind: 'status', status: 404 },
    });
    const feed = photos.listChanges(primary, syncToken);
    await expect(feed.events().next()).rejects.toMatchObject({ kind: 'permanent' });
    expect(feed.result()).toMatchObject({ status: 'unfinished' });
    expect(feed.result()).not.toMatchObject({ token: syncToken });
  });
});

describe('D53, D59: fresh URLs', () => {
  test('250 questions at once are three lookups, and the URLs download', async () => {
    const { list, photos, primary, requests } = await start((library) => {
      library.primary.addGenerated({ count: 249 });
    });
    const before = Date.now();
    const { items } = await list();
    const listed = Date.now();
    const originals = items.flatMap((item) => {
      const rendition = item.kind === 'asset' ? item.asset.renditions.get('original') : undefined;
      return rendition === undefined ? [] : [rendition];
    });
    const fresh = await Promise.all(
      originals.map((rendition) => photos.refreshRendition(primary, 'image', rendition)),
    );
    expect(requests('records/lookup')).toBe(3);
    // How old a link is counts from the answer that brought it.
    for (const { urlReceivedAtMs } of originals) {
      expect(urlReceivedAtMs).toBeGreaterThanOrEqual(before);
      expect(urlReceivedAtMs).toBeLessThanOrEqual(listed);
    }
    for (const each of fresh) {
      expect(each.status === 'fresh' && each.rendition.urlReceivedAtMs).toBeGreaterThanOrEqual(
        listed,
      );
    }
    fresh.forEach((each, n) => {
      expect(each).toMatchObject({
        status: 'fresh',
        rendition: { checksum: originals[n]?.checksum, sizeBytes: originals[n]?.sizeBytes },
      });
    });
  });

  test('a photo that is gone', async () => {
    const { list, photos, primary, zone, photoId } = await start();
    const { items } = await list();
    const [item] = items;
    const rendition = item?.kind === 'asset' ? item.asset.renditions.get('original') : undefined;
    if (rendition === undefined) throw new Error('no original');
    zone.purge(photoId);
    expect(await photos.refreshRendition(primary, 'image', rendition)).toEqual({ status: 'gone' });
  });
});
