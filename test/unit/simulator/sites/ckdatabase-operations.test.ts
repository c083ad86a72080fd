import { describe, expect, it } from 'vitest';
import { photo } from '../../../../src/simulator/library/builder.js';
import {
  clientOf,
  masterRefOf,
  namesOf,
  pagesByMarker,
  simClient,
  simRequest,
  valueOf,
} from '../../../support/sim-client.js';

const ALL = 'CPLAssetAndMasterByAssetDateWithoutHiddenOrDeleted';
const PRIMARY = { zoneID: { zoneName: 'PrimarySync' } };

describe('zones', () => {
  it('protocol 5.2: each database lists its own, with whole zone ids', async () => {
    const { library, call } = simClient();
    const own = library.addSharedLibrary('owner');
    const joined = library.addSharedLibrary('participant');
    const mine = await call('zones/list', {});
    const shared = await call('zones/list', {}, { database: 'shared' });
    expect(mine.json.zones.map((zone) => zone.zoneID.zoneName)).toEqual(['PrimarySync', own.name]);
    expect(shared.json.zones[0]?.zoneID).toEqual(joined.zoneId);
    expect(joined.ownerRecordName).not.toBe(own.ownerRecordName);
    expect(mine.json.moreComing).toBe(false);
  });

  it('protocol 6.6: a request to the wrong database does not find the zone', async () => {
    const { library, call } = simClient();
    const joined = library.addSharedLibrary('participant');
    const { status, json } = await call('records/query', {
      query: { recordType: 'CheckIndexingState' },
      zoneID: joined.zoneId,
    });
    expect(status).toBe(404);
    expect(json).toMatchObject({ serverErrorCode: 'ZONE_NOT_FOUND', error: 'ZONE_NOT_FOUND' });
  });

  it('protocol 6.1: the database tells which zones changed, under a new token each time', async () => {
    const { library, call } = simClient();
    const shared = library.addSharedLibrary();
    const first = await call('changes/database', {});
    expect(first.json.zones).toHaveLength(2);
    const second = await call('changes/database', { syncToken: first.json.syncToken });
    expect(second.json.zones).toEqual([]);
    expect(second.json.syncToken).not.toBe(first.json.syncToken);
    shared.add(photo());
    const third = await call('changes/database', { syncToken: second.json.syncToken });
    expect(third.json.zones.map((zone) => zone.zoneID.zoneName)).toEqual([shared.name]);
    library.removeZone(shared);
    const fourth = await call('changes/database', { syncToken: third.json.syncToken });
    expect(fourth.json.zones[0]).toMatchObject({ deleted: true });
    const zoneToken = library.primary.syncToken;
    expect((await call('changes/database', { syncToken: zoneToken })).status).toBe(400);
  });

  it.each(['changes/database', 'zones/list'])(
    'protocol 5.2, 6.1: many zones come in pages: %s',
    async (operation) => {
      const { library, call } = simClient();
      for (let count = 0; count < 4; count += 1) library.addSharedLibrary();
      library.tuning.zonesPerPage = 2;
      const names: string[] = [];
      let token: string | undefined;
      for (let more = true; more;) {
        const { json } = await call(operation, token === undefined ? {} : { syncToken: token });
        names.push(...json.zones.map((zone) => zone.zoneID.zoneName));
        ({ syncToken: token } = json);
        more = json.moreComing === true;
      }
      expect(names).toEqual(library.zones.map((zone) => zone.name));
    },
  );

  it.each(['CMM-1', 'SharedCollection-1'])(
    'protocol D 8: %s is indexed and has no index',
    async (name) => {
      const { library, call } = simClient();
      library.addZone(name, 'private');
      const ask = (recordType: string) =>
        call('records/query', { query: { recordType }, zoneID: { zoneName: name } });
      expect(valueOf((await ask('CheckIndexingState')).json.records[0], 'state')).toBe('FINISHED');
      const { status, json } = await ask('CPLAlbumByPositionLive');
      expect([status, json.reason]).toEqual([400, 'Index has invalid data']);
    },
  );

  it('protocol D 11: shared libraries list photos and favourites, and have no albums', async () => {
    const { library, page } = simClient();
    const shared = library.addSharedLibrary();
    const id = shared.add(photo({ favourite: true }));
    const all = await page(ALL, { zone: shared.name });
    expect(namesOf(all.records, 'CPLAsset')).toEqual([id]);
    expect(all.records.every((record) => record.fields['contributors'])).toBe(true);
    await expect(page('CPLAlbumByPositionLive', { zone: shared.name })).rejects.toThrow(
      'Index has invalid data',
    );
  });
});

describe('albums', () => {
  it('protocol 5.7: top level first with the root folders, then by parent', async () => {
    const { library, page } = simClient();
    const { primary } = library;
    const folder = primary.createFolder('Travel');
    const inner = primary.createAlbum('Rome/Vatican', { in: folder });
    const twin = primary.createAlbum('Same');
    const other = primary.createAlbum('Same');
    const gone = primary.createAlbum('Gone');
    primary.deleteAlbum(gone);
    const top = await page('CPLAlbumByPositionLive');
    expect(namesOf(top.records, 'CPLAlbum')).toEqual([
      '----Root-Folder----',
      '----Project-Root-Folder----',
      folder,
      twin,
      other,
    ]);
    expect(top.records[0]?.fields).not.toHaveProperty('albumNameEnc');
    const below = await page('CPLAlbumByPositionLive', { filters: { parentId: folder } });
    expect(namesOf(below.records, 'CPLAlbum')).toEqual([inner]);
    expect(valueOf(below.records[0], 'parentId')).toBe(folder);
    primary.moveAlbum(inner, undefined);
    const moved = await page('CPLAlbumByPositionLive');
    expect(namesOf(moved.records, 'CPLAlbum')).toContain(inner);
  });

  it('protocol 5.7: more than 200 come with a marker', async () => {
    const { library, page } = simClient();
    for (let count = 0; count < 450; count += 1) library.primary.createAlbum(`A${count}`);
    const pages = await pagesByMarker((marker) =>
      page('CPLAlbumByPositionLive', marker === undefined ? {} : { marker }),
    );
    expect(pages.map((one) => one.records.length)).toEqual([200, 200, 52]);
    const names = pages.flatMap((one) => namesOf(one.records, 'CPLAlbum'));
    expect(new Set(names).size).toBe(452);
  });

  it('protocol D 11: members include hidden photos and no deleted ones', async () => {
    const { library, page, call } = simClient();
    const { primary } = library;
    const album = primary.createAlbum('A');
    const [shown, hidden, trashed] = [photo(), photo({ hidden: true }), photo()].map((spec) =>
      primary.add(spec),
    ) as [string, string, string];
    primary.addToAlbum(album, shown, hidden, trashed);
    primary.trash(trashed);
    const { records } = await page('CPLContainerRelationLiveByAssetDate', {
      filters: { parentId: album },
    });
    expect(namesOf(records, 'CPLAsset').toSorted()).toEqual([shown, hidden].toSorted());
    const { json } = await call('internal/records/query/batch', {
      batch: [countOf(`CPLContainerRelationNotDeletedByAssetDate:${album}`)],
    });
    expect(valueOf(json.batch[0]?.records[0], 'itemCount')).toBe(2);
  });
});

function countOf(...ids: string[]) {
  return {
    resultsLimit: 1,
    zoneWide: true,
    ...PRIMARY,
    query: {
      recordType: 'HyperionIndexCountLookup',
      filterBy: {
        fieldName: 'indexCountID',
        comparator: 'IN',
        fieldValue: { type: 'STRING_LIST', value: ids },
      },
    },
  };
}

describe('counts', () => {
  it('protocol 5.6: in batches, in order, and as a plain query', async () => {
    const { library, call } = simClient();
    library.primary.addGenerated({ count: 12 });
    library.add(photo({ hidden: true, favourite: true }));
    const ids = [
      'CPLAssetByAssetDateWithoutHiddenOrDeleted',
      'CPLAssetHiddenByAssetDate',
      'CPLAssetInSmartAlbumByAssetDate:Favorite',
    ];
    const { json } = await call('internal/records/query/batch', {
      batch: ids.map((id) => countOf(id)),
    });
    expect(json.batch.map((one) => valueOf(one.records[0], 'itemCount'))).toEqual([12, 1, 0]);
    const plain = await call('records/query', countOf(ids[0] ?? ''));
    expect(plain.json.records[0]).toMatchObject({
      recordName: ids[0],
      recordType: 'IndexCountResult',
      fields: { itemCount: { value: 12 } },
    });
  });

  it('protocol appendix C: a count can lie', async () => {
    const { library, call } = simClient();
    const id = 'CPLAssetByAssetDateWithoutHiddenOrDeleted';
    library.primary.lieAboutCount(id, 1578);
    const { json } = await call('records/query', countOf(id));
    expect(valueOf(json.records[0], 'itemCount')).toBe(1578);
  });

  it('protocol 5.6: an unknown count id has no record', async () => {
    const { call } = simClient();
    const { json } = await call('internal/records/query/batch', { batch: [countOf('Nonsense')] });
    expect(json.batch[0]?.records).toEqual([]);
  });
});

describe('records/lookup', () => {
  it('protocol 5.9: finds records of every kind, and says which are not there', async () => {
    const { library, page, call } = simClient();
    const { primary } = library;
    const id = primary.add(photo());
    const album = primary.createAlbum('A');
    primary.addToAlbum(album, id);
    const gone = primary.add(photo());
    primary.purge(gone);
    const master = masterRefOf((await page(ALL)).records.find((one) => one.recordName === id));
    const names = [id, master, album, `${id}-IN-${album}`, 'PrimarySync-0000-LI', gone, 'Nothing'];
    const { json } = await call('records/lookup', {
      records: names.map((recordName) => ({ recordName })),
      ...PRIMARY,
    });
    expect(json.records.map((record) => record.recordType ?? record.serverErrorCode)).toEqual([
      'CPLAsset',
      'CPLMaster',
      'CPLAlbum',
      'CPLContainerRelation',
      'CPLLibraryInfo',
      'NOT_FOUND',
      'NOT_FOUND',
    ]);
    expect(json.records.map((record) => record.recordName)).toEqual(names);
  });

  it('finds a generated master that an earlier run told', async () => {
    const first = simClient();
    first.library.primary.addGenerated({ count: 30 });
    const { records } = await first.page(ALL);
    const name = records[7]?.recordName;
    const second = simClient();
    second.library.primary.addGenerated({ count: 30 });
    const { json } = await second.call('records/lookup', {
      records: [{ recordName: name }],
      ...PRIMARY,
    });
    expect(json.records[0]).toMatchObject({ recordName: name, recordType: 'CPLMaster' });
  });

  it('takes 200 names and no more', async () => {
    const { call } = simClient();
    const ask = (count: number) =>
      call('records/lookup', { records: Array(count).fill({ recordName: 'x' }), ...PRIMARY });
    expect((await ask(200)).status).toBe(200);
    expect((await ask(201)).status).toBe(400);
  });
});

describe('records/modify', () => {
  it('protocol 5.11: deletes, hides and favourites as clients ask for it', async () => {
    const { library, call } = simClient();
    const id = library.add(photo());
    const set = (fields: object) =>
      call('records/modify', {
        operations: [
          {
            operationType: 'update',
            record: { recordName: id, recordType: 'CPLAsset', recordChangeTag: '21h2', fields },
          },
        ],
        atomic: true,
        ...PRIMARY,
      });
    await set({ isFavorite: { value: 1 }, isHidden: { value: 1 } });
    expect(library.primary.assetOf(id)).toMatchObject({ favourite: true, hidden: true });
    const { json } = await set({ isDeleted: { value: 1 } });
    expect(valueOf(json.records[0], 'isDeleted')).toBe(1);
    expect(json.records[0]?.expirationTime).toBeGreaterThan(0);
    await set({ isDeleted: { value: 0 } });
    expect(library.primary.assetOf(id).trashedAt).toBeUndefined();
  });
});

describe('requests that are not as they should be', () => {
  it('a refusal of the guard comes before everything', async () => {
    const { library } = simClient();
    const guard = { refuse: () => ({ status: 421, body: '{}' }), renewals: () => ['never'] };
    const { call } = clientOf(library, guard);
    expect((await call('zones/list', 'not json')).status).toBe(421);
  });

  it('good answers carry the renewed cookies', async () => {
    const { library } = simClient();
    const guard = { refuse: () => undefined, renewals: () => ['X-APPLE-WEBAUTH-TOKEN="v=2"'] };
    const { database } = clientOf(library, guard);
    const response = await database.handle(
      simRequest({
        path: '/database/1/com.apple.photos.cloud/production/private/zones/list',
        body: Buffer.from('{}'),
      }),
    );
    expect(response?.setCookies).toEqual(['X-APPLE-WEBAUTH-TOKEN="v=2"']);
  });

  it.each([
    ['records/query', 'not json'],
    ['records/query', { ...PRIMARY }],
    ['records/query', { query: { recordType: 'NoSuchType' }, ...PRIMARY }],
    ['records/lookup', { ...PRIMARY }],
    ['changes/zone', {}],
    ['internal/records/query/batch', {}],
    ['records/modify', { ...PRIMARY }],
  ])('%s with %j is a BAD_REQUEST', async (operation, body) => {
    const { status, json } = await simClient().call(operation, body);
    expect([status, json.serverErrorCode]).toEqual([400, 'BAD_REQUEST']);
  });

  it('a marker of another query is refused', async () => {
    const { library, page } = simClient();
    library.primary.addGenerated({ count: 4, hidden: 0 });
    const { continuationMarker: marker = '' } = await page(ALL, { limit: 2 });
    await expect(page('CPLAssetAndMasterByAddedDate', { marker })).rejects.toThrow('BAD_REQUEST');
  });

  it('an operation it does not know is nobody’s', async () => {
    const { database } = simClient();
    const path = '/database/1/com.apple.photos.cloud/production/private/records/dance';
    expect(await database.handle(simRequest({ path, body: Buffer.from('{}') }))).toBeUndefined();
  });

  it('says what a request is about', () => {
    const { database } = simClient();
    const path = '/database/1/com.apple.photos.cloud/production/private/records/query';
    const body = Buffer.from(JSON.stringify({ query: { recordType: ALL }, ...PRIMARY }));
    expect(database.label?.(simRequest({ path, body }))).toEqual({
      operation: 'records/query',
      zone: 'PrimarySync',
      recordType: ALL,
    });
  });
});
