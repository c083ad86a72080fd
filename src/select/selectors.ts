import type { SmartFolderName } from '../domain/index.js';
import { parseEntries, quote, split, type Parsed } from './selector-grammar.js';

/** `[filters].libraries`: what is included, then what is taken away again. */
export interface LibrarySelection {
  readonly primary: boolean;
  readonly shared: boolean;
  /** Zone names, whole or in their 8-character short form, as written. */
  readonly zones: readonly string[];
  readonly excluded: {
    readonly primary: boolean;
    readonly shared: boolean;
    readonly zones: readonly string[];
  };
}

/** `[filters].albums`. An absent list selects all albums too, but only of the selected libraries. */
export type AlbumSelection =
  | { readonly kind: 'none' }
  | { readonly kind: 'all'; readonly explicit: boolean; readonly excluded: readonly string[] }
  | {
      readonly kind: 'only';
      readonly names: readonly string[];
      /** Checked for existence only: they are not among the names anyway. */
      readonly excluded: readonly string[];
    };

/** `[filters].smart_folders`; `sensitive` adds Hidden and Recently Deleted to "all". */
export type SmartFolderSelection =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'all';
      readonly sensitive: boolean;
      readonly excluded: readonly SmartFolderName[];
    }
  | {
      readonly kind: 'only';
      readonly names: readonly SmartFolderName[];
      readonly excluded: readonly SmartFolderName[];
    };

/** Every smart folder by the name that users write (cli 4.2, D77). */
export const SMART_FOLDER_NAMES: readonly SmartFolderName[] = [
  'Time-lapse',
  'Videos',
  'Slo-mo',
  'Bursts',
  'Favorites',
  'Panoramas',
  'Screenshots',
  'Live',
  'Portrait',
  'Long exposure',
  'Animated',
  'Recently Deleted',
  'Hidden',
];

/** The smart folders that `all` leaves out (cli 4.1); D84: the three of D77 are in. */
export const SENSITIVE_SMART_FOLDERS: ReadonlySet<SmartFolderName> = new Set([
  'Recently Deleted',
  'Hidden',
]);

/** What a list selects when it is absent or empty (cli 4.1). */
export const DEFAULT_LIBRARIES: LibrarySelection = {
  primary: true,
  shared: false,
  zones: [],
  excluded: { primary: false, shared: false, zones: [] },
};
export const DEFAULT_ALBUMS: AlbumSelection = { kind: 'all', explicit: false, excluded: [] };
export const DEFAULT_SMART_FOLDERS: SmartFolderSelection = { kind: 'none' };

const LIBRARY_WORDS = ['primary', 'shared', 'all', 'none'] as const;
const ALBUM_WORDS = ['all', 'none'] as const;
const SMART_FOLDER_WORDS = ['all', 'all-with-sensitive', 'none'] as const;

/**
 * Parses `[filters].libraries` (cli 4.1). `none` is refused, names with a colon are a mistake, and a
 * list that can select nothing is an error whatever the account holds.
 */
export function parseLibraries(list: readonly string[]): Parsed<LibrarySelection> {
  const parsed = parseEntries(list, {
    words: LIBRARY_WORDS,
    excludable: ['primary', 'shared'],
    whole: ['all'],
    fold: (name) => name.toLowerCase(),
  });
  if (!parsed.ok) return parsed;
  const problems: string[] = [];
  const has = (word: string, excluded: boolean) =>
    parsed.value.some(
      (entry) => entry.kind === 'word' && entry.word === word && entry.excluded === excluded,
    );
  const zones = (excluded: boolean) =>
    parsed.value.flatMap((entry) =>
      entry.kind === 'name' && entry.excluded === excluded ? [entry.name] : [],
    );
  if (has('none', false)) {
    problems.push('"none" is not possible: kei needs at least one library');
  }
  for (const name of [...zones(false), ...zones(true)]) {
    if (name.includes(':')) {
      problems.push(`${quote(name)} is not a library; \`kei list libraries\` shows their names`);
    }
  }
  const onlyExclusions = parsed.value.every((entry) => entry.excluded);
  const selection: LibrarySelection = {
    primary: has('primary', false) || has('all', false) || onlyExclusions,
    shared: has('shared', false) || has('all', false),
    zones: zones(false),
    excluded: { primary: has('primary', true), shared: has('shared', true), zones: zones(true) },
  };
  const left =
    (selection.primary && !selection.excluded.primary) ||
    (selection.shared && !selection.excluded.shared) ||
    selection.zones.length > 0;
  if (problems.length === 0 && !left) problems.push('every library is left out; include one');
  return problems.length === 0 ? { ok: true, value: selection } : { ok: false, problems };
}

/** Parses `[filters].albums` (cli 4.1); names are case-sensitive and checked against the account. */
export function parseAlbums(list: readonly string[]): Parsed<AlbumSelection> {
  if (list.length === 0) return { ok: true, value: DEFAULT_ALBUMS };
  const parsed = parseEntries(list, {
    words: ALBUM_WORDS,
    excludable: [],
    whole: ['all'],
    fold: (name) => name,
  });
  if (!parsed.ok) return parsed;
  const { words, names, excluded } = split(parsed.value);
  if (words.includes('none')) return { ok: true, value: { kind: 'none' } };
  return names.length === 0
    ? { ok: true, value: { kind: 'all', explicit: true, excluded } }
    : { ok: true, value: { kind: 'only', names, excluded } };
}

/** Parses `[filters].smart_folders` (cli 4.1, 4.2); a name must be one of the thirteen. */
export function parseSmartFolders(list: readonly string[]): Parsed<SmartFolderSelection> {
  if (list.length === 0) return { ok: true, value: DEFAULT_SMART_FOLDERS };
  const parsed = parseEntries(list, {
    words: SMART_FOLDER_WORDS,
    excludable: [],
    whole: ['all', 'all-with-sensitive'],
    fold: (name) => name,
  });
  if (!parsed.ok) return parsed;
  const { words, names, excluded } = split(parsed.value);
  const problems = [...names, ...excluded].flatMap(smartFolderProblem);
  if (problems.length > 0) return { ok: false, problems };
  if (words.includes('none')) return { ok: true, value: { kind: 'none' } };
  const known = { names: names.filter(isSmartFolder), excluded: excluded.filter(isSmartFolder) };
  return known.names.length === 0
    ? {
        ok: true,
        value: {
          kind: 'all',
          sensitive: words.includes('all-with-sensitive'),
          excluded: known.excluded,
        },
      }
    : { ok: true, value: { kind: 'only', ...known } };
}

/** The list in its canonical form (cli 2.8): words first, names sorted, exclusions last. */
export function renderLibraries(selection: LibrarySelection): string[] {
  const { primary, shared, zones, excluded } = selection;
  const words = primary && shared ? ['all'] : primary ? ['primary'] : shared ? ['shared'] : [];
  // "all" swallows single zones in the grammar, so the two words stay apart beside a zone name.
  const included = primary && shared && zones.length > 0 ? ['primary', 'shared'] : words;
  return [
    ...included,
    ...sorted(zones).map((name) => escape(name, LIBRARY_WORDS)),
    ...(excluded.primary ? ['!primary'] : []),
    ...(excluded.shared ? ['!shared'] : []),
    ...sorted(excluded.zones).map(leaveOut),
  ];
}

/** The list in its canonical form (cli 2.8); an absent list is an empty one. */
export function renderAlbums(selection: AlbumSelection): string[] {
  if (selection.kind === 'none') return ['none'];
  const excluded = sorted(selection.excluded).map(leaveOut);
  if (selection.kind === 'all') return selection.explicit ? ['all', ...excluded] : [];
  return [...sorted(selection.names).map((name) => escape(name, ALBUM_WORDS)), ...excluded];
}

/** The list in its canonical form (cli 2.8). */
export function renderSmartFolders(selection: SmartFolderSelection): string[] {
  if (selection.kind === 'none') return ['none'];
  const excluded = sorted(selection.excluded).map(leaveOut);
  if (selection.kind === 'only') return [...sorted(selection.names), ...excluded];
  return [selection.sensitive ? 'all-with-sensitive' : 'all', ...excluded];
}

function isSmartFolder(name: string): name is SmartFolderName {
  return SMART_FOLDER_NAMES.some((known) => known === name);
}

function smartFolderProblem(name: string): string[] {
  if (isSmartFolder(name)) return [];
  const meant = SMART_FOLDER_NAMES.find((known) => known.toLowerCase() === name.toLowerCase());
  return meant === undefined
    ? [`${quote(name)} is not a smart folder; they are ${SMART_FOLDER_NAMES.join(', ')}`]
    : [`${quote(name)} is not a smart folder; write ${quote(meant)}`];
}

/** A name that would read as something else gets the `=` that makes it literal. */
function escape(name: string, words: readonly string[]): string {
  return name.startsWith('!') || name.startsWith('=') || words.includes(name.toLowerCase())
    ? `=${name}`
    : name;
}

/** An exclusion; the blank keeps `!` apart from a name's own `=`, since `!=` is refused. */
function leaveOut(name: string): string {
  return name.startsWith('=') ? `! ${name}` : `!${name}`;
}

function sorted<T extends string>(names: readonly T[]): T[] {
  return [...names].sort();
}
