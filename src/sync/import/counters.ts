/** Why an entry of the local tree is not looked at. */
export type SkippedEntry =
  'hidden' | 'sidecar' | 'partial' | 'system' | 'empty' | 'link' | 'special' | 'unreadable';

/** What an import counts; the lines of its report (cli 9.7). */
export interface ImportCounters {
  /** Assets of all passes, each once. */
  scanned: number;
  /** Renditions in their places that have a local file, known ones included. */
  matched: number;
  /** Matched, and proven by Apple's own checksum. */
  proven: number;
  /** Matched by path and size, because iCloud has no checksum that can be compared. */
  byPath: number;
  /** Matched before this import: by an earlier one, or by a sync. */
  known: number;
  /** Matched to a file that holds another rendition of the same bytes. */
  shared: number;
  /** Further places of matched photos, which the next sync links. */
  further: number;
  /** Assets that the settings leave out, or that have none of the wanted renditions. */
  filtered: number;
  /** Records of the library that could not be read. */
  unresolved: number;
  /** Local files that were hashed in this import. */
  hashed: number;
  /** Local files whose hash was known from before. */
  hashSkipped: number;
  hashErrors: number;
  strictRefusals: number;
  /** Regular files below the folders of the import. */
  localFiles: number;
  readonly skipped: Map<SkippedEntry, number>;
}

export function createImportCounters(): ImportCounters {
  return {
    scanned: 0,
    matched: 0,
    proven: 0,
    byPath: 0,
    known: 0,
    shared: 0,
    further: 0,
    filtered: 0,
    unresolved: 0,
    hashed: 0,
    hashSkipped: 0,
    hashErrors: 0,
    strictRefusals: 0,
    localFiles: 0,
    skipped: new Map(),
  };
}
