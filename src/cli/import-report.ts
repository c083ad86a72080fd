import { displayPath, readablePath } from '../platform/byte-path.js';
import { formatDuration } from '../report/format.js';
import {
  LISTING_CAP,
  type ImportScratch,
  type LocalMark,
  type ReportedMissing,
} from '../state/index.js';
import type { ImportOutcome } from '../sync/import/run-import.js';

export interface ImportReport {
  readonly outcome: ImportOutcome;
  readonly scratch: ImportScratch;
  readonly roots: readonly string[];
  readonly dryRun: boolean;
  /** Only the newest N or some albums were listed: nothing is known about other files. */
  readonly narrowed: boolean;
}

/** Whether every photo that a local file might be was looked at. */
function isWhole({ outcome, narrowed }: ImportReport): boolean {
  return outcome.status === 'complete' && !narrowed;
}

/** The report of an import for people: what matched, what did not and why (cli 9.7). */
export function* textReport(report: ImportReport): Generator<string> {
  const { outcome, scratch, dryRun } = report;
  const { counters } = outcome;
  const { local, findings } = scratch;
  yield* capped(findings.missing(), missingLine, 'unmatched version(s)');
  if (isWhole(report)) {
    yield* capped(
      local.marked(undefined),
      ({ path }) => `NOT IN ICLOUD: ${displayPath(path)}`,
      'file(s) that iCloud does not have',
    );
  }
  yield headingOf(outcome, dryRun);
  yield `  Total assets scanned: ${counters.scanned}`;
  yield `  Files matched:        ${counters.matched}`;
  yield `  Unmatched versions:   ${findings.count()}`;
  yield `  Filtered (no path):   ${counters.filtered}`;
  yield `  Hash errors:          ${counters.hashErrors}`;
  yield `  Hash skipped:         ${counters.hashSkipped}`;
  yield `  Strict refusals:      ${counters.strictRefusals}`;
  yield `  Proven by Apple's checksum: ${counters.proven}`;
  if (counters.byPath > 0) yield `  By path and size alone: ${counters.byPath}`;
  if (counters.known > 0) yield `  Known to kei before:  ${counters.known}`;
  if (counters.shared > 0) yield `  Sharing one file:     ${counters.shared}`;
  if (counters.further > 0) yield `  Further places, linked by the next sync: ${counters.further}`;
  if (findings.count('truncated') > 0) {
    yield `  Truncated files:      ${findings.count('truncated')}`;
  }
  if (counters.unresolved > 0) yield `  Unreadable records:   ${counters.unresolved}`;
  yield 'Local files:';
  yield `  Found:                ${counters.localFiles}`;
  yield `  Further copies:       ${local.count('copy')}`;
  yield `  In iCloud, not selected by the settings: ${local.count('not-selected')}`;
  if (isWhole(report)) yield `  Not in iCloud:        ${local.count(undefined)}`;
  const skipped = [...counters.skipped].map(([reason, count]) => `${count} ${reason}`);
  if (skipped.length > 0) yield `  Not looked at:        ${skipped.join(', ')}`;
  yield `  Completed in ${formatDuration(outcome.elapsedMs)}`;
}

function headingOf({ status }: ImportOutcome, dryRun: boolean): string {
  const what = status === 'complete' ? 'complete' : 'stopped';
  return dryRun ? `Dry run ${what}: nothing was recorded` : `Import ${what}`;
}

function* capped<T>(
  items: Iterable<T>,
  line: (item: T) => string,
  noun: string,
): Generator<string> {
  let count = 0;
  for (const item of items) {
    count += 1;
    if (count <= LISTING_CAP) yield line(item);
  }
  if (count > LISTING_CAP) {
    yield `... and ${count - LISTING_CAP} more ${noun} not listed (listing capped at ${LISTING_CAP}; --json has all)`;
  }
  if (count > 0) yield '';
}

function missingLine({
  name,
  assetId,
  rendition,
  sizeBytes,
  reason,
  local,
}: ReportedMissing): string {
  const who = `${displayPath(name)} (${assetId}, ${rendition})`;
  const path = displayPath(local?.path ?? '');
  switch (reason) {
    case 'not-found':
      return `UNMATCHED: ${who} - no local file has its content`;
    case 'truncated':
      return `TRUNCATED: ${path} - ${local?.sizeBytes ?? 0} < ${sizeBytes} bytes of ${who}; the next sync downloads the whole one`;
    case 'longer':
      return `UNMATCHED: ${who} - ${path} has ${local?.sizeBytes ?? 0} bytes, iCloud ${sizeBytes}: it was changed, or is another file`;
    case 'other-content':
      return `UNMATCHED: ${who} - ${path} has its size, but not its content`;
    case 'refused':
      return `UNMATCHED: ${who} - ${path} was refused: its beginning could not be confirmed`;
    case 'unreadable':
      return `UNMATCHED: ${who} - ${path} could not be read, or changed meanwhile`;
  }
}

const MARKS: readonly LocalMark[] = ['matched', 'copy', 'not-selected', 'truncated'];

/** The same, complete, as one JSON object a line; the last is the summary. */
export function* jsonReport(report: ImportReport): Generator<string> {
  const { outcome, scratch, roots, dryRun } = report;
  const { counters, status, elapsedMs } = outcome;
  const { local, findings } = scratch;
  for (const mark of MARKS) {
    for (const { path, sizeBytes } of local.marked(mark)) {
      yield JSON.stringify({ kind: mark, path: readablePath(path), bytes: sizeBytes });
    }
  }
  if (isWhole(report)) {
    for (const { path, sizeBytes } of local.marked(undefined)) {
      yield JSON.stringify({ kind: 'not-in-icloud', path: readablePath(path), bytes: sizeBytes });
    }
  }
  for (const {
    zone,
    assetId,
    rendition,
    name,
    sizeBytes,
    reason,
    local: file,
  } of findings.missing()) {
    yield JSON.stringify({
      ...{ kind: 'unmatched', reason, library: zone, asset: assetId, rendition, name },
      bytes: sizeBytes,
      ...(file === undefined ? {} : { path: readablePath(file.path), found_bytes: file.sizeBytes }),
    });
  }
  yield JSON.stringify({
    ...{
      kind: 'summary',
      status,
      dry_run: dryRun,
      folders: roots,
      elapsed_ms: Math.round(elapsedMs),
    },
    scanned: counters.scanned,
    matched: counters.matched,
    proven: counters.proven,
    by_path: counters.byPath,
    known: counters.known,
    shared: counters.shared,
    further_places: counters.further,
    unmatched: findings.count(),
    truncated: findings.count('truncated'),
    filtered: counters.filtered,
    hash_errors: counters.hashErrors,
    hash_skipped: counters.hashSkipped,
    hashed: counters.hashed,
    strict_refusals: counters.strictRefusals,
    unreadable_records: counters.unresolved,
    local_files: counters.localFiles,
    copies: local.count('copy'),
    not_selected: local.count('not-selected'),
    ...(isWhole(report) ? { not_in_icloud: local.count(undefined) } : {}),
    skipped: Object.fromEntries(counters.skipped),
  });
}
