/** WebP files: the picture of a fixture in the extended form, with an unknown chunk as padding. */
import { concat, filler, type Bytes } from './byte-source.js';

/**
 * @param fixture a simple-form lossless file: RIFF header, then one `VP8L` chunk
 */
export function webpFile(
  fixture: Buffer,
  options: { readonly seed: number; readonly size?: number },
): Bytes | undefined {
  const picture = fixture.subarray(12);
  const header = Buffer.alloc(18);
  header.write('VP8X', 0, 'latin1');
  header.writeUInt32LE(10, 4);
  const dimensions = picture.readUInt32LE(9);
  header.writeUIntLE(dimensions & 0x3fff, 12, 3);
  header.writeUIntLE((dimensions >>> 14) & 0x3fff, 15, 3);
  const identity = Buffer.alloc(8);
  identity.writeDoubleBE(options.seed);

  const least = 12 + header.length + picture.length + 8 + identity.length;
  const missing = (options.size ?? least) - least;
  if (missing < 0) return undefined;
  const even = missing - (missing % 2);
  const riff = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  riff.writeUInt32LE(least + even - 8, 4);
  const padding = Buffer.from('prIv\0\0\0\0', 'latin1');
  padding.writeUInt32LE(identity.length + even, 4);
  return concat([
    riff,
    header,
    picture,
    padding,
    identity,
    filler(options.seed, even),
    Buffer.alloc(missing % 2),
  ]);
}
