import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Parsed } from '../../../src/select/selector-grammar.js';
import {
  DEFAULT_ALBUMS,
  DEFAULT_LIBRARIES,
  DEFAULT_SMART_FOLDERS,
  parseAlbums,
  parseLibraries,
  parseSmartFolders,
  renderAlbums,
  renderLibraries,
  renderSmartFolders,
  SENSITIVE_SMART_FOLDERS,
  SMART_FOLDER_NAMES,
} from '../../../src/select/selectors.js';

function canonical<T>(parsed: Parsed<T>, render: (value: T) => string[]): string[] {
  if (!parsed.ok) throw new Error(parsed.problems.join('; '));
  return render(parsed.value);
}

const noneExcluded = { primary: false, shared: false, zones: [] };

describe('cli 4.1: libraries', () => {
  it.each([
    [[], DEFAULT_LIBRARIES],
    [['primary'], DEFAULT_LIBRARIES],
    [[' PRIMARY '], DEFAULT_LIBRARIES],
    [['shared'], { primary: false, shared: true, zones: [], excluded: noneExcluded }],
    [['all'], { primary: true, shared: true, zones: [], excluded: noneExcluded }],
    [['primary', 'Shared'], { primary: true, shared: true, zones: [], excluded: noneExcluded }],
    [
      ['SharedSync-A1B2C3D4'],
      { primary: false, shared: false, zones: ['SharedSync-A1B2C3D4'], excluded: noneExcluded },
    ],
    [
      ['all', '!SharedSync-A1B2C3D4'],
      {
        primary: true,
        shared: true,
        zones: [],
        excluded: { primary: false, shared: false, zones: ['SharedSync-A1B2C3D4'] },
      },
    ],
    [
      ['all', '!primary'],
      {
        primary: true,
        shared: true,
        zones: [],
        excluded: { primary: true, shared: false, zones: [] },
      },
    ],
    [
      ['!SharedSync-A1B2C3D4'],
      {
        primary: true,
        shared: false,
        zones: [],
        excluded: { primary: false, shared: false, zones: ['SharedSync-A1B2C3D4'] },
      },
    ],
    [['=primary'], { primary: false, shared: false, zones: ['primary'], excluded: noneExcluded }],
  ])('%j selects as written', (list, value) => {
    expect(parseLibraries(list)).toEqual({ ok: true, value });
  });

  it.each([
    [['none'], /at least one library/],
    [['none', 'primary'], /"none" cannot be combined/],
    [['shared:Owner'], /kei list libraries/],
    [['!shared:Owner'], /kei list libraries/],
    [['!primary'], /every library is left out/],
    [['all', '!primary', '!shared'], /every library is left out/],
    [['primary', '!primary'], /both included and left out/],
    [['SharedSync-A', 'sharedsync-a'], /listed twice/],
    [['all', 'primary'], /"all" includes "primary" already/],
    [['all', 'SharedSync-A'], /"all" includes "SharedSync-A" already/],
    [['!all'], /keyword/],
    [[''], /empty/],
    [['='], /"=" needs a name/],
    [['!'], /"!" needs a name/],
    [['!=x'], /mixes "!" and "="/],
  ])('%j is refused', (list, message) => {
    const parsed = parseLibraries(list);
    expect(parsed.ok ? [] : parsed.problems.join('; ')).toMatch(message);
  });

  it.each([
    [['primary'], ['primary']],
    [[], ['primary']],
    [['shared', 'primary'], ['all']],
    [['all'], ['all']],
    [
      ['primary', 'shared', 'SharedSync-A'],
      ['primary', 'shared', 'SharedSync-A'],
    ],
    [
      ['all', '!primary'],
      ['all', '!primary'],
    ],
    [
      ['!z', '!a'],
      ['primary', '!a', '!z'],
    ],
    [['=all'], ['=all']],
  ])('cli 2.8: %j prints as %j', (list, printed) => {
    expect(canonical(parseLibraries(list), renderLibraries)).toEqual(printed);
  });
});

describe('cli 4.1: albums', () => {
  it.each([
    [[], DEFAULT_ALBUMS],
    [['all'], { kind: 'all', explicit: true, excluded: [] }],
    [['ALL', '!A'], { kind: 'all', explicit: true, excluded: ['A'] }],
    [['!A'], { kind: 'all', explicit: true, excluded: ['A'] }],
    [['A', 'B'], { kind: 'only', names: ['A', 'B'], excluded: [] }],
    [['A', '!B'], { kind: 'only', names: ['A'], excluded: ['B'] }],
    [['A', 'a'], { kind: 'only', names: ['A', 'a'], excluded: [] }],
    [['None'], { kind: 'none' }],
    [['=None'], { kind: 'only', names: ['None'], excluded: [] }],
    [['=!odd'], { kind: 'only', names: ['!odd'], excluded: [] }],
    [['primary', 'shared'], { kind: 'only', names: ['primary', 'shared'], excluded: [] }],
    [['  Trip  '], { kind: 'only', names: ['Trip'], excluded: [] }],
  ])('%j selects as written', (list, value) => {
    expect(parseAlbums(list)).toEqual({ ok: true, value });
  });

  it.each([
    [['none', 'A'], /"none" cannot be combined/],
    [['none', '!A'], /"none" cannot be combined/],
    [['all', 'A'], /"all" includes "A" already/],
    [['A', '!A'], /both included and left out/],
    [['A', 'A'], /listed twice/],
    [['A', '=A'], /listed twice/],
    [['all', 'All'], /listed twice/],
    [['!none'], /keyword/],
    [['   '], /empty/],
  ])('D69: %j is refused', (list, message) => {
    const parsed = parseAlbums(list);
    expect(parsed.ok ? [] : parsed.problems.join('; ')).toMatch(message);
  });

  it('reports every problem of a list', () => {
    const parsed = parseAlbums(['', '=', 'A', 'A']);
    expect(parsed.ok ? 0 : parsed.problems.length).toBe(3);
  });

  it('an absent list is not an explicit "all" (cli 4.3)', () => {
    expect(canonical(parseAlbums([]), renderAlbums)).toEqual([]);
    expect(canonical(parseAlbums(['all']), renderAlbums)).toEqual(['all']);
  });
});

describe('cli 4.1, 4.2: smart folders', () => {
  it.each([
    [[], DEFAULT_SMART_FOLDERS],
    [['none'], { kind: 'none' }],
    [['all'], { kind: 'all', sensitive: false, excluded: [] }],
    [['all-with-sensitive'], { kind: 'all', sensitive: true, excluded: [] }],
    [['!Live'], { kind: 'all', sensitive: false, excluded: ['Live'] }],
    [['all-with-sensitive', '!Hidden'], { kind: 'all', sensitive: true, excluded: ['Hidden'] }],
    [
      ['Favorites', 'Recently Deleted'],
      { kind: 'only', names: ['Favorites', 'Recently Deleted'], excluded: [] },
    ],
  ])('%j selects as written', (list, value) => {
    expect(parseSmartFolders(list)).toEqual({ ok: true, value });
  });

  it.each([
    [['all', 'all-with-sensitive'], /includes "all-with-sensitive" already/],
    [['favorites'], /write "Favorites"/],
    [['Selfies'], /they are Time-lapse, Videos/],
    [['!Selfies'], /they are Time-lapse, Videos/],
    [['all', 'Live'], /"all" includes "Live"/],
    [['Live', 'Live'], /listed twice/],
  ])('%j is refused', (list, message) => {
    const parsed = parseSmartFolders(list);
    expect(parsed.ok ? [] : parsed.problems.join('; ')).toMatch(message);
  });

  it('D77, D84: thirteen folders, and only two of them are sensitive', () => {
    expect(SMART_FOLDER_NAMES).toHaveLength(13);
    expect([...SENSITIVE_SMART_FOLDERS].sort()).toEqual(['Hidden', 'Recently Deleted']);
    for (const name of ['Portrait', 'Long exposure', 'Animated']) {
      expect(parseSmartFolders([name]).ok).toBe(true);
    }
  });
});

describe('canonical rendering', () => {
  const entry = fc.oneof(
    fc.constantFrom(
      'all',
      'none',
      'primary',
      'shared',
      '!primary',
      '=all',
      '!A',
      'A',
      '=!A',
      '==A',
    ),
    fc.string(),
    fc.string().map((name) => `!${name}`),
    fc.string().map((name) => `=${name}`),
  );
  const lists = fc.array(entry, { maxLength: 5 });

  it.each([
    ['libraries', parseLibraries, renderLibraries],
    ['albums', parseAlbums, renderAlbums],
    ['smart folders', parseSmartFolders, renderSmartFolders],
  ] as const)('%s: what is printed parses, and prints the same again', (_name, parse, render) => {
    fc.assert(
      fc.property(lists, (list) => {
        const parsed = (parse as (l: readonly string[]) => Parsed<never>)(list);
        if (!parsed.ok) return;
        const printed = (render as (value: never) => string[])(parsed.value);
        expect(
          canonical((parse as (l: readonly string[]) => Parsed<never>)(printed), render as never),
        ).toEqual(printed);
      }),
      { examples: [[['! =']], [['all', '! =A']]] },
    );
  });
});
