/** Records as the service sends them: envelope and fields (protocol 7.1). */
import type { RecordRef } from './change-log.js';
import type { Content } from './content.js';
import { Fields } from './record-fields.js';
import { assetFields, masterFields, type RecordContext } from './records-photo.js';
import { DAY_MS, expungedAt, type Resources } from './states.js';
import type { ZoneCore } from './zone-core.js';

export type EncodedRecord = Readonly<Record<string, unknown>>;

const DEVICE = '0F1E2D3C4B5A69788796A5B4C3D2E1F00F1E2D3C4B5A69788796A5B4C3D2E1F0';
const FIRST_TAG = 0x3_0000;
const TRASH_GRACE_DAYS = 10;

/** Changes with every change of the record. */
export function changeTag(changedAt: number): string {
  return (FIRST_TAG + changedAt).toString(36);
}

interface Envelope {
  readonly recordName: string;
  readonly recordType: string;
  readonly stamps: { createdAt: number; modifiedAt: number; changedAt: number };
  readonly fields: Fields;
  readonly trashedAt?: number | undefined;
}

function envelope(zone: ZoneCore, record: Envelope): EncodedRecord {
  const { recordName, recordType, stamps, fields, trashedAt } = record;
  const stamp = (timestamp: number) => ({
    timestamp,
    userRecordName: zone.ownerRecordName,
    deviceID: DEVICE,
  });
  return {
    recordName,
    recordType,
    fields: fields.values,
    pluginFields: {},
    recordChangeTag: changeTag(stamps.changedAt),
    created: stamp(stamps.createdAt),
    modified: stamp(stamps.modifiedAt),
    deleted: false,
    ...(trashedAt === undefined
      ? {}
      : { expirationTime: Math.floor((expungedAt(trashedAt) + TRASH_GRACE_DAYS * DAY_MS) / 1000) }),
    zoneID: zone.zoneId,
  };
}

function tombstone(zone: ZoneCore, recordName: string, changedAt: number): EncodedRecord {
  return {
    recordName,
    recordType: null,
    deleted: true,
    recordChangeTag: changeTag(changedAt),
    zoneID: zone.zoneId,
  };
}

function albumRecord(zone: ZoneCore, name: string, context: RecordContext) {
  const album = zone.albums.album(name);
  if (!album) return undefined;
  const fields = new Fields(context.wanted);
  fields.encrypted('albumNameEnc', album.name);
  fields.integer('albumType', album.albumType);
  fields.text('parentId', album.parentId);
  fields.integer('position', album.position);
  fields.integer('sortType', 0);
  fields.integer('sortTypeExt', 0);
  fields.integer('sortAscending', 1);
  fields.time('recordModificationDate', album.modifiedAt);
  fields.integer('isDeleted', album.deleted ? 1 : undefined);
  return envelope(zone, { recordName: name, recordType: 'CPLAlbum', stamps: album, fields });
}

function relationRecord(zone: ZoneCore, name: string, context: RecordContext) {
  const relation = zone.albums.relation(name);
  if (!relation) return undefined;
  if (relation.removed) return tombstone(zone, name, relation.changedAt);
  const fields = new Fields(context.wanted);
  fields.text('containerId', relation.albumId);
  fields.text('itemId', zone.assets.asset(relation.slot)?.recordName);
  fields.integer('position', relation.position);
  fields.integer('isKeyAsset', 0);
  const recordType = 'CPLContainerRelation';
  return envelope(zone, { recordName: name, recordType, stamps: relation, fields });
}

function otherRecord(zone: ZoneCore, name: string, context: RecordContext) {
  const other = zone.other(name);
  if (!other) return undefined;
  const { recordType } = other;
  const fields = new Fields(context.wanted);
  for (const [key, field] of Object.entries(other.fields)) fields.patch({ [key]: field });
  if (recordType === 'CPLLibraryInfo') {
    const counts = {
      photosCount: 'all',
      videosCount: 'video',
      hiddenPhotosCount: 'hidden',
    } as const;
    for (const [key, id] of Object.entries(counts)) {
      if (fields.wants(key)) fields.integer(key, zone.listings.get(id).length);
    }
    fields.integer('albumsCount', [...zone.albums.all()].filter((album) => !album.deleted).length);
  }
  return envelope(zone, { recordName: name, recordType, stamps: other, fields });
}

/** The record as it is now: itself, a tombstone, or `undefined` when there never was one. */
export function encodeRecord(
  zone: ZoneCore,
  ref: RecordRef,
  context: RecordContext,
): EncodedRecord | undefined {
  switch (ref.kind) {
    case 'master': {
      const master = zone.assets.master(ref.slot);
      if (!master || master.missing === 'absent') return undefined;
      const recordName = zone.assets.masterName(ref.slot);
      if (master.purged) return tombstone(zone, recordName, master.changedAt);
      const fields = masterFields(zone, master, context);
      const { trashedAt } = master;
      return envelope(zone, {
        recordName,
        recordType: 'CPLMaster',
        stamps: master,
        fields,
        trashedAt,
      });
    }
    case 'asset': {
      const asset = zone.assets.asset(ref.slot);
      if (!asset) return undefined;
      const { recordName, trashedAt } = asset;
      if (asset.purged) return tombstone(zone, recordName, asset.changedAt);
      const fields = assetFields(zone, asset, context);
      return envelope(zone, {
        recordName,
        recordType: 'CPLAsset',
        stamps: asset,
        fields,
        trashedAt,
      });
    }
    case 'album':
      return albumRecord(zone, ref.name, context);
    case 'relation':
      return relationRecord(zone, ref.name, context);
    case 'other':
      return otherRecord(zone, ref.name, context);
    case 'tombstone':
      return tombstone(zone, ref.name, 0);
  }
}

/** Waits for the checksums of large files that these records will tell. */
export async function prepareRecords(zone: ZoneCore, refs: readonly RecordRef[]): Promise<void> {
  for (const content of contentsOf(zone, refs)) await content.prepare();
}

function* contentsOf(zone: ZoneCore, refs: readonly RecordRef[]): Generator<Content> {
  for (const ref of refs) {
    if (!('slot' in ref)) continue;
    const asset = ref.kind === 'asset' ? zone.assets.asset(ref.slot) : undefined;
    const master = zone.assets.master(asset?.masterSlot ?? ref.slot);
    const all: Resources[] = [asset?.resources ?? {}, master?.resources ?? {}];
    for (const resources of all) {
      for (const { content } of Object.values(resources)) yield content;
    }
  }
}
