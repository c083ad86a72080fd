import type { AppleChecksumVerdict, SkipReason } from '../domain/index.js';

/** The one set of counters that summary, report, metrics and run row are made from (OB-10). */
export interface Counters {
  /** Sightings: an asset counts once for each pass that it is met in. */
  assetsSeen: number;
  /** Sightings that led to at least one file; every other one is a skip by a named rule (D72). */
  assetsPlanned: number;
  /** Files that these led to, those that are there already or empty in iCloud among them. */
  filesPlanned: number;
  downloaded: number;
  failed: number;
  photosDownloaded: number;
  videosDownloaded: number;
  /** Files in the selection that needed no download, by reason. */
  readonly skipped: Map<SkipReason, number>;
  /** Files of earlier runs whose attempts are used up and that this run did not meet (RT-22). */
  parked: number;
  /** Of the failed files: present in iCloud, but not to be had; owed from now on (D67). */
  owed: number;
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
  /** What counts promised beyond whole listings: a diagnosis, no failure (EN-52, EN-55). */
  shortfallAssets: number;
  deletedInCloud: number;
}

/** Counters at zero. */
export function createCounters(): Counters {
  return {
    assetsSeen: 0,
    assetsPlanned: 0,
    filesPlanned: 0,
    downloaded: 0,
    failed: 0,
    photosDownloaded: 0,
    videosDownloaded: 0,
    skipped: new Map(),
    parked: 0,
    owed: 0,
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
    shortfallAssets: 0,
    deletedInCloud: 0,
  };
}

/** Adds what a part of a run has counted. */
export function addCounters(total: Counters, part: Counters): void {
  total.assetsSeen += part.assetsSeen;
  total.assetsPlanned += part.assetsPlanned;
  total.filesPlanned += part.filesPlanned;
  total.downloaded += part.downloaded;
  total.failed += part.failed;
  total.photosDownloaded += part.photosDownloaded;
  total.videosDownloaded += part.videosDownloaded;
  for (const [reason, count] of part.skipped) {
    total.skipped.set(reason, (total.skipped.get(reason) ?? 0) + count);
  }
  total.parked += part.parked;
  total.owed += part.owed;
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
  total.shortfallAssets += part.shortfallAssets;
  total.deletedInCloud += part.deletedInCloud;
}

/** Keeps what was downloaded; what was seen, skipped or failed is counted again by another try. */
export function forgetUndone(counters: Counters): void {
  counters.assetsSeen = 0;
  counters.assetsPlanned = 0;
  counters.filesPlanned = 0;
  counters.failed = 0;
  counters.owed = 0;
  counters.enumerationErrors = 0;
  counters.enumerationIncomplete = false;
  counters.shortfallAssets = 0;
  counters.skipped.clear();
}

/** Counts a skipped file, or several. */
export function countSkip(counters: Counters, reason: SkipReason, files = 1): void {
  counters.skipped.set(reason, (counters.skipped.get(reason) ?? 0) + files);
}

/** Skipped files; duplicates within a pass are not files of their own (OB-1). */
export function skippedTotal(counters: Counters): number {
  let total = counters.parked;
  for (const [reason, count] of counters.skipped) if (reason !== 'duplicates') total += count;
  return total;
}

/** Files whose attempts are used up, of this run and of earlier ones (RT-22). */
export function exhaustedTotal({ skipped, parked }: Counters): number {
  return (skipped.get('retry_exhausted') ?? 0) + parked;
}

/** Skips that concern a whole asset: a rule of the selection, or nothing that the options ask for. */
const OF_ASSETS: ReadonlySet<SkipReason> = new Set([
  'by_media_type',
  'by_date_range',
  'by_live_photo',
  'by_filename',
  'by_excluded_album',
  'hidden',
  'malformed',
  'no_rendition',
]);

/** What is left when all that is known of assets and of files is taken away: 0 and 0, or a bug. */
export interface Imbalance {
  readonly assets: number;
  /** Files that a shutdown or an error left without an outcome; 0 after a run to its end. */
  readonly files: number;
}

/**
 * The ledger of a run (D72): every sighting of an asset was excluded by a named rule or led to
 * files, and every file was downloaded, placed, there already, empty in iCloud, failed, or could
 * not be recorded.
 */
export function imbalance(counters: Counters): Imbalance {
  let excluded = 0;
  let there = 0;
  for (const [reason, count] of counters.skipped) {
    if (reason === 'duplicates') continue;
    if (OF_ASSETS.has(reason)) excluded += count;
    else there += count;
  }
  const { assetsSeen, assetsPlanned, filesPlanned } = counters;
  const { downloaded, placedAgain, failed, stateWriteFailures } = counters;
  return {
    assets: assetsSeen - assetsPlanned - excluded,
    files: filesPlanned - downloaded - placedAgain - there - failed - stateWriteFailures,
  };
}
