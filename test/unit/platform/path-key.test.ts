import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathKey } from '../../../src/platform/path-key.js';

const folded = (path: string) => pathKey(path, true);

describe('DL-60: names that differ only in case', () => {
  it.each([
    ['/p/A.JPG', '/p/a.jpg'],
    ['IMG_1.mov', 'IMG_1.MOV'],
    ['Ä.jpg', 'ä.JPG'],
    ['e\u0301.jpg', 'É.jpg'],
    ['straße', 'STRASSE'],
    ['\u017f', 'S'],
    ['ς', 'Σ'],
    ['\u212a', 'k'],
  ])('%s and %s are one where the file system says so', (one, other) => {
    expect(folded(one)).toBe(folded(other));
    expect(pathKey(one, false)).not.toBe(pathKey(other, false));
  });

  it('folds once and for all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(folded(folded(text))).toBe(folded(text));
        expect(folded(text.toLowerCase())).toBe(folded(text));
      }),
      { numRuns: 1000 },
    );
  });
});
