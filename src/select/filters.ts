import type { Asset, AssetSource, LivePhotoMode, MediaKind, SkipReason } from '../domain/index.js';
import { rawName } from '../naming/index.js';
import { isWithin, type DateBounds } from './date-bounds.js';

/** What the per-asset filters look at. */
export interface FilterSettings {
  readonly media: readonly MediaKind[];
  readonly livePhotoMode: LivePhotoMode;
  readonly bounds: DateBounds;
  /** `compileGlobs` of `[filters].filename_exclude`. */
  readonly isExcludedName: (name: string) => boolean;
}

/**
 * Why a pass over `source` leaves an asset out, or `undefined` (cli 4.4: the first reason counts).
 * `isFiled` says whether the asset is a member of a selected album; only the unfiled pass asks.
 * Albums list hidden assets too; those belong to the two sensitive smart folders alone (cli 4.2).
 */
export function filterAsset(
  asset: Asset,
  source: AssetSource,
  isFiled: (assetId: string) => boolean,
  settings: FilterSettings,
): SkipReason | undefined {
  if (asset.assetId === '') return 'malformed';
  if (isOutOfSight(asset, source)) return 'hidden';
  if (source.kind === 'all' && isFiled(asset.assetId)) return 'by_excluded_album';
  if (!settings.media.includes(mediaKind(asset))) return 'by_media_type';
  if (asset.isLivePhoto && settings.livePhotoMode === 'skip') return 'by_live_photo';
  if (!isWithin(asset.capturedAtMs, settings.bounds)) return 'by_date_range';
  if (settings.isExcludedName(rawName(asset))) return 'by_filename';
  return undefined;
}

/** The word of `[filters].media` for an asset (cli 4.5). */
function mediaKind(asset: Asset): MediaKind {
  if (asset.isLivePhoto) return 'live-photos';
  return asset.kind === 'video' ? 'videos' : 'photos';
}

function isOutOfSight(asset: Asset, source: AssetSource): boolean {
  const folder = source.kind === 'smart-folder' ? source.name : undefined;
  if (folder === 'Recently Deleted') return false;
  return asset.isDeleted || (asset.isHidden && folder !== 'Hidden');
}
