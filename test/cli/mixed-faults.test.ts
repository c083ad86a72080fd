import { afterEach, describe, expect, it } from 'vitest';
import { faultBench, killAfter, type FaultBench } from '../faults/bench.js';
import { CLOUDKIT_FAULTS, CONTENT_FAULTS, mixed } from '../faults/mix.js';

const ASSETS = 150;
const CHANCE = 0.15;

let bench: FaultBench;
afterEach(() => bench.close());

/** Everything at once: a fault in 15 of 100 requests, URLs of two seconds, three lost sessions. */
async function everythingAtOnce(seed: number): Promise<FaultBench> {
  const made = await faultBench({ assets: ASSETS, seed, urlLifetimeSeconds: 2 });
  const { faults, journal, account } = made.icloud;
  for (const fault of mixed('ckdatabase', CLOUDKIT_FAULTS, CHANCE)) faults.add(fault);
  for (const fault of mixed('content', CONTENT_FAULTS, CHANCE)) faults.add(fault);
  let downloads = 0;
  journal.subscribe(({ site }) => {
    if (site === 'content') downloads += 1;
    if (site === 'content' && [30, 70, 110].includes(downloads)) account.expireSession();
  });
  return made;
}

describe('a mix of all faults at once', () => {
  it('RT-30, RT-31, RT-40, D52, D58, D59: ends complete, byte for byte, within the bounds', async () => {
    bench = await everythingAtOnce(1);
    const { journal, account } = bench.icloud;
    let run = await bench.sync();
    if (run.code !== 0) {
      expect(run.code).toBe(2);
      run = await bench.sync();
    }
    expect(run.stderr).not.toContain('"level":"fatal"');
    expect(run.code).toBe(0);
    expect(await bench.harm()).toEqual([]);
    expect(account.signInTimes.length).toBeLessThanOrEqual(3);
    expect(journal.tally({ site: 'ckdatabase', operation: 'records/lookup' })).toBeLessThan(
      journal.tally({ site: 'content' }) / 3,
    );
  });

  it('DB-8, D34: killed again and again in the middle of it, and nothing is lost', async () => {
    bench = await everythingAtOnce(2);
    for (const ms of [900, 1_400, 2_000]) await bench.sync({ onStart: killAfter(ms) });
    let run = await bench.sync();
    for (let again = 0; again < 2 && run.code !== 0; again += 1) run = await bench.sync();
    expect(run.code).toBe(0);
    expect(await bench.harm()).toEqual([]);
  });
});
