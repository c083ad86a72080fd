/** A user album. Names are not unique and may contain anything (protocol 5.7). */
export interface Album {
  readonly id: string;
  readonly name: string;
  /** Names of the folders that hold it, outermost first; empty at the top level. */
  readonly folders: readonly string[];
}

/** kei's smart folders (cli 4.2, D77), by the name that users write. */
export type SmartFolderName =
  | 'Time-lapse'
  | 'Videos'
  | 'Slo-mo'
  | 'Bursts'
  | 'Favorites'
  | 'Panoramas'
  | 'Screenshots'
  | 'Live'
  | 'Recently Deleted'
  | 'Hidden'
  | 'Portrait'
  | 'Long exposure'
  | 'Animated';

/** What a listing is asked for (spec 1.2). */
export type AssetSource =
  | { readonly kind: 'all' }
  | { readonly kind: 'album'; readonly album: Album }
  | { readonly kind: 'smart-folder'; readonly name: SmartFolderName };
