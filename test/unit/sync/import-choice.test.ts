import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseLocal, type Candidate } from '../../../src/sync/import/choose-local.js';
import { skipName } from '../../../src/sync/import/scan-tree.js';

const candidates = fc.uniqueArray(
  fc.record<Candidate>({
    path: fc.stringMatching(/^\/[a-d]{1,4}$/),
    expected: fc.option(fc.nat(3), { nil: undefined }),
    taken: fc.boolean(),
    inside: fc.boolean(),
    sameName: fc.boolean(),
  }),
  { selector: ({ path }) => path, maxLength: 8 },
);

describe('the choice between files of one content', () => {
  it('cli 9.7, D9: one that is free if there is one, where it is expected if it is there, in any order', () => {
    fc.assert(
      fc.property(candidates, fc.boolean(), (all, placesOnly) => {
        const chosen = chooseLocal(all, { placesOnly });
        expect(chooseLocal([...all].reverse(), { placesOnly })).toEqual(chosen);
        const allowed = all.filter(({ expected }) => !placesOnly || expected !== undefined);
        expect(chosen === undefined).toBe(allowed.length === 0);
        if (chosen === undefined) return;
        expect(allowed).toContain(chosen);
        const free = allowed.filter(({ taken }) => !taken);
        if (free.length > 0) expect(free).toContain(chosen);
        const likeliest = Math.min(...free.map(({ expected }) => expected ?? Infinity));
        if (likeliest !== Infinity) expect(chosen.expected).toBe(likeliest);
      }),
    );
  });
});

describe('what is not looked at', () => {
  it.each([
    ['IMG_1.JPG', undefined],
    ['IMG_1', undefined],
    ['.DS_Store', 'hidden'],
    ['IMG_1.JPG.xmp', 'sidecar'],
    ['IMG_1.AAE', 'sidecar'],
    ['.AbC.kei-tmp', 'partial'],
    ['QWJj.part', 'partial'],
    ['Thumbs.db', 'system'],
  ])('D35: %s', (name, reason) => {
    expect(skipName('.kei-tmp')(name, false)).toBe(reason);
  });

  it.each([
    ['2024', undefined],
    ['my.xmp', undefined],
    ['@eaDir', 'system'],
    ['.Trash', 'hidden'],
  ])('D35: folder %s', (name, reason) => {
    expect(skipName('.kei-tmp')(name, true)).toBe(reason);
  });
});
