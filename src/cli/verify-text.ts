import { KeiError } from '../errors/index.js';
import { displayPath } from '../platform/byte-path.js';
import { formatInstant } from '../report/format.js';
import type { Marked } from '../sync/mark-lost.js';
import type { VerifyIssue, VerifyTotals } from '../sync/verify.js';

/** The two counts of cli 9.5 that make a verification fail. */
export interface Problems {
  readonly missing: number;
  readonly corrupted: number;
}

export function problemsOf(totals: VerifyTotals): Problems {
  return {
    missing: totals.missing,
    corrupted: totals.damaged + totals['not-a-file'] + totals.unreadable,
  };
}

/** One finding, as cli 9.5 words it. */
export function issueLine({ verdict, listed, reason }: VerifyIssue): string {
  const { file, owner } = listed;
  const path = displayPath(file.path);
  const id = owner?.assetId ?? 'no asset';
  if (verdict === 'missing') {
    const at = file.published?.atMs;
    const day = at === undefined ? 'unknown' : formatInstant(at).slice(0, 10);
    return `MISSING: ${path} (${id}) - downloaded ${day}`;
  }
  if (verdict === 'damaged') return `CORRUPTED: ${path} (${id})`;
  return `ERROR: ${path} - ${reason ?? 'it is no longer a file'}`;
}

export interface ResultOptions {
  readonly checksums: boolean;
  readonly sinceMs: number | undefined;
  /** With `--repair`. */
  readonly marked: Marked | undefined;
}

/** The results: the lines of cli 9.5, then our classes as added lines (D27). */
export function resultLines(totals: VerifyTotals, options: ResultOptions): string[] {
  const { checksums, sinceMs, marked } = options;
  const { missing, corrupted } = problemsOf(totals);
  const { proven, matches, metadata, present } = totals;
  const before = totals['verified-before'];
  const lines = [
    'Results:',
    `  Verified:  ${proven + matches + metadata + present + before}`,
    `  Missing:   ${missing}`,
  ];
  if (checksums) {
    lines.push(
      `  Corrupted: ${corrupted}`,
      `  Proven by Apple's checksum: ${proven}`,
      `  Matching what was downloaded: ${matches}`,
      `  Changed by metadata writing: ${metadata}`,
    );
    if (present > 0) lines.push(`  Present, nothing to compare with: ${present}`);
    if (sinceMs !== undefined) {
      lines.push(`  Verified since ${formatInstant(sinceMs)}, not read again: ${before}`);
    }
  }
  if (marked !== undefined) {
    lines.push(`  Marked for the next sync: ${marked.marked}`);
    if (marked.left > 0) lines.push(`  Not marked, iCloud has them no longer: ${marked.left}`);
    if (marked.errors > 0) lines.push(`  Mark errors: ${marked.errors}`);
  }
  return lines;
}

/** The error that ends a verification with findings: exit 1, also when `--repair` marked them. */
export function verifyFailed({ missing, corrupted }: Problems, repaired: boolean): KeiError {
  return new KeiError({
    code: 'VERIFY_FAILED',
    kind: 'permanent',
    message: `verify failed: ${missing} missing, ${corrupted} corrupted`,
    hint: repaired
      ? 'Run `kei sync`: it fetches what was marked, and nothing else.'
      : 'Run `kei verify --checksums --repair`, then `kei sync`: it fetches exactly these files again.',
    facts: { missing, corrupted },
  });
}
