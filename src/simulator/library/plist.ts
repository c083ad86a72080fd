/** Property lists as Apple's devices write them into `locationEnc` and `keywordsEnc` (protocol 7.6). */

export type PlistValue =
  string | number | Date | readonly PlistValue[] | { readonly [key: string]: PlistValue };

const EPOCH_2001_MS = 978_307_200_000;

function withLength(kind: number, length: number): Buffer {
  if (length < 15) return Buffer.from([kind | length]);
  if (length < 256) return Buffer.from([kind | 15, 0x10, length]);
  const head = Buffer.from([kind | 15, 0x11, 0, 0]);
  head.writeUInt16BE(length, 2);
  return head;
}

function real(marker: number, value: number): Buffer {
  const data = Buffer.alloc(9);
  data[0] = marker;
  data.writeDoubleBE(value, 1);
  return data;
}

function text(value: string): Buffer {
  if (Buffer.byteLength(value) === value.length) {
    return Buffer.concat([withLength(0x50, value.length), Buffer.from(value, 'latin1')]);
  }
  return Buffer.concat([withLength(0x60, value.length), Buffer.from(value, 'utf16le').swap16()]);
}

/** Encodes up to 65,535 objects; numbers become reals. */
export function binaryPlist(value: PlistValue): Buffer {
  const objects: Buffer[] = [];
  const add = (item: PlistValue): number => {
    const index = objects.push(Buffer.alloc(0)) - 1;
    objects[index] = encode(item);
    return index;
  };
  const references = (indices: readonly number[]) => {
    const data = Buffer.alloc(indices.length * 2);
    indices.forEach((reference, place) => data.writeUInt16BE(reference, place * 2));
    return data;
  };
  const encode = (item: PlistValue): Buffer => {
    if (typeof item === 'string') return text(item);
    if (typeof item === 'number') return real(0x23, item);
    if (item instanceof Date) return real(0x33, (item.getTime() - EPOCH_2001_MS) / 1000);
    if (isList(item)) {
      return Buffer.concat([withLength(0xa0, item.length), references(item.map(add))]);
    }
    const entries = Object.entries(item);
    const keys = entries.map(([key]) => add(key));
    const values = entries.map(([, member]) => add(member));
    return Buffer.concat([withLength(0xd0, entries.length), references([...keys, ...values])]);
  };
  add(value);

  const offsets = Buffer.alloc(objects.length * 4);
  let at = 8;
  objects.forEach((object, index) => {
    offsets.writeUInt32BE(at, index * 4);
    at += object.length;
  });
  const trailer = Buffer.alloc(32);
  trailer[6] = 4;
  trailer[7] = 2;
  trailer.writeBigUInt64BE(BigInt(objects.length), 8);
  trailer.writeBigUInt64BE(BigInt(at), 24);
  return Buffer.concat([Buffer.from('bplist00', 'latin1'), ...objects, offsets, trailer]);
}

function isList(value: PlistValue): value is readonly PlistValue[] {
  return Array.isArray(value);
}

const escape = (value: string) =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function xmlNode(value: PlistValue): string {
  if (typeof value === 'string') return `<string>${escape(value)}</string>`;
  if (typeof value === 'number') return `<real>${value}</real>`;
  if (value instanceof Date) return `<date>${value.toISOString().slice(0, 19)}Z</date>`;
  if (isList(value)) return `<array>${value.map(xmlNode).join('')}</array>`;
  const members = Object.entries(value).map(
    ([key, member]) => `<key>${escape(key)}</key>${xmlNode(member)}`,
  );
  return `<dict>${members.join('')}</dict>`;
}

/** The XML form, which older devices wrote. */
export function xmlPlist(value: PlistValue): Buffer {
  return Buffer.from(
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
      '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" ' +
      '"http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n' +
      `<plist version="1.0">${xmlNode(value)}</plist>\n`,
    'utf8',
  );
}
