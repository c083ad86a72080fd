import type { Album, AssetSource, Library, SmartFolderName } from '../domain/index.js';
import type { ParsedTemplate, TemplateKind } from '../naming/index.js';
import { albumSelector } from './select-albums.js';
import { inOrder, selectLibraries } from './select-libraries.js';
import {
  SENSITIVE_SMART_FOLDERS,
  SMART_FOLDER_NAMES,
  type AlbumSelection,
  type LibrarySelection,
  type SmartFolderSelection,
} from './selectors.js';

/** The four axes of `[filters]` (cli 4). */
export interface Selection {
  readonly libraries: LibrarySelection;
  readonly albums: AlbumSelection;
  readonly smartFolders: SmartFolderSelection;
  readonly unfiled: boolean;
}

/**
 * A library that the account shows, with its user albums; shared libraries have none (D85), and
 * `undefined` are those that could not be listed.
 */
export interface VisibleLibrary {
  readonly library: Library;
  readonly albums: readonly Album[] | undefined;
}

/** What one library has to do, in order: albums, smart folders, and the unfiled pass last. */
export interface LibraryPasses {
  readonly library: Library;
  readonly passes: readonly AssetSource[];
}

/** Something about the selection that the user should know. */
export interface SelectionNotice {
  readonly code:
    | 'LIBRARIES_SHARE_FOLDERS'
    | 'SHARED_LIBRARIES_AVAILABLE'
    | 'NO_SMART_FOLDERS_IN_SHARED'
    | 'NOTHING_SELECTED';
  readonly message: string;
  /** Shown once for each data directory; the others at every run. */
  readonly once: boolean;
}

/** The whole work list of a run. */
export interface PassPlan {
  /** Only libraries with at least one pass, or albums that nobody knows; the primary first. */
  readonly libraries: readonly LibraryPasses[];
  readonly notices: readonly SelectionNotice[];
}

/**
 * Turns the selection into passes (cli 4.3, D69, D77, D84, D85). Explicit albums and smart folders
 * run in every visible primary library, whatever `libraries` says. Throws `config` errors that list
 * what exists; a name that an album may have which could not be listed is none.
 */
export function planPasses(
  selection: Selection,
  visible: readonly VisibleLibrary[],
  templates: Readonly<Record<TemplateKind, ParsedTemplate>>,
): PassPlan {
  const everywhere = visible.map(({ library }) => library);
  const selected = selectLibraries(selection.libraries, everywhere);
  const albumsEverywhere = isExplicit(selection.albums);
  const inScope = (library: Library): boolean => albumsEverywhere || selected.includes(library);
  const searched = visible.filter(({ library }) => inScope(library));
  const unlisted = searched.filter(({ albums }) => albums === undefined);
  const isSelected = albumSelector(
    selection.albums,
    searched.flatMap(({ albums }) => albums ?? []),
    unlisted.length === 0,
  );
  const smartFolders = selectSmartFolders(selection.smartFolders);
  const libraries = inOrder(everywhere)
    .map((library): LibraryPasses => {
      const albums = visible.find((one) => one.library === library)?.albums ?? [];
      const passes: AssetSource[] = inScope(library)
        ? sortedAlbums(albums.filter(isSelected)).map((album) => ({ kind: 'album', album }))
        : [];
      if (library.kind === 'primary') {
        passes.push(...smartFolders.map((name) => ({ kind: 'smart-folder', name }) as const));
      }
      if (selection.unfiled && selected.includes(library)) passes.push({ kind: 'all' });
      return { library, passes };
    })
    .filter(
      ({ library, passes }) => passes.length > 0 || unlisted.some((one) => one.library === library),
    );
  return {
    libraries,
    notices: [
      ...sharedLibrariesNotice(selection.libraries, everywhere),
      ...smartFolderNotices(smartFolders, selected),
      ...sharedFoldersNotice(libraries, templates),
      ...(libraries.length === 0 ? [NOTHING_SELECTED] : []),
    ],
  };
}

/** Which folder template a pass uses (cli 5.1). */
export function templateKind(source: AssetSource): TemplateKind {
  return source.kind === 'all' ? 'unfiled' : source.kind;
}

/** A selection that the account has nothing for. */
export const NOTHING_SELECTED: SelectionNotice = {
  code: 'NOTHING_SELECTED',
  message:
    'The selection in [filters] leaves nothing to do: no album, no smart folder, no unfiled.',
  once: false,
};

/** Albums that are named run in every primary library (D85). */
export function isExplicit(albums: AlbumSelection): boolean {
  return albums.kind === 'only' || (albums.kind === 'all' && albums.explicit);
}

/** The smart folders of a selection, by name. */
export function selectSmartFolders(selection: SmartFolderSelection): readonly SmartFolderName[] {
  switch (selection.kind) {
    case 'none':
      return [];
    case 'only':
      return [...selection.names].sort();
    case 'all':
      return SMART_FOLDER_NAMES.filter(
        (name) =>
          !selection.excluded.includes(name) &&
          (selection.sensitive || !SENSITIVE_SMART_FOLDERS.has(name)),
      ).sort();
  }
}

/** By name, and by id where names are equal, so that names are claimed in the same order again. */
function sortedAlbums(albums: readonly Album[]): readonly Album[] {
  const isBefore = (a: Album, b: Album): boolean =>
    a.name === b.name ? a.id < b.id : a.name < b.name;
  return [...albums].sort((a, b) => (isBefore(a, b) ? -1 : 1));
}

function sharedLibrariesNotice(
  { primary, shared, zones, excluded }: LibrarySelection,
  visible: readonly Library[],
): readonly SelectionNotice[] {
  const isDefault =
    primary && !shared && zones.length === 0 && !excluded.shared && excluded.zones.length === 0;
  const others = visible.filter(({ kind }) => kind === 'shared');
  if (!isDefault || others.length === 0) return [];
  const names = others.map(({ zone }) => zone).join(', ');
  return [
    {
      code: 'SHARED_LIBRARIES_AVAILABLE',
      message: `The account also has shared libraries (${names}); libraries = ["all"] in [filters] includes them.`,
      once: true,
    },
  ];
}

function smartFolderNotices(
  smartFolders: readonly SmartFolderName[],
  selected: readonly Library[],
): readonly SelectionNotice[] {
  if (smartFolders.length === 0) return [];
  return selected
    .filter(({ kind }) => kind === 'shared')
    .map(({ zone }) => ({
      code: 'NO_SMART_FOLDERS_IN_SHARED',
      message: `The shared library ${zone} has no smart folders; they are taken from the primary library only.`,
      once: false,
    }));
}

/** Two libraries whose files can meet in one folder, because a template does not tell them apart. */
function sharedFoldersNotice(
  libraries: readonly LibraryPasses[],
  templates: Readonly<Record<TemplateKind, ParsedTemplate>>,
): readonly SelectionNotice[] {
  const mixed = libraries.filter(({ passes }) =>
    passes.some((source) => !templates[templateKind(source)].namesLibrary),
  );
  if (mixed.length < 2) return [];
  const names = mixed.map(({ library }) => library.zone).join(', ');
  return [
    {
      code: 'LIBRARIES_SHARE_FOLDERS',
      message: `The libraries ${names} share one set of folders; put {library} into the folder templates to keep them apart.`,
      once: false,
    },
  ];
}
