import type { Asset, RenditionKey } from '../domain/index.js';
import {
  encodedTextField,
  flagField,
  intField,
  referenceField,
  stringField,
  timestampField,
} from './fields.js';
import { mediaKindOf } from './media-kind.js';
import { renditionsOf } from './renditions-of.js';
import { toMetadata } from './to-metadata.js';
import type { WireRecord } from './wire.js';

const LIVE_KEYS: readonly RenditionKey[] = [
  'live_original',
  'live_adjusted',
  'live_medium',
  'live_thumb',
];

/**
 * One photo or video from its two records. Never throws: whatever is missing or odd is absent from
 * the result (protocol 7.8). The pair itself must be right: `masterRef` of the asset names the
 * master.
 */
export function toAsset(zone: string, asset: WireRecord, master: WireRecord): Asset {
  const fileName = encodedTextField(master.fields, 'filenameEnc', { lossy: false });
  const itemType = stringField(master.fields, 'itemType');
  const kind = mediaKindOf({
    typeIds: [itemType, stringField(master.fields, 'resOriginalFileType')],
    dataClass: intField(master.fields, 'dataClassType'),
    fileName,
  });
  const { renditions, unusable } = renditionsOf(kind, asset, master);
  return {
    assetId: asset.name,
    masterId: master.name,
    zone,
    fileName,
    itemType,
    kind,
    isLivePhoto: LIVE_KEYS.some((key) => renditions.has(key) || unusable.has(key)),
    capturedAtMs: timestampField(asset.fields, 'assetDate'),
    addedAtMs: timestampField(asset.fields, 'addedDate'),
    timeZoneOffsetSeconds: intField(asset.fields, 'timeZoneOffset'),
    isFavorite: flagField(asset.fields, 'isFavorite'),
    isHidden: flagField(asset.fields, 'isHidden'),
    isDeleted: isRecordDeleted(asset),
    renditions,
    unusable,
    metadata: toMetadata(asset, master),
  };
}

/** In Recently Deleted, or purged (protocol 6.3). */
export function isRecordDeleted({ fields }: WireRecord): boolean {
  return flagField(fields, 'isDeleted') || flagField(fields, 'isExpunged');
}

/** The master that an asset record names. */
export function masterNameOf({ type, fields }: WireRecord): string | undefined {
  return type === 'CPLAsset' ? referenceField(fields, 'masterRef') : undefined;
}
