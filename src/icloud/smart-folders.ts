import type { SmartFolderName } from '../domain/index.js';

/** How CloudKit knows a smart folder (EN-5, D77, protocol 5.5). */
export interface SmartFolderIndex {
  readonly recordType: string;
  /** Value of the `smartAlbum` filter, where the index is shared by several folders. */
  readonly smartAlbum?: string;
  readonly countId: string;
}

function inSmartAlbum(smartAlbum: string, countName: string): SmartFolderIndex {
  return {
    recordType: 'CPLAssetAndMasterInSmartAlbumByAssetDate',
    smartAlbum,
    countId: `CPLAssetInSmartAlbumByAssetDate:${countName}`,
  };
}

export const SMART_FOLDERS: Readonly<Record<SmartFolderName, SmartFolderIndex>> = {
  'Time-lapse': inSmartAlbum('TIMELAPSE', 'Timelapse'),
  Videos: inSmartAlbum('VIDEO', 'Video'),
  'Slo-mo': inSmartAlbum('SLOMO', 'Slomo'),
  Favorites: inSmartAlbum('FAVORITE', 'Favorite'),
  Panoramas: inSmartAlbum('PANORAMA', 'Panorama'),
  Screenshots: inSmartAlbum('SCREENSHOT', 'Screenshot'),
  Live: inSmartAlbum('LIVE', 'Live'),
  Portrait: inSmartAlbum('DEPTH', 'Depth'),
  'Long exposure': inSmartAlbum('EXPOSURE', 'Exposure'),
  Animated: inSmartAlbum('ANIMATED', 'Animated'),
  Bursts: {
    recordType: 'CPLBurstStackAssetAndMasterByAssetDate',
    countId: 'CPLAssetBurstStackAssetByAssetDate',
  },
  Hidden: {
    recordType: 'CPLAssetAndMasterHiddenByAssetDate',
    countId: 'CPLAssetHiddenByAssetDate',
  },
  'Recently Deleted': {
    recordType: 'CPLAssetAndMasterDeletedByExpungedDate',
    countId: 'CPLAssetDeletedByExpungedDate',
  },
};
