import { isObject, type JsonObject } from './wire.js';

/**
 * Readers for `{"name": {"value": …, "type": "…"}}`. A field that is absent, literally null or holds
 * a null value reads as undefined (protocol 6.3), and so does a value of the wrong shape: nothing
 * here throws.
 */

/** The bare value, or undefined. */
export function rawField(fields: JsonObject, name: string): unknown {
  const field = fields[name];
  if (!isObject(field)) return undefined;
  return field['value'] ?? undefined;
}

export function stringField(fields: JsonObject, name: string): string | undefined {
  const value = rawField(fields, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A finite number of any kind. */
export function numberField(fields: JsonObject, name: string): number | undefined {
  const value = rawField(fields, name);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function intField(fields: JsonObject, name: string): number | undefined {
  const value = numberField(fields, name);
  return value !== undefined && Number.isSafeInteger(value) ? value : undefined;
}

/** Only the integer 1 is a yes; `"1"`, 0 and null are not (IN-30). */
export function flagField(fields: JsonObject, name: string): boolean {
  return rawField(fields, name) === 1;
}

const YEAR_1_MS = -62_135_596_800_000;
const YEAR_10000_MS = 253_402_300_800_000;

/** Milliseconds since 1970 UTC; undefined outside the years 1 to 9999 (D88). */
export function timestampField(fields: JsonObject, name: string): number | undefined {
  const value = numberField(fields, name);
  return value !== undefined && value >= YEAR_1_MS && value < YEAR_10000_MS
    ? Math.trunc(value)
    : undefined;
}

/** The record name that a REFERENCE points at. */
export function referenceField(fields: JsonObject, name: string): string | undefined {
  const value = rawField(fields, name);
  const target = isObject(value) ? value['recordName'] : undefined;
  return typeof target === 'string' && target !== '' ? target : undefined;
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** The bytes of an ENCRYPTED_BYTES field; undefined when empty or not base64. */
export function bytesField(fields: JsonObject, name: string): Buffer | undefined {
  const value = rawField(fields, name);
  return typeof value === 'string' ? fromBase64(value) : undefined;
}

function fromBase64(text: string): Buffer | undefined {
  if (!BASE64.test(text) || text.replace(/=+$/, '').length % 4 === 1) return undefined;
  return Buffer.from(text, 'base64');
}

const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const LOSSY_UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * The text of an `…Enc` field in both of its forms: STRING as it is, ENCRYPTED_BYTES (and a missing
 * type) as base64 of UTF-8 (protocol 7.4). Empty text, another type and bad base64 read as
 * undefined; bytes that are not UTF-8 too, unless `lossy`.
 */
export function encodedTextField(
  fields: JsonObject,
  name: string,
  { lossy }: { readonly lossy: boolean },
): string | undefined {
  const field = fields[name];
  if (!isObject(field)) return undefined;
  const type = field['type'] ?? 'ENCRYPTED_BYTES';
  if (type === 'STRING') return stringField(fields, name);
  const bytes = type === 'ENCRYPTED_BYTES' ? bytesField(fields, name) : undefined;
  if (bytes === undefined || bytes.length === 0) return undefined;
  if (lossy) return LOSSY_UTF8.decode(bytes);
  try {
    return STRICT_UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}
