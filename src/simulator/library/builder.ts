/**
 * Assets in the words of a test: `photo({ name: 'IMG_0001.HEIC', live: true })`. Whatever is left out
 * gets an ordinary value.
 */
import type { MediaFormat } from '../media/file.js';
import type { Irregular } from './irregular.js';
import type { FieldPatch, Place } from './states.js';

/** An ISO 8601 text, or milliseconds since the epoch. */
export type When = string | number;

export interface AssetOptions {
  /** File name with extension; `null` for a record without a file name. */
  readonly name?: string | null;
  /** What the bytes are; by default what the name says. */
  readonly format?: MediaFormat;
  /** Type identifier; by default what the name says. */
  readonly type?: string;
  /** The exact bytes of the original, instead of generated ones. */
  readonly content?: Buffer;
  /** Exact size of the original in bytes. */
  readonly size?: number;
  /** Same seed and options, same bytes. By default every asset has its own. */
  readonly seed?: number;
  /** Which picture is painted; by default one of a few dozen. */
  readonly scene?: number;
  readonly width?: number;
  readonly height?: number;
  /** Capture time; `null` for a record without one. Default 2024-05-01T10:00:00Z. */
  readonly takenAt?: When | null;
  /** Default: now. */
  readonly addedAt?: When;
  /** Seconds east of UTC; `null` for a record without one. Default 7200. */
  readonly timeZoneOffset?: number | null;
  readonly timeZoneName?: string;
  /** A Live Photo: with the video beside the still, of this size if it matters. */
  readonly live?: boolean | { readonly size?: number };
  readonly edited?: boolean | EditOptions;
  /** A RAW and JPEG pair: which half is the RAW? Its name says the format, `.DNG` when it does not. */
  readonly raw?: 'original' | 'alternative';
  /** Size of the other half. */
  readonly alternativeSize?: number;
  readonly favourite?: boolean;
  readonly hidden?: boolean;
  /** In Recently Deleted, since now or since a time. */
  readonly trashed?: boolean | When;
  readonly title?: string;
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly location?: Place;
  /** Frames with the same text belong to one burst. */
  readonly burst?: string;
  readonly subtype?:
    'panorama' | 'screenshot' | 'slomo' | 'timelapse' | 'portrait' | 'longExposure';
  readonly durationSeconds?: number;
  /** EXIF orientation, 1 to 8. */
  readonly orientation?: number;
  /** With previews in the record, as Apple's have; default true. */
  readonly previews?: boolean;
  /** Base64; spares computing the checksum of a file of many gigabytes. */
  readonly knownChecksum?: string;
  /** Named deviations from what a record should be (protocol 7.8). */
  readonly irregular?: Irregular | readonly Irregular[];
  /** Fields to replace in the records as they are sent. */
  readonly patch?: { readonly master?: FieldPatch; readonly asset?: FieldPatch };
}

export interface EditOptions {
  readonly size?: number;
  readonly format?: MediaFormat;
}

export interface AssetSpec extends AssetOptions {
  readonly kind: 'photo' | 'video';
}

export function photo(options: AssetOptions = {}): AssetSpec {
  return { kind: 'photo', ...options };
}

export function video(options: AssetOptions = {}): AssetSpec {
  return { kind: 'video', ...options };
}

/** A screenshot as iOS names and stores it. */
export function screenshot(options: AssetOptions = {}): AssetSpec {
  return { kind: 'photo', name: 'IMG_0100.PNG', subtype: 'screenshot', ...options };
}

/** The frames of one burst, half a second apart. */
export function burst(count: number, options: AssetOptions & { readonly burst: string }) {
  const first = new Date(options.takenAt ?? '2024-05-01T10:00:00Z').getTime();
  const [stem = 'IMG_1000', extension = 'JPG'] = (options.name ?? 'IMG_1000.JPG').split('.');
  return Array.from({ length: count }, (_, index) =>
    photo({
      ...options,
      name: `${stem}_${String(index + 1).padStart(2, '0')}.${extension}`,
      takenAt: first + index * 500,
    }),
  );
}
