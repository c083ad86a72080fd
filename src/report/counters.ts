import type { AppleChecksumVerdict, SkipReason } from '../domain/index.js';

/** The one set of counters that summary, report, metrics and run row are made from (OB-10). */
export interface Counters {
  assetsSeen: number;
  downloaded: number;
  failed: number;
  photosDownloaded: number;
  videosDownloaded: number;
  /** Files in the selection that needed no download, by reason. */
  readonly skipped: Map<SkipReason, number>;
  /** Bytes received over the network, discarded attempts included. */
  bytesReceived: number;
  /** Bytes of the files that were published. */
  bytesWritten: number;
  readonly apple: Record<AppleChecksumVerdict, number>;
  resumed: number;
  /** Further places of files that kei has: hard links or local copies, no download. */
  placedAgain: number;
  rateLimited: number;
  metadataFailures: number;
  stateWriteFailures: number;
  enumerationErrors: number;
  enumerationIncomplete: boolean;
  deletedInCloud: number;
}

/** Counters at zero. */
export function createCounters(): Counters {
  return {
    assetsSeen: 0,
    downloaded: 0,
    failed: 0,
    photosDownloaded: 0,
    videosDownloaded: 0,
    skipped: new Map(),
    bytesReceived: 0,
    bytesWritten: 0,
    apple: { verified: 0, mismatch: 0, unknown: 0 },
    resumed: 0,
    placedAgain: 0,
    rateLimited: 0,
    metadataFailures: 0,
    stateWriteFailures: 0,
    enumerationErrors: 0,
    enumerationIncomplete: false,
    deletedInCloud: 0,
  };
}

/** Counts one skipped file. */
export function countSkip(counters: Counters, reason: SkipReason): void {
  counters.skipped.set(reason, (counters.skipped.get(reason) ?? 0) + 1);
}

/** Skipped files; duplicates within a pass are not files of their own (OB-1). */
export function skippedTotal(counters: Counters): number {
  let total = 0;
  for (const [reason, count] of counters.skipped) if (reason !== 'duplicates') total += count;
  return total;
}
