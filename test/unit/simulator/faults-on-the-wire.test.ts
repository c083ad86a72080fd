import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FaultAction } from '../../../src/simulator/fault-actions.js';
import { Faults } from '../../../src/simulator/faults.js';
import { HttpFront } from '../../../src/simulator/http-front.js';
import type { ByteSource, SimRequest, Site } from '../../../src/simulator/http-io.js';
import { Journal } from '../../../src/simulator/journal.js';
import { SeededRandom } from '../../../src/simulator/seeded-random.js';
import { raw, type RawAnswer } from '../../support/raw-client.js';

const size = 1000;
const whole = Buffer.from(Array.from({ length: size }, (_, i) => i % 251));
const url = 'https://cvws.icloud-content.com/B/abc/photo';
const ckUrl =
  'https://p61-ckdatabasews.icloud.com/database/1/com.apple.photos.cloud/production/private/records/query';
const source: ByteSource = {
  size,
  *read(start, end) {
    for (let at = start; at < end; at += 64) yield whole.subarray(at, Math.min(at + 64, end));
  },
};

const content: Site = {
  label: () => ({ operation: 'asset', assetId: 'A1', resource: 'resOriginal' }),
  handle(request: SimRequest) {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers['range'] ?? '')?.[1] ?? -1);
    if (start < 0) return { status: 200, headers: { 'Content-Type': 'image/jpeg' }, body: source };
    return {
      status: 206,
      headers: { 'Content-Range': `bytes ${start}-${size - 1}/${size}` },
      body: whole.subarray(start),
    };
  },
};

const page = {
  records: [
    { recordName: 'm1', recordType: 'CPLMaster' },
    { recordName: 'm2', recordType: 'CPLMaster' },
    { recordName: 'a1', recordType: 'CPLAsset' },
  ],
  syncToken: 'st',
  continuationMarker: 'more',
};
const changes = {
  zones: [
    {
      zoneID: { zoneName: 'PrimarySync' },
      syncToken: 'after',
      moreComing: false,
      records: page.records,
    },
  ],
};
const ckdatabase: Site = {
  handle: (request) => ({
    status: 200,
    body: JSON.stringify(request.body.length > 0 ? changes : page),
  }),
};

const now = (): number => Date.UTC(2026, 0, 1);
let journal: Journal;
let faults: Faults;
let front: HttpFront;
let revoked = 0;

beforeEach(async () => {
  revoked = 0;
  journal = new Journal(now);
  faults = new Faults(now, new SeededRandom(1));
  front = await HttpFront.start(
    { sites: { content, ckdatabase }, journal, faults, now, revokeSession: () => revoked++ },
    0,
    '127.0.0.1',
  );
});
afterEach(() => front.close());

async function hit(action: FaultAction, headers: Record<string, string> = {}): Promise<RawAnswer> {
  faults.next({ site: 'content' }, action);
  return await raw(front.port, url, { headers });
}

async function hitJson(action: FaultAction, body = ''): Promise<unknown> {
  faults.next('ckdatabase', action);
  const answer = await raw(front.port, ckUrl, { method: 'POST', body });
  return JSON.parse(answer.body.toString());
}

describe('answers without faults', () => {
  it('streams a body with its length', async () => {
    const answer = await raw(front.port, url);
    expect(answer).toMatchObject({ status: 200, complete: true });
    expect(answer.headers['content-length']).toBe('1000');
    expect(answer.body.equals(whole)).toBe(true);
    expect(answer.headers.date).toBe('Thu, 01 Jan 2026 00:00:00 GMT');
  });

  it('sends no body to HEAD', async () => {
    const answer = await raw(front.port, url, { method: 'HEAD' });
    expect(answer.headers['content-length']).toBe('1000');
    expect(answer.body).toHaveLength(0);
  });

  it('answers 501 to what nobody knows, and says so', async () => {
    const answer = await raw(front.port, 'https://gsa.apple.com/grandslam');
    expect(answer.status).toBe(501);
    expect(journal.unhandled).toMatchObject([{ host: 'gsa.apple.com', site: 'unknown' }]);
  });
});

describe('answers in place of the service', () => {
  it.each<[FaultAction, Partial<RawAnswer> & { text?: string; header?: [string, string] }]>([
    [
      { kind: 'status', status: 503, retryAfter: 7, body: 'Service Temporarily Unavailable' },
      { status: 503, text: 'Service Temporarily Unavailable', header: ['retry-after', '7'] },
    ],
    [
      { kind: 'status', status: 429, retryAfterDate: 60 },
      { status: 429, header: ['retry-after', 'Thu, 01 Jan 2026 00:01:00 GMT'] },
    ],
    [
      { kind: 'status', status: 401, body: { a: 1 } },
      { status: 401, text: '{"a":1}' },
    ],
    [
      { kind: 'status', status: 200, headers: { 'X-Apple-I-Rscd': '401' } },
      { status: 200, header: ['x-apple-i-rscd', '401'] },
    ],
    [{ kind: 'html' }, { status: 200, header: ['content-type', 'text/html; charset=UTF-8'] }],
    [
      { kind: 'json', contentType: 'image/jpeg', body: { error: 1 } },
      { status: 200, text: '{"error":1}', header: ['content-type', 'image/jpeg'] },
    ],
    [{ kind: 'shortBody' }, { status: 200, header: ['content-length', '17'] }],
    [{ kind: 'emptyBody' }, { status: 200, text: '', header: ['content-length', '0'] }],
    [{ kind: 'expiredUrl' }, { status: 410 }],
    [{ kind: 'unusableUrl' }, { status: 400, text: '{}' }],
    [
      { kind: 'misdirected' },
      { status: 421, text: '{"reason":"Missing X-APPLE-WEBAUTH-TOKEN cookie","error":1}' },
    ],
    [
      { kind: 'misdirected', body: 'invalidSession' },
      { status: 421, text: '{"reason":"Invalid global session","error":2}' },
    ],
    [
      { kind: 'misdirected', body: 'noUser' },
      { status: 421, text: '{"reason":"Missing X-APPLE-WEBAUTH-USER cookie","error":1}' },
    ],
    [
      { kind: 'misdirected', body: 'empty' },
      { status: 421, text: '' },
    ],
    [
      { kind: 'misdirected', body: 'html' },
      { status: 421, header: ['content-type', 'text/html'] },
    ],
  ])('%j', async (action, expected) => {
    const answer = await hit(action);
    expect(answer.status).toBe(expected.status);
    expect(answer.complete).toBe(true);
    if (expected.text !== undefined) expect(answer.body.toString()).toBe(expected.text);
    if (expected.header) expect(answer.headers[expected.header[0]]).toBe(expected.header[1]);
    expect((await raw(front.port, url)).status).toBe(200);
  });
});

describe('faults of the connection', () => {
  it('drops before the status line', async () => {
    await expect(hit({ kind: 'drop' })).rejects.toThrow();
    expect(await journal.waitFor({ finished: true })).toMatchObject({ status: 0, aborted: true });
  });

  it.each(['close', 'reset'] as const)('drops (%s) after so many bytes', async (how) => {
    const answer = await hit({ kind: 'drop', afterBytes: 300, how });
    expect(answer).toMatchObject({ status: 200, complete: false });
    expect(answer.headers['content-length']).toBe('1000');
    expect(answer.body.equals(whole.subarray(0, answer.body.length))).toBe(true);
    if (how === 'close') expect(answer.body).toHaveLength(300);
    expect(await journal.waitFor({ finished: true })).toMatchObject({
      bytesSent: 300,
      aborted: true,
      faults: ['fault-1'],
    });
  });

  it('stalls for ever, before and within the body', async () => {
    faults.next('content', { kind: 'stall' });
    await expect(raw(front.port, url, { patienceMs: 50 })).rejects.toThrow('patience lost');
    faults.next('content', { kind: 'stall', afterBytes: 500 });
    const answer = await raw(front.port, url, { patienceMs: 50 });
    expect(answer).toMatchObject({ status: 200, complete: false });
    expect(answer.body).toHaveLength(500);
  });

  it('goes on after a stall that ends', async () => {
    const answer = await hit({ kind: 'stall', afterBytes: 10, ms: 30 });
    expect(answer.complete).toBe(true);
    expect(answer.body.equals(whole)).toBe(true);
  });

  it('trickles', async () => {
    faults.next('content', { kind: 'trickle', bytes: 250, everyMs: 20 });
    const begun = performance.now();
    const answer = await raw(front.port, url);
    expect(answer.body.equals(whole)).toBe(true);
    expect(performance.now() - begun).toBeGreaterThan(60);
  });

  it('delays', async () => {
    const begun = performance.now();
    expect((await hit({ kind: 'delay', ms: 40 })).status).toBe(200);
    expect(performance.now() - begun).toBeGreaterThan(35);
  });

  it('sends chunks without Content-Length', async () => {
    const answer = await hit({ kind: 'chunked' });
    expect(answer.headers['content-length']).toBeUndefined();
    expect(answer.body.equals(whole)).toBe(true);
  });
});

describe('faults of the bytes', () => {
  it('truncates with the right and with a wrong Content-Length', async () => {
    const full = await hit({ kind: 'truncate', keepBytes: 400 });
    expect(full).toMatchObject({ complete: false });
    expect(full.headers['content-length']).toBe('1000');
    expect(full.body).toHaveLength(400);
    const short = await hit({ kind: 'truncate', cutBytes: 1, length: 'short' });
    expect(short).toMatchObject({ complete: true });
    expect(short.body).toHaveLength(999);
  });

  it('adds bytes', async () => {
    const answer = await hit({ kind: 'extraBytes', count: 3 });
    expect(answer.headers['content-length']).toBe('1003');
    expect(answer.body.subarray(1000).toString()).toBe('...');
    const hidden = await hit({ kind: 'extraBytes', count: 3, length: 'original' });
    expect(hidden.headers['content-length']).toBe('1000');
    const end = await journal.waitFor({ finished: true, aborted: true });
    expect(end.bytesSent).toBe(1003);
  });

  it('flips bytes at offsets of the file, in a range too', async () => {
    const answer = await hit({ kind: 'corrupt', offsets: [0, 700] });
    const flipped = [...answer.body.keys()].filter((i) => answer.body[i] !== whole[i]);
    expect(flipped).toEqual([0, 700]);
    const rest = await hit({ kind: 'corrupt', offsets: [0, 700] }, { Range: 'bytes=600-' });
    expect([...rest.body.keys()].filter((i) => rest.body[i] !== whole[600 + i])).toEqual([100]);
  });

  it('swaps the bytes', async () => {
    expect((await hit({ kind: 'swap', text: 'other' })).body.toString()).toBe('other');
    expect((await hit({ kind: 'swap', base64: 'AAEC' })).body).toEqual(Buffer.from([0, 1, 2]));
    expect((await hit({ kind: 'swap', fill: 7 })).body).toEqual(Buffer.alloc(size, 7));
  });

  it('ignores Range', async () => {
    const answer = await hit({ kind: 'ignoreRange' }, { Range: 'bytes=10-' });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body.equals(whole)).toBe(true);
  });

  it.each([
    ['start', 'bytes 11-1000/1000'],
    ['total', 'bytes 10-999/1001'],
    ['missing', undefined],
    ['malformed', 'bytes=10..999'],
    ['unit', 'items 10-999/1000'],
  ] as const)('lies about the range: %s', async (how, expected) => {
    const answer = await hit({ kind: 'contentRange', how }, { Range: 'bytes=10-' });
    expect(answer.status).toBe(206);
    expect(answer.headers['content-range']).toBe(expected);
  });

  it('refuses a range', async () => {
    const answer = await hit({ kind: 'rangeNotSatisfiable' }, { Range: 'bytes=10-' });
    expect(answer).toMatchObject({ status: 416 });
    expect(answer.headers['content-range']).toBe('bytes */1000');
  });
});

describe("faults in CloudKit's answers", () => {
  it('fails the whole answer with 200', async () => {
    expect(
      await hitJson({ kind: 'cloudkitError', code: 'THROTTLED', retryAfter: 30 }),
    ).toMatchObject({
      serverErrorCode: 'THROTTLED',
      retryAfter: 30,
    });
  });

  it('fails zones and records', async () => {
    const zones = await hitJson({ kind: 'zoneError', code: 'BAD_REQUEST', reason: 'why' }, '{}');
    expect(zones).toEqual({
      zones: [
        { zoneID: { zoneName: 'PrimarySync' }, serverErrorCode: 'BAD_REQUEST', reason: 'why' },
      ],
    });
    const records = await hitJson({ kind: 'recordError', code: 'ACCESS_DENIED', count: 1 });
    expect(records).toMatchObject({
      records: [
        { recordName: 'm1', serverErrorCode: 'ACCESS_DENIED' },
        { recordType: 'CPLMaster' },
        {},
      ],
    });
  });

  it('breaks the JSON', async () => {
    await expect(hitJson({ kind: 'invalidJson' })).rejects.toThrow(SyntaxError);
    await expect(hitJson({ kind: 'truncatedJson', keepBytes: 20 })).rejects.toThrow(SyntaxError);
  });

  it('empties pages without losing the place', async () => {
    expect(await hitJson({ kind: 'emptyPage' })).toEqual({ records: [], syncToken: 'st' });
    expect(await hitJson({ kind: 'emptyPage', moreComing: true })).toMatchObject({
      continuationMarker: 'more',
    });
    const asked = { zones: [{ zoneID: { zoneName: 'PrimarySync' }, syncToken: 'before' }] };
    const answer = await hitJson({ kind: 'emptyPage', moreComing: true }, JSON.stringify(asked));
    expect(answer).toMatchObject({
      zones: [{ records: [], syncToken: 'before', moreComing: true }],
    });
  });

  it('leaves records out', async () => {
    expect(
      await hitJson({ kind: 'missingRecords', recordType: 'CPLMaster', count: 1 }),
    ).toMatchObject({
      records: [{ recordName: 'm2' }, { recordName: 'a1' }],
    });
    expect(await hitJson({ kind: 'missingRecords', names: ['a1'] }, '{}')).toMatchObject({
      zones: [{ records: [{ recordName: 'm1' }, { recordName: 'm2' }] }],
    });
  });
});

it('revokes the session and lets the service answer', async () => {
  expect((await hit({ kind: 'revokeSession' })).status).toBe(200);
  expect(revoked).toBe(1);
});

it('lets several faults act on one answer', async () => {
  faults.next('content', { kind: 'delay', ms: 5 });
  faults.next('content', { kind: 'corrupt', offsets: [1] });
  const answer = await raw(front.port, url);
  expect(answer.body[1]).not.toBe(whole[1]);
  expect(journal.entries.at(-1)?.faults).toEqual(['fault-1', 'fault-2']);
});

it('notes a body that fails on its way', async () => {
  const broken: ByteSource = {
    size: 10,
    *read() {
      yield Buffer.alloc(3);
      throw new Error('disk gone');
    },
  };
  await front.close();
  front = await HttpFront.start(
    {
      sites: { content: { handle: () => ({ status: 200, body: broken }) } },
      ...{ journal, faults, now, revokeSession: () => undefined },
    },
    0,
    '127.0.0.1',
  );
  expect(await raw(front.port, url)).toMatchObject({ status: 200, complete: false });
  expect(journal.unhandled).toMatchObject([{ error: 'Error: disk gone', aborted: true }]);
});
