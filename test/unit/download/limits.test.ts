import { describe, expect, it } from 'vitest';
import { Bandwidth } from '../../../src/download/bandwidth.js';
import { SpaceForecast } from '../../../src/download/space-forecast.js';
import { systemFiles, type FileEdges } from '../../../src/platform/files.js';
import { requireFreeSpace, STARTUP_FREE_BYTES } from '../../../src/platform/free-space.js';
import { ManualClock } from '../../support/manual-clock.js';

const GIB = 1024 ** 3;

const withFree = (...answers: (number | undefined)[]): FileEdges => ({
  ...systemFiles,
  freeBytes: async () => (answers.length > 1 ? answers.shift() : answers[0]),
});

describe('one bandwidth for all transfers (DL-90)', () => {
  it('case 45: ten transfers together take a megabyte a second', async () => {
    const clock = new ManualClock({ impatient: true });
    const start = clock.monotonic();
    const bandwidth = new Bandwidth(1_000_000, clock);
    const transfer = async () => {
      for (let i = 0; i < 20; i += 1) await bandwidth.take(50_000);
    };
    await Promise.all(Array.from({ length: 10 }, transfer));
    expect(clock.monotonic() - start).toBeGreaterThanOrEqual(10_000);
    expect(clock.monotonic() - start).toBeLessThan(10_100);
  });

  it('time in which nothing is taken is not saved up', async () => {
    const clock = new ManualClock();
    const bandwidth = new Bandwidth(1_000, clock);
    clock.advance(60_000);
    const taken = bandwidth.take(5_000);
    expect(clock.waits).toEqual([5_000]);
    clock.advance(5_000);
    await taken;
  });

  it('a wait ends when the transfer is cancelled', async () => {
    const stop = new AbortController();
    const taken = new Bandwidth(1, new ManualClock()).take(1_000, stop.signal);
    stop.abort();
    await expect(taken).rejects.toMatchObject({ kind: 'cancelled' });
  });
});

describe('free space', () => {
  it('DL-80: less than the minimum refuses, in the words of the specification', async () => {
    const check = requireFreeSpace('/photos', STARTUP_FREE_BYTES, withFree(GIB - 1));
    await expect(check).rejects.toMatchObject({
      code: 'INSUFFICIENT_SPACE',
      message: 'Insufficient disk space: only 1023 MiB available in /photos (minimum 1 GiB)',
    });
  });

  it('DL-80: exactly the minimum, and what cannot be told, pass', async () => {
    await requireFreeSpace('/photos', STARTUP_FREE_BYTES, withFree(GIB));
    await requireFreeSpace('/photos', STARTUP_FREE_BYTES, withFree(undefined));
  });

  it('DL-81: the floor of a listing names MiB', async () => {
    const check = requireFreeSpace('/photos', 100 * 1024 ** 2, withFree(0));
    await expect(check).rejects.toMatchObject({
      message: expect.stringContaining('100 MiB)') as string,
    });
  });
});

describe('the forecast (DL-82)', () => {
  const verdicts = async (forecast: SpaceForecast, sizes: readonly number[]) => {
    const seen: string[] = [];
    for (const size of sizes) seen.push((await forecast.queue(size)).verdict);
    return seen;
  };

  it('case 44: warns once at 90 %, stops at exactly 100 %', async () => {
    const forecast = new SpaceForecast('/photos', withFree(1000));
    expect(await verdicts(forecast, [899, 1, 50, 49, 1])).toEqual([
      'fits',
      'tight',
      'fits',
      'fits',
      'full',
    ]);
  });

  it('a full disk is said in a sentence', async () => {
    const forecast = await new SpaceForecast('/photos', withFree(1000)).queue(1000);
    expect(forecast).toMatchObject({ verdict: 'full', error: { code: 'DISK_FULL', kind: 'disk' } });
  });

  it('files without a size change nothing', async () => {
    const forecast = new SpaceForecast('/photos', withFree(0));
    expect(await verdicts(forecast, [0, 0])).toEqual(['fits', 'fits']);
  });

  it('unknown free space never stops', async () => {
    const forecast = new SpaceForecast('/photos', withFree(undefined));
    expect(await verdicts(forecast, [Number.MAX_SAFE_INTEGER, 1])).toEqual(['fits', 'fits']);
  });

  it('after 10 GiB the disk is asked again, and unfinished files still count', async () => {
    const forecast = new SpaceForecast('/photos', withFree(100 * GIB, 21 * GIB));
    expect(await verdicts(forecast, [6 * GIB, 6 * GIB])).toEqual(['fits', 'fits']);
    forecast.finish(6 * GIB);
    expect(await verdicts(forecast, [12 * GIB])).toEqual(['fits']);
    expect(await verdicts(forecast, [3 * GIB])).toEqual(['full']);
  });
});
