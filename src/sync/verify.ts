import type { Hasher } from '../download/index.js';
import { isKeiError, KeiError } from '../errors/index.js';
import { inParallel } from '../platform/in-parallel.js';
import type { ListedFile, StateReader, StateStore } from '../state/index.js';
import {
  conditionOf,
  digestsNeeded,
  isSound,
  type FileCondition,
  type Found,
} from './file-condition.js';
import { lookAt } from './plan/disk-look.js';

/** What a verification says of one file. */
export type Verdict = FileCondition | 'unreadable' | 'verified-before';

/** One file that is not as it should be. */
export interface VerifyIssue {
  readonly verdict: Verdict;
  readonly listed: ListedFile;
  /** Why it could not be read. */
  readonly reason: string | undefined;
}

/** How many files got which verdict, filled while a verification runs. */
export type VerifyTotals = Record<Verdict, number>;

export type VerifyNotes = Pick<StateStore['verifications'], 'note' | 'forget'>;

export interface VerifyOptions {
  readonly reader: Pick<StateReader, 'lists' | 'files' | 'verifications'>;
  /** Reads every file and compares its content; without it only presence is looked at. */
  readonly hasher: Hasher | undefined;
  /** Where sound files are noted, so that a later run can go on; nothing else is written. */
  readonly notes: VerifyNotes | undefined;
  /** Files that were verified since then are not read again; ms since 1970. */
  readonly sinceMs: number | undefined;
  readonly signal: AbortSignal;
}

/** Looks at a path cost a thread and nothing else: enough of them to keep a disk busy. */
const LOOKS = 16;

export function createVerifyTotals(): VerifyTotals {
  return {
    proven: 0,
    matches: 0,
    metadata: 0,
    present: 0,
    damaged: 0,
    missing: 0,
    'not-a-file': 0,
    unreadable: 0,
    'verified-before': 0,
  };
}

/**
 * Checks every downloaded file and yields those that are missing or damaged (cli 9.5), several at a
 * time. Memory does not depend on the number of files. Ends early, without an error, when the signal
 * fires: what was verified until then is in the totals and in the notes.
 */
export async function* verifyFiles(
  options: VerifyOptions,
  totals: VerifyTotals,
): AsyncGenerator<VerifyIssue> {
  const { reader, hasher, signal } = options;
  const width = hasher === undefined ? LOOKS : hasher.width;
  const judged = inParallel(
    reader.lists.downloaded(),
    width,
    (listed) => judge(listed, options),
    signal,
  );
  for await (const issue of judged) {
    if (issue === 'gone') continue;
    totals[issue.verdict] += 1;
    if (isProblem(issue.verdict)) yield issue;
  }
}

/** Whether a verdict is a finding: exit code 1. */
function isProblem(verdict: Verdict): boolean {
  if (verdict === 'verified-before') return false;
  return verdict === 'unreadable' || !isSound(verdict);
}

/** Judges one file; again when a sync replaced it meanwhile, not at all when one is about to. */
async function judge(listed: ListedFile, options: VerifyOptions): Promise<VerifyIssue | 'gone'> {
  const { id, published } = listed.file;
  const issue = await look(listed, options);
  if (!isProblem(issue.verdict)) {
    await noteSound(issue, options);
    return issue;
  }
  const now = options.reader.files.byId(id);
  if (now?.status !== 'downloaded') return 'gone';
  if (now.published?.atMs !== published?.atMs) return judge({ ...listed, file: now }, options);
  await options.notes?.forget(id);
  return issue;
}

async function look(
  listed: ListedFile,
  { reader, hasher, sinceMs }: VerifyOptions,
): Promise<VerifyIssue> {
  const { id, path, published } = listed.file;
  const say = (verdict: Verdict, reason?: string): VerifyIssue => ({ verdict, listed, reason });
  try {
    const entry = await lookAt(path);
    // Of a downloaded file it is always known what was published.
    if (published === undefined) return say(entry.kind === 'absent' ? 'missing' : 'present');
    if (entry.kind !== 'file' || hasher === undefined) return say(conditionOf(published, entry));
    const verifiedMs = sinceMs === undefined ? undefined : reader.verifications.at(id);
    if (verifiedMs !== undefined && sinceMs !== undefined && verifiedMs >= sinceMs) {
      // Whatever was written since shows in size or time, at no cost.
      const { sizeBytes, mtimeMs } = entry;
      const untouched = sizeBytes === published.diskBytes && mtimeMs <= verifiedMs;
      if (untouched) return say('verified-before');
    }
    const needed = digestsNeeded(published, entry.sizeBytes);
    const digests = needed.length === 0 ? {} : await hasher.digestsOf(path, needed);
    const found: Found = { kind: 'file', sizeBytes: entry.sizeBytes, digests };
    return say(conditionOf(published, found));
  } catch (error) {
    if (!isKeiError(error, 'disk')) throw error;
    return say('unreadable', error.message);
  }
}

/** Only a content that was compared is worth a note. */
async function noteSound(
  { verdict, listed: { file } }: VerifyIssue,
  { notes }: VerifyOptions,
): Promise<void> {
  const compared = verdict === 'proven' || verdict === 'matches' || verdict === 'metadata';
  if (compared && file.published !== undefined) {
    await notes?.note(file.id, file.published.atMs);
  }
}

/**
 * Refuses to judge files below a download folder that is not there: an unmounted disk would make
 * every file look lost (D13).
 */
export async function requireDownloadRoot(directory: string | undefined): Promise<void> {
  if (directory === undefined) return;
  const entry = await lookAt(directory);
  if (entry.kind !== 'absent') return;
  throw new KeiError({
    code: 'DOWNLOAD_FOLDER_MISSING',
    kind: 'disk',
    message: `The download folder ${directory} is not there.`,
    hint: 'Is its disk mounted? Nothing was checked and nothing was changed.',
    facts: { path: directory },
  });
}
