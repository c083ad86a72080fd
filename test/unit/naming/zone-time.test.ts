import { describe, expect, it } from 'vitest';
import { captureTime, systemHostOffset, type HostOffset } from '../../../src/naming/index.js';
import { formatDate } from '../../../src/naming/strftime.js';
import { utcInstant } from '../../../src/naming/zone-time.js';
import { asset } from '../../support/assets.js';

const HOUR = 3600;
/** New York, as far as these tests look at it: summer time from March to November. */
const newYork: HostOffset = (instantMs) => {
  const month = new Date(instantMs).getUTCMonth();
  return month >= 3 && month < 10 ? -4 * HOUR : -5 * HOUR;
};
const instant = Date.UTC(2024, 0, 1, 2);

describe('D7: the zone of date folders', () => {
  it.each([
    ['capture', 2 * HOUR, '2024-01-01 04:00'],
    ['capture', -5 * HOUR, '2023-12-31 21:00'],
    ['capture', 5.75 * HOUR, '2024-01-01 07:45'],
    ['capture', 18 * HOUR, '2024-01-01 20:00'],
    ['capture', -18 * HOUR, '2023-12-31 08:00'],
    ['capture', 0, '2024-01-01 02:00'],
    // Not believable: the host's zone.
    ['capture', 18 * HOUR + 60, '2023-12-31 21:00'],
    ['capture', 3601, '2023-12-31 21:00'],
    ['capture', Number.NaN, '2023-12-31 21:00'],
    ['capture', undefined, '2023-12-31 21:00'],
    ['host', 2 * HOUR, '2023-12-31 21:00'],
  ] as const)('%s with offset %s reads %s', (zone, timeZoneOffsetSeconds, expected) => {
    const time = captureTime(
      asset({ capturedAtMs: instant, timeZoneOffsetSeconds }),
      zone,
      newYork,
    );
    expect(formatDate('%Y-%m-%d %H:%M', time)).toBe(expected);
  });

  it('asks for the host offset of the instant itself', () => {
    const summer = asset({ capturedAtMs: Date.UTC(2024, 6, 1, 4, 30) });
    expect(formatDate('%F %R %:z', captureTime(summer, 'host', newYork))).toBe(
      '2024-07-01 00:30 -04:00',
    );
  });
});

describe('D87, D88: dates that are missing', () => {
  it.each([
    ['missing', undefined],
    ['year 0', utcInstant({ year: 0, month: 12, day: 31, hour: 23, minute: 0, second: 0 }) * 1000],
    ['year 10000', Date.UTC(10000, 0, 1)],
    ['beyond what a clock can hold', 1e300],
    ['not a number', Number.NaN],
  ])('%s is the epoch in UTC', (_name, capturedAtMs) => {
    const time = captureTime(asset({ capturedAtMs }), 'capture', newYork);
    expect(formatDate('%Y/%m/%d', time)).toBe('1970/01/01');
  });

  it('keeps years 1 and 9999', () => {
    const first = utcInstant({ year: 1, month: 1, day: 1, hour: 6, minute: 0, second: 0 }) * 1000;
    expect(formatDate('%F', captureTime(asset({ capturedAtMs: first }), 'host', newYork))).toBe(
      '0001-01-01',
    );
    const hourBefore = first - 2 * HOUR * 1000;
    expect(
      formatDate('%F', captureTime(asset({ capturedAtMs: hourBefore }), 'host', newYork)),
    ).toBe('1970-01-01');
    const last = Date.UTC(9999, 11, 31, 23);
    expect(formatDate('%F', captureTime(asset({ capturedAtMs: last }), 'host', newYork))).toBe(
      '9999-12-31',
    );
  });

  it('keeps dates before 1970', () => {
    const old = asset({ capturedAtMs: Date.UTC(1965, 0, 1, 12) });
    expect(
      formatDate(
        '%Y/%m/%d',
        captureTime(old, 'capture', () => 0),
      ),
    ).toBe('1965/01/01');
  });
});

describe('the host zone of the runtime', () => {
  it('agrees with its calendar', () => {
    for (const instantMs of [
      0,
      instant,
      Date.UTC(1890, 5, 1),
      Date.UTC(50, 1, 1),
      1_719_800_000_123,
    ]) {
      const host = new Date(instantMs);
      const shifted = new Date(instantMs + systemHostOffset(instantMs) * 1000);
      expect(shifted.getUTCHours()).toBe(host.getHours());
      expect(shifted.getUTCFullYear()).toBe(host.getFullYear());
      expect(shifted.getUTCSeconds()).toBe(host.getSeconds());
    }
  });
});
