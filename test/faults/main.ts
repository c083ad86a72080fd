/**
 * The campaigns that show that nothing is lost, whatever fails. `npm run faults` plays all of them
 * and writes docs/faults.md; `-- --only kills --kills 300` plays one of them and writes its section.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { FaultSpec } from '../../src/simulator/faults.js';
import { faultBench } from './bench.js';
import { CHANCE, everythingRow } from './everything.js';
import { killRow, mixKillRow } from './killed-rows.js';
import { interrupted, limited, silentlyCut } from './large.js';
import { machineRows } from './machine.js';
import { measure, type Row, type Story } from './measure.js';
import { ALONE, mixed } from './mix.js';
import { documentOf } from './report.js';
import { signInRows } from './sign-in.js';

const ASSETS_ALONE = 25;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    assets: { type: 'string', default: '2000' },
    kills: { type: 'string', default: '300' },
    gigabytes: { type: 'string', default: '6' },
    seed: { type: 'string', default: '5' },
  },
});
const assets = Number(values.assets);
const seed = Number(values.seed);
const kills = Number(values.kills);

/** Faults that say something of a rest need downloads that were cut before. */
const CONCERNS_THE_REST: ReadonlySet<string> = new Set([
  'ignoreRange',
  'contentRange',
  'rangeNotSatisfiable',
]);
const FIRST_CUT: FaultSpec = {
  when: { site: 'content', resumed: false },
  timing: { first: 1, per: 'asset' },
  action: { kind: 'drop', afterBytes: 900 },
};

async function playAlone(story: Story, faults: readonly FaultSpec[]): Promise<Row> {
  const bench = await faultBench({ assets: ASSETS_ALONE, seed: 3 });
  try {
    for (const fault of faults) bench.icloud.faults.add(fault);
    return await measure(story, bench);
  } finally {
    await bench.close();
  }
}

async function aloneRows(): Promise<Row[]> {
  const rows = [await playAlone({ does: 'works', kei: 'fetches everything once' }, [])];
  for (const { site, action, ...story } of ALONE) {
    const interruption = CONCERNS_THE_REST.has(action.kind) ? [FIRST_CUT] : [];
    rows.push(await playAlone(story, [...interruption, ...mixed(site, [action], CHANCE)]));
  }
  return rows;
}

const CAMPAIGNS: Readonly<Record<string, readonly [title: string, play: () => Promise<Row[]>]>> = {
  alone: ['One fault at a time', aloneRows],
  mix: ['Everything at once', async () => [await everythingRow(assets, seed)]],
  'sign-in': ['Signing in', signInRows],
  kills: ['Kills', async () => [await killRow(assets, seed, kills)]],
  'mix-kills': [
    'Kills in the middle of everything',
    async () => [await mixKillRow(assets, seed, kills)],
  ],
  large: [
    'Large files and the bandwidth limit',
    async () => [
      await interrupted(Number(values.gigabytes)),
      await silentlyCut(Number(values.gigabytes) / 5, 'length'),
      await silentlyCut(Number(values.gigabytes) / 5, 'chunks'),
      await limited(6_000_000),
    ],
  ],
  machine: ['The computer and its disks', machineRows],
};

const sections: { title: string; rows: readonly Row[] }[] = [];
for (const [name, [title, play]] of Object.entries(CAMPAIGNS)) {
  if (values.only !== undefined && values.only !== name) continue;
  process.stderr.write(`${title}\n`);
  const rows = await play();
  sections.push({ title, rows });
  for (const { does, problems } of rows) {
    for (const problem of problems) process.stderr.write(`  ${does}: ${problem}\n`);
  }
}
const document = new URL('../../docs/faults.md', import.meta.url);
const titles = Object.values(CAMPAIGNS).map(([title]) => title);
const before = values.only === undefined ? '' : await readFile(document, 'utf8').catch(() => '');
const alone = { assets: ASSETS_ALONE, chance: CHANCE };
await writeFile(document, await documentOf(sections, alone, titles, before));
const all = sections.flatMap(({ rows }) => rows);
const bad = all.filter(({ problems, harmed }) => problems.length > 0 || harmed > 0);
process.stderr.write(`${all.length} faults, ${bad.length} with a problem\n`);
process.exitCode = bad.length > 0 || all.length === 0 ? 1 : 0;
