import { describe, expect, it } from 'vitest';
import type { Album, Library } from '../../../src/domain/index.js';
import { KeiError } from '../../../src/errors/index.js';
import { parseTemplate } from '../../../src/naming/index.js';
import { planPasses, type PassPlan, type VisibleLibrary } from '../../../src/select/index.js';
import type { Parsed } from '../../../src/select/selector-grammar.js';
import { parseAlbums, parseLibraries, parseSmartFolders } from '../../../src/select/selectors.js';

const SHARED = 'SharedSync-A1B2C3D4-E5F6-7890-ABCD-EF1234567890';
const OTHER = 'SharedSync-00000000-E5F6-7890-ABCD-EF1234567890';
const library = (zone: string): Library => ({
  kind: zone.startsWith('Primary') ? 'primary' : 'shared',
  zone,
  zoneId: { zoneName: zone },
  database: 'private',
});
const album = (name: string, id = `id of ${name}`): Album => ({ id, name, folders: [] });
const primary: VisibleLibrary = {
  library: library('PrimarySync'),
  albums: [album('Trips'), album('AC/DC'), album('Kids')],
};
const shared: VisibleLibrary = { library: library(SHARED), albums: [] };
const account = [shared, primary];

interface Wish {
  readonly libraries?: readonly string[];
  readonly albums?: readonly string[];
  readonly smartFolders?: readonly string[];
  readonly unfiled?: boolean;
}

function parsed<T>(result: Parsed<T>): T {
  if (!result.ok) throw new Error(result.problems.join('; '));
  return result.value;
}

function plan(wish: Wish, visible: readonly VisibleLibrary[] = account, prefix = ''): PassPlan {
  return planPasses(
    {
      libraries: parsed(parseLibraries(wish.libraries ?? ['primary'])),
      albums: parsed(parseAlbums(wish.albums ?? [])),
      smartFolders: parsed(parseSmartFolders(wish.smartFolders ?? [])),
      unfiled: wish.unfiled ?? true,
    },
    visible,
    {
      unfiled: parseTemplate('unfiled', `${prefix}%Y`),
      album: parseTemplate('album', `${prefix}{album}`),
      'smart-folder': parseTemplate('smart-folder', `${prefix}{smart-folder}`),
    },
  );
}

/** `zone: pass, pass` for each library. */
function lines({ libraries }: PassPlan): readonly string[] {
  return libraries.map(({ library: { zone }, passes }) => {
    const names = passes.map((source) => {
      if (source.kind === 'album') return source.album.name;
      return source.kind === 'all' ? 'unfiled' : `*${source.name}`;
    });
    return `${zone.slice(0, 19)}: ${names.join(', ')}`;
  });
}

function failure(run: () => unknown): KeiError {
  try {
    run();
  } catch (error) {
    if (error instanceof KeiError) return error;
  }
  throw new Error('It did not fail as expected.');
}

const codes = (made: PassPlan): readonly string[] => made.notices.map(({ code }) => code);
const PRIMARY = 'PrimarySync: AC/DC, Kids, Trips, unfiled';

describe('cli 4.3: passes', () => {
  it.each<[string, Wish, readonly string[]]>([
    ['the defaults: albums by name, unfiled last', {}, [PRIMARY]],
    ['no albums', { albums: ['none'] }, ['PrimarySync: unfiled']],
    ['no unfiled', { unfiled: false }, ['PrimarySync: AC/DC, Kids, Trips']],
    ['all but one', { albums: ['!Kids'] }, ['PrimarySync: AC/DC, Trips, unfiled']],
    [
      'named, in order of names',
      { albums: ['Trips', 'AC/DC'] },
      ['PrimarySync: AC/DC, Trips, unfiled'],
    ],
    ['in the form that folders show', { albums: ['AC_DC'] }, ['PrimarySync: AC/DC, unfiled']],
    ['an exclusion beside names', { albums: ['Kids', '!Trips'] }, ['PrimarySync: Kids, unfiled']],
    [
      'favourites only',
      { albums: ['none'], smartFolders: ['Favorites'], unfiled: false },
      ['PrimarySync: *Favorites'],
    ],
    [
      'smart folders by name, between albums and unfiled',
      { albums: ['Kids'], smartFolders: ['Videos', 'Bursts', 'Hidden'] },
      ['PrimarySync: Kids, *Bursts, *Hidden, *Videos, unfiled'],
    ],
    ['both libraries', { libraries: ['all'] }, [PRIMARY, 'SharedSync-A1B2C3D4: unfiled']],
    ['the shared library alone', { libraries: ['shared'] }, ['SharedSync-A1B2C3D4: unfiled']],
    [
      'its short form, in any case',
      { libraries: ['sharedsync-a1b2c3d4'] },
      ['SharedSync-A1B2C3D4: unfiled'],
    ],
    ['only an exclusion', { libraries: [`!${SHARED}`] }, [PRIMARY]],
    [
      'an exclusion that matches nothing',
      { libraries: ['all', '!SharedSync-FFFFFFFF'] },
      [PRIMARY, 'SharedSync-A1B2C3D4: unfiled'],
    ],
    ['all but the primary', { libraries: ['all', '!primary'] }, ['SharedSync-A1B2C3D4: unfiled']],
    [
      'D85: explicit albums run outside the selected libraries too',
      { libraries: ['shared'], albums: ['all'] },
      ['PrimarySync: AC/DC, Kids, Trips', 'SharedSync-A1B2C3D4: unfiled'],
    ],
    [
      'D85: and so do smart folders',
      { libraries: ['shared'], smartFolders: ['Live'] },
      ['PrimarySync: *Live', 'SharedSync-A1B2C3D4: unfiled'],
    ],
  ])('%s', (_case, wish, expected) => {
    expect(lines(plan(wish))).toEqual(expected);
  });

  it.each([
    [['all'], 11, false],
    [['all', '!Live'], 10, false],
    [['!Live'], 10, false],
    [['all-with-sensitive'], 13, true],
    [['all-with-sensitive', '!Recently Deleted'], 12, true],
    [['none'], 0, false],
  ])('cli 4.2, D77, D84: smart folders %j', (smartFolders, count, hasHidden) => {
    const [first] = plan({ albums: ['none'], smartFolders }).libraries;
    const names = (first?.passes ?? []).flatMap((one) =>
      one.kind === 'smart-folder' ? [one.name] : [],
    );
    expect(names).toHaveLength(count);
    expect(names.includes('Hidden')).toBe(hasHidden);
  });

  it('D69: albums of one title, or of one folder name, are passes of their own', () => {
    const twins: VisibleLibrary = {
      ...primary,
      albums: [album('A:B', '3'), album('Kids', '2'), album('Kids', '1'), album('A/B', '4')],
    };
    const [first] = plan({ albums: ['Kids', 'A_B'], unfiled: false }, [twins]).libraries;
    const ids = (first?.passes ?? []).map((one) => (one.kind === 'album' ? one.album.id : ''));
    expect(ids).toEqual(['4', '3', '1', '2']);
  });

  it('compares names whatever their letters are composed of, and case as it is', () => {
    const composed: VisibleLibrary = { ...primary, albums: [album('E\u0301te\u0301')] };
    expect(lines(plan({ albums: ['Été'], unfiled: false }, [composed]))).toHaveLength(1);
    expect(failure(() => plan({ albums: ['été'] }, [composed])).code).toBe('UNKNOWN_ALBUM');
  });

  it('D78: the primary library may be listed with digits', () => {
    const numbered: VisibleLibrary = { library: library('PrimarySync1'), albums: [] };
    for (const name of ['primary', 'PrimarySync', 'PrimarySync1']) {
      expect(lines(plan({ libraries: [name] }, [numbered]))).toEqual(['PrimarySync1: unfiled']);
    }
  });
});

describe('cli 4.1: selections that cannot be met', () => {
  it.each<[Wish, string, string]>([
    [{ libraries: ['SharedSync-FFFFFFFF'] }, 'UNKNOWN_LIBRARY', `PrimarySync, ${SHARED}`],
    [{ libraries: ['primary', '!PrimarySync'] }, 'NO_LIBRARY', `PrimarySync, ${SHARED}`],
    [{ albums: ['Nope'] }, 'UNKNOWN_ALBUM', 'AC/DC, Kids, Trips'],
    [{ albums: ['Kids', '!Nope'] }, 'UNKNOWN_ALBUM', 'AC/DC, Kids, Trips'],
    [{ albums: ['!Nope'] }, 'UNKNOWN_ALBUM', 'AC/DC, Kids, Trips'],
    [{ albums: ['Favorites'] }, 'ALBUM_IS_SMART_FOLDER', '"Favorites"'],
    [{ albums: ['slo-mo'] }, 'ALBUM_IS_SMART_FOLDER', '"slo-mo"'],
  ])('%j is %s', (wish, code, named) => {
    const error = failure(() => plan(wish));
    expect(error).toMatchObject({ code, kind: 'config' });
    expect(error.message).toContain(named);
    expect(error.hint).toContain('[filters]');
  });

  it('a shared selection of an account without shared libraries', () => {
    expect(failure(() => plan({ libraries: ['shared'] }, [primary])).code).toBe('NO_LIBRARY');
    expect(lines(plan({ libraries: ['primary', 'shared'] }, [primary]))).toEqual([PRIMARY]);
  });

  it('a real album may have the name of a smart folder', () => {
    const own: VisibleLibrary = { ...primary, albums: [album('Favorites')] };
    expect(lines(plan({ albums: ['Favorites'], unfiled: false }, [own]))).toEqual([
      'PrimarySync: Favorites',
    ]);
  });

  it('two zones of one short form', () => {
    const twin: VisibleLibrary = {
      library: library(`${SHARED.slice(0, 19)}-FFFF-7890-ABCD-EF1234567890`),
      albums: [],
    };
    const error = failure(() => plan({ libraries: ['all'] }, [...account, twin]));
    expect(error.code).toBe('LIBRARY_NAMES_CLASH');
    expect(error.message).toContain(SHARED);
    const apart = { libraries: ['all', `!${SHARED}`] };
    expect(lines(plan(apart, [...account, twin]))).toHaveLength(2);
  });
});

describe('cli 4.3: notices', () => {
  it('libraries that share their folders', () => {
    expect(codes(plan({ libraries: ['all'] }))).toEqual(['LIBRARIES_SHARE_FOLDERS']);
    expect(codes(plan({ libraries: ['all'] }, account, '{library}/'))).toEqual([]);
    const two = [...account, { library: library(OTHER), albums: [] }];
    const [notice] = plan({ libraries: ['shared'] }, two).notices;
    expect(notice?.message).toContain(`${OTHER}, ${SHARED}`);
    expect(notice?.once).toBe(false);
  });

  it('shared libraries that the default leaves out, once', () => {
    const [notice, ...others] = plan({}).notices;
    expect(notice).toMatchObject({ code: 'SHARED_LIBRARIES_AVAILABLE', once: true });
    expect(others).toEqual([]);
    expect(codes(plan({}, [primary]))).toEqual([]);
    expect(codes(plan({ libraries: ['!shared'] }))).toEqual([]);
  });

  it('EN-67, D69: smart folders with a shared library', () => {
    const made = plan({ libraries: ['shared'], smartFolders: ['Live'], unfiled: false });
    expect(codes(made)).toEqual(['NO_SMART_FOLDERS_IN_SHARED']);
    expect(lines(made)).toEqual(['PrimarySync: *Live']);
  });

  it('a selection that leaves nothing to do', () => {
    const empty = { ...primary, albums: [] };
    const made = plan({ unfiled: false }, [empty]);
    expect(made.libraries).toEqual([]);
    expect(codes(made)).toEqual(['NOTHING_SELECTED']);
  });
});
