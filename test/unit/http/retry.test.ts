import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cancelled, KeiError } from '../../../src/errors/index.js';
import {
  backoffMs,
  retryAfterMs,
  retryDelayMs,
  transferRetry,
} from '../../../src/http/retry-policy.js';
import { withRetry, type RetryReport } from '../../../src/http/with-retry.js';
import { systemRandom } from '../../../src/platform/random.js';

const seconds = (per: number, unit: number) =>
  Array.from({ length: per }, (_, k) => backoffMs(transferRetry(per), k, unit) / 1000);

describe('RT-1: delays follow per_transfer', () => {
  it.each([
    [1, [2]],
    [2, [2, 4]],
    [3, [5, 10, 20]],
    [6, [10, 20, 40, 60, 60, 60]],
    [8, [30, 60, 60, 60, 60, 60, 60, 60]],
  ])('per_transfer %i', (per, expected) => {
    expect(seconds(per, 0)).toEqual(expected);
  });

  it('adds whole seconds of jitter below the base', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 100 }),
        fc.double({ min: 0, max: 0.999999, noNaN: true }),
        (per, k, unit) => {
          const settings = transferRetry(per);
          const extra = backoffMs(settings, k, unit) - backoffMs(settings, k, 0);
          expect(extra % 1000).toBe(0);
          expect(extra).toBeGreaterThanOrEqual(0);
          expect(extra).toBeLessThan(settings.baseMs);
        },
      ),
    );
  });
});

describe('RT-11, D54: Retry-After', () => {
  const now = Date.UTC(2026, 0, 2, 3, 4, 5);
  it.each([
    ['30', 30_000],
    [' 7 ', 7_000],
    ['100000', 120_000],
    ['0', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
    ['2027-01-01', undefined],
    ['Fri, 02 Jan 2026 03:04:25 GMT', 20_000],
    ['Friday, 02-Jan-26 03:04:25 GMT', 20_000],
    ['Fri, 02 Jan 2026 03:04:05 GMT', undefined],
    ['Fri, 02 Jan 2026 01:00:00 GMT', undefined],
    ['Sat, 03 Jan 2026 03:04:05 GMT', 120_000],
    ['Fri, 99 Foo 2026 03:04:25 GMT', undefined],
  ])('%s', (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected);
  });

  it('waits the longer of header and back-off', () => {
    const settings = transferRetry(3);
    expect(retryDelayMs(settings, 0, 0, 1_000)).toBe(5_000);
    expect(retryDelayMs(settings, 0, 0, 90_000)).toBe(90_000);
    expect(retryDelayMs(settings, 0, 0, undefined)).toBe(5_000);
  });
});

describe('withRetry', () => {
  const failure = (facts = {}) =>
    new KeiError({ code: 'HTTP_STATUS', kind: 'transient', message: 'busy', facts });

  function setUp(per: number) {
    const slept: number[] = [];
    const reports: RetryReport[] = [];
    const clock = {
      now: () => 0,
      monotonic: () => 0,
      sleep: async (ms: number, signal?: AbortSignal) => {
        if (signal?.aborted === true) throw cancelled();
        slept.push(ms);
      },
    };
    const options = {
      settings: transferRetry(per),
      clock,
      random: { ...systemRandom, unit: () => 0 },
      onRetry: (report: RetryReport) => reports.push(report),
    };
    return { slept, reports, options };
  }

  it('RT-1, RT-2: tries again after each delay and reports it', async () => {
    const { slept, reports, options } = setUp(3);
    const result = await withRetry(options, async (attempt) => {
      if (attempt < 3) throw failure();
      return attempt;
    });
    expect(result).toBe(3);
    expect(slept).toEqual([5_000, 10_000]);
    expect(reports.map((report) => report.attempt)).toEqual([1, 2]);
  });

  it('gives up after per_transfer + 1 attempts with the last error', async () => {
    const { slept, options } = setUp(2);
    let attempts = 0;
    const run = withRetry(options, async () => {
      attempts += 1;
      throw failure();
    });
    await expect(run).rejects.toMatchObject({ code: 'HTTP_STATUS' });
    expect([attempts, slept.length]).toEqual([3, 2]);
  });

  it('D54: honours the wish of the server', async () => {
    const { slept, options } = setUp(3);
    await withRetry(options, async (attempt) => {
      if (attempt === 1) throw failure({ retryAfterMs: 44_000 });
    });
    expect(slept).toEqual([44_000]);
  });

  it('never repeats what is not transient', async () => {
    const { slept, options } = setUp(3);
    const permanent = new KeiError({ code: 'X', kind: 'item', message: 'gone' });
    await expect(withRetry(options, () => Promise.reject(permanent))).rejects.toBe(permanent);
    expect(slept).toEqual([]);
  });

  it('SD-8: a signal ends the wait', async () => {
    const { options } = setUp(3);
    const stop = new AbortController();
    const run = withRetry({ ...options, signal: stop.signal }, async () => {
      stop.abort();
      throw failure();
    });
    await expect(run).rejects.toMatchObject({ kind: 'cancelled' });
  });
});
