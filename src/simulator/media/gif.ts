/** GIF files with one frame or two, padded by a comment. */
import { concat, filler, type Bytes } from './byte-source.js';
import type { Raster } from './raster.js';

const CLEAR = 256;
const END = 257;

/** A palette of 6 x 6 x 6 colours, filled up to 256 entries. */
function palette(): Buffer {
  const table = Buffer.alloc(768);
  for (let index = 0; index < 216; index += 1) {
    table.set(
      [Math.floor(index / 36) * 51, (Math.floor(index / 6) % 6) * 51, (index % 6) * 51],
      index * 3,
    );
  }
  return table;
}

/** Nine-bit codes, with the table cleared before it would grow: plain, and every decoder reads it. */
function imageData(raster: Raster): Buffer {
  const bytes: number[] = [];
  let held = 0;
  let bits = 0;
  const put = (code: number) => {
    held |= code << bits;
    for (bits += 9; bits >= 8; bits -= 8) {
      bytes.push(held & 0xff);
      held >>>= 8;
    }
  };
  for (let pixel = 0; pixel < raster.width * raster.height; pixel += 1) {
    if (pixel % 250 === 0) put(CLEAR);
    const x = pixel % raster.width;
    const threshold = ((x + Math.floor(pixel / raster.width)) % 2) * 20;
    const level = (channel: number) =>
      Math.min(5, Math.floor(((raster.data[pixel * 3 + channel] ?? 0) + threshold) / 51));
    put(level(0) * 36 + level(1) * 6 + level(2));
  }
  put(END);
  if (bits > 0) bytes.push(held & 0xff);
  return Buffer.concat([Buffer.from([8]), ...subBlocks(Buffer.from(bytes)), Buffer.from([0])]);
}

function subBlocks(data: Buffer): Buffer[] {
  const blocks: Buffer[] = [];
  for (let at = 0; at < data.length; at += 255) {
    const part = data.subarray(at, at + 255);
    blocks.push(Buffer.from([part.length]), part);
  }
  return blocks;
}

/** Sub-blocks that take exactly `size` bytes with their length bytes; `size` is at least 2. */
function fillerBlocks(seed: number, size: number): (Bytes | Buffer)[] {
  const parts: (Bytes | Buffer)[] = [];
  for (let left = size; left > 0;) {
    const block = left <= 256 ? left : left === 257 ? 255 : 256;
    parts.push(Buffer.from([block - 1]), filler(seed + parts.length, block - 1));
    left -= block;
  }
  return parts;
}

const LEAST_COMMENT = 18;

/** Everything before the comment: header, palette and frames. */
export function encodeGifImage(frames: readonly Raster[]): Buffer {
  const first = frames[0];
  const header = Buffer.from('GIF89a\0\0\0\0\xf7\0\0', 'latin1');
  header.writeUInt16LE(first?.width ?? 1, 6);
  header.writeUInt16LE(first?.height ?? 1, 8);
  const loop = Buffer.from('\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0', 'latin1');
  const parts = frames.flatMap((frame) => {
    const control = Buffer.from([0x21, 0xf9, 4, 0, 50, 0, 0, 0]);
    const descriptor = Buffer.from([0x2c, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    descriptor.writeUInt16LE(frame.width, 5);
    descriptor.writeUInt16LE(frame.height, 7);
    return [control, descriptor, imageData(frame)];
  });
  return Buffer.concat([header, palette(), ...(frames.length > 1 ? [loop] : []), ...parts]);
}

export function gifFile(
  image: Buffer,
  options: { readonly seed: number; readonly size?: number },
): Bytes | undefined {
  const least = image.length + 2 + LEAST_COMMENT + 1 + 1;
  const missing = (options.size ?? least) - least;
  if (missing < 0) return undefined;
  return concat([
    image,
    Buffer.from([0x21, 0xfe]),
    ...fillerBlocks(options.seed, LEAST_COMMENT + missing),
    Buffer.from([0, 0x3b]),
  ]);
}
