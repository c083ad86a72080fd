/** CPLMaster and CPLAsset records (protocol 7.4 and 7.5). */
import { downloadUrl, referenceChecksum, wrappingKey, type UrlSigner } from './download-url.js';
import { encodeKeywords, encodePlace, Fields } from './record-fields.js';
import { reportedChecksum, reportedSize } from './reported.js';
import {
  expungedAt,
  type AssetState,
  type MasterState,
  type Resource,
  type Resources,
  type Subtype,
} from './states.js';
import type { ZoneCore } from './zone-core.js';

export interface RecordContext {
  /** `desiredKeys` of the request; absent means all. */
  readonly wanted: ReadonlySet<string> | undefined;
  readonly signer: UrlSigner;
  /** Unix seconds at which the URLs of this answer end. */
  readonly expires: number;
}

function assetId(resource: Resource, url: (checksum: Buffer) => string): Record<string, unknown> {
  const checksum = reportedChecksum(resource);
  const known = checksum ?? resource.content.checksum();
  return {
    ...(checksum ? { fileChecksum: checksum.toString('base64') } : {}),
    size: reportedSize(resource),
    wrappingKey: wrappingKey(known).toString('base64'),
    referenceChecksum: referenceChecksum(known).toString('base64'),
    ...(resource.claims?.withoutUrl ? {} : { downloadURL: url(known) }),
  };
}

function putResources(
  fields: Fields,
  resources: Resources,
  owner: { zone: ZoneCore; assetId: string; context: RecordContext },
): void {
  const { zone, context } = owner;
  for (const [prefix, resource] of Object.entries(resources)) {
    const { content, type, width, height } = resource;
    if (fields.wants(`${prefix}Res`)) {
      const url = (checksum: Buffer) =>
        downloadUrl(
          {
            checksum,
            contentId: content.id,
            zone: zone.name,
            assetId: owner.assetId,
            resource: prefix,
            expires: context.expires,
          },
          context.signer,
        );
      fields.put(`${prefix}Res`, 'ASSETID', assetId(resource, url));
    }
    fields.text(`${prefix}FileType`, type);
    fields.integer(`${prefix}Width`, width);
    fields.integer(`${prefix}Height`, height);
    if (fields.wants(`${prefix}FileSize`))
      fields.integer(`${prefix}FileSize`, reportedSize(resource));
    if (fields.wants(`${prefix}Fingerprint`)) {
      fields.text(`${prefix}Fingerprint`, reportedChecksum(resource)?.toString('base64'));
    }
  }
}

/** In Recently Deleted, or gone from there. */
function putTrash(fields: Fields, trashedAt: number | undefined): void {
  if (trashedAt === undefined) return;
  fields.integer('isDeleted', 1);
  fields.integer('isExpunged', 0);
  fields.time('dateExpunged', expungedAt(trashedAt));
}

function contributors(fields: Fields, zone: ZoneCore): void {
  if (!zone.name.startsWith('SharedSync-')) return;
  const { ownerRecordName: recordName, zoneId: zoneID } = zone;
  fields.put('contributors', 'REFERENCE_LIST', [{ recordName, action: 'NONE', zoneID }]);
}

export function masterFields(zone: ZoneCore, master: MasterState, context: RecordContext): Fields {
  const fields = new Fields(context.wanted);
  const shownBy = master.shownBy ?? zone.assets.assetName(master.slot) ?? '';
  putResources(fields, master.resources, { zone, assetId: shownBy, context });
  fields.encrypted('filenameEnc', master.fileName);
  fields.text('itemType', master.itemType);
  fields.integer('dataClassType', master.dataClassType);
  fields.integer('originalOrientation', master.orientation);
  if (fields.wants('originalCreationDate')) {
    fields.time('originalCreationDate', zone.assets.asset(master.slot)?.assetDate);
  }
  fields.time('importDate', master.createdAt);
  fields.integer('importedBy', 1);
  putTrash(fields, master.trashedAt);
  contributors(fields, zone);
  fields.patch(master.patch);
  return fields;
}

/** `assetSubtype` and `assetSubtypeV2` of protocol 7.5. */
const SUBTYPES: Readonly<Record<Subtype, readonly [older: number, newer: number]>> = {
  none: [0, 0],
  live: [0, 2],
  panorama: [1, 1],
  screenshot: [0, 3],
  slomo: [101, 101],
  timelapse: [102, 102],
};

const NANOSECONDS = 1_000_000_000;

function putLiveTimes(fields: Fields, isLive: boolean): void {
  fields.integer('vidComplDurValue', isLive ? 1_000_000_000 : 0);
  fields.integer('vidComplDurScale', isLive ? NANOSECONDS : 0);
  fields.integer('vidComplDispValue', isLive ? 500_000_000 : 0);
  fields.integer('vidComplDispScale', isLive ? NANOSECONDS : 0);
  fields.integer('vidComplVisibilityState', 0);
}

function putDescription(fields: Fields, asset: AssetState): void {
  fields.encrypted('captionEnc', asset.title);
  fields.encrypted('extendedDescEnc', asset.description);
  if (asset.keywords) fields.bytes('keywordsEnc', encodeKeywords(asset.keywords));
  if (asset.place) {
    const fixedAt = asset.assetDate ?? asset.createdAt;
    fields.bytes('locationEnc', encodePlace(asset.place, fixedAt, asset.placeForm));
  }
  fields.integer('timeZoneOffset', asset.timeZoneOffset);
  fields.encrypted('timeZoneNameEnc', asset.timeZoneName);
}

export function assetFields(zone: ZoneCore, asset: AssetState, context: RecordContext): Fields {
  const fields = new Fields(context.wanted);
  const { zoneId: zoneID } = zone;
  const [older, newer] = SUBTYPES[asset.subtype];
  if (fields.wants('masterRef')) {
    const recordName = zone.assets.masterName(asset.masterSlot);
    fields.put('masterRef', 'REFERENCE', { recordName, action: 'DELETE_SELF', zoneID });
  }
  putResources(fields, asset.resources, { zone, assetId: asset.recordName, context });
  fields.time('assetDate', asset.assetDate);
  fields.time('addedDate', asset.addedDate);
  fields.flag('isFavorite', asset.favourite);
  fields.flag('isHidden', asset.hidden);
  fields.integer('orientation', asset.orientation);
  fields.integer('duration', asset.durationMs);
  fields.integer('assetSubtype', older);
  fields.integer('assetSubtypeV2', newer);
  fields.integer('assetHDRType', 0);
  fields.integer('burstFlags', asset.burstId === undefined ? 0 : 1);
  fields.integer('burstFlagsExt', 0);
  fields.text('burstId', asset.burstId);
  fields.integer('adjustmentRenderType', asset.renderType);
  fields.text('adjustmentType', asset.adjustmentType);
  fields.integer('customRenderedValue', 0);
  putLiveTimes(fields, asset.subtype === 'live');
  putDescription(fields, asset);
  putTrash(fields, asset.trashedAt);
  fields.integer('trashReason', asset.trashedAt === undefined ? undefined : asset.trashReason);
  if (asset.deletedBy !== undefined) {
    const { deletedBy: recordName } = asset;
    fields.put('deletedBy', 'REFERENCE', { recordName, action: 'NONE', zoneID });
  }
  contributors(fields, zone);
  fields.patch(asset.patch);
  return fields;
}
