import type {
  Album,
  Asset,
  AssetSource,
  CloudDatabase,
  Library,
  Rendition,
} from '../domain/index.js';
import { findMembers, type AlbumMember } from './album-lookup.js';
import { listAlbums } from './albums.js';
import { changedZones, type ChangedZones } from './changed-zones.js';
import { createCloudKitCall, type CloudKitAccess } from './cloudkit-call.js';
import { countAssets } from './counts.js';
import { checkIndexing, type IndexingState } from './indexing.js';
import { AssetListing } from './list-assets.js';
import type { ListingOptions } from './listing.js';
import { ChangeFeed } from './list-changes.js';
import { lookupAssets, type AssetLookup } from './lookup-assets.js';
import { UrlRefresher, type FreshRendition } from './refresh-urls.js';
import { listLibraries } from './zones.js';

/** An account's photos. Each method says in its own file how many requests it makes. */
export interface PhotosService {
  listLibraries(options: { readonly needsShared: boolean }): Promise<readonly Library[]>;
  /** Which libraries of a database changed since a database token. */
  changedZones(database: CloudDatabase, since: string | undefined): Promise<ChangedZones>;
  checkIndexing(library: Library): Promise<IndexingState>;
  listAlbums(library: Library): Promise<readonly Album[]>;
  countAssets(
    library: Library,
    sources: readonly AssetSource[],
  ): Promise<readonly (number | undefined)[]>;
  /** Starts nothing yet: the requests begin when its items are consumed. */
  listAssets(options: ListingOptions): AssetListing;
  /** The changes after a zone token. */
  listChanges(library: Library, since: string): ChangeFeed;
  lookupAssets(
    library: Library,
    assetIds: readonly string[],
  ): Promise<ReadonlyMap<string, AssetLookup>>;
  /** Which of these albums hold which of these assets. */
  findMembers(
    library: Library,
    assetIds: readonly string[],
    albumIds: readonly string[],
  ): Promise<readonly AlbumMember[]>;
  refreshRendition(
    library: Library,
    kind: Asset['kind'],
    rendition: Pick<Rendition, 'key' | 'recordName'>,
  ): Promise<FreshRendition>;
}

export function createPhotosService(access: CloudKitAccess): PhotosService {
  const { log, clock } = access;
  const call = createCloudKitCall(access);
  const urls = new UrlRefresher(call, clock);
  return {
    listLibraries: ({ needsShared }) => listLibraries(call, needsShared, log),
    changedZones: (database, since) => changedZones(call, database, since),
    checkIndexing: (library) => checkIndexing(call, library, log),
    listAlbums: (library) => listAlbums(call, library, log),
    countAssets: (library, sources) => countAssets(call, library, sources, log),
    listAssets: (options) => new AssetListing(call, options, log),
    listChanges: (library, since) => new ChangeFeed(call, library, since, log),
    lookupAssets: (library, assetIds) => lookupAssets(call, library, assetIds),
    findMembers: (library, assetIds, albumIds) => findMembers(call, library, assetIds, albumIds),
    refreshRendition: (library, kind, rendition) => urls.refresh(library, kind, rendition),
  };
}
