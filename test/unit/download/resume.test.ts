import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseContentRange } from '../../../src/download/content-range.js';
import {
  decideAnswer,
  decidePartial,
  type AnswerDecision,
  type AnswerFacts,
} from '../../../src/download/resume.js';

const part = { isFile: true, sizeBytes: 400, links: 1 };

describe('what lies at the path of the partial', () => {
  it.each([
    ['nothing', undefined, 1000, 'nothing-there'],
    ['DL-20: some bytes', part, 1000, 'resume'],
    ['case 7: more than the file has', { ...part, sizeBytes: 1001 }, 1000, 'remove'],
    ['case 8: exactly the file', { ...part, sizeBytes: 1000 }, 1000, 'resume'],
    ['some bytes, size unknown', part, 0, 'resume'],
    ['no bytes', { ...part, sizeBytes: 0 }, 1000, 'remove'],
    ['D34: bytes that have a second name', { ...part, links: 2 }, 1000, 'remove'],
    ['something that is no file', { ...part, isFile: false }, 1000, 'remove'],
  ])('%s', (_name, found, expectedSize, decision) => {
    expect(decidePartial(found, expectedSize)).toBe(decision);
  });
});

/** An answer in short form: a range header is `start-end/total`. */
function answer(
  facts: Partial<Omit<AnswerFacts, 'contentRange'>> & { range?: string | undefined },
): AnswerDecision {
  const { range, ...rest } = facts;
  return decideAnswer({
    status: 206,
    contentRange: parseContentRange(range),
    contentLength: undefined,
    partialSize: 400,
    expectedSize: 1000,
    provable: false,
    ...rest,
  });
}

const refuse = (partial: 'keep' | 'remove', because: 'status' | 'range') => ({
  action: 'refuse',
  partial,
  because,
});
const wrongSize = (announcedSize: number) => ({
  action: 'refuse',
  partial: 'remove',
  because: 'size',
  announcedSize,
});

describe('an answer while resuming (DL-22)', () => {
  it.each([
    ['206 with the right range', { range: 'bytes 400-999/1000', contentLength: 600 }],
    ['206 without Content-Length', { range: 'bytes 400-999/1000' }],
    ['206 with an unknown total', { range: 'bytes 400-999/*', contentLength: 600 }],
    ['206 when the size is unknown', { range: 'bytes 400-499/500', expectedSize: 0 }],
  ])('%s continues', (_name, facts) => {
    expect(answer(facts)).toEqual({ action: 'append' });
  });

  it.each([
    ['case 2: 206 without Content-Range', { contentLength: 600 }],
    ['case 3: unit is not bytes', { range: 'items 400-999/1000' }],
    ['case 3: no total', { range: 'bytes 400-999' }],
    ['case 3: end before start', { range: 'bytes 400-399/1000' }],
    ['case 1: start before the partial ends', { range: 'bytes 399-999/1000' }],
    ['case 1: start behind the partial', { range: 'bytes 401-999/1000' }],
    ['case 1: start at 0', { range: 'bytes 0-999/1000' }],
  ])('%s removes the partial', (_name, facts) => {
    expect(answer(facts)).toEqual(refuse('remove', 'range'));
  });

  it.each([
    ['case 4: another total', { range: 'bytes 400-1099/1100' }, 1100],
    [
      'a Content-Length that misses bytes',
      { range: 'bytes 400-999/1000', contentLength: 500 },
      900,
    ],
    ['a range that stops early', { range: 'bytes 400-899/1000' }, 900],
  ])('%s removes the partial: another version', (_name, facts, announced) => {
    expect(answer(facts)).toEqual(wrongSize(announced));
  });

  it.each([200, 201, 203, 204])('case 5: %i starts over in the same attempt', (status) => {
    expect(answer({ status, contentLength: 1000 })).toEqual({
      action: 'write',
      resetsResume: true,
    });
  });

  it('D52: 416 with a partial of full size is checked, else it restarts', () => {
    expect(answer({ status: 416, partialSize: 1000 })).toEqual({ action: 'finished' });
    expect(answer({ status: 416 })).toEqual(refuse('remove', 'status'));
    expect(answer({ status: 416, expectedSize: 0 })).toEqual(refuse('remove', 'status'));
  });

  it.each([400, 401, 403, 404, 410, 421, 429, 500, 503, 418, 302])(
    '%i keeps the partial',
    (status) => {
      expect(answer({ status })).toEqual(refuse('keep', 'status'));
    },
  );
});

describe('an answer to a request without Range', () => {
  it('200 is written', () => {
    expect(answer({ status: 200, partialSize: 0 })).toEqual({
      action: 'write',
      resetsResume: false,
    });
  });

  it('DL-23: 206 is a mismatch', () => {
    expect(answer({ partialSize: 0, range: 'bytes 0-999/1000' })).toEqual(
      refuse('remove', 'range'),
    );
  });

  it('DL-33: the length of a 200 is that of the whole file, also after a range request', () => {
    expect(answer({ status: 200, contentLength: 600 })).toEqual(wrongSize(600));
    expect(answer({ status: 200, contentLength: 1400 })).toEqual(wrongSize(1400));
  });

  it("D50: a shorter whole is taken only when Apple's checksum can tell what it is", () => {
    const short = { status: 200, partialSize: 0, contentLength: 600 };
    expect(answer({ ...short, provable: true }).action).toBe('write');
    expect(answer({ ...short, provable: false })).toEqual(wrongSize(600));
    expect(answer({ ...short, contentLength: 1001, provable: true })).toEqual(wrongSize(1001));
  });
});

describe('any answer', () => {
  it('DL-22: only bytes that follow the partial exactly are appended', () => {
    const headers = fc.record({
      status: fc.constantFrom(200, 204, 206, 301, 400, 403, 404, 410, 416, 429, 503),
      start: fc.nat(20),
      length: fc.nat(20),
      rest: fc.nat(5),
      contentLength: fc.option(fc.nat(40), { nil: undefined }),
      partialSize: fc.nat(20),
      expectedSize: fc.nat(40),
      provable: fc.boolean(),
    });
    fc.assert(
      fc.property(headers, ({ start, length, rest, ...facts }) => {
        const end = start + length;
        const decision = decideAnswer({
          ...facts,
          contentRange: { start, end, total: end + 1 + rest },
        });
        if (decision.action !== 'append') return;
        expect(facts.status).toBe(206);
        expect(facts.partialSize).toBeGreaterThan(0);
        expect(start).toBe(facts.partialSize);
        if (facts.expectedSize > 0) expect(end + 1 + rest).toBe(facts.expectedSize);
      }),
    );
  });
});
