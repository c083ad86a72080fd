import { describe, expect, it } from 'vitest';
import { findBadDateCode, formatDate } from '../../../src/naming/strftime.js';
import type { WallTime } from '../../../src/naming/index.js';

/** A clock reading, with the offset by which it was taken. */
function at(reading: string, offsetMinutes = 0): WallTime {
  return {
    instantMs: Date.parse(`${reading}Z`) - offsetMinutes * 60_000,
    offsetSeconds: offsetMinutes * 60,
  };
}

describe('cli 5.4: date codes', () => {
  const afternoon = at('2024-03-05T15:04:09.026', 570);
  const night = at('2001-07-08T00:34:59', -210);

  it.each([
    ['%Y', '2024', '2001'],
    ['%C', '20', '20'],
    ['%y', '24', '01'],
    ['%q', '1', '3'],
    ['%m', '03', '07'],
    ['%b', 'Mar', 'Jul'],
    ['%B', 'March', 'July'],
    ['%h', 'Mar', 'Jul'],
    ['%d', '05', '08'],
    ['%e', ' 5', ' 8'],
    ['%a', 'Tue', 'Sun'],
    ['%A', 'Tuesday', 'Sunday'],
    ['%w', '2', '0'],
    ['%u', '2', '7'],
    ['%U', '09', '27'],
    ['%W', '10', '27'],
    ['%G', '2024', '2001'],
    ['%g', '24', '01'],
    ['%V', '10', '27'],
    ['%j', '065', '189'],
    ['%D', '03/05/24', '07/08/01'],
    ['%x', '03/05/24', '07/08/01'],
    ['%F', '2024-03-05', '2001-07-08'],
    ['%v', ' 5-Mar-2024', ' 8-Jul-2001'],
    ['%H', '15', '00'],
    ['%k', '15', ' 0'],
    ['%I', '03', '12'],
    ['%l', ' 3', '12'],
    ['%P', 'pm', 'am'],
    ['%p', 'PM', 'AM'],
    ['%M', '04', '34'],
    ['%S', '09', '59'],
    ['%f', '026000000', '000000000'],
    ['%.f', '.026', ''],
    ['%3f', '026', '000'],
    ['%.3f', '.026', '.000'],
    ['%.6f', '.026000', '.000000'],
    ['%9f', '026000000', '000000000'],
    ['%R', '15:04', '00:34'],
    ['%T', '15:04:09', '00:34:59'],
    ['%X', '15:04:09', '00:34:59'],
    ['%r', '03:04:09 PM', '12:34:59 AM'],
    ['%Z', '+09:30', '-03:30'],
    ['%z', '+0930', '-0330'],
    ['%:z', '+09:30', '-03:30'],
    ['%c', 'Tue Mar  5 15:04:09 2024', 'Sun Jul  8 00:34:59 2001'],
    ['%+', '2024-03-05T15:04:09.026+09:30', '2001-07-08T00:34:59-03:30'],
    ['%s', '1709616849', '994565099'],
    ['%t', '\t', '\t'],
    ['%n', '\n', '\n'],
    ['%%', '%', '%'],
    ['%-d', '5', '8'],
    ['%_d', ' 5', ' 8'],
    ['%0d', '05', '08'],
    ['%0e', '05', '08'],
    ['%-e', '5', '8'],
    ['%-m', '3', '7'],
    ['%_m', ' 3', ' 7'],
    ['%-j', '65', '189'],
    ['%_j', ' 65', '189'],
    ['%-H', '15', '0'],
    ['%-I', '3', '12'],
    ['%0l', '03', '12'],
    ['%-y', '24', '1'],
    ['%-f', '26000000', '0'],
    ['%%Y', '%Y', '%Y'],
    ['Photos %Y (%B)', 'Photos 2024 (March)', 'Photos 2001 (July)'],
  ])('%s', (format, ofAfternoon, ofNight) => {
    expect(findBadDateCode(format)).toBeUndefined();
    expect(formatDate(format, afternoon)).toBe(ofAfternoon);
    expect(formatDate(format, night)).toBe(ofNight);
  });

  it.each([
    // Years whose first days belong to the last week of the year before, and the reverse.
    ['2021-01-01', '2020 20 53 5 00 00'],
    ['2021-01-03', '2020 20 53 7 01 00'],
    ['2021-01-04', '2021 21 01 1 01 01'],
    ['2024-12-30', '2025 25 01 1 52 53'],
    ['2016-01-03', '2015 15 53 7 01 00'],
    ['2012-01-01', '2011 11 52 7 01 00'],
    ['2012-12-31', '2013 13 01 1 53 53'],
    ['1965-01-01', '1964 64 53 5 00 00'],
    ['1999-12-31', '1999 99 52 5 52 52'],
    ['2000-02-29', '2000 00 09 2 09 09'],
  ])('weeks of %s', (day, expected) => {
    expect(formatDate('%G %g %V %u %U %W', at(`${day}T12:00:00`))).toBe(expected);
  });

  it('numbers the days of leap years and others', () => {
    expect(formatDate('%j', at('2024-12-31T23:59:59'))).toBe('366');
    expect(formatDate('%j', at('2023-12-31T23:59:59'))).toBe('365');
    expect(formatDate('%j', at('2023-01-01T00:00:00'))).toBe('001');
  });

  it('writes years before 1000 with four digits, and instants before 1970 as negative seconds', () => {
    const early = { instantMs: -61_000_000_000_500, offsetSeconds: 0 };
    expect(formatDate('%Y %C %s', early)).toBe('0036 00 -61000000001');
  });

  it.each([
    ['%Q', '%Q'],
    ['%Y/%Q/%W', '%Q'],
    ['%', '%'],
    ['100%', '%'],
    ['%-', '%-'],
    ['%{album}', '%{'],
    ['%_%', '%_%'],
    ['%-B', '%-B'],
    ['%-D', '%-D'],
    ['%4f', '%4'],
    ['%é', '%é'],
    ['%:', '%:'],
    ['%😀', '%😀'],
    ['% off', '% '],
  ])('refuses %s', (format, code) => {
    expect(findBadDateCode(format)).toBe(code);
  });
});
