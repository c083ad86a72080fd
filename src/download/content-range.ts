/** A `Content-Range` header of a 206: `bytes start-end/total`, end inclusive. */
export interface ContentRange {
  readonly start: number;
  readonly end: number;
  /** `undefined` when the server wrote `*`. */
  readonly total: number | undefined;
}

const PATTERN = /^bytes[ \t]+(\d{1,16})[ \t]*-[ \t]*(\d{1,16})[ \t]*\/[ \t]*(\d{1,16}|\*)$/i;

/**
 * Reads a `Content-Range`; `undefined` when it is missing or cannot be right: another unit, no
 * total, end before start, or end beyond the total (DL-22, case 3).
 */
export function parseContentRange(header: string | undefined): ContentRange | undefined {
  const match = PATTERN.exec(header?.trim() ?? '');
  if (match === null) return undefined;
  const start = Number(match[1]);
  const end = Number(match[2]);
  const total = match[3] === '*' ? undefined : Number(match[3]);
  const numbers = total === undefined ? [start, end] : [start, end, total];
  if (!numbers.every(Number.isSafeInteger)) return undefined;
  if (end < start || (total !== undefined && end >= total)) return undefined;
  return { start, end, total };
}

/** A `Content-Length`, `undefined` when missing or not a whole number. */
export function parseContentLength(header: string | undefined): number | undefined {
  const text = header?.trim() ?? '';
  const length = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(length) ? length : undefined;
}
