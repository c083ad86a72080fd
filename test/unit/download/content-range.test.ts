import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseContentLength, parseContentRange } from '../../../src/download/content-range.js';

describe('Content-Range', () => {
  it('reads what a correct server writes', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), (start, more, rest) => {
        const end = start + more;
        const total = end + 1 + rest;
        expect(parseContentRange(`bytes ${start}-${end}/${total}`)).toEqual({ start, end, total });
      }),
    );
  });

  it('never throws and never gives an impossible range', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^bytes [\d-]*\/[\d*]*$/)), (text) => {
        const range = parseContentRange(text);
        if (range === undefined) return;
        expect(range.end).toBeGreaterThanOrEqual(range.start);
        if (range.total !== undefined) expect(range.total).toBeGreaterThan(range.end);
      }),
    );
  });

  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['case 3: another unit', 'items 5-9/10'],
    ['case 3: no total', 'bytes 5-9'],
    ['case 3: empty total', 'bytes 5-9/'],
    ['case 3: end before start', 'bytes 9-5/10'],
    ['end at the total', 'bytes 5-10/10'],
    ['unsatisfied form', 'bytes */10'],
    ['negative', 'bytes -5-9/10'],
    ['several', 'bytes 5-9/10, 11-12/20'],
    ['beyond safe integers', 'bytes 0-9007199254740993/9007199254740994'],
  ])('%s is no range', (_name, header) => {
    expect(parseContentRange(header)).toBeUndefined();
  });

  it('an unknown total stays unknown', () => {
    expect(parseContentRange(' Bytes 5-9/* ')).toEqual({ start: 5, end: 9, total: undefined });
  });
});

describe('Content-Length', () => {
  it.each([
    ['0', 0],
    [' 1234 ', 1234],
    [undefined, undefined],
    ['', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['0x10', undefined],
    ['9007199254740993', undefined],
  ])('%j is %j', (header, expected) => {
    expect(parseContentLength(header)).toBe(expected);
  });
});
