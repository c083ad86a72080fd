import { readFileSync } from 'node:fs';
import { readRecords, type JsonObject, type WireRecord } from '../../../src/icloud/wire.js';

/** The complete pair of protocol 7.9, master first, as it comes over the wire. */
export function examplePair(): readonly [JsonObject, JsonObject] {
  const path = new URL('./example-pair.json', import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')) as [JsonObject, JsonObject];
}

export const base64 = (text: string): string => Buffer.from(text).toString('base64');
export const enc = (text: string) => ({ value: base64(text), type: 'ENCRYPTED_BYTES' });
export const int = (value: number) => ({ value, type: 'INT64' });
export const str = (value: string) => ({ value, type: 'STRING' });

export interface ResourceShape {
  readonly size?: unknown;
  readonly url?: unknown;
  readonly checksum?: unknown;
  readonly type?: unknown;
}

/** The fields of one resource; members given as `undefined` are left out. */
export function resource(prefix: string, shape: ResourceShape = {}): JsonObject {
  const { size, url, checksum, type } = {
    size: 12,
    url: 'https://cvws.icloud-content.com/B/abc/${f}?e=1775212345',
    checksum: 'ARqdPZjFmdSZOG/4FrBl60A1BEXf',
    type: 'public.jpeg',
    ...shape,
  };
  const value = { size, downloadURL: url, fileChecksum: checksum };
  return {
    [`${prefix}Res`]: { value: JSON.parse(JSON.stringify(value)) as unknown, type: 'ASSETID' },
    ...(type === undefined ? {} : { [`${prefix}FileType`]: { value: type, type: 'STRING' } }),
  };
}

export function rawMaster(name: string, fields: JsonObject = {}, envelope: JsonObject = {}) {
  return {
    recordName: name,
    recordType: 'CPLMaster',
    fields: {
      filenameEnc: enc('IMG_0001.JPG'),
      itemType: str('public.jpeg'),
      ...resource('resOriginal'),
      ...fields,
    },
    deleted: false,
    ...envelope,
  };
}

export function rawAsset(
  name: string,
  master: string | undefined,
  fields: JsonObject = {},
  envelope: JsonObject = {},
) {
  return {
    recordName: name,
    recordType: 'CPLAsset',
    fields: {
      ...(master === undefined
        ? {}
        : {
            masterRef: { value: { recordName: master, action: 'DELETE_SELF' }, type: 'REFERENCE' },
          }),
      assetDate: { value: 1_700_000_000_000, type: 'TIMESTAMP' },
      ...fields,
    },
    deleted: false,
    ...envelope,
  };
}

/** When the records of a test arrived. */
export const RECEIVED_AT_MS = 1_700_000_000_000;

export function wire(raw: unknown): WireRecord {
  const [record] = readRecords([raw], RECEIVED_AT_MS).records;
  if (record === undefined) throw new Error('not a record');
  return record;
}
