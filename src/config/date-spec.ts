import type { DateSpec } from '../domain/index.js';
import { systemHostOffset, utcInstant } from '../naming/zone-time.js';
import { MAX_DAYS } from './recent.js';
import { accept, refuse, textual, type Reading, type ValueType } from './value-types.js';

const DAY_MS = 86_400_000;
const FORMS = 'must be "2024-12-31", "2024-12-31T18:00:00" or a number of days such as "30d"';

type LocalTime = Extract<DateSpec, { kind: 'local' }>;

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
  if (year === 0 || new Date(utcInstant(time) * 1000).toISOString().slice(0, 19) !== written) {
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
  return localInstants(spec)[0] ?? utcInstant(spec) * 1000;
}

export const dateSpec: ValueType<DateSpec> = textual(
  'date, local date and time, or days such as "30d"',
  parseDateSpec,
  (value) => value.text,
);

/** Every instant at which the host's clocks show this time: one, or none or two at a change. */
function localInstants(time: LocalTime): number[] {
  const reading = utcInstant(time) * 1000;
  const candidates = [reading - DAY_MS, reading, reading + DAY_MS].map(
    (instantMs) => reading - hostOffsetMs(instantMs),
  );
  return [...new Set(candidates)].filter(
    (instantMs) => instantMs + hostOffsetMs(instantMs) === reading,
  );
}

function hostOffsetMs(instantMs: number): number {
  return systemHostOffset(instantMs) * 1000;
}
