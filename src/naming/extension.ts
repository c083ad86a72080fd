/** Types whose extension replaces the name's own; NRF is icloudpd's spelling (cli 6.2). */
const RENAMED = new Map([
  ['public.heic', '.HEIC'],
  ['public.heif', '.HEIF'],
  ['public.jpeg', '.JPG'],
  ['public.png', '.PNG'],
  ['com.apple.quicktime-movie', '.MOV'],
  ['com.adobe.raw-image', '.DNG'],
  ['com.canon.cr2-raw-image', '.CR2'],
  ['com.canon.cr3-raw-image', '.CR3'],
  ['com.canon.crw-raw-image', '.CRW'],
  ['com.panasonic.rw2-raw-image', '.RW2'],
  ['com.nikon.nrw-raw-image', '.NRF'],
  ['com.nikon.raw-image', '.NEF'],
  ['com.pentax.raw-image', '.PEF'],
  ['com.olympus.raw-image', '.ORF'],
  ['com.olympus.or-raw-image', '.ORF'],
  ['com.fuji.raw-image', '.RAF'],
  ['com.sony.arw-raw-image', '.ARW'],
  ['org.webmproject.webp', '.WEBP'],
]);

/** Further types, for names that have no extension of their own (protocol 7.7, D83). */
const SUPPLIED = new Map([
  ['com.compuserve.gif', '.GIF'],
  ['public.tiff', '.TIFF'],
  ['public.mpeg-4', '.MP4'],
  ['com.apple.m4v-video', '.M4V'],
  ['public.3gpp', '.3GP'],
  ['public.avi', '.AVI'],
  ['public.mpeg', '.MPG'],
  ['public.avif', '.AVIF'],
  ['public.jpeg-xl', '.JXL'],
  ['public.jpeg-2000', '.JP2'],
  ['com.microsoft.bmp', '.BMP'],
  ['com.adobe.photoshop-image', '.PSD'],
]);

/**
 * The extension (with its dot) of a rendition of type `typeId` whose name ends in `own`: that of
 * table 6.2, else the name's own, else that of protocol 7.7, else none (D83).
 */
export function extensionFor(typeId: string, own: string): string {
  return RENAMED.get(typeId.toLowerCase()) ?? (own === '' ? (extensionOfType(typeId) ?? '') : own);
}

/** The extension (with its dot) that belongs to a type by itself, if it is known. */
export function extensionOfType(typeId: string): string | undefined {
  const type = typeId.toLowerCase();
  return RENAMED.get(type) ?? SUPPLIED.get(type);
}

/** True for the types that cli 6.5 and 7.5 call RAW. */
export function isRawType(typeId: string): boolean {
  return typeId.toLowerCase().includes('raw');
}
