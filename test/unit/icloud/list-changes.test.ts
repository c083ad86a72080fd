import { describe, expect, test } from 'vitest';
import type { ChangeEvent } from '../../../src/domain/index.js';
import { ChangeFeed } from '../../../src/icloud/list-changes.js';
import { silentLogger } from '../../../src/platform/logger.js';
import { PRIMARY, scripted, type Answer, type SentRequest } from './in-memory.js';
import { enc, int, rawAsset, rawMaster, str } from './records.js';

function zone(records: readonly unknown[], token: unknown, moreComing: unknown = false): Answer {
  return {
    body: {
      zones: [{ zoneID: { zoneName: 'PrimarySync' }, records, syncToken: token, moreComing }],
    },
  };
}

const zoneFailure = (serverErrorCode: string, reason = ''): Answer => ({
  body: { zones: [{ zoneID: { zoneName: 'PrimarySync' }, serverErrorCode, reason }] },
});

const tombstone = (recordName: string) => ({ recordName, recordType: null, deleted: true });

/** Feeds pages in order; lookups are answered from `library`, by record name. */
async function follow(pages: readonly Answer[], library: readonly object[] = []) {
  const rest = [...pages];
  const byName = new Map(
    library.map((record) => [(record as { recordName: string }).recordName, record]),
  );
  const answer = ({ url, body }: SentRequest): Answer => {
    if (url.pathname.endsWith('changes/zone')) return rest.shift() ?? { status: 500, text: '' };
    const { records } = body as { records: { recordName: string }[] };
    return {
      body: {
        records: records.map(
          ({ recordName }) =>
            byName.get(recordName) ?? { recordName, serverErrorCode: 'NOT_FOUND', reason: 'x' },
        ),
      },
    };
  };
  const { call, sent } = scripted(answer);
  const feed = new ChangeFeed(call, PRIMARY, 'T0', silentLogger);
  const events: ChangeEvent[] = [];
  let failure: unknown;
  try {
    for await (const event of feed.events()) events.push(event);
  } catch (error) {
    failure = error;
  }
  return { feed, events, sent, failure, result: feed.result() };
}

/** `kind name` of each event. */
const brief = (events: readonly ChangeEvent[]) =>
  events.map((event) => {
    switch (event.kind) {
      case 'changed':
        return `changed ${event.asset.assetId}/${event.asset.masterId}`;
      case 'relation':
        return `${event.present ? 'in' : 'out'} ${event.assetId} ${event.albumId}`;
      case 'album':
        return `album ${event.albumId} ${event.name ?? '-'} ${event.deleted}`;
      case 'hidden':
      case 'soft-deleted':
        return `${event.kind} ${event.assetId}`;
      case 'hard-deleted':
      case 'unresolved':
        return `${event.kind} ${event.recordName}`;
    }
  });

describe('paging', () => {
  test('IN-20: the body of a request', async () => {
    const { sent } = await follow([zone([], 'T1')]);
    expect(sent[0]?.body).toMatchObject({
      zones: [{ zoneID: { zoneName: 'PrimarySync' }, syncToken: 'T0', resultsLimit: 200 }],
    });
  });

  test('IN-21, case 75: 70 empty pages do not end the loop', async () => {
    const empties = Array.from({ length: 70 }, (_, n) =>
      zone([], n % 2 === 0 ? 'T0' : `E${n}`, true),
    );
    const { events, result } = await follow([
      ...empties,
      zone([rawMaster('M'), rawAsset('A', 'M')], 'END'),
    ]);
    expect(brief(events)).toEqual(['changed A/M']);
    expect(result).toEqual({ status: 'complete', token: 'END' });
  });

  test.each([null, undefined, false])('moreComing %j ends it', async (more) => {
    const { sent, result } = await follow([zone([], 'T1', more)]);
    expect(sent).toHaveLength(1);
    expect(result).toEqual({ status: 'complete', token: 'T1' });
  });

  test('a token that never moves is no endless loop and no end', async () => {
    const { sent, result } = await follow(Array.from({ length: 999 }, () => zone([], 'T1', true)));
    expect(sent.length).toBeLessThan(999);
    expect(result).toEqual({ status: 'unfinished', token: 'T1' });
  });

  test('IN-22, case 76: after an error the last settled token is what remains', async () => {
    const pages = [
      zone([], 'T1', true),
      zone([rawAsset('A', 'M')], 'T2', true),
      zoneFailure('SOMETHING_ELSE'),
    ];
    const { failure, result } = await follow(pages);
    expect(failure).toMatchObject({ kind: 'transient' });
    expect(result).toEqual({ status: 'unfinished', token: 'T1' });
  });
});

describe('protocol 6.4: tokens and zones', () => {
  test.each([
    [
      'Unknown sync continuation type',
      zoneFailure('BAD_REQUEST', 'Unknown sync continuation type'),
    ],
    ['Invalid continuation format', zoneFailure('BAD_REQUEST', 'Invalid continuation format')],
    ['at the top', { status: 400, body: { serverErrorCode: 'BAD_REQUEST', reason: 'x' } }],
  ])('case 77: a bad token, %s', async (_, answer) => {
    expect(await follow([answer])).toMatchObject({
      events: [],
      failure: undefined,
      result: { status: 'invalid-token' },
    });
  });

  test.each([zoneFailure('ZONE_NOT_FOUND'), { body: { serverErrorCode: 'ZONE_NOT_FOUND' } }])(
    'a zone that is gone',
    async (answer) => {
      expect((await follow([answer])).result).toEqual({ status: 'zone-gone' });
    },
  );

  test('case 79: a throttled zone is tried again, then fails with its token kept', async () => {
    const throttle = zoneFailure('THROTTLED');
    const cured = await follow([throttle, zone([], 'T1')]);
    expect(cured.result).toEqual({ status: 'complete', token: 'T1' });
    const stuck = await follow([throttle, throttle, throttle, throttle]);
    expect(stuck.failure).toMatchObject({ kind: 'transient' });
    expect(stuck.result).toEqual({ status: 'unfinished', token: 'T0' });
  });

  test('case 78: a blank token is never sent', async () => {
    const { call, sent } = scripted([]);
    const feed = new ChangeFeed(call, PRIMARY, ' ', silentLogger);
    expect((await feed.events().next()).done).toBe(true);
    expect(feed.result()).toEqual({ status: 'invalid-token' });
    expect(sent).toHaveLength(0);
  });
});

describe('IN-30, IN-31: classification of pairs', () => {
  test.each<[string, object, object, string]>([
    ['plain', {}, {}, 'changed A/M'],
    ['favourite', {}, { isFavorite: int(1) }, 'changed A/M'],
    [
      'restored: nulls',
      {},
      { isDeleted: null, isHidden: int(0), isExpunged: { value: null } },
      'changed A/M',
    ],
    ['case 83: a string is no flag', {}, { isDeleted: str('1') }, 'changed A/M'],
    ['soft-deleted asset', {}, { isDeleted: int(1) }, 'soft-deleted A'],
    ['case 82: soft-deleted master', { isDeleted: int(1) }, {}, 'soft-deleted A'],
    ['hidden', {}, { isHidden: int(1) }, 'hidden A'],
    ['hidden and trashed', { isDeleted: int(1) }, { isHidden: int(1) }, 'soft-deleted A'],
    ['purged', {}, { isExpunged: int(1), isDeleted: int(1) }, 'hard-deleted A'],
  ])('%s', async (_, masterFields, assetFields, expected) => {
    const pair = [rawMaster('M', masterFields as never), rawAsset('A', 'M', assetFields as never)];
    for (const records of [pair, [...pair].reverse()]) {
      const together = await follow([zone(records, 'T1')]);
      expect(brief(together.events)).toEqual([expected]);
      const apart = await follow([zone([records[0]], 'T1', true), zone([records[1]], 'T2')]);
      expect(brief(apart.events)).toEqual([expected]);
      expect(apart.sent).toHaveLength(2);
    }
  });

  test('a master that is gone takes its asset with it, in either order', async () => {
    const asset = rawAsset('A', 'M');
    const before = await follow([zone([tombstone('M'), asset], 'T1')]);
    expect(brief(before.events)).toEqual(['hard-deleted M', 'hard-deleted A']);
    const after = await follow([zone([asset], 'T1', true), zone([tombstone('M')], 'T2')]);
    expect(brief(after.events)).toEqual(['hard-deleted M', 'hard-deleted A']);
  });

  test('a purged photo that was imported again has the same master', async () => {
    const again = [rawAsset('A2', 'M'), rawMaster('M')];
    const sameMaster = await follow([zone([tombstone('A1'), tombstone('M'), ...again], 'T1')]);
    expect(brief(sameMaster.events)).toEqual(['hard-deleted A1', 'hard-deleted M', 'changed A2/M']);
    const later = await follow([zone([tombstone('M'), again[0]], 'T1')], [rawMaster('M')]);
    expect(brief(later.events)).toEqual(['hard-deleted M', 'changed A2/M']);
  });

  test('an asset that goes while it waits does not come back', async () => {
    const { events, sent } = await follow(
      [zone([rawAsset('A', 'M'), tombstone('A')], 'T1')],
      [rawMaster('M')],
    );
    expect(brief(events)).toEqual(['hard-deleted A']);
    expect(sent).toHaveLength(1);
  });
});

describe('protocol 6.2: masters that did not change', () => {
  test('are looked up together at the end', async () => {
    const assets = ['A1', 'A2', 'A3'].map((name) => rawAsset(name, `M-${name}`));
    const masters = ['A1', 'A2', 'A3'].map((name) => rawMaster(`M-${name}`));
    const { events, sent } = await follow([zone(assets, 'T1')], masters);
    expect(brief(events)).toEqual(['changed A1/M-A1', 'changed A2/M-A2', 'changed A3/M-A3']);
    expect(sent).toHaveLength(2);
  });

  test('say nothing about a restored asset', async () => {
    const trashed = rawMaster('M', { isDeleted: int(1) });
    const { events } = await follow([zone([rawAsset('A', 'M')], 'T1')], [trashed]);
    expect(brief(events)).toEqual(['changed A/M']);
  });

  test('are not needed to know that an asset was hidden', async () => {
    const { events, sent } = await follow([zone([rawAsset('A', 'M', { isHidden: int(1) })], 'T1')]);
    expect(brief(events)).toEqual(['hidden A']);
    expect(sent).toHaveLength(1);
  });

  test('D64: or are missing, which is a debt', async () => {
    const refused = { recordName: 'M2', serverErrorCode: 'ACCESS_DENIED', reason: 'no' };
    const records = [rawAsset('A1', 'M1'), rawAsset('A2', 'M2'), rawAsset('A3', undefined)];
    const { events } = await follow([zone(records, 'T1')], [refused, rawAsset('A3', undefined)]);
    expect(events).toEqual([
      {
        kind: 'unresolved',
        recordName: 'A3',
        reason: expect.stringContaining('names no master') as string,
      },
      {
        kind: 'unresolved',
        recordName: 'A1',
        reason: expect.stringContaining('does not have it') as string,
      },
      {
        kind: 'unresolved',
        recordName: 'A2',
        reason: expect.stringContaining('ACCESS_DENIED') as string,
      },
    ]);
  });

  test('D64: nor does a record that names none, which is looked up whole', async () => {
    const sparse = (name: string, fields: Readonly<Record<string, unknown>>) =>
      rawAsset(name, undefined, fields);
    const { events, sent } = await follow(
      [
        zone(
          [sparse('A1', { isFavorite: int(1) }), sparse('A2', { isHidden: int(1) })],
          'T1',
          true,
        ),
        zone([sparse('A3', {}), sparse('A4', {}), sparse('A5', {})], 'T2'),
      ],
      [
        rawAsset('A1', 'M'),
        rawAsset('A3', 'M'),
        rawAsset('A4', 'M', { isHidden: int(1) }),
        rawMaster('M'),
      ],
    );
    expect(brief(events)).toEqual([
      'hidden A2',
      'hard-deleted A5',
      'changed A1/M',
      'changed A3/M',
      'hidden A4',
    ]);
    // Two pages, the assets, their master.
    expect(sent).toHaveLength(4);
  });

  test('what waits is bounded', async () => {
    const names = Array.from({ length: 1000 }, (_, n) => `A${n}`);
    const pages = Array.from({ length: 5 }, (_, page) =>
      zone(
        names.slice(page * 200, page * 200 + 200).map((name) => rawAsset(name, `M${name}`)),
        `P${page}`,
        page < 4,
      ),
    );
    const { events, result } = await follow(
      pages,
      names.map((name) => rawMaster(`M${name}`)),
    );
    expect(events).toHaveLength(1000);
    expect(events.every(({ kind }) => kind === 'changed')).toBe(true);
    expect(result).toEqual({ status: 'complete', token: 'P4' });
  });

  test('D64: a master alone is counted and ignored', async () => {
    const { events, feed } = await follow([
      zone([rawMaster('M1'), rawMaster('M2'), rawAsset('A', 'M2')], 'T1'),
    ]);
    expect(brief(events)).toEqual(['changed A/M2']);
    expect(feed.mastersAlone).toBe(1);
  });
});

test('protocol D 12: a duplicate is a second asset of one master', async () => {
  const { events } = await follow([
    zone([rawMaster('M'), rawAsset('A', 'M'), rawAsset('B', 'M')], 'T1'),
  ]);
  expect(brief(events)).toEqual(['changed A/M', 'changed B/M']);
});

test('IN-35: albums, relations, tombstones, errors and what is none of our business', async () => {
  const relation = (name: string, fields: object) => ({
    recordName: name,
    recordType: 'CPLContainerRelation',
    fields,
  });
  const records = [
    {
      recordName: 'AL',
      recordType: 'CPLAlbum',
      fields: { albumNameEnc: enc('Été'), albumType: int(0) },
    },
    { recordName: 'AL2', recordType: 'CPLAlbum', fields: { isDeleted: int(1) } },
    relation('A-IN-AL', { itemId: str('A'), containerId: str('AL') }),
    relation('B-IN-AL', {}),
    relation('C-IN-AL', { isDeleted: int(1) }),
    relation('???', {}),
    tombstone('D-IN-AL'),
    tombstone('X'),
    { recordName: 'E', serverErrorCode: 'ACCESS_DENIED', reason: 'no' },
    { recordName: 'G', serverErrorCode: 'UNKNOWN_ITEM', reason: 'no' },
    { recordName: 'PrimarySync-0000-LI', recordType: 'CPLLibraryInfo', fields: {} },
    { recordName: 'F', recordType: 'CPLFaceCrop' },
    { recordType: 'CPLAsset' },
    'nonsense',
  ];
  const { events, feed } = await follow([zone(records, 'T1')]);
  expect(brief(events)).toEqual([
    'album AL Été false',
    'album AL2 - true',
    'in A AL',
    'in B AL',
    'out C AL',
    'unresolved ???',
    'out D AL',
    'hard-deleted X',
    'hard-deleted G',
    'hard-deleted E',
  ]);
  expect(feed.malformed).toBe(2);
});
