/** TIFF, and raw formats that are TIFF inside (DNG, CR2, NEF, ARW), padded behind the picture. */
import { concat, filler, type Bytes } from './byte-source.js';
import { shotTags, type ShotFacts } from './exif.js';
import type { Raster } from './raster.js';
import { tiffHeader, writeDirectory, type Directory } from './tiff-structure.js';

export type TiffFlavour = 'tiff' | 'dng' | 'cr2';

/** Tags of the picture itself; `pixels` is where its bytes begin. */
function imageTags(raster: Raster, pixels: number): Directory {
  return [
    [0x0100, { long: [raster.width] }],
    [0x0101, { long: [raster.height] }],
    [0x0102, { short: [8, 8, 8] }],
    [0x0103, { short: [1] }],
    [0x0106, { short: [2] }],
    [0x0111, { long: [pixels] }],
    [0x0115, { short: [3] }],
    [0x0116, { long: [raster.height] }],
    [0x0117, { long: [raster.data.length] }],
  ];
}

const DNG_TAGS: Directory = [
  [0xc612, { bytes: Buffer.from([1, 4, 0, 0]) }],
  [0xc614, { ascii: 'Apple iPhone 15' }],
];

function directory(raster: Raster, pixels: number, flavour: TiffFlavour, facts: ShotFacts) {
  const tags = [...imageTags(raster, pixels), ...shotTags(facts)];
  return [...tags, ...(flavour === 'dng' ? DNG_TAGS : [])].toSorted(([a], [b]) => a - b);
}

export function tiffFile(
  raster: Raster,
  options: {
    readonly seed: number;
    readonly size?: number;
    readonly flavour: TiffFlavour;
    readonly facts: ShotFacts;
  },
): Bytes | undefined {
  const { flavour, facts } = options;
  const start = flavour === 'cr2' ? 16 : 8;
  const length = writeDirectory(directory(raster, 0, flavour, facts), start).length;
  const identity = Buffer.alloc(8);
  identity.writeDoubleBE(options.seed);
  const head = Buffer.concat([
    tiffHeader(start),
    ...(flavour === 'cr2' ? [Buffer.from('CR\x02\0\0\0\0\0', 'latin1')] : []),
    writeDirectory(directory(raster, start + length + 8, flavour, facts), start),
    identity,
  ]);
  const least = head.length + raster.data.length;
  const missing = (options.size ?? least) - least;
  if (missing < 0) return undefined;
  return concat([head, Buffer.from(raster.data), filler(options.seed, missing)]);
}
