import type { AssetSource, Library } from '../domain/index.js';
import { SMART_FOLDERS } from './smart-folders.js';
import type { JsonObject } from './wire.js';

/** Bodies of the CloudKit calls, and nothing else (protocol 5, 6). */

function equals(fieldName: string, type: 'STRING' | 'INT64', value: string | number): JsonObject {
  return { fieldName, comparator: 'EQUALS', fieldValue: { type, value } };
}

/** An index of assets: how it is listed, counted and paged. */
export interface AssetIndex {
  readonly recordType: string;
  readonly filters: readonly JsonObject[];
  readonly countId: string;
  /** `resultsLimit` counts records; a multiple of the records of one asset (protocol 5.4). */
  readonly recordsPerPage: number;
  /** Assets that such a page holds at most: 100, in a container index 66. */
  readonly assetsPerPage: number;
}

/**
 * The same index without masters and relations: only the names of its assets, twice as many on a
 * page (protocol 5.5). A container index always lists all three, and so does that of the bursts
 * here: its count is not named after it, so nobody knows for sure what it is called without masters.
 */
export function idIndexOf(source: Exclude<AssetSource, { kind: 'album' }>): AssetIndex {
  const index = indexOf(source);
  const recordType = index.recordType.replace('AndMaster', '');
  if (index.countId.split(':')[0] !== recordType) return index;
  return { ...index, recordType, assetsPerPage: index.recordsPerPage };
}

/** The index that lists a source (protocol 5.5). */
export function indexOf(source: AssetSource): AssetIndex {
  switch (source.kind) {
    case 'all':
      return {
        recordType: 'CPLAssetAndMasterByAssetDateWithoutHiddenOrDeleted',
        filters: [],
        countId: 'CPLAssetByAssetDateWithoutHiddenOrDeleted',
        recordsPerPage: 200,
        assetsPerPage: 100,
      };
    case 'album':
      return {
        recordType: 'CPLContainerRelationLiveByAssetDate',
        filters: [equals('parentId', 'STRING', source.album.id)],
        countId: `CPLContainerRelationNotDeletedByAssetDate:${source.album.id}`,
        recordsPerPage: 198,
        assetsPerPage: 66,
      };
    case 'smart-folder': {
      const { recordType, smartAlbum, countId } = SMART_FOLDERS[source.name];
      const filters = smartAlbum === undefined ? [] : [equals('smartAlbum', 'STRING', smartAlbum)];
      return { recordType, filters, countId, recordsPerPage: 200, assetsPerPage: 100 };
    }
  }
}

/** One page of an index, from a rank on; rank 0 is the newest (protocol 5.4). */
export function pageQuery(
  library: Library,
  index: AssetIndex,
  startRank: number,
  desiredKeys: readonly string[],
): JsonObject {
  return {
    query: {
      recordType: index.recordType,
      filterBy: [
        equals('startRank', 'INT64', startRank),
        equals('direction', 'STRING', 'ASCENDING'),
        ...index.filters,
      ],
    },
    resultsLimit: index.recordsPerPage,
    desiredKeys,
    zoneID: library.zoneId,
  };
}

export function indexingQuery(library: Library): JsonObject {
  return { query: { recordType: 'CheckIndexingState' }, zoneID: library.zoneId };
}

/** Albums and folders at the top level or inside a folder (protocol 5.7). */
export function albumQuery(
  library: Library,
  folderId: string | undefined,
  continuationMarker: string | undefined,
): JsonObject {
  const filterBy =
    folderId === undefined ? {} : { filterBy: [equals('parentId', 'STRING', folderId)] };
  return {
    query: { recordType: 'CPLAlbumByPositionLive', ...filterBy },
    zoneID: library.zoneId,
    ...(continuationMarker === undefined ? {} : { continuationMarker }),
  };
}

/** The number of assets in each of several indexes (protocol 5.6). */
export function countQuery(library: Library, countIds: readonly string[]): JsonObject {
  return {
    batch: countIds.map((countId) => ({
      resultsLimit: 1,
      zoneWide: true,
      zoneID: library.zoneId,
      query: {
        recordType: 'HyperionIndexCountLookup',
        filterBy: {
          fieldName: 'indexCountID',
          comparator: 'IN',
          fieldValue: { type: 'STRING_LIST', value: [countId] },
        },
      },
    })),
  };
}

/** Records by name (protocol 5.9). */
export function lookupQuery(
  library: Library,
  recordNames: readonly string[],
  desiredKeys: readonly string[],
): JsonObject {
  return {
    records: recordNames.map((recordName) => ({ recordName })),
    zoneID: library.zoneId,
    desiredKeys,
  };
}

/** Zones of a database after a database token; without one all zones (protocol 5.2, 6.1). */
export function zonesQuery(syncToken: string | undefined): JsonObject {
  return syncToken === undefined ? {} : { syncToken };
}

/** One page of a zone's changes after `syncToken`, which is never empty (IN-20, IN-23). */
export function zoneChangesQuery(
  library: Library,
  syncToken: string,
  desiredKeys: readonly string[],
): JsonObject {
  return { zones: [{ zoneID: library.zoneId, syncToken, resultsLimit: 200, desiredKeys }] };
}
