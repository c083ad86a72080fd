import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PlannedFile, Rendition } from '../../../src/domain/index.js';
import { KeiError } from '../../../src/errors/index.js';
import { createDownloadClient } from '../../../src/http/download-client.js';
import { silentLogger } from '../../../src/platform/logger.js';
import { DownloadBench } from '../../support/download-bench.js';
import { SharedPause } from '../../../src/http/index.js';
import { ManualClock } from '../../support/manual-clock.js';
import { factsOf, jpeg, plannedFile } from '../../support/planned-files.js';
import { dropAfter, file, stallAfter, status, type Answer } from '../../support/scripted-server.js';

const MIB = 1024 * 1024;
const bytes = jpeg(60_000);

let bench: DownloadBench;
let planned: PlannedFile;

beforeEach(async () => {
  bench = await DownloadBench.open();
  planned = plannedFile(bench.path('IMG_1.jpg'), factsOf(bytes));
});
afterEach(() => bench.close());

/** Lookups that answer with a URL that says how many came before. */
function freshUrls() {
  const asked: PlannedFile[] = [];
  const refresh = async (one: PlannedFile): Promise<Rendition> => {
    asked.push(one);
    return {
      ...one.rendition,
      url: `https://cvws.icloud-content.com/B/fresh-${asked.length}`,
      urlReceivedAtMs: one.rendition.urlReceivedAtMs + 1,
    };
  };
  return { asked, refresh };
}

const paths = () => bench.server.requests.map(({ path }) => path);

describe('answers that are worth another attempt', () => {
  it.each([429, 503])('case 25: %i, then 200: success, and counted', async (code) => {
    bench.server.next(status(code)).always(file(bytes));
    const { outcome } = await bench.download(planned);
    expect(outcome).toMatchObject({ status: 'downloaded', attempts: 2 });
    expect(bench.rateLimited).toBe(1);
  });

  it('case 26: a 429 that stays: exactly per_transfer + 1 requests', async () => {
    bench.server.always(status(429));
    const { outcome } = await bench.download(planned);
    expect(outcome).toMatchObject({
      status: 'failed',
      attempts: 4,
      error: { code: 'HTTP_STATUS', kind: 'transient', facts: { status: 429 } },
    });
    expect(bench.server.requests).toHaveLength(4);
    expect(bench.rateLimited).toBe(4);
  });

  it('RT-1: the delays double', async () => {
    bench.server.always(status(500));
    await bench.download(planned);
    expect(bench.clock.waits).toEqual([5_000, 10_000, 20_000]);
    expect(bench.rateLimited).toBe(0);
  });

  it('case 28: per_transfer = 0: exactly one request', async () => {
    bench.server.always(status(500));
    await bench.download(planned, { settings: { perTransfer: 0 } });
    expect(bench.server.requests).toHaveLength(1);
  });

  it.each([
    ['seconds', '30', 30_000],
    ['less than the back-off', '1', 5_000],
    ['zero', '0', 5_000],
    ['text', 'soon', 5_000],
    ['too long', '9999', 120_000],
    ['an HTTP date', 'Mon, 01 Jan 2024 00:00:40 GMT', 40_000],
  ])('case 29, D54: Retry-After with %s', async (_name, header, expected) => {
    bench.server.next(status(503, { 'retry-after': header })).always(file(bytes));
    await bench.download(planned);
    expect(bench.clock.waits).toEqual([expected]);
  });

  it('case 30: a refused connection is retried', async () => {
    const clock = new ManualClock({ impatient: true });
    const client = createDownloadClient({
      clock,
      logger: silentLogger,
      loopback: { origin: 'http://127.0.0.1:1', timeScale: 1 },
    });
    const { outcome } = await bench.download(planned, { deps: { client, clock } });
    expect(outcome).toMatchObject({
      status: 'failed',
      attempts: 4,
      error: { kind: 'transient', code: 'NETWORK_REFUSED' },
    });
    await client.close();
  });

  it('case 31, DL-1: a stalled transfer is given up and resumed', async () => {
    const stalling = await DownloadBench.open({ idleTimeoutMs: 100 });
    try {
      stalling.server.next(stallAfter(20_000, bytes)).always(file(bytes));
      const { outcome } = await stalling.download(
        plannedFile(stalling.path('IMG_1.jpg'), factsOf(bytes)),
      );
      expect(stalling.retries.map(({ error }) => error.code)).toEqual(['NETWORK_STALLED']);
      expect(stalling.server.ranges).toEqual([undefined, 'bytes=20000-']);
      expect(outcome).toMatchObject({ status: 'downloaded', appleChecksum: 'verified' });
    } finally {
      await stalling.close();
    }
  });
});

describe('attempts that gain something (D50)', () => {
  const large = jpeg(6 * MIB);

  it('an attempt that brings 1 MiB does not use up the budget', async () => {
    const one = plannedFile(bench.path('large.jpg'), factsOf(large));
    bench.server.always((request, response) => {
      dropAfter(MIB + MIB / 4, large)(request, response);
    });
    const { outcome } = await bench.download(one, { settings: { perTransfer: 0 } });
    expect(outcome).toMatchObject({ status: 'downloaded', appleChecksum: 'verified' });
    expect(outcome.status === 'downloaded' && outcome.attempts).toBeGreaterThan(3);
    expect(outcome.bytesReceived).toBe(large.length);
  });

  it('one that brings less does', async () => {
    const one = plannedFile(bench.path('large.jpg'), factsOf(large));
    bench.server.always(dropAfter(MIB / 2, large));
    const { outcome } = await bench.download(one, { settings: { perTransfer: 1 } });
    expect(outcome).toMatchObject({ status: 'failed', attempts: 2 });
  });
});

describe('URLs that are refused (D52, protocol 8.3)', () => {
  it.each([400, 401, 403, 404, 410])('%i: looked up once, without a wait', async (code) => {
    const { asked, refresh } = freshUrls();
    bench.server.next(status(code)).always(file(bytes));
    const { outcome } = await bench.download(planned, {
      settings: { perTransfer: 0 },
      deps: { refresh },
    });
    expect(outcome).toMatchObject({ status: 'downloaded' });
    expect(asked).toHaveLength(1);
    expect(paths()[1]).toBe('/B/fresh-1');
    expect(bench.clock.waits).toEqual([]);
  });

  it.each([
    [400, 'HTTP_STATUS', 'item'],
    [401, 'SESSION_REJECTED', 'session'],
    [403, 'SESSION_REJECTED', 'session'],
    [404, 'CONTENT_MISSING', 'item'],
    [410, 'URL_EXPIRED', 'item'],
  ])('%i that survives a fresh URL is %s', async (code, expected, kind) => {
    const { asked, refresh } = freshUrls();
    bench.server.always(status(code));
    const { outcome } = await bench.download(planned, { deps: { refresh } });
    expect(outcome).toMatchObject({ status: 'failed', error: { code: expected, kind } });
    expect(asked).toHaveLength(1);
    expect(bench.server.requests).toHaveLength(2);
  });

  it('cases 27 and 35: a record that is gone: one request, no retry', async () => {
    bench.server.always(status(404));
    const { outcome } = await bench.download(planned);
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'ASSET_GONE' } });
    expect(bench.server.requests).toHaveLength(1);
  });

  it('other 4xx: one request, no lookup', async () => {
    bench.server.always(status(418));
    const { outcome } = await bench.download(planned);
    expect(outcome).toMatchObject({ error: { code: 'HTTP_STATUS', kind: 'item' } });
    expect(bench.server.requests).toHaveLength(1);
  });

  it('pain 11: a URL that ended in mid-file is looked up, and the partial continued', async () => {
    const { refresh } = freshUrls();
    bench.server.next(dropAfter(20_000, bytes), status(410)).always(file(bytes));
    const { outcome } = await bench.download(planned, { deps: { refresh } });
    expect(outcome).toMatchObject({ status: 'downloaded', bytesReceived: bytes.length });
    expect(bench.server.requests[2]?.start).toBe(bench.server.requests[1]?.start);
  });

  it('a fresh URL that delivered may expire and be looked up again', async () => {
    const { asked, refresh } = freshUrls();
    bench.server
      .next(status(410), dropAfter(20_000, bytes), status(410), dropAfter(20_000, bytes))
      .always(file(bytes));
    const { outcome } = await bench.download(planned, { deps: { refresh } });
    expect(outcome).toMatchObject({ status: 'downloaded' });
    expect(asked).toHaveLength(2);
  });

  it('a lookup that fails for a while is part of the retries', async () => {
    const { refresh } = freshUrls();
    let calls = 0;
    const flaky = async (one: PlannedFile) => {
      calls += 1;
      if (calls > 1) return refresh(one);
      throw new KeiError({ code: 'API_BUSY', kind: 'transient', message: 'busy' });
    };
    bench.server.next(status(410)).always(file(bytes));
    const { outcome } = await bench.download(planned, { deps: { refresh: flaky } });
    expect(outcome).toMatchObject({ status: 'downloaded' });
    expect(bench.retries.map(({ error }) => error.code)).toEqual(['API_BUSY']);
  });

  it('another version found by the lookup starts from byte 0', async () => {
    const edited = jpeg(bytes.length + 10, 5);
    bench.server.next(dropAfter(20_000, bytes), status(410)).always(file(edited));
    const { outcome, file: ended } = await bench.download(planned, {
      deps: { refresh: async (one) => ({ ...one.rendition, ...factsOf(edited) }) },
    });
    expect(bench.server.ranges.at(-1)).toBeUndefined();
    expect(outcome).toMatchObject({ status: 'downloaded', sizeBytes: edited.length });
    expect(ended.rendition).toMatchObject(factsOf(edited));
  });
});

describe('URLs that are about to expire (D53)', () => {
  const expiring = (inMs: number): PlannedFile => ({
    ...planned,
    rendition: {
      ...planned.rendition,
      urlReceivedAtMs: bench.clock.now(),
      url: `https://cvws.icloud-content.com/B/old?e=${(bench.clock.now() + inMs) / 1000}&s=x`,
    },
  });

  it('one that ends while waiting is looked up before the next attempt', async () => {
    const { asked, refresh } = freshUrls();
    bench.server.next(status(503, { 'retry-after': '100' })).always(file(bytes));
    await bench.download(expiring(110_000), { deps: { refresh } });
    expect(asked).toHaveLength(1);
    expect(paths()[1]).toBe('/B/fresh-1');
  });

  it('D53: where each has run out when its file has a lane again, one is used whatever it says', async () => {
    let asked = 0;
    const refresh = async (one: PlannedFile) => {
      asked += 1;
      if (asked > 100) throw new Error('asked for ever');
      const { rendition } = expiring(10_000);
      bench.clock.advance(10_000);
      return { ...one.rendition, ...rendition };
    };
    const first = expiring(10_000);
    bench.clock.advance(10_000);
    bench.server.always(file(bytes));
    const { outcome } = await bench.download(first, { deps: { refresh } });
    expect(outcome).toMatchObject({ status: 'downloaded', attempts: 1 });
    expect(asked).toBe(20);
    expect(bench.server.requests).toHaveLength(1);
  });

  it('one that arrives expired is tried as it is', async () => {
    const { asked, refresh } = freshUrls();
    bench.server.always(file(bytes));
    await bench.download(expiring(-5_000), { deps: { refresh } });
    expect(asked).toEqual([]);
    expect(bench.server.requests).toHaveLength(1);
  });
});

describe('stopping', () => {
  it('SD-3: cancelled in mid-body: no failure, the partial is kept and continued', async () => {
    const stop = new AbortController();
    const stalled: Answer = (request, response) => {
      stallAfter(20_000, bytes)(request, response);
    };
    bench.server.next(stalled);
    const received = new Promise<void>((resolve) => {
      Object.assign(bench.deps.listener, { received: () => resolve() });
    });
    const running = bench.download(planned, { signals: { cancel: stop.signal } });
    await received;
    stop.abort();
    const { outcome } = await running;
    expect(outcome.status).toBe('cancelled');
    expect(await bench.names()).toHaveLength(1);
    expect(bench.records.partials.size).toBe(1);
    bench.server.always(file(bytes));
    expect((await bench.download(planned)).outcome).toMatchObject({
      status: 'downloaded',
      resumedFrom: outcome.bytesReceived,
    });
  });

  it('SD-8: a wait before a retry ends at once', async () => {
    const clock = new ManualClock();
    const stop = new AbortController();
    bench.server.always(status(503));
    const running = bench.download(planned, {
      deps: { clock, pause: new SharedPause(clock) },
      signals: { drain: stop.signal },
    });
    await clock.whenWaiting();
    stop.abort();
    expect((await running).outcome).toEqual({ status: 'cancelled', bytesReceived: 0 });
    expect(bench.server.requests).toHaveLength(1);
  });

  it('what is cancelled before it begins asks for nothing', async () => {
    const { outcome } = await bench.download(planned, { signals: { cancel: AbortSignal.abort() } });
    expect(outcome.status).toBe('cancelled');
    expect(bench.server.requests).toEqual([]);
  });
});
