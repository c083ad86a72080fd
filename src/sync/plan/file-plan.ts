import type { Asset, ChosenRendition, FolderTimezone, SkipReason } from '../../domain/index.js';
import type { ContentDigests } from '../../download/index.js';
import type {
  HostOffset,
  NameOptions,
  ParsedTemplate,
  TemplateValues,
} from '../../naming/index.js';
import type { FileEdges } from '../../platform/files.js';
import type { Placement, StoredFile } from '../../state/index.js';

/** Where a pass puts its files. */
export interface PlanTarget {
  /** The identity of the place in the state: the library, an album, a smart folder. */
  readonly place: string;
  readonly template: ParsedTemplate;
  readonly values: TemplateValues;
}

export interface PlanSettings {
  /** Absolute download directory. */
  readonly directory: string;
  readonly naming: NameOptions;
  readonly folderTimezone: FolderTimezone;
  readonly hostOffset: HostOffset;
  readonly files: Pick<FileEdges, 'lstat'>;
  /** Failed series of attempts before a file is parked; 0 means no limit (RT-22). */
  readonly perAsset: number;
}

/** What is to be done about one rendition of one asset. */
export type FilePlan =
  /** Nothing: it is there. */
  | { readonly kind: 'have'; readonly file: StoredFile; readonly reason: SkipReason }
  /** The bytes lie at the path without a row that says so: record them. */
  | {
      readonly kind: 'adopt';
      readonly file: StoredFile;
      readonly reason: SkipReason;
      readonly digests: ContentDigests | undefined;
    }
  | { readonly kind: 'fetch'; readonly file: StoredFile }
  /** Another place of the asset has the bytes: a link or a copy of it will do. */
  | { readonly kind: 'place'; readonly file: StoredFile; readonly source: StoredFile }
  /** Another place of the asset gets the bytes in this run: settled when they are there. */
  | { readonly kind: 'wait'; readonly file: StoredFile }
  | { readonly kind: 'exhausted'; readonly file: StoredFile };

/** The identity of a rendition in a place (D30, D32). */
export function placementOf(asset: Asset, chosen: ChosenRendition, target: PlanTarget): Placement {
  return {
    zone: asset.zone,
    assetId: asset.assetId,
    rendition: chosen.key,
    place: target.place,
  };
}
