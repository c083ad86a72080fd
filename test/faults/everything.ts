/** All faults at once, and the bounds that hold all the same. */
import type { JournalEntry } from '../../src/simulator/journal.js';
import { faultBench, type FaultBench } from './bench.js';
import { measure, passwordSignIns, type Row } from './measure.js';
import { CLOUDKIT_FAULTS, CONTENT_FAULTS, mixed } from './mix.js';

/** How often a request meets a fault. */
export const CHANCE = 0.15;
const LINK_LIFETIME_S = 2;
/** A fourth lost session would end the run (RT-32). */
const LOST_SESSIONS = 3;
/** D58: password sign-ins in an hour that nobody attends. */
export const MOST_SIGN_INS = 3;
/** "The run or its repetition ends complete." */
export const MOST_RUNS = 2;

/** A library whose iCloud fails in every way: links live two seconds, and three sessions are lost. */
export async function everythingAtOnce(assets: number, seed: number): Promise<FaultBench> {
  const bench = await faultBench({ assets, seed, urlLifetimeSeconds: LINK_LIFETIME_S });
  const { faults, journal, account } = bench.icloud;
  for (const fault of mixed('ckdatabase', CLOUDKIT_FAULTS, CHANCE)) faults.add(fault);
  for (const fault of mixed('content', CONTENT_FAULTS, CHANCE)) faults.add(fault);
  const every = Math.ceil(assets / (LOST_SESSIONS + 1));
  let downloads = 0;
  journal.subscribe(({ site }) => {
    if (site !== 'content') return;
    downloads += 1;
    if (downloads % every === 0 && downloads <= every * LOST_SESSIONS) account.expireSession();
  });
  return bench;
}

/** The mix, measured, with every bound that is broken. */
export async function everythingRow(assets: number, seed: number): Promise<Row> {
  const bench = await everythingAtOnce(assets, seed);
  try {
    const row = await measure(
      {
        does: `does all of this at once to ${assets} assets: each request meets a fault with ${CHANCE * 100} %, links live ${LINK_LIFETIME_S} s, three sessions are lost`,
        kei: 'signs in again in place, looks links up together',
      },
      bench,
      { runs: MOST_RUNS },
    );
    return { ...row, problems: [...row.problems, ...(await brokenBounds(bench, assets, seed))] };
  } finally {
    await bench.close();
  }
}

/** What a run through the mix took more of than it may (D58, D59, protocol 9). */
export async function brokenBounds(
  { icloud, secondChances }: FaultBench,
  assets: number,
  seed: number,
): Promise<string[]> {
  const { journal } = icloud;
  const { lookups, forLinks } = countLookups(journal.entries);
  // Few files fail, so that one lookup each time has all of them (RT-40).
  const mostLookups = forLinks + secondChances();
  const listings = journal.tally({ operation: 'records/query' });
  const mostListings = 2 * (await listingsWithoutFaults(assets, seed));
  const signIns = passwordSignIns(icloud);
  return [
    signIns > MOST_SIGN_INS ? `${signIns} sign-ins with the password` : '',
    lookups > mostLookups ? `${lookups} lookups where ${mostLookups} are enough` : '',
    listings > mostListings ? `${listings} listing calls where ${mostListings} are enough` : '',
  ].filter((text) => text !== '');
}

/**
 * The lookups that were answered, and how many may be (D59): one for each hundred links that were
 * refused, and one for each answer whose links ran out while files were still being fetched. A link
 * that is refused after it was looked up cannot share the lookup that brought it: it counts with the
 * others of its round.
 */
function countLookups(entries: readonly JournalEntry[]) {
  const isAnswered = ({ status, faults }: JournalEntry) => status === 200 && faults.length === 0;
  const content = entries.filter(({ site }) => site === 'content');
  const lookups = entries.filter(({ operation }) => operation === 'records/lookup');
  const last = Math.max(...content.map(({ at }) => at));
  const bringsLinks = ({ operation, recordType }: JournalEntry) =>
    operation === 'records/lookup' || recordType?.startsWith('CPLAssetAndMaster') === true;
  const ranOut = entries.filter(
    (entry) => bringsLinks(entry) && isAnswered(entry) && entry.at + 900 * LINK_LIFETIME_S < last,
  );
  const expired = content.filter(({ status }) => status === 410);
  return {
    lookups: lookups.filter(isAnswered).length,
    forLinks: batchesOf(content.filter(isRefused)) + ranOut.length + expired.length,
  };
}

function isRefused({ status }: JournalEntry): boolean {
  return [400, 401, 403, 404].includes(status);
}

/** Batches of a hundred for the first refusal of each file, for the second of some, and so on. */
function batchesOf(refused: readonly JournalEntry[]): number {
  const times = new Map<string, number>();
  const rounds: number[] = [];
  for (const { assetId, resource } of refused) {
    const file = `${assetId} ${resource}`;
    const round = times.get(file) ?? 0;
    times.set(file, round + 1);
    rounds[round] = (rounds[round] ?? 0) + 1;
  }
  return rounds.reduce((batches, files) => batches + Math.ceil(files / 100), 0);
}

async function listingsWithoutFaults(assets: number, seed: number): Promise<number> {
  const clean = await faultBench({ assets, seed });
  try {
    await clean.sync();
    return clean.icloud.journal.tally({ operation: 'records/query' });
  } finally {
    await clean.close();
  }
}
