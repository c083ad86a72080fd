import type { SkipReason } from '../domain/index.js';
import { exhaustedTotal, skippedTotal, type Counters } from './counters.js';
import { formatBytes, formatDuration, plural } from './format.js';

const PHRASES: readonly (readonly [SkipReason, string])[] = [
  ['by_state', 'already downloaded'],
  ['on_disk', 'on disk'],
  ['by_media_type', 'filtered by media type'],
  ['by_date_range', 'filtered by date range'],
  ['by_live_photo', 'filtered (live photo)'],
  ['by_filename', 'filtered by filename'],
  ['by_excluded_album', 'excluded by album'],
  ['ampm_variant', 'AM/PM variants'],
  ['retry_exhausted', 'retries exhausted'],
  ['retry_only', 'not failed (retry mode)'],
  ['hidden', 'hidden'],
  ['malformed', 'malformed'],
  ['no_rendition', 'without the wanted rendition'],
  ['empty', 'empty in iCloud'],
];

export interface SummaryInput {
  readonly title: string;
  readonly counters: Counters;
  readonly elapsedMs: number;
}

/** The human summary, line by line, as the seed and OB-1..OB-6 have it. */
export function summaryLines({ title, counters, elapsedMs }: SummaryInput): readonly string[] {
  const skipped = skippedTotal(counters);
  const { downloaded, failed } = counters;
  const total = downloaded + skipped + failed;
  const lines = [`── ${title} ──`];
  if (total === 0 && counters.enumerationErrors === 0) {
    lines.push('  No new photos to download');
  } else {
    const skipClause = skipped > 0 ? `, ${skipped} skipped` : '';
    lines.push(`  ${downloaded} downloaded${skipClause}, ${failed} failed (${total} total)`);
  }
  lines.push(...troubleLines(counters));
  const reasons = PHRASES.flatMap(([reason, phrase]) => {
    const count =
      reason === 'retry_exhausted' ? exhaustedTotal(counters) : (counters.skipped.get(reason) ?? 0);
    return count > 0 ? [`${count} ${phrase}`] : [];
  });
  if (reasons.length > 0) lines.push(`  Skipped: ${reasons.join(', ')}`);
  if (counters.bytesReceived > 0) {
    const written =
      counters.bytesWritten === counters.bytesReceived
        ? ''
        : `, ${formatBytes(counters.bytesWritten)} written to disk`;
    lines.push(`  Transferred ${formatBytes(counters.bytesReceived)}${written}`);
  }
  if (counters.placedAgain > 0) {
    lines.push(`  ${plural(counters.placedAgain, 'file')} placed once more without a download`);
  }
  if (downloaded > 0) lines.push(`  ${proofClause(counters)}`);
  lines.push(`  Completed in ${formatDuration(elapsedMs)}`);
  return lines;
}

function troubleLines(counters: Counters): string[] {
  const { metadataFailures, stateWriteFailures, enumerationErrors } = counters;
  const lines: string[] = [];
  if (metadataFailures + stateWriteFailures + enumerationErrors > 0) {
    lines.push(
      `  ${plural(metadataFailures, 'EXIF write failure')}, ${plural(stateWriteFailures, 'state write failure')}, ${plural(enumerationErrors, 'enumeration error')}`,
    );
  }
  if (counters.enumerationIncomplete) {
    lines.push('  Enumeration incomplete; sync token blocked and next cycle will replay changes');
  }
  return lines;
}

/** What Apple's own checksum says of the files of this run (apple-checksum.md). */
function proofClause({ apple }: Counters): string {
  const parts = [`${plural(apple.verified, 'file')} proven by Apple's checksum`];
  if (apple.unknown > 0) parts.push(`${apple.unknown} not proven`);
  if (apple.mismatch > 0) parts.push(`${apple.mismatch} that do not match Apple's record`);
  return parts.join(', ');
}
