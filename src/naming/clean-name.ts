/** The longest name that the usual file systems take, in bytes of UTF-8 (DL-71). */
const MAX_NAME_BYTES = 255;

// Characters that Windows and exFAT refuse, control characters, and halves of surrogate pairs.
const ILLEGAL = /[/\\:*?"<>|\p{Cc}\p{Cs}]/gu;
const TRAILING = /[. ]+$/;
const RESERVED = /^(?:con|prn|aux|nul|(?:com|lpt)[1-9¹²³])$/i;

/**
 * A file name in three parts. `suffix` collects everything that kei adds (`_edited`, `-222`): when
 * a name is too long the stem is cut, never the suffix or the extension (D37).
 */
export interface FileName {
  readonly stem: string;
  readonly suffix: string;
  /** With its dot; empty when there is none. */
  readonly extension: string;
}

/** Splits at the last dot (cli 6.0); a dot with nothing behind it is no extension. */
export function splitName(name: string): FileName {
  const dot = name.lastIndexOf('.');
  if (dot < 0) return { stem: name, suffix: '', extension: '' };
  const extension = name.slice(dot);
  return { stem: name.slice(0, dot), suffix: '', extension: extension === '.' ? '' : extension };
}

/** The same name with one more suffix, which must be short: nothing cuts it. */
export function withSuffix(name: FileName, suffix: string): FileName {
  return { ...name, suffix: name.suffix + cleanStem(suffix) };
}

/** A stem without illegal characters and without the dots and spaces at its end (D89). */
export function cleanStem(stem: string): string {
  return replaceIllegal(stem).replace(TRAILING, '');
}

/**
 * The text of a name: legal on every platform and at most 255 bytes (cli 6.3, D12, D37, D89).
 * Reserved device names get a `_` in front; an empty name becomes `_`.
 */
export function joinName(name: FileName): string {
  const extension = replaceIllegal(name.extension).replace(TRAILING, '');
  const stem = cleanStem(name.stem);
  const joined = fit(stem, name.suffix, extension);
  if (!isReserved(joined)) return joined === '' ? '_' : joined;
  return fit(`_${stem}`, name.suffix, extension);
}

/** `joinName` for a name that is already whole. Cleaning a clean name changes nothing. */
export function cleanFileName(name: string): string {
  return joinName(splitName(cleanStem(name)));
}

/**
 * A folder name: one path component that cannot climb, hide or be refused (cli 6.3, DL-72). Also
 * for the album, library and smart folder names that templates insert.
 */
export function cleanFolderName(name: string): string {
  let folder = replaceIllegal(name);
  // Cutting can uncover a dot, a space or a device name at the new end: clean until nothing changes.
  for (;;) {
    const { stem, extension } = splitName(folder);
    let next = fit(stem, '', extension)
      .replaceAll('..', '_')
      .replace(/^[. ]+|[. ]+$/g, '');
    if (next === '') next = '_';
    if (isReserved(next)) next = `_${next}`;
    if (next === folder) return folder;
    folder = next;
  }
}

function replaceIllegal(text: string): string {
  return text.replace(ILLEGAL, '_');
}

function isReserved(name: string): boolean {
  const [base = ''] = name.split('.', 1);
  return RESERVED.test(base.trimEnd());
}

/** Cuts the stem so that the whole fits; when nothing of it would be left, the extension too. */
function fit(stem: string, suffix: string, extension: string): string {
  const room = MAX_NAME_BYTES - Buffer.byteLength(suffix + extension);
  const cut = cutBytes(stem, room);
  if (cut !== '' || (stem === '' && room >= 0)) return cut + suffix + extension;
  return cutBytes(stem + extension, MAX_NAME_BYTES - Buffer.byteLength(suffix)) + suffix;
}

/** The longest beginning of whole characters within `maxBytes` of UTF-8, ending well (D89). */
function cutBytes(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    end += character.length;
  }
  return text.slice(0, end).replace(TRAILING, '');
}
