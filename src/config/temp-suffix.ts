import { accept, refuse, textual, type Reading, type ValueType } from './value-types.js';

/** Endings that a tool could take for a finished picture, video or sidecar (D35). */
const FINISHED = new Set(
  (
    'heic heics heif heifs avif jpg jpeg jpe jfif png gif tif tiff bmp webp jp2 jxl svg psd ' +
    'dng cr2 cr3 crw rw2 nrw nrf nef pef orf raf arw srw raw 3fr ' +
    'mov mp4 m4v qt avi 3gp 3g2 mpg mpeg mts m2ts mkv webm wmv ' +
    'xmp aae thm json xml'
  ).split(' '),
);

/** Checks the suffix of partial files: safe in any path, and never mistaken for a photo (D35). */
export function parseTempSuffix(text: string): Reading<string> {
  if (!/^\.[^/\\:*?"<>|\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]{0,63}$/u.test(text)) {
    return refuse('must be a dot and up to 63 characters that any file system takes');
  }
  if (/[. ]$/.test(text)) return refuse('must not end with a dot or a space');
  const ending = text.slice(text.lastIndexOf('.') + 1).toLowerCase();
  return FINISHED.has(ending)
    ? refuse(`ends like a finished file (.${ending}); choose another one, such as ".kei-tmp"`)
    : accept(text);
}

export const tempSuffix: ValueType<string> = textual(
  'suffix with a leading dot',
  parseTempSuffix,
  (value) => value,
);
