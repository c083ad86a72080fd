/**
 * File names are bytes, and those of an old tree need not be UTF-8 (D42). Such a name is kept as text
 * in which each byte that has no letter stands as two code points that Unicode assigns to nothing
 * (U+FDD0 to U+FDEF), so that it can be stored, compared and turned back into exactly its bytes.
 */
const HIGH_NIBBLES = 0xfdd0;
const LOW_NIBBLES = 0xfde0;
const ESCAPES = /[\ufdd0-\ufdef]/;
const PAIRS = /([\ufdd0-\ufddf])([\ufde0-\ufdef])/g;
const LONGEST_LETTER = 4;

/** The text of a path as the file system gave it; the path itself when that is valid UTF-8. */
export function pathText(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (!ESCAPES.test(text) && Buffer.from(text).equals(bytes)) return text;
  let result = '';
  for (let at = 0; at < bytes.length;) {
    const letter = letterAt(bytes, at);
    result += letter ?? escapeOf(bytes[at] ?? 0);
    at += letter === undefined ? 1 : Buffer.byteLength(letter);
  }
  return result;
}

/** What to give the file system for the text of a path: its bytes, where they are not UTF-8. */
export function fsPath(text: string): string | Buffer {
  if (!ESCAPES.test(text)) return text;
  const parts: Buffer[] = [];
  let from = 0;
  for (const match of text.matchAll(PAIRS)) {
    parts.push(Buffer.from(text.slice(from, match.index)), Buffer.of(byteOf(match[0])));
    from = match.index + match[0].length;
  }
  return Buffer.concat([...parts, Buffer.from(text.slice(from))]);
}

/** A path as valid text: bytes without a letter as `\xE9`. */
export function readablePath(text: string): string {
  return text.replace(PAIRS, (pair) => hex(byteOf(pair)));
}

/** A path or a name for a terminal: the same, and control characters cannot do anything there. */
export function displayPath(text: string): string {
  return readablePath(text).replace(/\p{Cc}/gu, (control) => hex(control.charCodeAt(0)));
}

function hex(byte: number): string {
  return `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** The code point that starts at an offset; `undefined` for bytes that are none, or an escape. */
function letterAt(bytes: Buffer, at: number): string | undefined {
  for (let length = 1; length <= LONGEST_LETTER; length += 1) {
    const slice = bytes.subarray(at, at + length);
    const letter = slice.toString('utf8');
    if (Buffer.from(letter).equals(slice)) return ESCAPES.test(letter) ? undefined : letter;
  }
  return undefined;
}

function escapeOf(byte: number): string {
  return String.fromCharCode(HIGH_NIBBLES + (byte >> 4), LOW_NIBBLES + (byte & 0xf));
}

function byteOf(pair: string): number {
  return ((pair.charCodeAt(0) - HIGH_NIBBLES) << 4) | (pair.charCodeAt(1) - LOW_NIBBLES);
}
