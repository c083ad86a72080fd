import { dateSpecInstant, parseDateSpec } from '../../config/date-spec.js';
import { createHashPool } from '../../download/index.js';
import { systemHostOffset } from '../../naming/index.js';
import { KeiError } from '../../errors/index.js';
import { boundHeap } from '../../platform/bound-heap.js';
import { displayPath } from '../../platform/byte-path.js';
import {
  LOST,
  LostScratch,
  openStateStore,
  type StateReader,
  type StateStore,
} from '../../state/index.js';
import { markLost, type Marked } from '../../sync/mark-lost.js';
import { refuseUnmountedFolder } from '../../sync/preflight.js';
import {
  createVerifyTotals,
  requireDownloadRoot,
  verifyFiles,
  type VerifyIssue,
  type VerifyNotes,
  type VerifyOptions,
  type VerifyTotals,
} from '../../sync/verify.js';
import { openContext, type CommandContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { withInterrupt } from '../interrupt.js';
import type { Invocation } from '../invocation.js';
import { IssueList } from '../issue-list.js';
import type { CliFlags } from '../options/shared.js';
import { notice, printLine } from '../output.js';
import { openState, printNoState } from '../state-access.js';
import { issueLine, problemsOf, resultLines, verifyFailed } from '../verify-text.js';
import { showReading } from '../watch-reading.js';

interface VerifyFlags extends CliFlags {
  readonly checksums?: boolean;
  readonly repair?: boolean;
  readonly since?: string;
  readonly progressBar?: boolean;
}

/**
 * `kei verify`: every downloaded file is there and, with `--checksums`, unharmed (cli 9.5). Takes no
 * account lock, so that hours of reading keep no sync from running.
 */
export async function runVerify({ host, flags }: Invocation<VerifyFlags>): Promise<number> {
  const context = await openContext(host, flags);
  const sinceMs = sinceOf(flags, host.clock.now());
  const { path, reader } = await openState(context);
  if (reader === undefined) {
    await printNoState(context, path);
    return EXIT.ok;
  }
  try {
    return await withInterrupt(host, (signal) =>
      verify({ context, flags, sinceMs, reader, signal }),
    );
  } finally {
    reader.close();
  }
}

interface Job extends Pick<VerifyOptions, 'sinceMs' | 'signal'> {
  readonly context: CommandContext;
  readonly flags: VerifyFlags;
  readonly reader: StateReader;
}

async function verify(job: Job): Promise<number> {
  const { context, flags, sinceMs, reader, signal } = job;
  const { host, config } = context;
  const { checksums = false, repair = false } = flags;
  const { directory } = config.download;
  const startedMs = host.clock.now();
  const count = reader.lists.counts().downloaded;
  if (count > 0) {
    await requireDownloadRoot(directory);
    if (repair && directory !== undefined) await refuseUnmountedFolder(directory, reader);
  }
  printLine(host, `Verifying ${count} downloaded assets...`);
  printLine(host);
  reader.requireSound();
  boundHeap();

  const totals = createVerifyTotals();
  const lost = new LostScratch();
  const store = checksums || repair ? await openNotes(context, reader.path, repair) : undefined;
  try {
    await listIssues(job, count, totals, lost, store);
    let marked: Marked | undefined;
    if (repair && store !== undefined) {
      await requireDownloadRoot(directory);
      marked = await mark(context, lost, store);
    }
    for (const line of resultLines(totals, { checksums, sinceMs, marked })) printLine(host, line);
    if (signal.aborted) notice(host, stoppedLine(flags, startedMs));
    const problems = problemsOf(totals);
    if (problems.missing + problems.corrupted > 0) throw verifyFailed(problems, repair);
    return EXIT.ok;
  } finally {
    lost.close();
    store?.close();
  }
}

/** Looks at everything, several files at a time, and prints what is wrong as it turns up. */
async function listIssues(
  { context, flags, reader, sinceMs, signal }: Job,
  totalFiles: number,
  totals: VerifyTotals,
  lost: LostScratch,
  store: StateStore | undefined,
): Promise<void> {
  const { host, log } = context;
  const hasher = flags.checksums === true ? createHashPool() : undefined;
  const reading = hasher && showReading(context, { hasher, totals, reader, sinceMs, totalFiles });
  const issues = new IssueList((line) => {
    if (reading === undefined) printLine(host, line);
    else reading.print(line);
  });
  try {
    const notes = store && tolerantNotes(store, log);
    const found = verifyFiles({ reader, hasher, notes, sinceMs, signal }, totals);
    for await (const issue of found) {
      issues.add(issueLine(issue));
      addLost(issue, lost);
    }
    issues.end();
  } finally {
    reading?.stop();
    await hasher?.close();
  }
  await store?.flush();
}

/** What a sync can cure: not a folder in the way, nor a disk that does not answer. */
function addLost({ verdict, listed: { file } }: VerifyIssue, lost: LostScratch): void {
  if (verdict !== 'missing' && verdict !== 'damaged') return;
  const { id, path, published } = file;
  lost.add({ fileId: id, publishedMs: published?.atMs ?? 0, path, reason: LOST[verdict] });
}

async function mark(
  { host }: CommandContext,
  lost: LostScratch,
  store: StateStore,
): Promise<Marked> {
  const marked: Marked = { marked: 0, left: 0, errors: 0 };
  for await (const { file, error } of markLost(lost, store, marked)) {
    printLine(
      host,
      `FAILED: ${displayPath(file.path)} - ${error instanceof Error ? error.message : '?'}`,
    );
  }
  return marked;
}

/** Where sound files are noted; a state that cannot be written is a reason to stop for `--repair` only. */
async function openNotes(
  { clock, log }: CommandContext,
  path: string,
  needed: boolean,
): Promise<StateStore | undefined> {
  try {
    return await openStateStore(path, { clock, log, foldCase: false });
  } catch (error) {
    if (needed) throw error;
    warnOfNotes(log, error);
    return undefined;
  }
}

/** Notes are a convenience: when they cannot be written any more, the verification goes on. */
function tolerantNotes({ verifications }: StateStore, log: CommandContext['log']): VerifyNotes {
  let broken = false;
  const attempt = async (write: () => Promise<void>) => {
    if (broken) return;
    try {
      await write();
    } catch (error) {
      broken = true;
      warnOfNotes(log, error);
    }
  };
  return {
    note: (fileId, publishedMs) => attempt(() => verifications.note(fileId, publishedMs)),
    forget: (fileId) => attempt(() => verifications.forget(fileId)),
  };
}

function warnOfNotes(log: CommandContext['log'], error: unknown): void {
  log.warn('Cannot note which files are verified; --since will not skip them', {
    error: error instanceof Error ? error.message : String(error),
  });
}

/** @throws `USAGE` for a value that is no date, or one that has nothing to skip. */
function sinceOf({ since, checksums }: VerifyFlags, nowMs: number): number | undefined {
  if (since === undefined) return undefined;
  const reading = parseDateSpec(since);
  if (reading.ok && checksums === true) return dateSpecInstant(reading.value, nowMs);
  throw new KeiError({
    code: 'USAGE',
    kind: 'usage',
    message: reading.ok
      ? '--since needs --checksums.'
      : `--since ${since} ${reading.problems.join('; ')}.`,
    hint: 'For example: kei verify --checksums --since 7d',
  });
}

function stoppedLine({ checksums, since }: VerifyFlags, startedMs: number): string {
  if (checksums !== true) return 'Stopped on request.';
  const local = new Date(startedMs + systemHostOffset(startedMs) * 1000).toISOString().slice(0, 19);
  return `Stopped on request. Go on with: kei verify --checksums --since ${since ?? local}`;
}
