import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectNewest } from '../../../src/select/index.js';

describe('D79: the newest N of a pass', () => {
  it('whatever the order of the listing', () => {
    const dates = fc.array(fc.option(fc.integer({ min: -5, max: 5 }), { nil: undefined }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(dates, fc.integer({ min: 1, max: 12 }), (instants, limit) => {
        const newest = collectNewest<number>(limit);
        instants.forEach((instant, index) => newest.offer(index, instant));
        const expected = instants
          .map((instant, index) => ({ instant: instant ?? 0, index }))
          .sort((a, b) => b.instant - a.instant || a.index - b.index)
          .slice(0, limit)
          .map(({ index }) => index);
        expect(newest.take()).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });
});
