/** The `Range` header of downloads (RFC 9110): one range of bytes; anything else is ignored. */

export interface ByteRange {
  /** First byte. */
  readonly start: number;
  /** The byte behind the last. */
  readonly end: number;
}

const RANGE = /^bytes=(\d*)-(\d*)$/u;

/** `undefined`: answer with the whole file. */
export function parseRange(
  header: string | undefined,
  size: number,
): ByteRange | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = RANGE.exec(header?.trim() ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size };
  }
  const start = Number(first);
  const end = last === '' ? size : Math.min(Number(last) + 1, size);
  if (last !== '' && Number(last) < start) return undefined;
  return start >= size ? 'unsatisfiable' : { start, end };
}
