import { describe, expect, test } from 'vitest';
import { lookupAssets } from '../../../src/icloud/lookup-assets.js';
import { UrlRefresher } from '../../../src/icloud/refresh-urls.js';
import { systemClock } from '../../../src/platform/clock.js';
import { PRIMARY, scripted, type SentRequest } from './in-memory.js';
import { rawAsset, rawMaster, resource } from './records.js';

const namesOf = ({ body }: SentRequest) =>
  (body as { records: { recordName: string }[] }).records.map(({ recordName }) => recordName);

function libraryOf(records: readonly { recordName: string }[]) {
  const byName = new Map(records.map((record) => [record.recordName, record]));
  return scripted((request) => ({
    body: {
      records: namesOf(request).map(
        (recordName) => byName.get(recordName) ?? { recordName, serverErrorCode: 'NOT_FOUND' },
      ),
    },
  }));
}

describe('D61, D67: assets by name', () => {
  test('every name gets an answer', async () => {
    const { call, sent } = libraryOf([
      rawAsset('A', 'M'),
      rawAsset('B', 'lost'),
      rawMaster('M'),
      { recordName: 'denied', serverErrorCode: 'ACCESS_DENIED', reason: 'no' } as never,
    ]);
    const found = await lookupAssets(call, PRIMARY, ['A', 'B', 'M', 'gone', 'denied', 'A']);
    expect(Object.fromEntries(found)).toEqual({
      A: {
        status: 'found',
        asset: expect.objectContaining({ assetId: 'A', masterId: 'M' }) as object,
      },
      B: { status: 'unresolved', reason: 'its master record is missing' },
      M: { status: 'not-an-asset' },
      gone: { status: 'deleted' },
      denied: { status: 'unresolved', reason: 'ACCESS_DENIED no' },
    });
    expect(sent).toHaveLength(2);
  });

  test('a hundred names a request', async () => {
    const names = Array.from({ length: 250 }, (_, n) => `A${n}`);
    const { call, sent } = libraryOf([]);
    expect((await lookupAssets(call, PRIMARY, names)).size).toBe(250);
    expect(sent.map((request) => namesOf(request).length)).toEqual([100, 100, 50]);
  });

  test('a name that the server forgot says nothing about existence', async () => {
    const { call } = scripted([{ body: { records: [] } }]);
    expect((await lookupAssets(call, PRIMARY, ['A'])).get('A')).toMatchObject({
      status: 'unresolved',
    });
  });
});

describe('D53, D59: fresh URLs', () => {
  const original = (recordName: string) => ({ key: 'original', recordName }) as const;

  test('questions asked together share requests of a hundred records', async () => {
    const names = Array.from({ length: 150 }, (_, n) => `M${n}`);
    const { call, sent } = libraryOf(
      names.map((name) => rawMaster(name, resource('resOriginal', { size: 7 }))),
    );
    const refresher = new UrlRefresher(call, systemClock());
    const fresh = await Promise.all(
      [...names, 'M0'].map((name) => refresher.refresh(PRIMARY, 'image', original(name))),
    );
    expect(fresh.every((each) => each.status === 'fresh' && each.rendition.sizeBytes === 7)).toBe(
      true,
    );
    expect(sent.map((request) => namesOf(request).length)).toEqual([100, 51]);
  });

  test('later questions are asked anew', async () => {
    const { call, sent } = libraryOf([rawMaster('M')]);
    const refresher = new UrlRefresher(call, systemClock());
    await refresher.refresh(PRIMARY, 'image', original('M'));
    await refresher.refresh(PRIMARY, 'image', original('M'));
    expect(sent).toHaveLength(2);
  });

  test('what is gone, reverted or still unusable', async () => {
    const { call } = libraryOf([
      rawAsset('A', 'M'),
      rawMaster('M', resource('resOriginal', { url: undefined })),
      { recordName: 'denied', serverErrorCode: 'ACCESS_DENIED' } as never,
    ]);
    const refresher = new UrlRefresher(call, systemClock());
    const ask = (recordName: string, key: 'original' | 'adjusted') =>
      refresher.refresh(PRIMARY, 'image', { key, recordName });
    expect(await ask('nowhere', 'original')).toEqual({ status: 'gone' });
    expect(await ask('A', 'adjusted')).toEqual({ status: 'gone' });
    expect(await ask('M', 'original')).toMatchObject({ status: 'unusable' });
    expect(await ask('denied', 'original')).toMatchObject({
      status: 'unusable',
      reason: 'ACCESS_DENIED',
    });
  });

  test('a failed lookup fails everyone who waited for it, and no one after', async () => {
    let broken = true;
    const { call } = scripted(() =>
      broken ? { status: 404, text: 'x' } : { body: { records: [rawMaster('M')] } },
    );
    const refresher = new UrlRefresher(call, systemClock());
    const ask = () => refresher.refresh(PRIMARY, 'image', original('M'));
    const outcomes = await Promise.allSettled([ask(), ask()]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    broken = false;
    expect(await ask()).toMatchObject({ status: 'fresh' });
  });
});
