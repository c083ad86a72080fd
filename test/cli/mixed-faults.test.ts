import { afterEach, describe, expect, it } from 'vitest';
import { killAfter, type FaultBench } from '../faults/bench.js';
import { brokenBounds, everythingAtOnce } from '../faults/everything.js';

const ASSETS = 150;

let bench: FaultBench;
afterEach(() => bench.close());

describe('a mix of all faults at once', () => {
  it('RT-30, RT-31, RT-40, D52, D58, D59: ends complete, byte for byte, within the bounds', async () => {
    bench = await everythingAtOnce(ASSETS, 1);
    let run = await bench.sync();
    if (run.code !== 0) {
      expect(run.code).toBe(2);
      run = await bench.sync();
    }
    expect(run.stderr).not.toContain('"level":"fatal"');
    expect(run.code).toBe(0);
    expect(await bench.harm()).toEqual([]);
    expect(bench.icloud.journal.tally({ operation: 'records/lookup' })).toBeGreaterThan(0);
    expect(await brokenBounds(bench, ASSETS, 1)).toEqual([]);
  });

  it('DB-8, D34: killed again and again in the middle of it, and nothing is lost', async () => {
    bench = await everythingAtOnce(ASSETS, 2);
    for (const ms of [900, 1_400, 2_000]) await bench.sync({ onStart: killAfter(ms) });
    let run = await bench.sync();
    for (let again = 0; again < 2 && run.code !== 0; again += 1) run = await bench.sync();
    expect(run.code).toBe(0);
    expect(await bench.harm()).toEqual([]);
  });
});
