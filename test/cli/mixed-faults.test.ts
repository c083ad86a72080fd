import { expect, it, onTestFinished } from 'vitest';
import { brokenBounds, everythingAtOnce } from '../faults/everything.js';
import { mixKillRow } from '../faults/killed-rows.js';

const ASSETS = 150;

it('RT-30, RT-31, RT-40, D52, D58, D59: all faults at once end complete, byte for byte, within the bounds', async () => {
  const bench = await everythingAtOnce(ASSETS, 1);
  onTestFinished(() => bench.close());
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

it('DB-8, D34, D58: killed ten times in the middle of it, and nothing is lost or doubled', async () => {
  const { problems, harmed, ends } = await mixKillRow(60, 2, 10);
  expect(problems).toEqual([]);
  expect(harmed).toBe(0);
  expect(ends.at(-1)).toBe('0');
});
