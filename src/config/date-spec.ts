import type { DateSpec } from '../domain/index.js';
import { MAX_DAYS } from './recent.js';
import { accept, refuse, textual, type Reading, type ValueType } from './value-types.js';

const DAY_MS = 86_400_000;
const FORMS = 'must be "2024-12-31", "2024-12-31T18:00:00" or a number of days such as "30d"';

type LocalTime = Extract<DateSpec, { kind: 'local' }>;
type Fields = Omit<LocalTime, 'text' | 'kind'>;

/**
 * Parses a date bound (cli 4.7). A local time that the host's zone skips or has twice at a clock
 * change is refused, because it would not say which photos are meant.
 */
export function parseDateSpec(text: string): Reading<DateSpec> {
  const days = /^(\d+)d$/.exec(text);
  if (days !== null) {
    const amount = Number(days[1]);
    return amount <= MAX_DAYS
      ? accept({ text, kind: 'days', days: amount })
      : refuse(`reaches too far back; ${MAX_DAYS} days are the most`);
  }
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d))?$/.exec(text);
  if (match === null) return refuse(FORMS);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0));
  const time: LocalTime = { text, kind: 'local', year, month, day, hour, minute, second };
  const written = text.length === 10 ? `${text}T00:00:00` : text;
  if (year === 0 || new Date(utcMs(time)).toISOString().slice(0, 19) !== written) {
    return refuse(`is not a date of the calendar; it ${FORMS}`);
  }
  const instants = localInstants(time);
  if (instants.length === 1) return accept(time);
  return refuse(
    instants.length === 0
      ? 'is a local time that the clock change skips; write one an hour later'
      : 'is a local time that the clock change repeats; write one an hour earlier or later',
  );
}

/** The instant that a bound means in the host's zone, in milliseconds since 1970 UTC. */
export function dateSpecInstant(spec: DateSpec, nowMs: number): number {
  if (spec.kind === 'days') return nowMs - spec.days * DAY_MS;
  return localInstants(spec)[0] ?? utcMs(spec);
}

export const dateSpec: ValueType<DateSpec> = textual(
  'date, local date and time, or days such as "30d"',
  parseDateSpec,
  (value) => value.text,
);

/** Every instant at which the host's clocks show this time: one, or none or two at a change. */
function localInstants(time: LocalTime): number[] {
  const wanted = utcMs(time);
  const candidates = [wanted - DAY_MS, wanted, wanted + DAY_MS].map(
    (instant) => wanted + instant - clockReading(instant),
  );
  return [...new Set(candidates)].filter((instant) => clockReading(instant) === wanted);
}

/** What the host's clocks show at an instant, written as if it were UTC, to the second. */
function clockReading(instant: number): number {
  const date = new Date(instant);
  return utcMs({
    year: date.getFullYear(),
    month: date.getMonth() + 1,
    day: date.getDate(),
    hour: date.getHours(),
    minute: date.getMinutes(),
    second: date.getSeconds(),
  });
}

function utcMs(time: Fields): number {
  const date = new Date(0);
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  date.setUTCFullYear(time.year, time.month - 1, time.day);
  date.setUTCHours(time.hour, time.minute, time.second);
  return date.getTime();
}
