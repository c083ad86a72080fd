/**
 * What decides in which listings an asset appears, as bits: cheap enough to be asked a million times.
 */
import type { AssetState } from './states.js';

export const TRAIT = {
  favourite: 1,
  hidden: 2,
  trashed: 4,
  video: 8,
  live: 16,
  panorama: 32,
  screenshot: 64,
  slomo: 128,
  timelapse: 256,
  burst: 512,
  portrait: 1024,
  longExposure: 2048,
  animated: 4096,
  purged: 8192,
} as const;

export function traitsOf(asset: AssetState): number {
  let bits = asset.subtype === 'none' ? 0 : TRAIT[asset.subtype];
  if (asset.favourite) bits |= TRAIT.favourite;
  if (asset.hidden) bits |= TRAIT.hidden;
  if (asset.trashedAt !== undefined) bits |= TRAIT.trashed;
  if (asset.isVideo) bits |= TRAIT.video;
  if (asset.burstId !== undefined) bits |= TRAIT.burst;
  if ((asset.renderType & 2) !== 0) bits |= TRAIT.portrait;
  if ((asset.renderType & 4) !== 0) bits |= TRAIT.longExposure;
  if (asset.isAnimated) bits |= TRAIT.animated;
  if (asset.purged) bits |= TRAIT.purged;
  return bits;
}

/** The date an asset is sorted by: its capture date, else when it came into the database. */
export function sortDate(asset: AssetState): number {
  return asset.assetDate ?? asset.createdAt;
}
