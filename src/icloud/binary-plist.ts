import { parseBuffer } from 'bplist-parser';
import { isObject } from './wire.js';

/** Far above any location or keyword list; keeps a damaged length from costing memory. */
const LARGEST_PLIST = 1024 * 1024;

/** The root value of a binary property list, or undefined when it is damaged or something else. */
function parseBinaryPlist(bytes: Buffer): unknown {
  if (bytes.length > LARGEST_PLIST) return undefined;
  try {
    return parseBuffer<unknown>(bytes)[0];
  } catch {
    return undefined;
  }
}

export interface Location {
  readonly latitude: number;
  readonly longitude: number;
  readonly altitude?: number;
}

/** The numbers of a flat XML dictionary; all that a location needs (protocol 7.6). */
function readXmlNumbers(text: string): Record<string, number> {
  const numbers: Record<string, number> = {};
  const entry = /<key>\s*(\w+)\s*<\/key>\s*<(?:real|integer)>\s*([^<\s]+)\s*<\/(?:real|integer)>/g;
  for (const [, key, value] of text.matchAll(entry)) {
    if (key !== undefined) numbers[key] = Number(value);
  }
  return numbers;
}

/**
 * Where a photo was taken: `lat`, `lon` (or `lng`) and `alt` of a binary or XML property list
 * (protocol 7.6). Undefined when damaged, or without a place on Earth.
 */
export function readLocation(bytes: Buffer): Location | undefined {
  const plist = bytes.toString('latin1', 0, 8) === 'bplist00' ? parseBinaryPlist(bytes) : undefined;
  const values = isObject(plist) ? plist : readXmlNumbers(bytes.toString('utf8'));
  return toLocation(values['lat'], values['lon'] ?? values['lng'], values['alt']);
}

/** A place from numbers of any origin; undefined unless both coordinates exist on Earth. */
export function toLocation(
  latitude: unknown,
  longitude: unknown,
  altitude: unknown,
): Location | undefined {
  if (!isWithin(latitude, 90) || !isWithin(longitude, 180)) return undefined;
  return isWithin(altitude, Number.MAX_VALUE)
    ? { latitude, longitude, altitude }
    : { latitude, longitude };
}

function isWithin(value: unknown, limit: number): value is number {
  return typeof value === 'number' && Math.abs(value) <= limit;
}

/** The keywords of a binary property list; undefined when it is damaged, empty or no list. */
export function readKeywords(bytes: Buffer): readonly string[] | undefined {
  const plist = parseBinaryPlist(bytes);
  if (!Array.isArray(plist)) return undefined;
  const keywords = (plist as readonly unknown[]).filter(
    (word): word is string => typeof word === 'string' && word !== '',
  );
  return keywords.length > 0 ? keywords : undefined;
}
