import { RENDITION_KEYS, type Asset, type Rendition, type RenditionKey } from '../domain/index.js';
import { isDownloadUrl } from './download-host.js';
import { intField, rawField, stringField } from './fields.js';
import { isObject, type JsonObject, type WireRecord } from './wire.js';

type MediaKind = Asset['kind'];

/** The field prefix of each rendition (EN-30). */
const PREFIXES: Readonly<Record<MediaKind, Readonly<Partial<Record<RenditionKey, string>>>>> = {
  image: {
    original: 'resOriginal',
    alternative: 'resOriginalAlt',
    adjusted: 'resJPEGFull',
    medium: 'resJPEGMed',
    thumb: 'resJPEGThumb',
    live_original: 'resOriginalVidCompl',
    live_adjusted: 'resVidFull',
    live_medium: 'resVidMed',
    live_thumb: 'resVidSmall',
  },
  video: {
    original: 'resOriginal',
    adjusted: 'resVidFull',
    medium: 'resVidMed',
    thumb: 'resVidSmall',
  },
};

export type ReadRendition =
  | { readonly status: 'usable'; readonly rendition: Rendition }
  | { readonly status: 'unusable'; readonly reason: string }
  | { readonly status: 'absent' };

const ABSENT: ReadRendition = { status: 'absent' };

/** Reads one rendition from one record (EN-31, EN-32, D38, D80). */
export function readRendition(
  key: RenditionKey,
  kind: MediaKind,
  record: WireRecord,
): ReadRendition {
  const prefix = PREFIXES[kind][key];
  if (prefix === undefined) return ABSENT;
  const { fields } = record;
  const value = rawField(fields, `${prefix}Res`);
  if (value === undefined) {
    // Only an original is expected on every master; elsewhere null is how a record says "none".
    const isHollow = key === 'original' && fields[`${prefix}Res`] !== undefined;
    return isHollow ? unusable('its record holds no value') : ABSENT;
  }
  if (!isObject(value)) return unusable('its record is malformed');
  return readResource(key, prefix, value, record);
}

function readResource(
  key: RenditionKey,
  prefix: string,
  value: JsonObject,
  { name, fields, receivedAtMs }: WireRecord,
): ReadRendition {
  const { size, downloadURL: url, fileChecksum } = value;
  const typeId = stringField(fields, `${prefix}FileType`);
  if (typeof url !== 'string' || url === '') return unusable('iCloud gives no download URL');
  if (!isDownloadUrl(url)) return unusable('its download URL is not on an Apple content host');
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    return unusable('iCloud gives no size');
  }
  if (typeId === undefined) return unusable('iCloud gives no file type');
  return {
    status: 'usable',
    rendition: {
      key,
      url,
      sizeBytes: size,
      checksum: typeof fileChecksum === 'string' && fileChecksum !== '' ? fileChecksum : undefined,
      typeId,
      width: intField(fields, `${prefix}Width`),
      height: intField(fields, `${prefix}Height`),
      recordName: name,
      urlReceivedAtMs: receivedAtMs,
    },
  };
}

function unusable(reason: string): ReadRendition {
  return { status: 'unusable', reason };
}

/** Every rendition of a pair; the asset's field wins over the master's, so that edits win (EN-30). */
export function renditionsOf(
  kind: MediaKind,
  asset: WireRecord,
  master: WireRecord,
): Pick<Asset, 'renditions' | 'unusable'> {
  const renditions = new Map<RenditionKey, Rendition>();
  const unusableOnes = new Map<RenditionKey, string>();
  for (const key of RENDITION_KEYS) {
    const own = readRendition(key, kind, asset);
    const read = own.status === 'absent' ? readRendition(key, kind, master) : own;
    if (read.status === 'usable') renditions.set(key, read.rendition);
    if (read.status === 'unusable') unusableOnes.set(key, read.reason);
  }
  return { renditions, unusable: unusableOnes };
}
