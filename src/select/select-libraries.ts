import type { Library } from '../domain/index.js';
import { KeiError } from '../errors/index.js';
import { shortLibraryName } from '../naming/index.js';
import type { LibrarySelection } from './selectors.js';

/**
 * The libraries that `[filters].libraries` selects among the visible ones, the primary first
 * (cli 4.1). Throws a `config` error that lists what exists: for a name that matches nothing, for
 * an empty result, and for two zones whose folders would have one name.
 */
export function selectLibraries(
  selection: LibrarySelection,
  visible: readonly Library[],
): readonly Library[] {
  for (const name of selection.zones) {
    if (!visible.some((library) => isCalled(library, name))) {
      throw selectionError('UNKNOWN_LIBRARY', `There is no library "${name}"`, visible);
    }
  }
  const { excluded } = selection;
  const selected = inOrder(visible).filter(
    (library) =>
      (selection[library.kind] || selection.zones.some((name) => isCalled(library, name))) &&
      !(excluded[library.kind] || excluded.zones.some((name) => isCalled(library, name))),
  );
  if (selected.length === 0) {
    throw selectionError('NO_LIBRARY', '[filters].libraries selects no library', visible);
  }
  refuseClashes(selected);
  return selected;
}

/** The primary library first, then by zone name: zones are listed in no fixed order. */
export function inOrder(libraries: readonly Library[]): readonly Library[] {
  const rank = ({ kind, zone }: Library): string => `${kind === 'primary' ? 0 : 1}${zone}`;
  return [...libraries].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

function isCalled({ zone }: Library, name: string): boolean {
  const wanted = name.toLowerCase();
  return zone.toLowerCase() === wanted || shortLibraryName(zone).toLowerCase() === wanted;
}

function refuseClashes(selected: readonly Library[]): void {
  const byFolder = new Map<string, string>();
  for (const { zone } of selected) {
    const folder = shortLibraryName(zone);
    const other = byFolder.get(folder.toLowerCase());
    if (other !== undefined) {
      throw new KeiError({
        code: 'LIBRARY_NAMES_CLASH',
        kind: 'config',
        message: `The libraries ${other} and ${zone} would share the folder name ${folder}.`,
        hint: 'Select one of them in [filters].libraries, and the other in a configuration of its own.',
      });
    }
    byFolder.set(folder.toLowerCase(), zone);
  }
}

function selectionError(code: string, what: string, visible: readonly Library[]): KeiError {
  const zones = inOrder(visible).map(({ zone }) => zone);
  const list = zones.length === 0 ? 'no libraries' : zones.join(', ');
  return new KeiError({
    code,
    kind: 'config',
    message: `${what}; the account has ${list}.`,
    hint: 'Correct [filters].libraries; `kei list libraries` shows the names.',
  });
}
