/**
 * iCloud Photos over CloudKit's web interface. `cloudkit-call` is the only way to the wire: one
 * request, its judged answer, retries and recovery. On it stand the listings (`pages`,
 * `list-assets`), the change feed (`list-changes`, `change-pairing`), lookups and counts; `fields` to
 * `to-asset` turn records into the domain's assets. Nothing that looks like a record leaves here.
 */
export { createPhotosService, type PhotosService } from './photos-service.js';
export type { CloudKitAccess, Recovery } from './cloudkit-call.js';
export type { ChangedZones } from './changed-zones.js';
export type { IndexingState } from './indexing.js';
export type { AssetListing } from './list-assets.js';
export type {
  KnownAssets,
  ListingItem,
  ListingObstacle,
  ListingOptions,
  ListingResult,
} from './listing.js';
export type { ChangeFeed, ChangesResult } from './list-changes.js';
export type { AssetLookup } from './lookup-assets.js';
export type { FreshRendition } from './refresh-urls.js';
export { isSharedZone } from './zone-names.js';
