import type { WallTime } from './zone-time.js';

/** A number with its usual width; `-`, `_` and `0` after the percent sign change only the padding. */
interface NumericCode {
  readonly width: number;
  readonly fill: '0' | ' ';
  readonly value: (local: Date, time: WallTime) => number;
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const DAY_MS = 86_400_000;

const numeric = (
  width: number,
  value: NumericCode['value'],
  fill: NumericCode['fill'] = '0',
): NumericCode => ({ width, fill, value });

const NUMERIC = new Map<string, NumericCode>([
  ['Y', numeric(4, (local) => local.getUTCFullYear())],
  ['C', numeric(2, (local) => Math.floor(local.getUTCFullYear() / 100))],
  ['y', numeric(2, (local) => local.getUTCFullYear() % 100)],
  ['q', numeric(1, (local) => Math.floor(local.getUTCMonth() / 3) + 1)],
  ['m', numeric(2, (local) => local.getUTCMonth() + 1)],
  ['d', numeric(2, (local) => local.getUTCDate())],
  ['e', numeric(2, (local) => local.getUTCDate(), ' ')],
  ['w', numeric(1, (local) => local.getUTCDay())],
  ['u', numeric(1, isoWeekday)],
  ['U', numeric(2, (local) => weekStartingOn(local, local.getUTCDay()))],
  ['W', numeric(2, (local) => weekStartingOn(local, isoWeekday(local) - 1))],
  ['G', numeric(4, (local) => isoWeek(local).year)],
  ['g', numeric(2, (local) => isoWeek(local).year % 100)],
  ['V', numeric(2, (local) => isoWeek(local).week)],
  ['j', numeric(3, (local) => dayOfYear(local) + 1)],
  ['H', numeric(2, (local) => local.getUTCHours())],
  ['k', numeric(2, (local) => local.getUTCHours(), ' ')],
  ['I', numeric(2, hourOfTwelve)],
  ['l', numeric(2, hourOfTwelve, ' ')],
  ['M', numeric(2, (local) => local.getUTCMinutes())],
  ['S', numeric(2, (local) => local.getUTCSeconds())],
  ['f', numeric(9, (local) => local.getUTCMilliseconds() * 1_000_000)],
  ['s', numeric(1, (_local, time) => Math.floor(time.instantMs / 1000))],
]);

const TEXT = new Map<string, (local: Date, time: WallTime) => string>([
  ['B', monthName],
  ['b', (local) => monthName(local).slice(0, 3)],
  ['h', (local) => monthName(local).slice(0, 3)],
  ['A', dayName],
  ['a', (local) => dayName(local).slice(0, 3)],
  ['p', (local) => (local.getUTCHours() < 12 ? 'AM' : 'PM')],
  ['P', (local) => (local.getUTCHours() < 12 ? 'am' : 'pm')],
  ['z', (_local, time) => offsetText(time.offsetSeconds, '')],
  [':z', (_local, time) => offsetText(time.offsetSeconds, ':')],
  // A bare offset has no name, so the name is the offset itself.
  ['Z', (_local, time) => offsetText(time.offsetSeconds, ':')],
  ['.f', (local) => (local.getUTCMilliseconds() === 0 ? '' : `.${milliseconds(local)}`)],
  ['3f', milliseconds],
  ['6f', (local) => `${milliseconds(local)}000`],
  ['9f', (local) => `${milliseconds(local)}000000`],
  ['.3f', (local) => `.${milliseconds(local)}`],
  ['.6f', (local) => `.${milliseconds(local)}000`],
  ['.9f', (local) => `.${milliseconds(local)}000000`],
  ['t', () => '\t'],
  ['n', () => '\n'],
  ['%', () => '%'],
]);

const COMPOSITE = new Map<string, string>([
  ['D', '%m/%d/%y'],
  ['x', '%m/%d/%y'],
  ['F', '%Y-%m-%d'],
  ['v', '%e-%b-%Y'],
  ['R', '%H:%M'],
  ['T', '%H:%M:%S'],
  ['X', '%H:%M:%S'],
  ['r', '%I:%M:%S %p'],
  ['c', '%a %b %e %H:%M:%S %Y'],
  ['+', '%Y-%m-%dT%H:%M:%S%.f%:z'],
]);

const CODE = /%([-_0]?)(:z|\.[369]?f|[369]f|\P{Cs})?/gu;

/**
 * Writes `time` as `format` says: the date codes of cli 5.4, always in English. A format that
 * passed `findBadDateCode` has no code that stays unexpanded.
 */
export function formatDate(format: string, time: WallTime): string {
  const local = new Date(time.instantMs + time.offsetSeconds * 1000);
  return format.replace(CODE, (whole, padding: string, code: string | undefined) => {
    if (code === undefined) return whole;
    const number = NUMERIC.get(code);
    if (number !== undefined) return padded(number.value(local, time), number, padding);
    if (padding !== '') return whole;
    const composite = COMPOSITE.get(code);
    if (composite !== undefined) return formatDate(composite, time);
    return TEXT.get(code)?.(local, time) ?? whole;
  });
}

/** The first date code of `format` that does not exist, as it is written there. */
export function findBadDateCode(format: string): string | undefined {
  for (const [whole, padding, code] of format.matchAll(CODE)) {
    if (code === undefined) return whole;
    if (NUMERIC.has(code)) continue;
    if (padding !== '' || !(TEXT.has(code) || COMPOSITE.has(code))) return whole;
  }
  return undefined;
}

function padded(value: number, code: NumericCode, padding: string): string {
  if (padding === '-') return String(value);
  const fill = padding === '_' ? ' ' : padding === '0' ? '0' : code.fill;
  return String(value).padStart(code.width, fill);
}

function monthName(local: Date): string {
  return MONTHS[local.getUTCMonth()] ?? '';
}

function dayName(local: Date): string {
  return DAYS[local.getUTCDay()] ?? '';
}

function milliseconds(local: Date): string {
  return String(local.getUTCMilliseconds()).padStart(3, '0');
}

function hourOfTwelve(local: Date): number {
  return local.getUTCHours() % 12 || 12;
}

/** Monday is 1, Sunday is 7. */
function isoWeekday(local: Date): number {
  return local.getUTCDay() || 7;
}

/** Days since the first of January. */
function dayOfYear(local: Date): number {
  const newYear = new Date(local.getTime());
  newYear.setUTCMonth(0, 1);
  return Math.round((local.getTime() - newYear.getTime()) / DAY_MS);
}

/** Week of the year, 0 before the first day that starts one; `weekday` counts from that day. */
function weekStartingOn(local: Date, weekday: number): number {
  return Math.floor((dayOfYear(local) + 7 - weekday) / 7);
}

/** ISO 8601: a week belongs to the year that holds its Thursday. */
function isoWeek(local: Date): { readonly year: number; readonly week: number } {
  const thursday = new Date(local.getTime() + (4 - isoWeekday(local)) * DAY_MS);
  return { year: thursday.getUTCFullYear(), week: Math.floor(dayOfYear(thursday) / 7) + 1 };
}

function offsetText(offsetSeconds: number, separator: string): string {
  const minutes = Math.round(Math.abs(offsetSeconds) / 60);
  const sign = offsetSeconds < 0 ? '-' : '+';
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${sign}${two(Math.floor(minutes / 60))}${separator}${two(minutes % 60)}`;
}
