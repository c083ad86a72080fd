/** Writes the tag directories that EXIF, TIFF and TIFF-based raw files share (little-endian). */

/** ASCII text, 16- or 32-bit numbers, fractions (numerator, denominator pairs), or raw bytes. */
export type TagValue =
  | { readonly ascii: string }
  | { readonly short: readonly number[] }
  | { readonly long: readonly number[] }
  | { readonly rational: readonly (readonly [number, number])[] }
  | { readonly bytes: Buffer }
  | { readonly directory: Directory };

export type Directory = readonly (readonly [tag: number, value: TagValue])[];

interface Encoded {
  readonly type: number;
  readonly count: number;
  readonly data: Buffer;
}

function encode(value: Exclude<TagValue, { directory: Directory }>): Encoded {
  if ('ascii' in value) {
    const data = Buffer.from(`${value.ascii}\0`, 'latin1');
    return { type: 2, count: data.length, data };
  }
  if ('short' in value) {
    const data = Buffer.alloc(value.short.length * 2);
    value.short.forEach((number, index) => data.writeUInt16LE(number, index * 2));
    return { type: 3, count: value.short.length, data };
  }
  if ('long' in value) {
    const data = Buffer.alloc(value.long.length * 4);
    value.long.forEach((number, index) => data.writeUInt32LE(number, index * 4));
    return { type: 4, count: value.long.length, data };
  }
  if ('rational' in value) {
    const data = Buffer.alloc(value.rational.length * 8);
    value.rational.forEach(([numerator, denominator], index) => {
      data.writeUInt32LE(numerator, index * 8);
      data.writeUInt32LE(denominator, index * 8 + 4);
    });
    return { type: 5, count: value.rational.length, data };
  }
  return { type: 1, count: value.bytes.length, data: value.bytes };
}

/** The directory at `offset` (from the start of the TIFF header), with its values behind it. */
export function writeDirectory(directory: Directory, offset: number): Buffer {
  const table = Buffer.alloc(2 + directory.length * 12 + 4);
  const behind: Buffer[] = [];
  let next = offset + table.length;
  table.writeUInt16LE(directory.length, 0);
  directory.forEach(([tag, value], index) => {
    const at = 2 + index * 12;
    table.writeUInt16LE(tag, at);
    if ('directory' in value) {
      const nested = writeDirectory(value.directory, next);
      table.writeUInt16LE(4, at + 2);
      table.writeUInt32LE(1, at + 4);
      table.writeUInt32LE(next, at + 8);
      behind.push(nested);
      next += nested.length;
      return;
    }
    const { type, count, data } = encode(value);
    table.writeUInt16LE(type, at + 2);
    table.writeUInt32LE(count, at + 4);
    if (data.length <= 4) {
      data.copy(table, at + 8);
      return;
    }
    table.writeUInt32LE(next, at + 8);
    const padded = data.length % 2 === 0 ? data : Buffer.concat([data, Buffer.alloc(1)]);
    behind.push(padded);
    next += padded.length;
  });
  return Buffer.concat([table, ...behind]);
}

/** The eight bytes every little-endian TIFF begins with; the first directory is at `offset`. */
export function tiffHeader(offset: number): Buffer {
  const header = Buffer.from('II*\0\0\0\0\0', 'latin1');
  header.writeUInt32LE(offset, 4);
  return header;
}
