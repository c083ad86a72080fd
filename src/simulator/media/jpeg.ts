/** JPEG files of any size from about 800 bytes, padded by comment segments before the picture. */
import { concat, filler, type Bytes } from './byte-source.js';
import { exifBlock, type ShotFacts } from './exif.js';
import { segment } from './jpeg-encode.js';

const START = Buffer.from([0xff, 0xd8]);
const JFIF = segment(0xe0, Buffer.from('4a46494600010100004800480000', 'hex'));
const LARGEST_COMMENT = 65_533;

/** Comment segments of exactly `size` bytes together; up to three are fill bytes, which T.81 allows. */
function padding(seed: number, size: number): (Bytes | Buffer)[] {
  const parts: (Bytes | Buffer)[] = [];
  let left = size;
  while (left >= 4) {
    const payload = Math.min(left - 4, LARGEST_COMMENT);
    parts.push(Buffer.from([0xff, 0xfe, (payload + 2) >> 8, (payload + 2) & 0xff]));
    if (payload > 0) parts.push(filler(seed + parts.length, payload));
    left -= payload + 4;
  }
  if (left > 0) parts.push(Buffer.alloc(left, 0xff));
  return parts;
}

/**
 * @param image what `encodeJpegImage` made
 * @param options `size`: exact size in bytes; the smallest file that holds everything when not given
 * @returns `undefined` when the picture does not fit into `size`, as all formats here do
 */
export function jpegFile(
  image: Buffer,
  options: { readonly seed: number; readonly size?: number; readonly facts?: ShotFacts },
): Bytes | undefined {
  const identity = Buffer.alloc(8);
  identity.writeDoubleBE(options.seed);
  const head = [
    START,
    JFIF,
    ...(options.facts
      ? [
          segment(
            0xe1,
            Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), exifBlock(options.facts)]),
          ),
        ]
      : []),
    segment(0xfe, identity),
  ];
  const least = head.reduce((sum, part) => sum + part.length, image.length);
  const missing = (options.size ?? least) - least;
  if (missing < 0) return undefined;
  return concat([...head, ...padding(options.seed, missing), image]);
}
