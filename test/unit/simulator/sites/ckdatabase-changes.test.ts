import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { photo } from '../../../../src/simulator/library/builder.js';
import { simClient, valueOf, type WireRecord, type WireZone } from '../../../support/sim-client.js';

type Client = ReturnType<typeof simClient>;

async function delta(client: Client, token: string | undefined, over: object = {}) {
  const { json } = await client.call('changes/zone', {
    zones: [
      {
        zoneID: { zoneName: 'PrimarySync' },
        ...(token === undefined ? {} : { syncToken: token }),
        ...over,
      },
    ],
  });
  const [zone] = json.zones;
  if (!zone) throw new Error('no zone in the answer');
  return zone;
}

async function wholeDelta(client: Client, token: string | undefined, limit = 200) {
  const pages: WireZone[] = [];
  let next = token;
  do {
    pages.push(await delta(client, next, { resultsLimit: limit }));
    next = pages.at(-1)?.syncToken;
  } while (pages.at(-1)?.moreComing === true);
  return { pages, records: pages.flatMap((page) => page.records), token: next };
}

/** Type and name of the records of a delta, without the counters that every delta has. */
const shown = (records: readonly WireRecord[]) =>
  records
    .filter((record) => record.recordType !== 'CPLLibraryInfo')
    .map((record) => `${record.recordType ?? 'gone'} ${record.recordName}`);

describe('protocol 6.3: what an action leaves in the delta', () => {
  async function after(action: (client: Client, id: string) => unknown) {
    const client = simClient();
    const id = client.library.add(photo({ live: true }));
    const { primary } = client.library;
    const master = primary.assets.masterName(0);
    const token = primary.syncToken;
    await action(client, id);
    const { records } = await wholeDelta(client, token);
    const [asset] = records.filter((record) => record.recordType === 'CPLAsset');
    return { id, master, names: shown(records), asset, records };
  }

  it('added: master and asset', async () => {
    const { names } = await after(({ library }) => library.add(photo()));
    expect(names.map((name) => name.split(' ')[0])).toEqual(['CPLMaster', 'CPLAsset']);
  });

  it.each([
    ['favourite', 'isFavorite', 1],
    ['hide', 'isHidden', 1],
    ['unhide', 'isHidden', 0],
    ['edit', 'adjustmentType', 'com.apple.photo'],
    ['revert', 'adjustmentType', undefined],
  ] as const)('%s: the asset only', async (verb, field, value) => {
    const { names, id, asset } = await after(({ library }, it) => {
      library.primary[verb](it);
    });
    expect(names).toEqual([`CPLAsset ${id}`]);
    expect(valueOf(asset, field)).toBe(value);
  });

  it('described: the asset only', async () => {
    const { asset, names } = await after(({ library }, id) => {
      library.primary.describe(id, { title: 'T' });
    });
    expect(names).toHaveLength(1);
    expect(valueOf(asset, 'captionEnc')).toBe(Buffer.from('T').toString('base64'));
  });

  it('trashed: master and asset, both deleted', async () => {
    const { names, id, master, records } = await after(({ library }, it) => {
      library.primary.trash(it);
    });
    expect(names).toEqual([`CPLMaster ${master}`, `CPLAsset ${id}`]);
    expect(records.slice(0, 2).map((record) => valueOf(record, 'isDeleted'))).toEqual([1, 1]);
    expect(valueOf(records[1], 'trashReason')).toBe(1);
  });

  it('restored: the asset only, without isDeleted', async () => {
    const { records, id } = await after(async (client, it) => {
      client.library.primary.trash(it);
      const { syncToken } = client.library.primary;
      client.library.primary.restore(it);
      const { records } = await wholeDelta(client, syncToken);
      expect(shown(records)).toEqual([`CPLAsset ${it}`]);
    });
    const asset = records.find((record) => record.recordName === id);
    expect(asset?.fields).not.toHaveProperty('isDeleted');
  });

  it('purged: tombstones without type', async () => {
    const { names, id, master, records } = await after(({ library }, it) => {
      library.primary.purge(it);
    });
    expect(names).toEqual([`gone ${master}`, `gone ${id}`]);
    expect(records[0]).toMatchObject({ recordType: null, deleted: true });
    expect(records[0]).not.toHaveProperty('fields');
  });

  it('duplicated: a new asset, the master as it was', async () => {
    const { names, id } = await after(({ library }, it) => library.primary.duplicate(it));
    expect(names).toHaveLength(1);
    expect(names).not.toContain(`CPLAsset ${id}`);
  });

  it('albums: the album, its relations, and their tombstones', async () => {
    const client = simClient();
    const { primary } = client.library;
    const id = primary.add(photo());
    let { syncToken } = primary;
    const next = async () => {
      const { records, token } = await wholeDelta(client, syncToken);
      syncToken = token ?? '';
      return shown(records);
    };
    const album = primary.createAlbum('A');
    expect(await next()).toEqual([`CPLAlbum ${album}`]);
    primary.addToAlbum(album, id);
    expect(await next()).toEqual([`CPLContainerRelation ${id}-IN-${album}`, `CPLAlbum ${album}`]);
    primary.renameAlbum(album, 'B');
    expect(await next()).toEqual([`CPLAlbum ${album}`]);
    primary.removeFromAlbum(album, id);
    expect(await next()).toEqual([`gone ${id}-IN-${album}`]);
  });

  it('protocol D 12: given to the shared library, both zones tell, with one master', async () => {
    const client = simClient();
    const { library } = client;
    const shared = library.addSharedLibrary();
    const id = library.add(photo());
    const [mine, ours] = [library.primary.syncToken, shared.syncToken];
    library.primary.moveToSharedLibrary(id, shared);
    const { json } = await client.call('changes/zone', {
      zones: [
        { zoneID: { zoneName: 'PrimarySync' }, syncToken: mine },
        { zoneID: shared.zoneId, syncToken: ours },
      ],
    });
    const types = json.zones.map((zone) =>
      zone.records.map((record) => record.recordType).toSorted(),
    );
    expect(types).toEqual([
      ['CPLAsset', 'CPLLibraryInfo', 'CPLMaster'],
      ['CPLAsset', 'CPLLibraryInfo', 'CPLMaster', 'CPLSharedLibraryQuota'],
    ]);
    const masters = json.zones.map(
      (zone) => zone.records.find((record) => record.recordType === 'CPLMaster')?.recordName,
    );
    expect(masters[0]).toBe(masters[1]);
  });

  it('a replaced original is another master under the same asset', async () => {
    const { names, id, master } = await after(({ library }, it) => {
      library.primary.replaceOriginal(it, Buffer.from('other bytes'));
    });
    expect(names[0]).toMatch(/^CPLMaster /u);
    expect(names.slice(1)).toEqual([`CPLAsset ${id}`, `gone ${master}`]);
  });
});

describe('protocol 6.2: sync tokens', () => {
  it('a caught-up token returns itself, and using a token does not consume it', async () => {
    const client = simClient();
    client.library.primary.addGenerated({ count: 20 });
    const { token } = await wholeDelta(client, undefined);
    const again = await delta(client, token);
    expect(again).toMatchObject({ records: [], moreComing: false, syncToken: token });
    client.library.add(photo());
    const [first, second] = [await delta(client, token), await delta(client, token)];
    expect(first.records.map((record) => record.recordName)).toEqual(
      second.records.map((record) => record.recordName),
    );
  });

  it('the token of a query goes on in changes/zone', async () => {
    const client = simClient();
    client.library.add(photo());
    const { syncToken } = await client.page('CPLAssetAndMasterByAssetDateWithoutHiddenOrDeleted');
    expect((await delta(client, syncToken)).records).toEqual([]);
  });

  it('the empty token asks for nothing', async () => {
    const client = simClient();
    client.library.add(photo());
    expect(await delta(client, '')).toMatchObject({ records: [], moreComing: false });
  });

  it.each([
    ['garbage', () => 'not a token', 'Unknown sync continuation type'],
    ['cut', (token: string) => token.slice(0, 20), 'Invalid continuation format'],
  ])('a %s token is refused in Apple’s words', async (_, damage, reason) => {
    const client = simClient();
    client.library.add(photo());
    const answer = await delta(client, damage(client.library.primary.syncToken));
    expect(answer).toMatchObject({ serverErrorCode: 'BAD_REQUEST', reason });
    expect(answer).not.toHaveProperty('records');
  });

  it('the token of a database or of another zone is refused', async () => {
    const client = simClient();
    const shared = client.library.addSharedLibrary();
    for (const token of [client.library.databaseToken('private'), shared.syncToken]) {
      const answer = await delta(client, token);
      expect(answer).toMatchObject({ reason: 'Unknown sync continuation type' });
    }
  });

  it('a token of a time that has not come is refused', async () => {
    const before = simClient();
    const after = simClient();
    after.library.add(photo());
    expect(await delta(before, after.library.primary.syncToken)).toMatchObject({
      reason: 'Unknown sync continuation type',
    });
  });

  it('records that clients do not know come in between', async () => {
    const client = simClient();
    const id = client.library.add(photo());
    const { syncToken } = client.library.primary;
    client.library.primary.recognise(id, 'Somebody');
    const { records } = await wholeDelta(client, syncToken);
    expect(records.map((record) => record.recordType)).toEqual([
      'CPLPerson',
      'CPLFaceCrop',
      'CPLLibraryInfo',
    ]);
  });

  it('compaction ends tokens that are behind; the newest and new ones are good', async () => {
    const client = simClient();
    const { primary } = client.library;
    const old = primary.syncToken;
    primary.addGenerated({ count: 3 });
    const current = primary.syncToken;
    primary.compact();
    expect(await delta(client, old)).toMatchObject({ serverErrorCode: 'BAD_REQUEST' });
    expect((await delta(client, current)).records).toEqual([]);
    const { records } = await wholeDelta(client, undefined, 2);
    expect(records.filter((record) => record.recordType === 'CPLAsset')).toHaveLength(3);
    primary.forgetTokens();
    expect(await delta(client, current)).toMatchObject({ serverErrorCode: 'BAD_REQUEST' });
  });

  it('empty pages come with moreComing true, and the last says so as it is told to', async () => {
    const client = simClient();
    const { primary, tuning } = client.library;
    const { syncToken } = primary;
    primary.churn(12);
    client.library.add(photo());
    tuning.lastPageMoreComing = 'null';
    const { pages } = await wholeDelta(client, syncToken);
    expect(pages.slice(0, 12).map((page) => [page.records.length, page.moreComing])).toEqual(
      Array(12).fill([0, true]),
    );
    expect(pages.at(-1)?.moreComing).toBeNull();
    tuning.lastPageMoreComing = 'absent';
    expect(await delta(client, pages.at(-1)?.syncToken)).not.toHaveProperty('moreComing');
  });

  it.each([
    ['before', ['CPLMaster', 'CPLAsset']],
    ['after', ['CPLAsset', 'CPLMaster']],
  ] as const)('the master of a changed asset can be told of as well: %s', async (form, types) => {
    const client = simClient();
    const id = client.library.add(photo());
    const { syncToken } = client.library.primary;
    client.library.tuning.mastersInDeltas = form;
    client.library.primary.favourite(id);
    const { records } = await wholeDelta(client, syncToken);
    expect(records.slice(0, 2).map((record) => record.recordType)).toEqual(types);
  });

  it('master and asset can come pages apart', async () => {
    const client = simClient();
    const { syncToken } = client.library.primary;
    client.library.add(photo(), { gap: 400 });
    const { pages } = await wholeDelta(client, syncToken);
    const types = pages.map((page) => page.records[0]?.recordType);
    expect(types).toEqual(['CPLMaster', undefined, 'CPLAsset']);
  });

  it('a full history tells tombstones too, and may begin with an empty page', async () => {
    const client = simClient();
    const { primary, tuning } = client.library;
    primary.pastDeletions(7);
    primary.addGenerated({ count: 5 });
    const { records } = await wholeDelta(client, undefined);
    expect(records.filter((record) => record.deleted)).toHaveLength(7);
    tuning.emptyFirstHistoryPage = true;
    expect(await delta(client, undefined)).toMatchObject({ records: [], moreComing: true });
  });

  it('a page has 200 records at most, wherever the limit is', async () => {
    const client = simClient();
    client.library.primary.addGenerated({ count: 300 });
    expect((await delta(client, undefined, { resultsLimit: 5000 })).records).toHaveLength(200);
    const { json } = await client.call('changes/zone', {
      resultsLimit: 7,
      zones: [{ zoneID: { zoneName: 'PrimarySync' } }],
    });
    expect(json.zones[0]?.records).toHaveLength(7);
  });

  it('errors of a zone come within the zone', async () => {
    const client = simClient();
    client.library.primary.failNext('changes/zone', {
      serverErrorCode: 'THROTTLED',
      reason: 'Request throttled',
      retryAfter: 30,
    });
    expect(await delta(client, undefined)).toMatchObject({
      serverErrorCode: 'THROTTLED',
      retryAfter: 30,
    });
    expect(await delta(client, undefined)).not.toHaveProperty('serverErrorCode');
    const { json } = await client.call('changes/zone', {
      zones: [{ zoneID: { zoneName: 'SharedSync-unknown' } }],
    });
    expect(json.zones[0]).toMatchObject({ serverErrorCode: 'ZONE_NOT_FOUND' });
  });

  it('from any token, whatever the page size, a delta leads to the library as it is', async () => {
    const verbs = ['add', 'hide', 'unhide', 'favourite', 'trash', 'restore', 'purge', 'duplicate'];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...verbs), fc.nat(50)), { minLength: 1, maxLength: 40 }),
        fc.nat(40),
        fc.integer({ min: 1, max: 30 }),
        async (script, from, limit) => {
          const client = simClient();
          const { primary } = client.library;
          const ids = [primary.add(photo({ previews: false }))];
          const known = new Map<string, WireRecord>();
          const see = (records: readonly WireRecord[]) => {
            for (const record of records) {
              if (record.deleted) known.delete(record.recordName);
              else known.set(record.recordName, record);
            }
          };
          let token: string | undefined;
          const gone = new Set<string>();
          for (const [step, [verb, choice]] of script.entries()) {
            const alive = ids.filter((id) => !gone.has(id));
            const id = alive[choice % Math.max(1, alive.length)];
            if (verb === 'add' || id === undefined)
              ids.push(primary.add(photo({ previews: false })));
            else if (verb === 'duplicate') ids.push(primary.duplicate(id));
            else primary[verb as 'hide'](id);
            if (verb === 'purge' && id !== undefined) gone.add(id);
            if (step === from) {
              const first = await wholeDelta(client, undefined, limit);
              see(first.records);
              ({ token } = first);
            }
          }
          const rest = await wholeDelta(client, token, limit);
          see(rest.records);
          const assets = [...known.values()].filter((record) => record.recordType === 'CPLAsset');
          expect(assets.map((record) => record.recordName).toSorted()).toEqual(
            ids.filter((id) => !gone.has(id)).toSorted(),
          );
          for (const record of assets) {
            const state = primary.assetOf(record.recordName);
            expect(valueOf(record, 'isHidden')).toBe(state.hidden ? 1 : 0);
            expect(valueOf(record, 'isDeleted')).toBe(
              state.trashedAt === undefined ? undefined : 1,
            );
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
