import type { Asset } from './asset.js';
import type { Rendition, RenditionKey } from './rendition.js';

/** Why an asset or a rendition leads to no download; the words of the report (spec 8.2, D72). */
export type SkipReason =
  | 'by_state'
  | 'on_disk'
  | 'by_media_type'
  | 'by_date_range'
  | 'by_live_photo'
  | 'by_filename'
  | 'by_excluded_album'
  | 'ampm_variant'
  | 'duplicates'
  | 'retry_exhausted'
  | 'retry_only'
  | 'hidden'
  | 'malformed'
  | 'no_rendition'
  | 'empty';

/** The role of a file among an asset's files (cli 7.1). */
export type FileRole = 'primary' | 'edited' | 'alternative' | 'live-edited' | 'live';

/** One rendition that the options ask for, with the role that shapes its name. */
export interface ChosenRendition {
  readonly role: FileRole;
  readonly rendition: Rendition;
  /** The rendition that is stored in state; `raw_policy` may have swapped the labels (cli 7.5). */
  readonly key: RenditionKey;
}

/** A file with its final, claimed path: what the download pipeline receives. */
export interface PlannedFile {
  readonly asset: Asset;
  readonly rendition: Rendition;
  readonly role: FileRole;
  /** Absolute final path. */
  readonly path: string;
}
