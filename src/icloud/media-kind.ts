const IMAGE_TYPES: ReadonlySet<string> = new Set([
  'public.jpeg',
  'public.heic',
  'public.heif',
  'public.png',
  'org.webmproject.webp',
  'com.compuserve.gif',
  'public.tiff',
  'com.microsoft.bmp',
  'public.avif',
  'public.jpeg-xl',
  'public.jpeg-2000',
  'com.adobe.photoshop-image',
  'com.adobe.raw-image',
  'com.canon.cr2-raw-image',
  'com.canon.cr3-raw-image',
  'com.canon.crw-raw-image',
  'com.sony.arw-raw-image',
  'com.fuji.raw-image',
  'com.panasonic.rw2-raw-image',
  'com.nikon.raw-image',
  'com.nikon.nrw-raw-image',
  'com.olympus.raw-image',
  'com.olympus.or-raw-image',
  'com.pentax.raw-image',
]);

const VIDEO_TYPES: ReadonlySet<string> = new Set([
  'com.apple.quicktime-movie',
  'com.apple.m4v-video',
  'public.mpeg-4',
  'public.3gpp',
  'public.avi',
  'public.mpeg',
]);

const IMAGE_EXTENSIONS: ReadonlySet<string> = new Set(
  (
    'heic heif jpg jpeg png webp gif tif tiff bmp avif jxl jp2 psd ' +
    'dng cr2 cr3 crw arw raf rw2 nef nrw orf pef'
  ).split(' '),
);

export interface KindClues {
  /** `itemType`, then the type of the original: the first that is known decides. */
  readonly typeIds: readonly (string | undefined)[];
  /** `dataClassType`: 1 image, 2 video. */
  readonly dataClass: number | undefined;
  readonly fileName: string | undefined;
}

/** Image or video: known type, then data class, then name extension, then video (D39, EN-33). */
export function mediaKindOf({ typeIds, dataClass, fileName }: KindClues): 'image' | 'video' {
  for (const typeId of typeIds) {
    const known = typeId?.toLowerCase() ?? '';
    if (IMAGE_TYPES.has(known)) return 'image';
    if (VIDEO_TYPES.has(known)) return 'video';
  }
  if (dataClass === 1) return 'image';
  if (dataClass === 2) return 'video';
  const extension = /\.([^.]+)$/.exec(fileName ?? '')?.[1]?.toLowerCase() ?? '';
  return IMAGE_EXTENSIONS.has(extension) ? 'image' : 'video';
}
