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

/** Adds what a part of a run has counted. */
export function addCounters(total: Counters, part: Counters): void {
  total.assetsSeen += part.assetsSeen;
  total.downloaded += part.downloaded;
  total.failed += part.failed;
  total.photosDownloaded += part.photosDownloaded;
  total.videosDownloaded += part.videosDownloaded;
  for (const [reason, count] of part.skipped) {
    total.skipped.set(reason, (total.skipped.get(reason) ?? 0) + count);
  }
  total.bytesReceived += part.bytesReceived;
  total.bytesWritten += part.bytesWritten;
  total.apple.verified += part.apple.verified;
  total.apple.mismatch += part.apple.mismatch;
  total.apple.unknown += part.apple.unknown;
  total.resumed += part.resumed;
  total.placedAgain += part.placedAgain;
  total.rateLimited += part.rateLimited;
  total.metadataFailures += part.metadataFailures;
  total.stateWriteFailures += part.stateWriteFailures;
  total.enumerationErrors += part.enumerationErrors;
  total.enumerationIncomplete ||= part.enumerationIncomplete;
  total.deletedInCloud += part.deletedInCloud;
}

/** Keeps what was downloaded; what was seen, skipped or failed is counted again by another try. */
export function forgetUndone(counters: Counters): void {
  counters.assetsSeen = 0;
  counters.failed = 0;
  counters.enumerationErrors = 0;
  counters.enumerationIncomplete = false;
  counters.skipped.clear();
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
