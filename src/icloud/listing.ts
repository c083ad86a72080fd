import type { Asset, AssetSource, Library } from '../domain/index.js';
import type { IndexingState } from './indexing.js';

/** What a listing brings. */
export type ListingItem =
  /** `rank` 0 is the newest where the index is by date. */
  | { readonly kind: 'asset'; readonly asset: Asset; readonly rank: number }
  /** A record that cannot become an asset now: a debt, never silently dropped (D61, D64). */
  | { readonly kind: 'unresolved'; readonly recordName: string; readonly reason: string };

/** What is listed, and how much of it. */
export interface ListingOptions {
  readonly library: Library;
  readonly source: AssetSource;
  /** From `checkIndexing`, asked before: its token is older than the first page (D60). */
  readonly indexing?: IndexingState | undefined;
  /** The count of the source, running beside the listing; leave out for bounded runs (EN-42). */
  readonly total?: Promise<number | undefined> | undefined;
  /** For `ids()`: nothing but the names is asked for. */
  readonly only?: 'ids' | undefined;
  /** For `items()`: of assets that the caller knows as well as iCloud, only the names are asked for. */
  readonly known?: KnownAssets | undefined;
  /** The newest N only (EN-69); 0 asks nothing of the server (EN-17). */
  readonly limit?: number | undefined;
}

/** Assets that need not be fetched to be known. */
export interface KnownAssets {
  /** Every asset of the library is among them: names are enough from the first page on. */
  readonly expectsAll: boolean;
  /** Those of the names that are known, as they are in iCloud now but for their URLs. */
  find(assetIds: readonly string[]): Promise<ReadonlyMap<string, Asset>>;
}

/** Why the token of a listing is no baseline; the words of engine 2.7 and D66. */
export type ListingObstacle =
  | 'producer_enumeration_incomplete'
  | 'icloud_indexing_incomplete'
  | 'icloud_sync_token_missing'
  | 'icloud_blank_sync_token';

/** What is known of a listing when its items have ended; before that, of what was read so far. */
export interface ListingResult {
  /** The stream reached its natural end, and the indexes behind it were complete. */
  readonly complete: boolean;
  /** Zone token from before the first page; apply the delta from it after the scan (D60). */
  readonly syncToken: string | undefined;
  /** Zone token of the last page: another one where the library changed during the scan. */
  readonly lastToken: string | undefined;
  /** Empty when `syncToken` may become the baseline. */
  readonly obstacles: readonly ListingObstacle[];
  /** The order of rows broke during the scan and some may be missed: scan again (D66). */
  readonly scanChanged: boolean;
  /** Assets on the index, unresolved ones included, rows read twice not. */
  readonly seen: number;
  /** Entries that were not even a named record. */
  readonly malformed: number;
  /** Records that the server refused to deliver (EN-72). */
  readonly errored: number;
  /** Assets without a master, even after a lookup. */
  readonly unpaired: number;
  /** Masters that no asset of the listing refers to: ignored (D64). */
  readonly mastersAlone: number;
  /** What the count promised beyond `seen` (EN-52); 0 when nobody counted. */
  readonly shortfall: number;
  readonly requests: number;
}
