/** Type identifiers of the formats a library can hold (protocol 7.7), and what plays their part here. */
import { extname } from 'node:path';
import type { MediaFormat } from '../media/file.js';

interface FileType {
  readonly uti: string;
  readonly format: MediaFormat;
  readonly video?: true;
}

const BY_EXTENSION: Readonly<Record<string, FileType>> = {
  jpg: { uti: 'public.jpeg', format: 'jpeg' },
  jpeg: { uti: 'public.jpeg', format: 'jpeg' },
  heic: { uti: 'public.heic', format: 'heic' },
  heif: { uti: 'public.heif', format: 'heic' },
  png: { uti: 'public.png', format: 'png' },
  gif: { uti: 'com.compuserve.gif', format: 'gif' },
  webp: { uti: 'org.webmproject.webp', format: 'webp' },
  tif: { uti: 'public.tiff', format: 'tiff' },
  tiff: { uti: 'public.tiff', format: 'tiff' },
  dng: { uti: 'com.adobe.raw-image', format: 'dng' },
  cr2: { uti: 'com.canon.cr2-raw-image', format: 'cr2' },
  nef: { uti: 'com.nikon.raw-image', format: 'tiff' },
  arw: { uti: 'com.sony.arw-raw-image', format: 'tiff' },
  mov: { uti: 'com.apple.quicktime-movie', format: 'mov', video: true },
  mp4: { uti: 'public.mpeg-4', format: 'mp4', video: true },
  m4v: { uti: 'com.apple.m4v-video', format: 'mp4', video: true },
};

const JPEG: FileType = { uti: 'public.jpeg', format: 'jpeg' };
const MOVIE: FileType = { uti: 'com.apple.quicktime-movie', format: 'mov', video: true };

/** What a file of this name is; names that say nothing are JPEGs or QuickTime movies. */
export function fileTypeOf(name: string | null | undefined, video: boolean): FileType {
  const extension = extname(name ?? '')
    .slice(1)
    .toLowerCase();
  return BY_EXTENSION[extension] ?? (video ? MOVIE : JPEG);
}

/** The type of a format, e.g. of a rendition. */
export function utiOf(format: MediaFormat): string {
  const found = Object.values(BY_EXTENSION).find((type) => type.format === format);
  return found?.uti ?? 'public.data';
}
