import { dirname } from 'node:path';
import type { JournalEntry } from '../../src/simulator/journal.js';
import { placed } from './planned-folders.js';
import { THREADS, type Played, type PlayedRun } from './play.js';

/** Everything that a history shows to be wrong, in sentences; none when all is well. */
export function judge(played: Played): readonly string[] {
  return [
    ...endings(played),
    ...completeness(played),
    ...unexplained(played),
    ...repeats(played),
    ...costs(played),
  ];
}

function* endings({ runs, verified, first }: Played): Generator<string> {
  for (const [index, { step, code, stderr, lost }] of runs.entries()) {
    const name = `run ${index + 1} (${step.how})`;
    if (lost.length > 0) yield `${name} removed ${lost.join(', ')}`;
    if (/\n\s+at .+:\d+:\d+/.test(stderr)) yield `${name} shows a stack trace: ${tail(stderr)}`;
    if (code === 0 || code === 'killed') continue;
    // What is purged while it is fetched fails this once.
    const mayFail = step.how !== 'clean';
    if (!mayFail || (code !== 1 && code !== 2)) yield `${name} ended with ${code}: ${tail(stderr)}`;
  }
  if (first.code !== 0) yield `the first sync ended with ${first.code}: ${tail(first.stderr)}`;
  if (verified.code !== 0) yield `verify ended with ${verified.code}: ${tail(verified.stderr)}`;
}

function tail(text: string): string {
  return text.trim().split('\n').slice(-6).join('\n    ');
}

/** Each folder holds what a first sync puts there, and a first sync what the rules say. */
function* completeness({ cloud, tree, fresh }: Played): Generator<string> {
  const have = new Set([...tree].map(([path, sha]) => placed(dirname(path), sha)));
  for (const [path, sha] of fresh) {
    const folders = [dirname(path), ...cloud.planned.othersOf(dirname(path), sha)];
    if (!folders.some((folder) => have.has(placed(folder, sha)))) {
      yield `${path} of a first sync is missing`;
    }
  }
}

/** What a first sync would never have made. */
function* unexplained({ cloud, tree, fresh }: Played): Generator<string> {
  for (const [name, files] of [
    ['the home', tree],
    ['a first sync', fresh],
  ] as const) {
    for (const [path, sha] of files) {
      if (!cloud.planned.isWanted(dirname(path), sha)) {
        yield `${path} in ${name} was never asked for (${sha.slice(0, 12)})`;
      }
    }
  }
}

/** Zone, asset, file and version that a download is about. */
function versionOf({ zone, assetId, resource, path }: JournalEntry): string {
  return [zone ?? '', assetId ?? '', resource ?? '', path].join(' ');
}

/** A delivery that left nothing to ask for; a rest may complete what a fault had spoilt before. */
function isWhole({ status, aborted, faults, finished }: JournalEntry): boolean {
  return finished && !aborted && faults.length === 0 && status === 200;
}

function wholeDeliveries({ requests }: PlayedRun): JournalEntry[] {
  return requests.filter((entry) => entry.site === 'content' && isWhole(entry));
}

/**
 * Nothing comes twice, except what was under way when a run was killed, or stopped: the drain of a
 * scaled clock may be over before a busy machine has written what it got.
 */
function* repeats({ runs, cloud }: Played): Generator<string> {
  const had = new Map<string, number>();
  /** Whole deliveries of a run that was cut short, by version. */
  const lost = new Map<string, number>();
  const redone = new Map<number, number>();
  for (const [index, run] of runs.entries()) {
    for (const entry of wholeDeliveries(run)) {
      const version = versionOf(entry);
      const killed = lost.get(version);
      if (killed !== undefined) {
        lost.delete(version);
        redone.set(killed, (redone.get(killed) ?? 0) + 1);
      }
      if (run.code === 'killed' || run.step.how === 'term') {
        lost.set(version, index);
        continue;
      }
      const count = (had.get(version) ?? 0) + 1;
      had.set(version, count);
      if (count > cloud.familyOf(entry.assetId ?? '')) {
        yield `run ${index + 1} (${run.step.how}) fetched ${version} for the ${count}. time`;
      }
    }
  }
  for (const [index, count] of redone) {
    if (count > THREADS + 1)
      yield `${count} files of run ${index + 1}, cut short, were fetched again`;
  }
}

const LISTING = 'CPLAssetAndMasterByAssetDateWithoutHiddenOrDeleted';

/** Calls of a run with a handful of changes. */
const MOST_CALLS = 16;

/** A clean run after a whole one asks as much as there are changes. */
function* costs({ runs, history }: Played): Generator<string> {
  const { selection } = history;
  const hasNewLibraries = selection === 'libraries' || selection === 'everything';
  for (const [index, { step, settled, unchanged, requests }] of runs.entries()) {
    if (step.how !== 'clean' || !settled) continue;
    const name = `run ${index + 1} (clean, ${unchanged ? 'unchanged' : 'changed'})`;
    // A machine that is busy may not answer in the scaled time: that call is made again.
    const calls = requests.filter(
      ({ site, finished, aborted }) => site === 'ckdatabase' && finished && !aborted,
    );
    const content = requests.filter(({ site }) => site === 'content');
    const said = calls.map(({ operation, recordType }) => recordType ?? operation).join(', ');
    if (unchanged) {
      if (calls.length > 2) yield `${name} made ${calls.length} calls: ${said}`;
      if (content.length > 0) yield `${name} downloaded ${content.length} files`;
      continue;
    }
    if (hasNewLibraries) continue;
    // Databases, what the zone says (twice, and in pages), masters, and places that are new.
    if (calls.length > MOST_CALLS) yield `${name} made ${calls.length} calls: ${said}`;
    if (said.includes(LISTING)) yield `${name} listed the library: ${said}`;
  }
}
