import type { Recent } from '../domain/index.js';
import { accept, refuse, type Reading, type ValueType } from './value-types.js';

/** More days than lie between the years 1 and 9999 have no date to start from (D88). */
export const MAX_DAYS = 700_000;

const FORMS = 'must be a count such as 100, or a number of days such as "30d"';

/** Parses `recent` (cli 4.6): a count as integer or text, or `Nd`; zero is an error (D69). */
export function parseRecent(raw: unknown): Reading<Recent> {
  if (typeof raw === 'number') return readCount(raw);
  const match = typeof raw === 'string' ? /^(\d+)(d?)$/.exec(raw) : null;
  if (match === null) return refuse(FORMS);
  const amount = Number(match[1]);
  if (match[2] !== 'd') return readCount(amount);
  if (amount === 0) return refuse('would select nothing; remove it to have no limit');
  if (amount > MAX_DAYS) return refuse(`reaches too far back; ${MAX_DAYS} days are the most`);
  return accept({ kind: 'days', days: amount });
}

function readCount(count: number): Reading<Recent> {
  if (count === 0) return refuse('would select nothing; remove it to have no limit');
  return Number.isSafeInteger(count) && count > 0
    ? accept({ kind: 'count', count })
    : refuse(FORMS);
}

export const recent: ValueType<Recent> = {
  name: 'count, or days such as "30d"',
  read: parseRecent,
  write: (value) => (value.kind === 'count' ? value.count : `${value.days}d`),
};
