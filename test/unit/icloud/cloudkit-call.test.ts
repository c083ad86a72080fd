import { describe, expect, test } from 'vitest';
import { KeiError } from '../../../src/errors/index.js';
import { scripted, type Answer } from './in-memory.js';

const QUERY = { database: 'private', operation: 'records/query', body: { a: 1 } } as const;
const GOOD: Answer = { body: { records: [] } };

async function failureOf(promise: Promise<unknown>): Promise<KeiError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof KeiError) return error;
    throw error;
  }
  throw new Error('did not fail');
}

test('EN-1, protocol 5.1, 1.4: address, parameters and headers', async () => {
  const { call, sent } = scripted([GOOD]);
  await call({ ...QUERY, database: 'shared' });
  const [request] = sent;
  expect(request?.url.origin).toBe('https://p61-ckdatabasews.icloud.com');
  expect(request?.url.pathname).toBe(
    '/database/1/com.apple.photos.cloud/production/shared/records/query',
  );
  expect(Object.fromEntries(request?.url.searchParams ?? [])).toEqual({
    clientId: 'auth-11111111-2222-4333-8444-555555555555',
    dsid: '12345678901',
    remapEnums: 'true',
    getCurrentSyncToken: 'true',
    clientBuildNumber: '2522Project44',
    clientMasteringNumber: '2522B2',
  });
  expect(request?.headers).toMatchObject({
    'content-type': 'text/plain',
    origin: 'https://www.icloud.com',
    referer: 'https://www.icloud.com/',
  });
  expect(request?.body).toEqual({ a: 1 });
});

describe('RT-10, D54: what is tried again', () => {
  test.each<[string, Answer]>([
    ['429', { status: 429, text: 'slow down' }],
    ['503 without a body', { status: 503, text: '' }],
    ['500', { status: 500, body: {} }],
    ['THROTTLED in a 200', { body: { serverErrorCode: 'THROTTLED', reason: 'x' } }],
    ['TRY_AGAIN_LATER in a 503', { status: 503, body: { serverErrorCode: 'TRY_AGAIN_LATER' } }],
    ['RETRY_LATER', { body: { serverErrorCode: 'RETRY_LATER' } }],
    ['CAS_OP_LOCK', { body: { serverErrorCode: 'CAS_OP_LOCK' } }],
    ['INTERNAL_ERROR', { body: { serverErrorCode: 'INTERNAL_ERROR' } }],
    ['a code that nobody knows, in a 200', { body: { serverErrorCode: 'ZONE_BUSY' } }],
    ['an error class of an older front end', { body: { errorClass: 'THROTTLED', error: 'x' } }],
    ['a page of HTML', { text: '<html>' }],
    ['JSON that was cut off', { text: '{"records":[' }],
    ['JSON that is no object', { text: '[]' }],
  ])('%s', async (_, answer) => {
    const { call, sent } = scripted([answer, GOOD]);
    await expect(call(QUERY)).resolves.toEqual({ records: [] });
    expect(sent).toHaveLength(2);
  });

  test('the retries are used up', async () => {
    const { call, sent } = scripted(() => ({ status: 503, text: '' }));
    expect(await failureOf(call(QUERY))).toMatchObject({
      kind: 'transient',
      code: 'CLOUDKIT_THROTTLED',
    });
    expect(sent).toHaveLength(4);
  });

  test.each<[string, Answer, number]>([
    ['the header', { status: 429, text: '', headers: { 'retry-after': '77' } }, 77_000],
    ['the body', { body: { serverErrorCode: 'THROTTLED', retryAfter: 30 } }, 30_000],
    [
      'back-off when it is longer',
      { status: 429, text: '', headers: { 'retry-after': '1' } },
      5000,
    ],
    ['at most 120 s', { status: 429, text: '', headers: { 'retry-after': '9999' } }, 120_000],
  ])('it waits for %s', async (_, answer, delay) => {
    const { call, clock } = scripted([answer, GOOD]);
    await call(QUERY);
    expect(clock.sleeps[0]).toBe(delay);
  });
});

describe('protocol 6.4: what is final', () => {
  test.each<[string, Answer, Partial<KeiError>]>([
    [
      'another BAD_REQUEST',
      { status: 400, body: { serverErrorCode: 'BAD_REQUEST', reason: 'no' } },
      { kind: 'permanent', code: 'CLOUDKIT_BAD_REQUEST' },
    ],
    [
      'an index that cannot be listed',
      { status: 400, body: { serverErrorCode: 'BAD_REQUEST', reason: 'Index has invalid data' } },
      { kind: 'permanent', code: 'CLOUDKIT_INDEX_UNSUPPORTED' },
    ],
    [
      'ZONE_NOT_FOUND in a 200',
      { body: { serverErrorCode: 'ZONE_NOT_FOUND' } },
      { kind: 'account', code: 'CLOUDKIT_ZONE_NOT_FOUND' },
    ],
    [
      'a denial without data protection (D6)',
      {
        status: 403,
        body: {
          serverErrorCode: 'ACCESS_DENIED',
          reason: 'private db access disabled for this account',
        },
      },
      { kind: 'permanent', code: 'CLOUDKIT_ACCESS_DENIED' },
    ],
    ['404', { status: 404, text: 'gone' }, { kind: 'permanent', code: 'CLOUDKIT_REFUSED' }],
    [
      'something that is not there, in a 200',
      { body: { serverErrorCode: 'UNKNOWN_ITEM' } },
      { kind: 'permanent', code: 'CLOUDKIT_REFUSED' },
    ],
  ])('%s', async (_, answer, expected) => {
    const { call, sent } = scripted([answer]);
    const failure = await failureOf(call(QUERY));
    expect(failure).toMatchObject(expected);
    expect(sent).toHaveLength(1);
  });

  test('RT-12: a denial with data protection tells what to change', async () => {
    const answer = { status: 403, body: { serverErrorCode: 'ACCESS_DENIED' } };
    const { call } = scripted([answer], { dataProtection: true });
    const failure = await failureOf(call(QUERY));
    expect(failure).toMatchObject({ kind: 'account', code: 'ICLOUD_DATA_PROTECTION' });
    expect(failure.hint).toContain('Advanced Data Protection');
  });

  test('a shared zone that is gone is not a matter of the account', async () => {
    const { call } = scripted([{ body: { serverErrorCode: 'ZONE_NOT_FOUND' } }]);
    const failure = await failureOf(call({ ...QUERY, zone: 'SharedSync-1' }));
    expect(failure).toMatchObject({ kind: 'permanent' });
  });

  test('RT-15: a long body is cut inside no character', async () => {
    const { call } = scripted([{ status: 404, text: 'é'.repeat(2000) }]);
    const { facts } = await failureOf(call(QUERY));
    expect(facts['reason']).toBe('é'.repeat(512));
  });

  test('EN-4: an error deeper in the body counts as the answer', async () => {
    const { call, sent } = scripted([GOOD, GOOD]);
    let asked = 0;
    const findError = () => (asked++ === 0 ? { code: 'THROTTLED', reason: '' } : undefined);
    await call({ ...QUERY, findError });
    expect(sent).toHaveLength(2);
  });
});

describe('protocol 4.8, RT-13: sessions', () => {
  const refusals: readonly [string, Answer][] = [
    ['401', { status: 401, text: '' }],
    ['403', { status: 403, text: '' }],
    ['450', { status: 450, body: {} }],
    [
      '421 with a reason',
      { status: 421, body: { reason: 'Missing X-APPLE-WEBAUTH-TOKEN cookie', error: 1 } },
    ],
    [
      'Invalid global session',
      { status: 421, body: { reason: 'Invalid global session', error: 2 } },
    ],
    ['AUTHENTICATION_REQUIRED in a 200', { body: { serverErrorCode: 'AUTHENTICATION_REQUIRED' } }],
  ];

  test.each(refusals)('%s without anyone to recover is a session error', async (_, answer) => {
    const { call, sent } = scripted([answer]);
    expect(await failureOf(call(QUERY))).toMatchObject({ kind: 'session' });
    expect(sent).toHaveLength(1);
  });

  test.each(refusals)('%s is recovered once', async (_, answer) => {
    const { call, sent } = scripted([answer, GOOD], { recover: async () => 'renewed' });
    await call(QUERY);
    expect(sent).toHaveLength(2);
  });

  test('a refusal that survives the recovery is a matter of the account, never a loop', async () => {
    let recoveries = 0;
    const recover = async () => (recoveries++, 'renewed' as const);
    const { call, sent } = scripted(
      () => ({ status: 421, body: { reason: 'Missing X-APPLE-WEBAUTH-USER cookie' } }),
      { recover },
    );
    const failure = await failureOf(call(QUERY));
    expect(failure).toMatchObject({ kind: 'account', code: 'ICLOUD_SESSION_REFUSED' });
    expect(failure.hint).toContain('Access iCloud Data on the Web');
    expect([recoveries, sent.length]).toEqual([1, 2]);
  });

  test('protocol 4.8: a session that Apple calls good and iCloud refuses again is renewed', async () => {
    const asked: boolean[] = [];
    const recover = async (_: unknown, inVain: boolean) => {
      asked.push(inVain);
      return inVain ? ('renewed' as const) : ('confirmed' as const);
    };
    const refused = { status: 421, body: { reason: 'Missing X-APPLE-WEBAUTH-TOKEN cookie' } };
    const { call } = scripted([refused, refused, GOOD], { recover });
    await call(QUERY);
    expect(asked).toEqual([false, true]);
  });

  test('RT-32: an account that was answered before is in order: it is recovered up to three times', async () => {
    let recoveries = 0;
    const recover = async () => (recoveries++, 'renewed' as const);
    const lost = { status: 450, text: '' };
    const { call, sent } = scripted([GOOD, lost, lost, GOOD, lost, lost, lost, lost], { recover });
    await call(QUERY);
    await call(QUERY);
    expect([recoveries, sent.length]).toEqual([2, 4]);
    expect(await failureOf(call(QUERY))).toMatchObject({ kind: 'session' });
    expect([recoveries, sent.length]).toEqual([5, 8]);
  });

  test('RT-15: an answer that is cut off shows none of its links', async () => {
    const text = '{"records":[{"fields":{"resOriginalRes":{"value":{"downloadURL":"https://cvws.i';
    const { call } = scripted(() => ({ status: 200, text }));
    const failure = await failureOf(call(QUERY));
    expect(failure).toMatchObject({ code: 'CLOUDKIT_UNAVAILABLE' });
    expect(failure.message).toContain('cut off');
    expect(failure.message).not.toContain('downloadURL');
  });

  test('protocol 3.8: no auth method found means security keys', async () => {
    const { call } = scripted(() => ({ status: 401, body: { reason: 'no auth method found' } }), {
      recover: async () => 'renewed',
    });
    const failure = await failureOf(call(QUERY));
    expect(failure).toMatchObject({ kind: 'account', code: 'ICLOUD_NO_AUTH_METHOD' });
    expect(failure.hint).toContain('security keys');
  });

  test('a recovery that gives up leaves the session error', async () => {
    const { call, sent } = scripted([{ status: 401, text: '' }], {
      recover: async () => 'refused',
    });
    expect(await failureOf(call(QUERY))).toMatchObject({ kind: 'session' });
    expect(sent).toHaveLength(1);
  });

  test('a 421 without a reason reads the routing again, then recovers', async () => {
    const steps: string[] = [];
    const { call, sent } = scripted(
      (_, number) => (number < 3 ? { status: 421, text: '<html>' } : GOOD),
      {
        refreshRouting: async () => void steps.push('routing'),
        recover: async () => (steps.push('recover'), 'renewed' as const),
      },
    );
    await call(QUERY);
    expect(steps).toEqual(['routing', 'recover']);
    expect(sent).toHaveLength(3);
  });

  test('a 421 without a reason is no word about a session that was just renewed', async () => {
    const steps: string[] = [];
    const { call } = scripted(
      [
        { status: 421, body: { reason: 'Missing X-APPLE-WEBAUTH-TOKEN cookie', error: 1 } },
        { status: 421, text: '' },
        GOOD,
      ],
      {
        refreshRouting: async () => void steps.push('routing'),
        recover: async () => (steps.push('recover'), 'renewed' as const),
      },
    );
    await call(QUERY);
    expect(steps).toEqual(['recover', 'routing']);
  });

  test('the address is read anew for every request', async () => {
    let host = 'p61';
    const { call, sent } = scripted([{ status: 421, text: '' }, GOOD], {
      ckDatabaseUrl: () => `https://${host}-ckdatabasews.icloud.com:443`,
      refreshRouting: async () => void (host = 'p62'),
    });
    await call(QUERY);
    expect(sent.map(({ url }) => url.host.slice(0, 3))).toEqual(['p61', 'p62']);
  });

  test('requests that fail together share one recovery', async () => {
    let recoveries = 0;
    let good = false;
    const recover = async () => {
      recoveries += 1;
      await Promise.resolve();
      good = true;
      return 'renewed' as const;
    };
    const { call } = scripted(() => (good ? GOOD : { status: 401, text: '' }), { recover });
    await Promise.all([call(QUERY), call(QUERY), call(QUERY)]);
    expect(recoveries).toBe(1);
  });
});

describe('protocol 9: etiquette', () => {
  test('at most four requests are in flight', async () => {
    let flying = 0;
    let most = 0;
    const send = async () => {
      most = Math.max(most, ++flying);
      await new Promise((resolve) => setImmediate(resolve));
      flying -= 1;
      return { status: 200, headers: { get: () => undefined }, text: '{"records":[]}' };
    };
    const { call } = scripted([], { api: { send } });
    await Promise.all(Array.from({ length: 20 }, () => call(QUERY)));
    expect(most).toBe(4);
  });

  test('one throttled request holds all the others back', async () => {
    const wakers: (() => void)[] = [];
    const order: string[] = [];
    const { call, sent } = scripted(
      (_, number) => (number === 1 ? { status: 429, text: '' } : GOOD),
      {
        clock: {
          now: () => 0,
          monotonic: () => 0,
          sleep: () => new Promise<void>((resolve) => wakers.push(resolve)),
        },
      },
    );
    const first = call(QUERY).then(() => order.push('first'));
    while (wakers.length < 2) await new Promise((resolve) => setImmediate(resolve));
    const second = call(QUERY).then(() => order.push('second'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toHaveLength(1);
    for (const wake of wakers) wake();
    await Promise.all([first, second]);
    expect(sent).toHaveLength(3);
  });

  test('SD-8: a signal ends everything', async () => {
    const stop = new AbortController();
    const { call, sent } = scripted(
      () => {
        stop.abort();
        return { status: 503, text: '' };
      },
      { signal: stop.signal, recover: async () => 'renewed' },
    );
    expect(await failureOf(call(QUERY))).toMatchObject({ kind: 'cancelled' });
    expect(sent).toHaveLength(1);
  });
});
