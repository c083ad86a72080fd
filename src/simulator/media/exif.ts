/** The EXIF block of a simulated camera. */
import { tiffHeader, writeDirectory, type Directory } from './tiff-structure.js';

export interface ShotFacts {
  /** Milliseconds since the epoch; absent for files without a capture date. */
  readonly takenAt?: number;
  /** Seconds east of UTC of the place where the picture was taken. */
  readonly timeZoneOffset?: number;
  readonly location?: { readonly latitude: number; readonly longitude: number };
  /** EXIF orientation, 1 to 8. */
  readonly orientation?: number;
}

/** `YYYY:MM:DD HH:MM:SS` on the clock of the place. */
export function exifDate(takenAt: number, timeZoneOffset = 0): string {
  const local = new Date(takenAt + timeZoneOffset * 1000);
  return local.toISOString().slice(0, 19).replaceAll('-', ':').replace('T', ' ');
}

/** `+02:00` */
export function exifOffset(seconds: number): string {
  const minutes = Math.abs(Math.trunc(seconds / 60));
  const two = (number: number) => String(number).padStart(2, '0');
  return `${seconds < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function degrees(value: number): [number, number][] {
  const absolute = Math.abs(value);
  const whole = Math.floor(absolute);
  const minutes = Math.floor((absolute - whole) * 60);
  const seconds = Math.round(((absolute - whole) * 60 - minutes) * 60 * 100);
  return [
    [whole, 1],
    [minutes, 1],
    [seconds, 100],
  ];
}

function gps(location: { latitude: number; longitude: number }): Directory {
  return [
    [0, { bytes: Buffer.from([2, 3, 0, 0]) }],
    [1, { ascii: location.latitude < 0 ? 'S' : 'N' }],
    [2, { rational: degrees(location.latitude) }],
    [3, { ascii: location.longitude < 0 ? 'W' : 'E' }],
    [4, { rational: degrees(location.longitude) }],
  ];
}

/** The tags that describe a shot, in ascending order, to be merged into an image's directory. */
export function shotTags(facts: ShotFacts): Directory {
  const date = facts.takenAt === undefined ? undefined : printable(facts);
  return [
    [0x010f, { ascii: 'Apple' }],
    [0x0110, { ascii: 'iPhone 15' }],
    [0x0112, { short: [facts.orientation ?? 1] }],
    ...(date === undefined ? [] : ([[0x0132, { ascii: date }]] as const)),
    ...(date === undefined
      ? []
      : ([
          [
            0x8769,
            {
              directory: [
                [0x9003, { ascii: date }],
                [0x9004, { ascii: date }],
                [0x9011, { ascii: exifOffset(facts.timeZoneOffset ?? 0) }],
              ],
            },
          ],
        ] as const)),
    ...(facts.location ? ([[0x8825, { directory: gps(facts.location) }]] as const) : []),
  ];
}

/** EXIF has four digits for the year: other dates are left out. */
function printable(facts: ShotFacts): string | undefined {
  const year = new Date(facts.takenAt ?? NaN).getUTCFullYear();
  if (!(year >= 1 && year <= 9998)) return undefined;
  return exifDate(facts.takenAt ?? 0, facts.timeZoneOffset);
}

/** A complete EXIF block (TIFF header and directories). */
export function exifBlock(facts: ShotFacts): Buffer {
  return Buffer.concat([tiffHeader(8), writeDirectory(shotTags(facts), 8)]);
}
