import { describe, expect, test } from 'vitest';
import { listAlbums } from '../../../src/icloud/albums.js';
import { changedZones } from '../../../src/icloud/changed-zones.js';
import { countAssets } from '../../../src/icloud/counts.js';
import { checkIndexing } from '../../../src/icloud/indexing.js';
import { listLibraries } from '../../../src/icloud/zones.js';
import { silentLogger } from '../../../src/platform/logger.js';
import { PRIMARY, scripted, type Answer } from './in-memory.js';
import { enc, int, str } from './records.js';

const zoneEntry = (zoneName: string, more: object = {}) => ({
  zoneID: { zoneName, ownerRecordName: '_owner', zoneType: 'REGULAR_CUSTOM_ZONE' },
  ...more,
});

function zonesAnswer(inPrivate: readonly unknown[], inShared: readonly unknown[]) {
  return scripted(({ url }) => ({
    body: { zones: url.pathname.includes('/shared/') ? inShared : inPrivate },
  }));
}

describe('D78, protocol 5.2, D 8: libraries', () => {
  test('photo libraries of both databases, the personal one first', async () => {
    const { call, sent } = zonesAnswer(
      [
        zoneEntry('SharedSync-AAAA'),
        zoneEntry('CMM-1'),
        zoneEntry('SharedCollection-1'),
        zoneEntry('AppLibrarySync-1'),
        zoneEntry('PrimarySyncOther'),
        zoneEntry('SharedSync-'),
        zoneEntry('SharedSync-DDDD', { deleted: true }),
        zoneEntry('SharedSync-EEEE', { serverErrorCode: 'ZONE_NOT_FOUND' }),
        null,
        {},
        zoneEntry('PrimarySync1', { deleted: false }),
      ],
      [zoneEntry('SharedSync-BBBB'), zoneEntry('SharedSync-AAAA'), zoneEntry('PrimarySync')],
    );
    const libraries = await listLibraries(call, true, silentLogger);
    expect(libraries.map(({ kind, zone, database }) => [kind, zone, database])).toEqual([
      ['primary', 'PrimarySync1', 'private'],
      ['shared', 'SharedSync-AAAA', 'private'],
      ['shared', 'SharedSync-BBBB', 'shared'],
    ]);
    expect(libraries[2]?.zoneId).toEqual({
      zoneName: 'SharedSync-BBBB',
      ownerRecordName: '_owner',
      zoneType: 'REGULAR_CUSTOM_ZONE',
    });
    expect(sent).toHaveLength(2);
  });

  test('protocol 5.2: moreComing is followed, each page from the token of the last', async () => {
    const { call, sent } = scripted(({ url, body }) => {
      if (url.pathname.includes('/shared/')) return { body: { zones: [] } };
      return JSON.stringify(body).includes('D1')
        ? { body: { zones: [zoneEntry('PrimarySync')], syncToken: 'D2', moreComing: false } }
        : { body: { zones: [zoneEntry('SharedSync-A')], syncToken: 'D1', moreComing: true } };
    });
    const libraries = await listLibraries(call, true, silentLogger);
    expect(libraries.map(({ zone }) => zone)).toEqual(['PrimarySync', 'SharedSync-A']);
    expect(sent.map(({ body }) => body)).toContainEqual({ syncToken: 'D1' });
    expect(sent).toHaveLength(3);
  });

  test('a missing personal library is explained', async () => {
    const { call } = zonesAnswer([zoneEntry('SharedSync-AAAA')], []);
    await expect(listLibraries(call, true, silentLogger)).rejects.toMatchObject({
      kind: 'account',
      hint: expect.stringContaining('iCloud Photos') as string,
    });
  });
});

describe('a shared database that refuses to answer', () => {
  const refusing = (serverErrorCode = 'BAD_REQUEST') =>
    scripted(({ url }) =>
      url.pathname.includes('/shared/')
        ? { status: 404, body: { serverErrorCode, reason: 'no such database' } }
        : { body: { zones: [zoneEntry('PrimarySync')] } },
    );

  test.each(['BAD_REQUEST', 'ZONE_NOT_FOUND'])(
    '%s: no matter for the personal library',
    async (code) => {
      const libraries = await listLibraries(refusing(code).call, false, silentLogger);
      expect(libraries.map(({ zone }) => zone)).toEqual(['PrimarySync']);
    },
  );

  test('is an error to who wants shared libraries: none may be left out silently', async () => {
    await expect(listLibraries(refusing().call, true, silentLogger)).rejects.toMatchObject({
      kind: 'permanent',
    });
  });
});

describe('protocol 6.1, D63: changed zones', () => {
  test('nothing new', async () => {
    const { call, sent } = scripted([{ body: { zones: [], syncToken: 'D1', moreComing: false } }]);
    expect(await changedZones(call, 'private', 'D0')).toEqual({
      status: 'known',
      zones: new Set(),
      gone: new Set(),
      token: 'D1',
    });
    expect(sent[0]?.body).toEqual({ syncToken: 'D0' });
  });

  test('follows moreComing, and ignores zones that are no libraries', async () => {
    const { call, sent } = scripted([
      {
        body: {
          zones: [zoneEntry('PrimarySync'), zoneEntry('CMM-1')],
          syncToken: 'D1',
          moreComing: true,
        },
      },
      {
        body: {
          zones: [zoneEntry('SharedSync-A', { deleted: true })],
          syncToken: 'D2',
          moreComing: null,
        },
      },
    ]);
    expect(await changedZones(call, 'shared', undefined)).toEqual({
      status: 'known',
      zones: new Set(['PrimarySync', 'SharedSync-A']),
      gone: new Set(['SharedSync-A']),
      token: 'D2',
    });
    expect(sent.map(({ body }) => body)).toEqual([{}, { syncToken: 'D1' }]);
  });

  test.each([{ syncToken: 'D1' }, {}])('IN-62: more, and no way to it: %j', async (token) => {
    const { call, sent } = scripted(() => ({ body: { zones: [], moreComing: true, ...token } }));
    expect(await changedZones(call, 'private', 'D1')).toMatchObject({ status: 'incomplete' });
    expect(sent).toHaveLength(1);
  });

  test('an unknown token is a result, not a failure', async () => {
    const { call } = scripted([{ status: 400, body: { serverErrorCode: 'BAD_REQUEST' } }]);
    expect(await changedZones(call, 'private', 'zone token')).toEqual({ status: 'invalid-token' });
  });
});

describe('EN-2: indexing', () => {
  test.each<[unknown, object]>([
    [
      { state: str('FINISHED'), progress: int(100) },
      { finished: true, progress: 100, syncToken: 'T' },
    ],
    [
      { state: str('RUNNING'), progress: int(40) },
      { finished: false, state: 'RUNNING', progress: 40 },
    ],
    [{}, { finished: false, state: undefined }],
  ])('%j', async (fields, expected) => {
    const { call, sent } = scripted([
      { body: { records: [{ recordName: '_x', fields }], syncToken: 'T' } },
    ]);
    expect(await checkIndexing(call, PRIMARY, silentLogger)).toMatchObject(expected);
    expect(sent[0]?.body).toEqual({
      query: { recordType: 'CheckIndexingState' },
      zoneID: PRIMARY.zoneId,
    });
  });

  test('a zone that refuses the question is listed all the same, without a baseline', async () => {
    const { call } = scripted([
      { status: 400, body: { serverErrorCode: 'BAD_REQUEST', reason: 'Unknown record type' } },
    ]);
    expect(await checkIndexing(call, PRIMARY, silentLogger)).toMatchObject({ finished: false });
  });
});

describe('EN-6, protocol 5.7: albums', () => {
  const album = (name: string, fields: object) => ({
    recordName: name,
    recordType: 'CPLAlbum',
    fields,
  });

  test('folders are entered, pages followed, and only albums come out', async () => {
    const top = [
      album('----Root-Folder----', { albumType: int(3) }),
      album('----Project-Root-Folder----', { albumType: int(3), albumNameEnc: enc('x') }),
      album('F1', { albumType: int(3), albumNameEnc: enc('Trips/2024') }),
      album('S', { albumType: int(6), albumNameEnc: enc('Smart') }),
      album('D', { albumType: int(0), albumNameEnc: enc('Gone'), isDeleted: int(1) }),
      album('N', { albumType: int(0) }),
      { ...album('T', { albumType: int(0), albumNameEnc: enc('Tomb') }), deleted: true },
      album('A1', { albumType: int(0), albumNameEnc: enc('Same 🏖') }),
    ];
    const answers: Record<string, Answer> = {
      '-': { body: { records: top, continuationMarker: 'next' } },
      '- next': {
        body: { records: [album('A2', { albumType: int(0), albumNameEnc: str('Same 🏖') })] },
      },
      F1: {
        body: {
          records: [
            album('A3', { albumType: int(0), albumNameEnc: enc('Inner') }),
            album('F2', { albumType: int(3), albumNameEnc: enc('Deep') }),
          ],
        },
      },
      F2: {
        body: {
          records: [
            album('A4', { albumType: int(0), albumNameEnc: enc('Innermost') }),
            album('F1', { albumType: int(3), albumNameEnc: enc('Loop') }),
          ],
        },
      },
    };
    const { call } = scripted(({ body }) => {
      const { query, continuationMarker } = body as {
        query: { filterBy?: { fieldValue: { value: string } }[] };
        continuationMarker?: string;
      };
      const folder = query.filterBy?.[0]?.fieldValue.value ?? '-';
      return (
        answers[[folder, continuationMarker].filter(Boolean).join(' ')] ?? {
          status: 404,
          text: folder,
        }
      );
    });
    expect(await listAlbums(call, PRIMARY, silentLogger)).toEqual([
      { id: 'A1', name: 'Same 🏖', folders: [] },
      { id: 'A2', name: 'Same 🏖', folders: [] },
      { id: 'A3', name: 'Inner', folders: ['Trips/2024'] },
      { id: 'A4', name: 'Innermost', folders: ['Trips/2024', 'Deep'] },
    ]);
  });

  test('the 65th page of one folder is not asked for', async () => {
    const { call, sent } = scripted((_, number) => ({
      body: {
        records: [album(`A${number}`, { albumType: int(0), albumNameEnc: enc('n') })],
        continuationMarker: 'm',
      },
    }));
    expect(await listAlbums(call, PRIMARY, silentLogger)).toHaveLength(64);
    expect(sent).toHaveLength(64);
  });

  test('EN-3: a shared library has none, and nobody asks', async () => {
    const { call, sent } = scripted([]);
    expect(await listAlbums(call, { ...PRIMARY, kind: 'shared' }, silentLogger)).toEqual([]);
    expect(sent).toHaveLength(0);
  });

  test('an index that cannot be listed means no albums', async () => {
    const reason = 'Index has invalid data';
    const { call } = scripted([{ status: 400, body: { serverErrorCode: 'BAD_REQUEST', reason } }]);
    expect(await listAlbums(call, PRIMARY, silentLogger)).toEqual([]);
  });
});

describe('EN-40, EN-41: counts', () => {
  const sources = [{ kind: 'all' }, { kind: 'smart-folder', name: 'Favorites' }] as const;
  const entry = (count?: number) => ({
    records: [{ recordName: 'x', fields: count === undefined ? {} : { itemCount: int(count) } }],
  });

  test('one request for all', async () => {
    const { call, sent } = scripted([{ body: { batch: [entry(7412), entry()] } }]);
    expect(await countAssets(call, PRIMARY, sources, silentLogger)).toEqual([7412, 0]);
    expect(JSON.stringify(sent[0]?.body)).toContain('CPLAssetInSmartAlbumByAssetDate:Favorite');
  });

  test('many in batches of 200, each of which may fail alone', async () => {
    const many = Array.from({ length: 203 }, () => sources[0]);
    const { call, sent } = scripted(({ body }) => {
      const { length } = (body as { batch: unknown[] }).batch;
      return length === 200
        ? { body: { batch: Array.from({ length }, (_, number) => entry(number)) } }
        : { status: 400, body: { serverErrorCode: 'BAD_REQUEST' } };
    });
    const counts = await countAssets(call, PRIMARY, many, silentLogger);
    expect(counts.slice(0, 200)).toEqual([...Array(200).keys()]);
    expect(counts.slice(200)).toEqual([undefined, undefined, undefined]);
    expect(sent).toHaveLength(2 + 3);
  });

  test('one by one when the batch fails; unknown where that fails too', async () => {
    const failure = { status: 400, body: { serverErrorCode: 'BAD_REQUEST' } };
    const { call } = scripted([failure, { body: { batch: [entry(3)] } }, failure]);
    expect(await countAssets(call, PRIMARY, sources, silentLogger)).toEqual([3, undefined]);
  });

  test('an error inside an entry is unknown', async () => {
    const { call } = scripted([
      { body: { batch: [{ serverErrorCode: 'INTERNAL_ERROR' }, entry(1)] } },
    ]);
    expect(await countAssets(call, PRIMARY, sources, silentLogger)).toEqual([undefined, 1]);
  });

  test('a refused session is not hidden', async () => {
    const { call } = scripted([{ status: 401, text: '' }]);
    await expect(countAssets(call, PRIMARY, sources, silentLogger)).rejects.toMatchObject({
      kind: 'session',
    });
  });
});
