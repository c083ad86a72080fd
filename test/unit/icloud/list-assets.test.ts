import { describe, expect, test } from 'vitest';
import type { AssetSource } from '../../../src/domain/index.js';
import { AssetListing } from '../../../src/icloud/list-assets.js';
import type { ListingItem, ListingOptions } from '../../../src/icloud/listing.js';
import { silentLogger } from '../../../src/platform/logger.js';
import { PRIMARY, scripted, type Answer, type SentRequest } from './in-memory.js';
import { rawAsset, rawMaster } from './records.js';

const ALL: AssetSource = { kind: 'all' };
const page = (
  records: readonly unknown[],
  token: { syncToken?: unknown } = { syncToken: 'T1' },
): Answer => ({
  body: { records, ...token },
});

/** Pages in order, then empty ones; lookups from `library`. */
async function list(
  pages: readonly Answer[],
  options: Partial<ListingOptions> = {},
  library: readonly { recordName: string }[] = [],
) {
  const rest = [...pages];
  const byName = new Map(library.map((record) => [record.recordName, record]));
  const { call, sent } = scripted(({ url, body }: SentRequest): Answer => {
    if (url.pathname.endsWith('records/query')) return rest.shift() ?? page([]);
    const { records } = body as { records: { recordName: string }[] };
    return {
      body: {
        records: records.map(
          ({ recordName }) =>
            byName.get(recordName) ?? { recordName, serverErrorCode: 'NOT_FOUND' },
        ),
      },
    };
  });
  const listing = new AssetListing(
    call,
    { library: PRIMARY, source: ALL, ...options },
    silentLogger,
  );
  const items: ListingItem[] = [];
  let failure: unknown;
  try {
    for await (const item of listing.items()) items.push(item);
  } catch (error) {
    failure = error;
  }
  return { items, sent, failure, result: listing.result() };
}

const brief = (items: readonly ListingItem[]) =>
  items.map((item) =>
    item.kind === 'asset'
      ? `${item.rank} ${item.asset.assetId}/${item.asset.masterId}`
      : `? ${item.recordName}: ${item.reason}`,
  );

describe('EN-13, D64: pairing', () => {
  test('masters before, between and behind the assets', async () => {
    const { items, result } = await list([
      page([rawMaster('M1'), rawAsset('A1', 'M1'), rawAsset('A2', 'M2'), rawMaster('M2')]),
    ]);
    expect(brief(items)).toEqual(['0 A1/M1', '1 A2/M2']);
    expect(result).toMatchObject({
      complete: true,
      obstacles: [],
      seen: 2,
      unpaired: 0,
      mastersAlone: 0,
    });
  });

  test('EN-14, case 50: several assets of one master are several assets', async () => {
    const { items } = await list([page([rawMaster('M'), rawAsset('A', 'M'), rawAsset('B', 'M')])]);
    expect(brief(items)).toEqual(['0 A/M', '1 B/M']);
  });

  test('case 49: a master two pages before its asset', async () => {
    const { items, sent } = await list([
      page([rawMaster('M1'), rawMaster('M3'), rawAsset('A1', 'M1')]),
      page([rawMaster('M2'), rawAsset('A2', 'M2')]),
      page([rawAsset('A3', 'M3')]),
    ]);
    expect(brief(items)).toEqual(['0 A1/M1', '1 A2/M2', '2 A3/M3']);
    expect(sent).toHaveLength(4);
  });

  test('a missing master is looked up', async () => {
    const { items, result } = await list(
      [page([rawMaster('M1'), rawAsset('A1', 'M1'), rawAsset('A2', 'M2')])],
      {},
      [rawMaster('M2')],
    );
    expect(brief(items)).toEqual(['0 A1/M1', '1 A2/M2']);
    expect(result.unpaired).toBe(0);
  });

  test('what cannot be paired is told, never dropped', async () => {
    const { items, result } = await list([
      page([rawAsset('A1', 'M1'), rawAsset('A2', undefined), rawMaster('M9')]),
    ]);
    expect(brief(items)).toEqual([
      '? A1: its master record is missing: iCloud does not have it',
      '? A2: it names no master record',
    ]);
    expect(result).toMatchObject({ complete: true, seen: 2, unpaired: 2, mastersAlone: 1 });
  });
});

describe('EN-72, case 73: records that the server does not deliver', () => {
  const denied = { recordName: 'X', serverErrorCode: 'ACCESS_DENIED', reason: 'no' };

  test('some: the others are listed', async () => {
    const { items, result } = await list([
      page([denied, rawMaster('M'), rawAsset('A', 'M'), 'junk', {}]),
    ]);
    expect(brief(items)).toEqual(['? X: ACCESS_DENIED no', '0 A/M']);
    expect(result).toMatchObject({ errored: 1, malformed: 2, complete: true });
  });

  test('all: the page is an error, and the listing incomplete', async () => {
    const { failure, result } = await list([page([denied])]);
    expect(failure).toMatchObject({ code: 'CLOUDKIT_ACCESS_DENIED' });
    expect(result).toMatchObject({
      complete: false,
    });
    expect(result.obstacles).toContain('producer_enumeration_incomplete');
  });
});

describe('D60: the token from before the first page', () => {
  const indexing = { state: 'FINISHED', finished: true, progress: 100, syncToken: 'T0' };

  test('EN-26, case 53: of the indexing check, else of the first page, whatever later pages say', async () => {
    const pages = [page([rawMaster('M'), rawAsset('A', 'M')]), page([], { syncToken: 'T2' })];
    expect((await list(pages)).result.syncToken).toBe('T1');
    expect((await list(pages, { indexing })).result.syncToken).toBe('T0');
    expect((await list(pages)).result).toMatchObject({ lastToken: 'T2', obstacles: [] });
  });

  test.each<[string, unknown, Partial<ListingOptions>, readonly string[]]>([
    ['case 54: a token of spaces', '  ', {}, ['icloud_blank_sync_token']],
    ['no token', undefined, {}, ['icloud_sync_token_missing']],
    ['a token that is no text', 5, {}, ['icloud_sync_token_missing']],
    [
      'case 71: indexing',
      'T1',
      { indexing: { ...indexing, finished: false } },
      ['icloud_indexing_incomplete'],
    ],
  ])('%s is an obstacle', async (_, token, options, obstacles) => {
    const { items, result } = await list(
      [page([rawMaster('M'), rawAsset('A', 'M')], { syncToken: token })],
      options,
    );
    expect(items).toHaveLength(1);
    expect(result.obstacles).toEqual(obstacles);
  });
});

describe('EN-24, EN-69, EN-17', () => {
  test('EN-43: the first asset needs one request, and waits for no count', async () => {
    const { call, sent } = scripted(() => page([rawMaster('M'), rawAsset('A', 'M')]));
    const total = new Promise<undefined>(() => undefined);
    const listing = new AssetListing(call, { library: PRIMARY, source: ALL, total }, silentLogger);
    const items = listing.items();
    expect((await items.next()).value).toMatchObject({ kind: 'asset' });
    expect(sent.length).toBeLessThanOrEqual(2);
    expect(listing.result().obstacles).toContain('producer_enumeration_incomplete');
  });

  test('a limit cuts inside a page', async () => {
    const records = ['A', 'B', 'C'].flatMap((name) => [
      rawMaster(`M${name}`),
      rawAsset(name, `M${name}`),
    ]);
    expect(brief((await list([page(records)], { limit: 2 })).items)).toEqual(['0 A/MA', '1 B/MB']);
    const none = await list([page(records)], { limit: 0 });
    expect([none.items.length, none.sent.length]).toEqual([0, 0]);
  });
});

test.each<[AssetSource, number, string]>([
  [ALL, 200, '"recordType":"CPLAssetAndMasterByAssetDateWithoutHiddenOrDeleted"'],
  [
    { kind: 'album', album: { id: 'AL', name: 'x', folders: [] } },
    198,
    '"fieldName":"parentId","comparator":"EQUALS","fieldValue":{"type":"STRING","value":"AL"}',
  ],
  [{ kind: 'smart-folder', name: 'Portrait' }, 200, '"value":"DEPTH"'],
  [
    { kind: 'smart-folder', name: 'Hidden' },
    200,
    '"recordType":"CPLAssetAndMasterHiddenByAssetDate"',
  ],
])(
  'EN-10, EN-11, EN-16, protocol 5.4, 5.5: the query of %j',
  async (source, resultsLimit, part) => {
    const { sent } = await list([], { source });
    expect(sent[0]?.body).toMatchObject({ resultsLimit, zoneID: PRIMARY.zoneId });
    expect(JSON.stringify(sent[0]?.body)).toContain(part);
    expect(JSON.stringify(sent[0]?.body)).toContain(
      '{"fieldName":"startRank","comparator":"EQUALS","fieldValue":{"type":"INT64","value":0}},' +
        '{"fieldName":"direction","comparator":"EQUALS","fieldValue":{"type":"STRING","value":"ASCENDING"}}',
    );
    expect((sent[0]?.body as { desiredKeys: string[] }).desiredKeys).toEqual(
      expect.arrayContaining([
        ...['keywordsEnc', 'captionEnc', 'extendedDescEnc', 'locationEnc', 'locationV2Enc'],
        ...['resOriginalRes', 'resOriginalFileType', 'filenameEnc', 'assetDate', 'masterRef'],
      ]),
    );
  },
);
