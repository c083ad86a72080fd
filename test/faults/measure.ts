import type { FakeICloud } from '../../src/simulator/fake-icloud.js';
import type { CliOptions } from '../support/cli-home.js';
import type { FaultBench } from './bench.js';

/** What the simulator does, and what kei makes of it, in the words of the table. */
export interface Story {
  readonly does: string;
  readonly kei: string;
}

/** One line of the table. */
export interface Row extends Story {
  /** How each run ended; the last should be 0. */
  readonly ends: readonly string[];
  readonly listings: number;
  readonly lookups: number;
  readonly downloads: number;
  readonly signIns: number;
  /** Bytes that were sent and are in no file. */
  readonly wasted: number;
  /** Files that are missing, doubled, wrong, or at odds with the state; partials that are left. */
  readonly harmed: number;
  /** What should not be: broken bounds, harm, wrong exit codes. */
  readonly problems: readonly string[];
}

export interface MeasureOptions extends CliOptions {
  /** How runs before this one ended. */
  readonly before?: readonly string[];
  readonly runs?: number;
}

const MAX_RUNS = 3;

/** Runs until one ends with 0, and counts what that took. */
export async function measure(
  story: Story,
  bench: FaultBench,
  { before = [], runs = MAX_RUNS, ...options }: MeasureOptions = {},
): Promise<Row> {
  const ends: string[] = [];
  const problems: string[] = [];
  while (ends.length < runs && ends.at(-1) !== '0') {
    const { code, signal, stderr } = await bench.sync(options);
    ends.push(String(code ?? signal));
    if (code !== 0 && code !== 2) problems.push(`exit ${code}: ${stderr.slice(-500)}`);
    if (/\n\s+at .+:\d+:\d+\)?/.test(stderr)) problems.push('a stack trace was shown');
  }
  if (ends.at(-1) !== '0') problems.push('no run was complete');
  return { ...story, ...(await countsOf(bench)), ends: [...before, ...ends], problems };
}

/** Passwords that were sent to Apple, accepted or not. */
export function passwordSignIns({ journal }: FakeICloud): number {
  return journal.tally({ site: 'idmsa', operation: 'signin/complete' });
}

/** What was asked of iCloud so far, and what is on the disk now. */
export async function countsOf(
  bench: FaultBench,
): Promise<Omit<Row, keyof Story | 'ends' | 'problems'>> {
  const { journal } = bench.icloud;
  const needed = bench.wanted().reduce((sum, { size }) => sum + size, 0);
  const harm = await bench.harm();
  for (const line of harm.slice(0, 5)) process.stderr.write(`  ${line}\n`);
  return {
    listings: journal.tally({ site: 'ckdatabase', operation: 'records/query' }),
    lookups: journal.tally({ site: 'ckdatabase', operation: 'records/lookup' }),
    downloads: journal.tally({ site: 'content' }),
    signIns: passwordSignIns(bench.icloud),
    wasted: Math.max(0, bench.bytesSent() - needed),
    harmed: harm.length,
  };
}
