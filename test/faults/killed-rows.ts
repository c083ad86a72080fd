/** What the campaigns of kills come to. */
import { SeededRandom } from '../../src/simulator/seeded-random.js';
import { faultBench } from './bench.js';
import { everythingAtOnce, MOST_RUNS, MOST_SIGN_INS } from './everything.js';
import { addAssets, killRepeatedly, type KillKind, type KillReport } from './kills.js';
import { measure, passwordSignIns, type Row } from './measure.js';

const NO_STORY = { does: '', kei: '' };

/** Killed again and again while nothing else goes wrong. */
export async function killRow(assets: number, seed: number, kills: number): Promise<Row> {
  const bench = await faultBench({ assets, seed });
  try {
    bench.icloud.faults.while('content', { kind: 'delay', ms: 15 });
    const report = await killRepeatedly(bench, kills, new SeededRandom(seed));
    bench.icloud.faults.clear();
    const row = await measure(NO_STORY, bench);
    const files = bench.wanted().length;
    return rowOf([report], row, { does: `works, with ${assets} assets`, files });
  } finally {
    await bench.close();
  }
}

const KINDS_IN_THE_MIX: readonly KillKind[] = ['moment', 'step', 'moment', 'shutdown'];
/** A run that comes to its end before it is killed may leave failed files to the next one. */
/** It ends with 1 where the first call fails in all its tries. */
const IN_THE_MIX = { kinds: KINDS_IN_THE_MIX, env: {}, ends: [0, 1, 2] };
/** Of five kills, one is followed by a run that is left to its end. */
const LEFT_TO_ITS_END = 5;
/** Assets for a run that is killed, and the one after it. */
const FOR_TWO_RUNS = 20;

/**
 * Killed again and again in the middle of the mix, until the last runs have fetched everything; then
 * some more is added for each kill, and the next run ends complete.
 */
export async function mixKillRow(assets: number, seed: number, kills: number): Promise<Row> {
  const bench = await everythingAtOnce(assets, seed);
  try {
    const random = new SeededRandom(seed);
    const alone = Math.floor(kills / LEFT_TO_ITS_END);
    const reports = [await killRepeatedly(bench, kills - alone, random, IN_THE_MIX)];
    const rows = [await measure(NO_STORY, bench, { runs: MOST_RUNS })];
    for (let number = 0; number < alone; number += 1) {
      addAssets(bench.icloud.library, FOR_TWO_RUNS, 5_000 + number);
      const kinds = KINDS_IN_THE_MIX.slice(number % KINDS_IN_THE_MIX.length);
      reports.push(await killRepeatedly(bench, 1, random, { ...IN_THE_MIX, kinds }));
      rows.push(await measure(NO_STORY, bench, { runs: MOST_RUNS }));
    }
    const [row = await measure(NO_STORY, bench)] = rows.slice(-1);
    const signIns = passwordSignIns(bench.icloud);
    const total: Row = {
      ...row,
      ends: rows.flatMap(({ ends }) => ends),
      harmed: rows.reduce((sum, { harmed }) => sum + harmed, 0),
      problems: [
        ...rows.flatMap(({ problems }) => problems),
        ...(signIns > MOST_SIGN_INS ? [`${signIns} sign-ins with the password`] : []),
      ],
    };
    return rowOf(reports, total, {
      does: `does everything of the mix to ${assets} assets; ${kills - alone} runs in a row are killed, then every second run of ${2 * alone}`,
      files: bench.wanted().length,
    });
  } finally {
    await bench.close();
  }
}

/** Campaigns in one library, and what was measured after them. */
function rowOf(
  reports: readonly KillReport[],
  row: Row,
  { does, files }: { readonly does: string; readonly files: number },
): Row {
  const sum = (of: (report: KillReport) => number) =>
    reports.reduce((total, report) => total + of(report), 0);
  const times = (kind: KillKind) => sum(({ killed }) => killed[kind]);
  const phrases: readonly (readonly [KillKind, string])[] = [
    ['moment', 'at any moment'],
    ['step', 'before or after a named call of the file system'],
    ['shutdown', 'while it shuts down'],
    ['migration', 'while it brings an older database up to date'],
  ];
  const ways = phrases
    .filter(([kind]) => times(kind) > 0)
    .map(([kind, phrase]) => `${times(kind)} times ${phrase}`);
  const toldTwice = times('second signal');
  const twice = toldTwice > 0 ? `; ${toldTwice} times it is told twice to stop` : '';
  const killed = phrases.reduce((total, [kind]) => total + times(kind), toldTwice);
  const survived = sum((report) => report.survived);
  const mostAgain = Math.max(...reports.map((report) => report.mostAgain));
  return {
    ...row,
    does: `${does}; kei is killed ${ways.join(', ')}${twice}`,
    kei: `adopts what had its name, continues what had not: ${sum(({ again }) => again)} of ${files} files were fetched again, at most ${mostAgain} after one kill`,
    ends: [`killed ×${killed}`, ...(survived > 0 ? [`not killed ×${survived}`] : []), ...row.ends],
    problems: [...reports.flatMap(({ problems }) => problems), ...row.problems],
  };
}
