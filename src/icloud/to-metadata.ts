import type { AssetMetadata } from '../domain/index.js';
import { readKeywords, readLocation, toLocation, type Location } from './binary-plist.js';
import {
  bytesField,
  encodedTextField,
  intField,
  numberField,
  rawField,
  stringField,
  timestampField,
} from './fields.js';
import type { JsonObject, WireRecord } from './wire.js';

/** `assetSubtypeV2` is an enumeration, not a bit mask (protocol 7.5). */
const SUBTYPES: ReadonlyMap<number, string> = new Map([
  [1, 'panorama'],
  [2, 'live_photo'],
  [3, 'screenshot'],
  [100, 'high_frame_rate'],
  [101, 'slo_mo'],
  [102, 'timelapse'],
]);

/** Fields kept as they came (engine 6.6). */
const PROVIDER_FIELDS = [
  'remappedRef',
  'dataClassType',
  'burstFlags',
  'burstFlagsExt',
  'assetHDRType',
  'adjustmentRenderType',
  'adjustmentType',
  'adjustmentSimpleDataEnc',
  'adjustedMediaMetaDataEnc',
  'vidComplDurValue',
  'vidComplDurScale',
  'vidComplDispValue',
  'vidComplDispScale',
  'vidComplVisibilityState',
  'customRenderedValue',
  'containerId',
  'itemId',
  'position',
  'isKeyAsset',
  'assetSubtype',
] as const;

/** The descriptive data of a pair (engine 6.6, protocol 7.4, 7.5). */
export function toMetadata(asset: WireRecord, master: WireRecord): AssetMetadata {
  const own = asset.fields;
  const keywords = bytesField(own, 'keywordsEnc');
  return definedOnly({
    title: encodedTextField(own, 'captionEnc', { lossy: true }),
    description: encodedTextField(own, 'extendedDescEnc', { lossy: true }),
    keywords: keywords && readKeywords(keywords),
    ...locationOf(own),
    orientation:
      exifOrientation(own, 'orientation') ?? exifOrientation(master.fields, 'originalOrientation'),
    durationMs: intField(own, 'duration'),
    width: intField(own, 'resOriginalWidth') ?? intField(master.fields, 'resOriginalWidth'),
    height: intField(own, 'resOriginalHeight') ?? intField(master.fields, 'resOriginalHeight'),
    subtype: subtypeOf(own),
    burstId: stringField(own, 'burstId'),
    timeZoneName: encodedTextField(own, 'timeZoneNameEnc', { lossy: false }),
    modifiedAtMs: asset.modifiedMs,
    deletedAtMs: timestampField(own, 'dateExpunged'),
    providerData: providerDataOf(asset, master),
  });
}

type Optional<T> = { readonly [K in keyof T]: T[K] | undefined };

/** Drops the members that are undefined: absent is not empty. */
function definedOnly(metadata: Optional<AssetMetadata>): AssetMetadata {
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined));
}

function locationOf(fields: JsonObject): Location | undefined {
  for (const name of ['locationEnc', 'locationV2Enc']) {
    const bytes = bytesField(fields, name);
    const location = bytes && readLocation(bytes);
    if (location !== undefined) return location;
  }
  return toLocation(
    numberField(fields, 'locationLatitude'),
    numberField(fields, 'locationLongitude'),
    undefined,
  );
}

function exifOrientation(fields: JsonObject, name: string): number | undefined {
  const value = intField(fields, name);
  return value !== undefined && value >= 1 && value <= 8 ? value : undefined;
}

function subtypeOf(fields: JsonObject): string | undefined {
  const subtype = intField(fields, 'assetSubtypeV2') ?? intField(fields, 'assetSubtype') ?? 0;
  return subtype === 0 ? undefined : (SUBTYPES.get(subtype) ?? `unknown_${subtype}`);
}

function providerDataOf(
  asset: WireRecord,
  master: WireRecord,
): Readonly<Record<string, unknown>> | undefined {
  const data: Record<string, unknown> = {};
  if (asset.changeTag !== undefined) data['recordChangeTag'] = asset.changeTag;
  for (const name of PROVIDER_FIELDS) {
    const value = rawField(asset.fields, name) ?? rawField(master.fields, name);
    if (value !== undefined) data[name] = value;
  }
  return Object.keys(data).length > 0 ? data : undefined;
}
