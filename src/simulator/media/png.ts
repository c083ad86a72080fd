/** PNG files, padded by a private ancillary chunk that decoders skip. */
import { deflateSync } from 'node:zlib';
import { concat, filler, type Bytes } from './byte-source.js';
import type { Raster } from './raster.js';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  return value >>> 0;
});

function crc32(data: Buffer, previous = 0): number {
  let sum = ~previous;
  for (const byte of data) sum = (sum >>> 8) ^ (CRC_TABLE[(sum ^ byte) & 0xff] ?? 0);
  return ~sum >>> 0;
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(8 + typed.length);
  out.writeUInt32BE(data.length, 0);
  typed.copy(out, 4);
  out.writeUInt32BE(crc32(typed), 4 + typed.length);
  return out;
}

/** `prIv`: ancillary, private, safe to copy. Its checksum is made as the bytes are. */
function paddingChunk(seed: number, size: number): (Bytes | Buffer)[] {
  const noise = filler(seed, size);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(size, 0);
  head.write('prIv', 4, 'latin1');
  let sum = crc32(head.subarray(4));
  for (const part of noise.read(0, size)) sum = crc32(part, sum);
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(sum);
  return [head, noise, tail];
}

/** The chunks of a picture, header and image data. */
export function encodePngImage(raster: Raster): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(raster.width, 0);
  header.writeUInt32BE(raster.height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const stride = raster.width * 3;
  const rows = Buffer.alloc((stride + 1) * raster.height);
  for (let y = 0; y < raster.height; y += 1) {
    rows.set(raster.data.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  }
  return Buffer.concat([chunk('IHDR', header), chunk('IDAT', deflateSync(rows, { level: 9 }))]);
}

export function pngFile(
  image: Buffer,
  options: { readonly seed: number; readonly size?: number },
): Bytes | undefined {
  const identity = Buffer.alloc(8);
  identity.writeDoubleBE(options.seed);
  const end = chunk('IEND', Buffer.alloc(0));
  const head = Buffer.concat([SIGNATURE, image, chunk('idEn', identity)]);
  const least = head.length + end.length + 12;
  const missing = (options.size ?? least) - least;
  if (missing < 0) return undefined;
  return concat([head, ...paddingChunk(options.seed, missing), end]);
}
