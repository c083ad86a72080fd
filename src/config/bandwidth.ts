import { accept, refuse, textual, type Reading, type ValueType } from './value-types.js';
import type { Bandwidth } from './types.js';

const FACTORS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['k', 1e3],
  ['kb', 1e3],
  ['m', 1e6],
  ['mb', 1e6],
  ['g', 1e9],
  ['gb', 1e9],
  ['ki', 2 ** 10],
  ['kib', 2 ** 10],
  ['mi', 2 ** 20],
  ['mib', 2 ** 20],
  ['gi', 2 ** 30],
  ['gib', 2 ** 30],
]);

/** Parses a rate such as `10M` or `1.5Mi` to bytes a second (cli 2.4, DL-90). */
export function parseBandwidth(text: string): Reading<Bandwidth> {
  const match = /^(\d+\.?\d*|\.\d+)([a-z]*)$/i.exec(text.trim());
  const factor = FACTORS.get((match?.[2] ?? '').toLowerCase());
  if (match === null || factor === undefined) {
    return refuse('must be a number with an optional unit B, K, M, G, Ki, Mi or Gi, such as "10M"');
  }
  const bytesPerSecond = Math.round(Number(match[1]) * factor);
  if (bytesPerSecond < 1) {
    return refuse('allows less than one byte a second; remove it to have no limit');
  }
  if (!Number.isSafeInteger(bytesPerSecond)) {
    return refuse('is beyond any network; remove it to have no limit');
  }
  return accept({ text: text.trim(), bytesPerSecond });
}

export const bandwidth: ValueType<Bandwidth> = textual(
  'bytes per second with a unit, such as "10M"',
  parseBandwidth,
  (value) => value.text,
);
