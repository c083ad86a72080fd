/**
 * The campaign of faults: each alone, then all at once with kills at random moments. Writes
 * docs/faults.md. `npm run faults -- --kills 300` kills more often; `--assets 2000` is the default
 * size of the mix.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import * as prettier from 'prettier';
import type { FaultSpec } from '../../src/simulator/faults.js';
import { SeededRandom } from '../../src/simulator/seeded-random.js';
import { faultBench, killAfter, type FaultBench } from './bench.js';
import { CLOUDKIT_FAULTS, CONTENT_FAULTS, mixed } from './mix.js';

const ALONE = { assets: 25, chance: 0.15 };
const MAX_RUNS = 3;

interface Row {
  readonly fault: string;
  readonly runs: number;
  readonly codes: string;
  readonly listings: number;
  readonly lookups: number;
  readonly downloads: number;
  readonly signIns: number;
  readonly wasted: number;
  readonly harmed: number;
}

/** Runs until one ends with 0, and counts what that took. */
async function measure(fault: string, bench: FaultBench, before = ''): Promise<Row> {
  const codes: (number | null)[] = [];
  while (codes.length < MAX_RUNS && codes.at(-1) !== 0) codes.push((await bench.sync()).code);
  const { journal, account, library } = bench.icloud;
  let needed = 0;
  for (const { resource, size } of library.expectedFiles()) {
    if (resource === 'resOriginal' || resource === 'resOriginalVidCompl') needed += size;
  }
  const harm = await bench.harm();
  for (const line of harm.slice(0, 5)) process.stderr.write(`${fault}: ${line}\n`);
  return {
    fault,
    runs: codes.length,
    codes: `${before}${codes.join(', ')}`,
    listings: journal.tally({ site: 'ckdatabase', operation: 'records/query' }),
    lookups: journal.tally({ site: 'ckdatabase', operation: 'records/lookup' }),
    downloads: journal.tally({ site: 'content' }),
    signIns: account.signInTimes.length,
    wasted: Math.max(0, bench.bytesSent() - needed),
    harmed: harm.length,
  };
}

async function alone(name: string, faults: readonly FaultSpec[]): Promise<Row> {
  const bench = await faultBench({ assets: ALONE.assets, seed: 3 });
  try {
    for (const fault of faults) bench.icloud.faults.add(fault);
    return await measure(name, bench);
  } finally {
    await bench.close();
  }
}

/** The mix at 15 of 100 requests, URLs of two seconds, a lost session at each quarter: four end a run. */
async function everything(assets: number, kills: number, random: SeededRandom): Promise<Row> {
  const bench = await faultBench({ assets, seed: 5, urlLifetimeSeconds: 2 });
  try {
    const { faults, journal, account } = bench.icloud;
    for (const fault of mixed('ckdatabase', CLOUDKIT_FAULTS, ALONE.chance)) faults.add(fault);
    for (const fault of mixed('content', CONTENT_FAULTS, ALONE.chance)) faults.add(fault);
    let downloads = 0;
    journal.subscribe(({ site }) => {
      if (site !== 'content') return;
      downloads += 1;
      const isQuarter = downloads % Math.ceil(assets / 4) === 0;
      if (isQuarter && downloads <= assets) account.expireSession();
    });
    for (let kill = 0; kill < kills; kill += 1) {
      await bench.sync({ onStart: killAfter(500 + random.fraction() * 3_000) });
    }
    const name = `everything at once, ${assets} assets${kills > 0 ? `, killed ${kills} times` : ''}`;
    return await measure(name, bench, kills > 0 ? 'killed, ' : '');
  } finally {
    await bench.close();
  }
}

async function document(rows: readonly Row[]): Promise<string> {
  const text = [
    '# Faults',
    '',
    'Written by `npm run faults`: what the simulator does to kei, and what that costs. Unless a row',
    `says otherwise the library has ${ALONE.assets} assets and each request of the kind meets the fault`,
    `with a chance of ${ALONE.chance * 100} %. A run that ends with 2 is repeated. "Wasted" are bytes that were sent and`,
    'are in no file. "Harmed" counts files that are missing, doubled, not the bytes of iCloud, or at',
    'odds with the database, and partials that are left: it has to be 0. Damage meets a file once: one',
    'that comes twice in the same way is taken for a wrong record of iCloud, and kept with a warning.',
    '',
    '| fault | runs | exit codes | listing calls | lookups | downloads | sign-ins | bytes wasted | harmed |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${Object.values(row).join(' | ')} |`),
    '',
  ].join('\n');
  return prettier.format(text, { parser: 'markdown', printWidth: 100 });
}

const { values } = parseArgs({
  options: {
    assets: { type: 'string', default: '2000' },
    kills: { type: 'string', default: '20' },
  },
});
const rows: Row[] = [await alone('none', [])];
for (const [site, actions] of [
  ['ckdatabase', CLOUDKIT_FAULTS],
  ['content', CONTENT_FAULTS],
] as const) {
  for (const action of actions) {
    const { kind, ...members } = action;
    const details = Object.entries(members).map(([key, value]) => `${key} ${String(value)}`);
    const place = site === 'content' ? 'download' : 'CloudKit';
    const name = `${place}: ${[kind, ...details].join(', ')}`;
    rows.push(await alone(name, mixed(site, [action], ALONE.chance)));
    process.stderr.write('.');
  }
}
const random = new SeededRandom(7);
rows.push(await everything(Number(values.assets), 0, random));
rows.push(await everything(Math.ceil(Number(values.assets) / 5), Number(values.kills), random));
await writeFile(new URL('../../docs/faults.md', import.meta.url), await document(rows));
const harmed = rows.filter((row) => row.harmed > 0);
process.stderr.write(`\n${rows.length} faults, ${harmed.length} with harm\n`);
process.exitCode = harmed.length > 0 ? 1 : 0;
