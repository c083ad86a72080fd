import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { parseBandwidth } from '../../../src/config/bandwidth.js';
import { dateSpecInstant, parseDateSpec } from '../../../src/config/date-spec.js';
import { globProblem } from '../../../src/config/glob-check.js';
import { parseRecent } from '../../../src/config/recent.js';
import { parseTempSuffix } from '../../../src/config/temp-suffix.js';
import { expandPath } from '../../../src/config/value-types.js';

describe('DL-90: bandwidth', () => {
  it.each([
    ['10M', 10_000_000],
    ['500K', 500_000],
    ['2Mi', 2_097_152],
    ['1.5Mi', 1_572_864],
    ['1.5M', 1_500_000],
    ['.5K', 500],
    ['0.1K', 100],
    ['2048', 2048],
    ['7B', 7],
    [' 3kb ', 3000],
    ['1GiB', 1_073_741_824],
    ['1gi', 1_073_741_824],
    ['2G', 2_000_000_000],
    ['0.5', 1],
    ['1.', 1],
  ])('%j is %i bytes a second', (text, bytesPerSecond) => {
    expect(parseBandwidth(text)).toEqual({
      ok: true,
      value: { text: text.trim(), bytesPerSecond },
    });
  });

  it.each([
    '0',
    '0.4',
    '0K',
    '',
    ' ',
    '-1M',
    '+1M',
    '10T',
    '10 MB',
    '1e3',
    'M',
    '.',
    '1.2.3',
    '1constructor',
    '9'.repeat(40),
  ])('%j is refused', (text) => {
    expect(parseBandwidth(text).ok).toBe(false);
  });
});

describe('cli 4.6: recent', () => {
  it.each([
    [100, { kind: 'count', count: 100 }],
    ['100', { kind: 'count', count: 100 }],
    ['30d', { kind: 'days', days: 30 }],
    ['1d', { kind: 'days', days: 1 }],
  ])('%j is accepted', (raw, value) => {
    expect(parseRecent(raw)).toEqual({ ok: true, value });
  });

  it.each([
    0,
    '0',
    '0d',
    -1,
    1.5,
    '',
    '5w',
    '5 d',
    'd',
    '+5',
    '5D',
    true,
    ['5'],
    '9'.repeat(30),
    '9999999d',
    Infinity,
  ])('D69: %j is refused', (raw) => {
    expect(parseRecent(raw).ok).toBe(false);
  });
});

describe('cli 4.7: date bounds', () => {
  const zone = process.env['TZ'];
  afterEach(() => {
    process.env['TZ'] = zone;
  });

  it.each([
    ['30d', { text: '30d', kind: 'days', days: 30 }],
    ['0d', { text: '0d', kind: 'days', days: 0 }],
    [
      '2024-12-31',
      {
        text: '2024-12-31',
        kind: 'local',
        year: 2024,
        month: 12,
        day: 31,
        hour: 0,
        minute: 0,
        second: 0,
      },
    ],
    [
      '2024-02-29T23:59:58',
      {
        text: '2024-02-29T23:59:58',
        kind: 'local',
        year: 2024,
        month: 2,
        day: 29,
        hour: 23,
        minute: 59,
        second: 58,
      },
    ],
    [
      '0031-01-02',
      {
        text: '0031-01-02',
        kind: 'local',
        year: 31,
        month: 1,
        day: 2,
        hour: 0,
        minute: 0,
        second: 0,
      },
    ],
  ])('%s is accepted', (text, value) => {
    expect(parseDateSpec(text)).toEqual({ ok: true, value });
  });

  it.each([
    '',
    '2024-2-3',
    '2024-02-30',
    '2023-02-29',
    '2024-13-01',
    '0000-01-01',
    '2024-01-01T24:00:00',
    '2024-01-01T10:00:60',
    '2024-01-01 10:00:00',
    '2024-01-01T10:00',
    '2024-01-01T10:00:00Z',
    '2024-01-01T10:00:00.5',
    '2024-01-01T10:00:00+02:00',
    ' 2024-01-01',
    '-5d',
    '5',
    'yesterday',
    '9999999d',
  ])('%j is refused', (text) => {
    expect(parseDateSpec(text).ok).toBe(false);
  });

  it.each([
    ['Europe/Berlin', '2024-03-31T02:30:00', 'skips'],
    ['Europe/Berlin', '2024-10-27T02:30:00', 'repeats'],
    ['America/Sao_Paulo', '2018-11-04', 'skips'],
    ['Australia/Lord_Howe', '2024-04-07T01:45:00', 'repeats'],
    ['Pacific/Apia', '2011-12-30T12:00:00', 'skips'],
  ])('in %s, %s is a time that the clock change %s', (name, text, how) => {
    process.env['TZ'] = name;
    const parsed = parseDateSpec(text);
    expect(parsed.ok ? '' : parsed.problems.join()).toContain(how);
  });

  it.each([
    ['Europe/Berlin', '2024-03-31T01:59:59'],
    ['Europe/Berlin', '2024-03-31T03:00:00'],
    ['Europe/Amsterdam', '1874-12-07T18:57:30'],
    ['Australia/Lord_Howe', '2024-04-07T01:15:00'],
  ])('in %s, %s is one instant', (name, text) => {
    process.env['TZ'] = name;
    expect(parseDateSpec(text).ok).toBe(true);
  });

  it('means midnight of the host for a date, and N times 24 hours before now for days', () => {
    process.env['TZ'] = 'America/New_York';
    const instant = (text: string) => {
      const parsed = parseDateSpec(text);
      return parsed.ok ? dateSpecInstant(parsed.value, Date.UTC(2024, 2, 11)) : NaN;
    };
    expect(instant('2024-07-01')).toBe(Date.UTC(2024, 6, 1, 4));
    expect(instant('2024-01-01T10:00:00')).toBe(Date.UTC(2024, 0, 1, 15));
    expect(instant('2d')).toBe(Date.UTC(2024, 2, 9));
  });

  it('reads back any instant that the host can show', () => {
    process.env['TZ'] = 'Europe/London';
    const whole = fc.integer({ min: Date.UTC(1, 1, 1) / 1000, max: Date.UTC(9999, 1, 1) / 1000 });
    fc.assert(
      fc.property(whole, (seconds) => {
        const date = new Date(seconds * 1000);
        const two = (n: number) => String(n).padStart(2, '0');
        const text =
          `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-` +
          `${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
        const parsed = parseDateSpec(text);
        if (parsed.ok) expect(dateSpecInstant(parsed.value, 0)).toBe(seconds * 1000);
        else expect(parsed.problems.join()).toContain('repeats');
      }),
    );
  });
});

describe('D35: temp_suffix', () => {
  it.each(['.kei-tmp', '.part', '.a.b', '.ünïcode', '.tmp2', '.heic-part', `.${'x'.repeat(63)}`])(
    '%j is accepted',
    (text) => {
      expect(parseTempSuffix(text)).toEqual({ ok: true, value: text });
    },
  );

  it.each([
    '',
    'part',
    '.',
    '..',
    '.jpg',
    '.HEIC',
    '.tmp.mov',
    '.xmp',
    '.AAE',
    './x',
    '.a/b',
    '.a\\b',
    '.a:b',
    '.a\u0000',
    '.a\n',
    '.a ',
    '.a.',
    '.a?',
    `.${'x'.repeat(64)}`,
  ])('%j is refused', (text) => {
    expect(parseTempSuffix(text).ok).toBe(false);
  });
});

describe('cli 4.8: file name patterns', () => {
  it.each([
    '*',
    'IMG_*.HEIC',
    '**',
    'a?c',
    '[abc]x',
    '[!a-z]*',
    '[]]',
    '[!]]',
    '[a-]',
    '[-a]',
    'x]y',
  ])('%j is a pattern', (glob) => {
    expect(globProblem(glob)).toBeUndefined();
  });

  it.each([
    ['', /matches nothing/],
    ['[', /"\[" without its "\]"/],
    ['[]', /without/],
    ['[!]', /without/],
    ['a[bc', /without/],
    ['[z-a]', /backwards/],
    ['x[a-c9-0]', /"9-0" backwards/],
  ])('%j is refused', (glob, message) => {
    expect(globProblem(glob)).toMatch(message);
  });
});

describe('cli 2.1: paths', () => {
  const place = { home: '/home/ann', cwd: '/here' };
  it.each([
    ['~/x', '/home/ann/x'],
    ['~', '/here/~'],
    ['~bob/x', '/here/~bob/x'],
    ['x/~/y', '/here/x/~/y'],
    ['/a//b/../c/', '/a/c'],
    ['./x', '/here/x'],
  ])('%s is %s', (written, path) => {
    expect(expandPath(written, place)).toBe(path);
  });
});
