import type { Asset } from './asset.js';

/** One event of a zone's change feed (spec 2.5, protocol 6.3). */
export type ChangeEvent =
  | {
      readonly kind: 'changed';
      readonly asset: Asset;
      /** The feed tells of the asset, not of its master: edited, restored, duplicated (protocol 6.2). */
      readonly isAlone: boolean;
      /** When the database got its record: no date of the picture (protocol 7.1). */
      readonly createdAtMs: number | undefined;
    }
  /** Moved to Recently Deleted, hidden: the record itself says so. */
  | { readonly kind: 'soft-deleted' | 'hidden'; readonly assetId: string; readonly asset?: Asset }
  /** A tombstone or a purge; the name may be an asset, a master or anything else. */
  | { readonly kind: 'hard-deleted'; readonly recordName: string }
  | {
      readonly kind: 'relation';
      readonly assetId: string;
      readonly albumId: string;
      readonly present: boolean;
    }
  | {
      readonly kind: 'album';
      readonly albumId: string;
      /** `other`: a smart album and whatever else holds no listable members. */
      readonly container: 'album' | 'folder' | 'other';
      readonly name: string | undefined;
      readonly deleted: boolean;
    }
  /** Work that could not be decoded or paired even after a lookup: a debt (D61, D64, D67). */
  | { readonly kind: 'unresolved'; readonly recordName: string; readonly reason: string };
