/**
 * HEIC, MOV and MP4 are chains of boxes. The files come from real encoders (`fixtures/`); dates and
 * identifiers are written over their placeholders, and a `free` box at the end pads to any size.
 */
import { concat, filler, type Bytes } from './byte-source.js';
import { exifDate, type ShotFacts } from './exif.js';

/** The capture date that `make-fixtures` puts into every still. */
export const DATE_PLACEHOLDER = '2001:02:03 04:05:06';
/** The identifier that ties the halves of a Live Photo together, as `make-fixtures` writes it. */
export const IDENTIFIER_PLACEHOLDER = '00000000-1111-4222-8333-444444444444';

const EPOCH_1904 = 2_082_844_800;
const LARGEST_SHORT_BOX = 0xffff_ffff;

function overwrite(file: Buffer, placeholder: string, text: string): void {
  for (let at = file.indexOf(placeholder); at >= 0; at = file.indexOf(placeholder, at + 1)) {
    file.write(text, at, 'latin1');
  }
}

/** Creation and modification time of the movie, its tracks and media, in seconds since 1904. */
function stampMovie(file: Buffer, takenAt: number): void {
  const seconds = Math.min(0xffff_ffff, Math.max(0, Math.floor(takenAt / 1000) + EPOCH_1904));
  for (const box of ['mvhd', 'tkhd', 'mdhd']) {
    for (let at = file.indexOf(box); at >= 0; at = file.indexOf(box, at + 4)) {
      file.writeUInt32BE(seconds, at + 8);
      file.writeUInt32BE(seconds, at + 12);
    }
  }
}

function freeBoxHead(payload: number): Buffer {
  if (payload + 8 <= LARGEST_SHORT_BOX) {
    const head = Buffer.from('\0\0\0\0free', 'latin1');
    head.writeUInt32BE(payload + 8);
    return head;
  }
  const head = Buffer.from('\0\0\0\x01free\0\0\0\0\0\0\0\0', 'latin1');
  head.writeBigUInt64BE(BigInt(payload + 16), 8);
  return head;
}

/** @param fixture a complete file; it is copied, never changed */
export function boxFile(
  fixture: Buffer,
  options: {
    readonly seed: number;
    readonly size?: number;
    readonly facts?: ShotFacts;
    readonly contentIdentifier?: string;
  },
): Bytes | undefined {
  const file = Buffer.from(fixture);
  const takenAt = options.facts?.takenAt;
  if (takenAt !== undefined) {
    const date = exifDate(takenAt, options.facts?.timeZoneOffset);
    if (date.length === DATE_PLACEHOLDER.length) overwrite(file, DATE_PLACEHOLDER, date);
    stampMovie(file, takenAt);
  }
  if (options.contentIdentifier?.length === IDENTIFIER_PLACEHOLDER.length) {
    overwrite(file, IDENTIFIER_PLACEHOLDER, options.contentIdentifier);
  }
  const identity = Buffer.alloc(8);
  identity.writeDoubleBE(options.seed);
  const least = file.length + 8 + identity.length;
  const missing = (options.size ?? least) - least;
  if (missing < 0) return undefined;
  const long = missing + identity.length + 8 > LARGEST_SHORT_BOX;
  const payload = missing + identity.length - (long ? 8 : 0);
  return concat([
    file,
    freeBoxHead(payload),
    identity,
    filler(options.seed, payload - identity.length),
  ]);
}
