import { extname } from 'node:path';

/** How much of a file's beginning is kept for the checks; what `file-type` looks at. */
export const HEAD_BYTES = 4_100;

/** How much of the beginning is looked at for an error page (DL-41). */
const SENTINEL_BYTES = 16;

const SENTINELS = ['<!doctype', '<html', '{"error"', '{"errors"', '{"message"', '{"code"'];

const ERROR_PAGE_TYPES: ReadonlySet<string> = new Set([
  'text/html',
  'application/xhtml+xml',
  'application/json',
  'text/json',
]);

/** True for the content type of an error page rather than of a photo or video (DL-40). */
export function isErrorPageType(contentType: string | undefined): boolean {
  const type = (contentType ?? '').split(';', 1).join('').trim().toLowerCase();
  return ERROR_PAGE_TYPES.has(type) || type.endsWith('+json');
}

/** True when the first bytes are those of an HTML or JSON error page, whatever the name (DL-41). */
export function startsLikeErrorPage(head: Buffer): boolean {
  const text = head
    .toString('latin1')
    .replace(/^(?:\xef\xbb\xbf)?[ \t\n\v\f\r]*/, '')
    .slice(0, SENTINEL_BYTES)
    .toLowerCase();
  return SENTINELS.some((sentinel) => text.startsWith(sentinel));
}

type Magic = (head: Buffer) => boolean;

const ascii = (text: string, offset = 0): Magic => {
  const bytes = Buffer.from(text, 'latin1');
  return (head) => head.subarray(offset, offset + bytes.length).equals(bytes);
};
const any =
  (...choices: readonly Magic[]): Magic =>
  (head) =>
    choices.some((matches) => matches(head));

const JPEG = ascii('\xff\xd8');
const PNG = ascii('\x89PNG');
const FTYP = ascii('ftyp', 4);
const MOV = any(
  FTYP,
  ...['wide', 'mdat', 'moov', 'free', 'skip', 'pnot'].map((atom) => ascii(atom, 4)),
);
const GIF = ascii('GIF8');
const TIFF = any(ascii('II*\0'), ascii('MM\0*'));
const RIFF = ascii('RIFF');
const WEBP_FORM = ascii('WEBP', 8);
const WEBP: Magic = (head) => RIFF(head) && WEBP_FORM(head);

/** How a file must begin, by its final extension (DL-42). Other extensions are not checked. */
const MAGIC: ReadonlyMap<string, Magic> = new Map([
  ['.jpg', JPEG],
  ['.jpeg', JPEG],
  ['.png', PNG],
  ['.heic', FTYP],
  ['.heif', FTYP],
  ['.mp4', FTYP],
  ['.m4v', FTYP],
  ['.mov', MOV],
  ['.gif', GIF],
  ['.tif', TIFF],
  ['.tiff', TIFF],
  ['.dng', TIFF],
  ['.webp', WEBP],
]);
const ANY_MAGIC = any(...MAGIC.values());

export type ContentFinding =
  | { readonly verdict: 'fine' }
  /** Another kind of media than the name says: kept under its name, with a warning (DL-43). */
  | { readonly verdict: 'odd'; readonly what: string }
  /** No photo or video: rejected, unless Apple's checksum proves the bytes (D43). */
  | { readonly verdict: 'bad'; readonly what: string };

/**
 * Judges a complete file by its first bytes (DL-41 to DL-43, cases 18 to 24). `head` is its first
 * `HEAD_BYTES` bytes, `path` its final path.
 */
export async function checkContent(head: Buffer, path: string): Promise<ContentFinding> {
  if (startsLikeErrorPage(head)) {
    return { verdict: 'bad', what: 'it is an error page, not a photo or video' };
  }
  const extension = extname(path).toLowerCase();
  const expected = MAGIC.get(extension);
  if (expected === undefined || expected(head)) return { verdict: 'fine' };
  // Loaded here because next to no file needs it.
  const { fileTypeFromBuffer } = await import('file-type');
  const found = await fileTypeFromBuffer(head);
  if (found !== undefined && /^(image|video)\//.test(found.mime)) {
    return { verdict: 'odd', what: `its content is ${found.mime}, not what ${extension} says` };
  }
  return ANY_MAGIC(head)
    ? { verdict: 'odd', what: `its content is another kind of media than ${extension} says` }
    : { verdict: 'bad', what: `it does not begin like a ${extension} file` };
}
