/** Which listing a query or a count names (protocol 5.5). */
import type { ListingId } from '../library/listings.js';

/** What a query goes through. */
export type IndexRequest =
  | { readonly kind: 'listing'; readonly id: ListingId; readonly withMasters: boolean }
  | { readonly kind: 'container'; readonly albumId: string; readonly byPosition: boolean }
  | { readonly kind: 'albums' };

/** Names of the smart albums in filters, and their suffixes in count ids. */
const SMART: readonly (readonly [filter: string, suffix: string, id: ListingId])[] = [
  ['TIMELAPSE', 'Timelapse', 'timelapse'],
  ['VIDEO', 'Video', 'video'],
  ['SLOMO', 'Slomo', 'slomo'],
  ['FAVORITE', 'Favorite', 'favorite'],
  ['PANORAMA', 'Panorama', 'panorama'],
  ['SCREENSHOT', 'Screenshot', 'screenshot'],
  ['LIVE', 'Live', 'live'],
  ['DEPTH', 'Depth', 'depth'],
  ['EXPOSURE', 'Exposure', 'exposure'],
  ['ANIMATED', 'Animated', 'animated'],
];

const NEWER: readonly ListingId[] = ['depth', 'exposure', 'animated'];

/** Record type of the list, and the name of its count: that of the same list without masters. */
const PLAIN: readonly (readonly [list: string, count: string, id: ListingId])[] = [
  [
    'CPLAssetAndMasterByAssetDateWithoutHiddenOrDeleted',
    'CPLAssetByAssetDateWithoutHiddenOrDeleted',
    'all',
  ],
  ['CPLAssetAndMasterByAddedDate', 'CPLAssetByAddedDate', 'added'],
  ['CPLBurstStackAssetAndMasterByAssetDate', 'CPLAssetBurstStackAssetByAssetDate', 'bursts'],
  ['CPLAssetAndMasterDeletedByExpungedDate', 'CPLAssetDeletedByExpungedDate', 'deleted'],
  ['CPLAssetAndMasterHiddenByAssetDate', 'CPLAssetHiddenByAssetDate', 'hidden'],
];

const SMART_LIST = 'CPLAssetAndMasterInSmartAlbumByAssetDate';
const SMART_COUNT = 'CPLAssetInSmartAlbumByAssetDate';
const CONTAINER_LIST = /^CPLContainerRelationLiveBy(AssetDate|Position)$/u;
const CONTAINER_COUNT = 'CPLContainerRelationNotDeletedByAssetDate';
const ALBUMS = 'CPLAlbumByPositionLive';

/**
 * @returns `undefined` for a record type that no index has, `invalid` for an index that has nothing
 *   under these filters
 */
export function indexOfQuery(
  recordType: string,
  filters: ReadonlyMap<string, unknown>,
  newerSmartAlbums: boolean,
): IndexRequest | 'invalid' | undefined {
  if (recordType === ALBUMS) return { kind: 'albums' };
  const container = CONTAINER_LIST.exec(recordType);
  if (container) {
    const albumId = filters.get('parentId');
    if (typeof albumId !== 'string') return 'invalid';
    return { kind: 'container', albumId, byPosition: container[1] === 'Position' };
  }
  if (recordType === SMART_LIST || recordType === SMART_COUNT) {
    const smart = SMART.find(([filter]) => filter === filters.get('smartAlbum'));
    if (!smart || (!newerSmartAlbums && NEWER.includes(smart[2]))) return 'invalid';
    return { kind: 'listing', id: smart[2], withMasters: recordType === SMART_LIST };
  }
  // Of the bursts alone, the count has a name of its own.
  const plain = PLAIN.find(
    ([list]) => list === recordType || list.replace('AndMaster', '') === recordType,
  );
  return plain && { kind: 'listing', id: plain[2], withMasters: plain[0] === recordType };
}

/** What a count id counts. */
export function indexOfCount(countId: string): IndexRequest | undefined {
  if (countId === ALBUMS) return { kind: 'albums' };
  const colon = countId.indexOf(':');
  const [name, rest] =
    colon < 0 ? [countId, ''] : [countId.slice(0, colon), countId.slice(colon + 1)];
  if (name === CONTAINER_COUNT) return { kind: 'container', albumId: rest, byPosition: false };
  const smart = name === SMART_COUNT && SMART.find(([, suffix]) => suffix === rest);
  if (smart) return { kind: 'listing', id: smart[2], withMasters: false };
  const plain = PLAIN.find(([, count]) => count === name);
  return plain && { kind: 'listing', id: plain[2], withMasters: false };
}
