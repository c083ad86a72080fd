/** The fields of a record, encoded as protocol 7.1 says; only those that were asked for. */
import { binaryPlist, xmlPlist } from './plist.js';
import type { FieldPatch, Place } from './states.js';

export class Fields {
  readonly values: Record<string, unknown> = {};
  private readonly wanted: ReadonlySet<string> | undefined;

  constructor(wanted: ReadonlySet<string> | undefined) {
    this.wanted = wanted;
  }

  wants(name: string): boolean {
    return this.wanted?.has(name) ?? true;
  }

  /** Leaves a field without value out. */
  put(name: string, type: string, value: unknown): void {
    if (value !== undefined && this.wants(name)) this.values[name] = { value, type };
  }

  integer(name: string, value: number | undefined): void {
    this.put(name, 'INT64', value);
  }

  flag(name: string, value: boolean): void {
    this.put(name, 'INT64', value ? 1 : 0);
  }

  time(name: string, value: number | undefined): void {
    this.put(name, 'TIMESTAMP', value);
  }

  text(name: string, value: string | undefined): void {
    this.put(name, 'STRING', value);
  }

  /** Text that Apple keeps encrypted: base64 of UTF-8. */
  encrypted(name: string, value: string | undefined): void {
    if (value !== undefined) this.bytes(name, Buffer.from(value, 'utf8'));
  }

  bytes(name: string, value: Buffer): void {
    this.put(name, 'ENCRYPTED_BYTES', value.toString('base64'));
  }

  /** Replaces or removes fields, as an irregular record has them. */
  patch(patch: FieldPatch | undefined): void {
    for (const [name, field] of Object.entries(patch ?? {})) {
      if (!this.wants(name)) continue;
      if (field === undefined) Reflect.deleteProperty(this.values, name);
      else this.values[name] = field;
    }
  }
}

/** `locationEnc`; the date is when the fix was taken (protocol 7.6). */
export function encodePlace(
  place: Place,
  fixedAt: number,
  form: 'xml' | 'lng' | undefined,
): Buffer {
  const dictionary = {
    alt: place.altitude ?? 35,
    course: -1,
    horzAcc: 5,
    lat: place.latitude,
    [form === 'lng' ? 'lng' : 'lon']: place.longitude,
    speed: -1,
    timestamp: new Date(fixedAt),
    vertAcc: 3,
  };
  return form === 'xml' ? xmlPlist(dictionary) : binaryPlist(dictionary);
}

export function encodeKeywords(keywords: readonly string[]): Buffer {
  return binaryPlist(keywords);
}
