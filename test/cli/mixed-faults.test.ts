import { afterEach, describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../src/simulator/journal.js';
import { faultBench, killAfter, type FaultBench } from '../faults/bench.js';
import { CLOUDKIT_FAULTS, CONTENT_FAULTS, mixed } from '../faults/mix.js';

const ASSETS = 150;
const CHANCE = 0.15;
const LINK_LIFETIME_MS = 2_000;

let bench: FaultBench;
afterEach(() => bench.close());

/** Everything at once: a fault in 15 of 100 requests, URLs of two seconds, three lost sessions. */
async function everythingAtOnce(seed: number): Promise<FaultBench> {
  const made = await faultBench({
    assets: ASSETS,
    seed,
    urlLifetimeSeconds: LINK_LIFETIME_MS / 1000,
  });
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

/**
 * The lookups that were answered, and how many may be (D59): one for each hundred links that were
 * refused, and one for each answer whose links ran out while files were still being fetched.
 */
function countLookups(entries: readonly JournalEntry[]) {
  const isAnswered = ({ status, faults }: JournalEntry) => status === 200 && faults.length === 0;
  const content = entries.filter(({ site }) => site === 'content');
  const lookups = entries.filter(({ operation }) => operation === 'records/lookup');
  const last = Math.max(...content.map(({ at }) => at));
  const bringsLinks = ({ operation, recordType }: JournalEntry) =>
    operation === 'records/lookup' || recordType?.startsWith('CPLAssetAndMaster') === true;
  const ranOut = entries.filter(
    (entry) => bringsLinks(entry) && isAnswered(entry) && entry.at + 0.9 * LINK_LIFETIME_MS < last,
  );
  const refused = content.filter(({ status }) => [400, 401, 403, 404].includes(status));
  const expired = content.filter(({ status }) => status === 410);
  return {
    lookups: lookups.filter(isAnswered).length,
    mostLookups: Math.ceil(refused.length / 100) + ranOut.length + expired.length,
  };
}

async function listingCallsWithoutFaults(): Promise<number> {
  const clean = await faultBench({ assets: ASSETS, seed: 1 });
  try {
    expect((await clean.sync()).code).toBe(0);
    return clean.icloud.journal.tally({ operation: 'records/query' });
  } finally {
    await clean.close();
  }
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
    const { lookups, mostLookups } = countLookups(journal.entries);
    expect(lookups).toBeGreaterThan(0);
    expect(lookups).toBeLessThanOrEqual(mostLookups);
    expect(journal.tally({ operation: 'records/query' })).toBeLessThanOrEqual(
      2 * (await listingCallsWithoutFaults()),
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
