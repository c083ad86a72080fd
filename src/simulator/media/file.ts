/** One recipe, one file: every format a simulated library can hold. */
import { boxFile } from './boxes.js';
import { concat, filler, fixed, slice, type Bytes } from './byte-source.js';
import type { ShotFacts } from './exif.js';
import { LIVE_MOV, MOV, MP4 } from './fixtures/movies.js';
import { HEIC, WEBP } from './fixtures/stills.js';
import { encodeGifImage, gifFile } from './gif.js';
import { encodeJpegImage } from './jpeg-encode.js';
import { jpegFile } from './jpeg.js';
import { paint } from './paint.js';
import { encodePngImage, pngFile } from './png.js';
import { tiffFile } from './tiff.js';
import { webpFile } from './webp.js';

export type MediaFormat =
  | 'jpeg'
  | 'heic'
  | 'png'
  | 'gif'
  | 'webp'
  | 'tiff'
  | 'dng'
  | 'cr2'
  | 'mov'
  | 'mp4'
  /** Noise without a format: for sidecars, unknown types, and contents a test gives itself. */
  | 'data';

export interface MediaSpec {
  readonly format: MediaFormat;
  /** Decides the bytes: two files with different seeds differ, whatever else is the same. */
  readonly seed: number;
  /** Decides the picture; the seed does when it is absent. Many files may share a scene. */
  readonly scene?: number;
  /** Exact size in bytes; the natural size of the file when absent. */
  readonly size?: number;
  readonly width?: number;
  readonly height?: number;
  readonly facts?: ShotFacts;
  /** Ties the video of a Live Photo to its still. */
  readonly contentIdentifier?: string;
}

const PICTURES_KEPT = 200;

/** Encoded pictures, so that a thousand files which share a scene are painted once. */
const pictures = new Map<string, Buffer>();

function picture(key: string, make: () => Buffer): Buffer {
  const known = pictures.get(key);
  if (known) return known;
  const made = make();
  const oldest = pictures.size >= PICTURES_KEPT ? pictures.keys().next().value : undefined;
  if (oldest !== undefined) pictures.delete(oldest);
  pictures.set(key, made);
  return made;
}

function fixture(files: readonly (readonly string[])[], scene: number): Buffer {
  const index = Math.abs(Math.trunc(scene)) % files.length;
  return Buffer.from((files[index] ?? []).join(''), 'base64');
}

/** Smaller and smaller pictures, for files that are to be small. */
const SMALLER = [
  { width: 64, height: 48 },
  { width: 8, height: 8 },
] as const;

/** How much of a real file a file begins with that is too small for any picture. */
const MAGIC = 16;

/** The file of a recipe; the same recipe always gives the same bytes. */
export function makeFile(spec: MediaSpec): Bytes {
  const { size, seed } = spec;
  if (size === 0) return fixed(Buffer.alloc(0));
  const file = makePicture(spec);
  if (file || size === undefined) return file ?? fixed(Buffer.alloc(0));
  for (const smaller of SMALLER) {
    const fitting = makePicture({ ...spec, ...smaller });
    if (fitting) return fitting;
  }
  const bare = makePicture({ format: spec.format, seed, width: 8, height: 8 });
  const magic = bare ? slice(bare, 0, Math.min(MAGIC, size >>> 1)) : fixed(Buffer.alloc(0));
  return concat([magic, filler(seed, size - magic.size)]);
}

/** `undefined` when the picture does not fit into the size. */
function makePicture(spec: MediaSpec): Bytes | undefined {
  const { format, seed, scene = seed, width = 64, height = 48, facts } = spec;
  const sized = { seed, ...(spec.size === undefined ? {} : { size: spec.size }) };
  const shot = facts ? { facts } : {};
  const identified = spec.contentIdentifier ? { contentIdentifier: spec.contentIdentifier } : {};
  const draw = (make: () => Buffer) => picture(`${format}/${scene}/${width}x${height}`, make);
  switch (format) {
    case 'jpeg': {
      const image = draw(() => encodeJpegImage(paint(scene, width, height), 82));
      return jpegFile(image, { ...sized, ...shot });
    }
    case 'png':
      return pngFile(
        draw(() => encodePngImage(paint(scene, width, height))),
        sized,
      );
    case 'gif': {
      const frames = () => [paint(scene, width, height), paint(scene + 1, width, height)];
      return gifFile(
        draw(() => encodeGifImage(frames())),
        sized,
      );
    }
    case 'webp':
      return webpFile(fixture(WEBP, scene), sized);
    case 'tiff':
    case 'dng':
    case 'cr2':
      return tiffFile(paint(scene, width, height), {
        ...sized,
        flavour: format,
        facts: facts ?? {},
      });
    case 'heic':
      return boxFile(fixture(HEIC, scene), { ...sized, ...shot });
    case 'mov':
      return boxFile(fixture(spec.contentIdentifier ? LIVE_MOV : MOV, scene), {
        ...sized,
        ...shot,
        ...identified,
      });
    case 'mp4':
      return boxFile(fixture(MP4, scene), { ...sized, ...shot });
    case 'data':
      return filler(seed, spec.size ?? 64);
  }
}
