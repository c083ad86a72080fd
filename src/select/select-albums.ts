import type { Album } from '../domain/index.js';
import { KeiError } from '../errors/index.js';
import { cleanFolderName } from '../naming/index.js';
import { SMART_FOLDER_NAMES, type AlbumSelection } from './selectors.js';

/**
 * A test for the albums that `[filters].albums` selects (cli 4.1). Names are compared in the form
 * in which folders show them, so `AC/DC` may also be written `AC_DC`; albums of one name are all
 * selected (D69). Throws a `config` error for a name that no album in `existing` has, where these
 * are all.
 */
export function albumSelector(
  selection: AlbumSelection,
  existing: readonly Album[],
  areAll = true,
): (album: Album) => boolean {
  if (selection.kind === 'none') return () => false;
  const known = new Set(existing.map(({ name }) => comparable(name)));
  const named = selection.kind === 'only' ? selection.names : [];
  for (const name of [...named, ...selection.excluded]) {
    if (areAll && !known.has(comparable(name))) throw unknownAlbum(name, existing);
  }
  const included = new Set(named.map(comparable));
  const excluded = new Set(selection.excluded.map(comparable));
  return ({ name }) => {
    const key = comparable(name);
    return !excluded.has(key) && (selection.kind === 'all' || included.has(key));
  };
}

/** Composed letters: what a user types and what a device stored may differ only in that. */
function comparable(name: string): string {
  return cleanFolderName(name).normalize('NFC');
}

function unknownAlbum(name: string, existing: readonly Album[]): KeiError {
  const smartFolder = SMART_FOLDER_NAMES.find((one) => one.toLowerCase() === name.toLowerCase());
  if (smartFolder !== undefined) {
    return new KeiError({
      code: 'ALBUM_IS_SMART_FOLDER',
      kind: 'config',
      message: `"${name}" in [filters].albums is a smart folder, not an album.`,
      hint: `Write it as smart_folders = ["${smartFolder}"] in [filters].`,
    });
  }
  const names = [...new Set(existing.map((album) => album.name))].sort();
  const list = names.length === 0 ? 'no albums' : names.join(', ');
  return new KeiError({
    code: 'UNKNOWN_ALBUM',
    kind: 'config',
    message: `There is no album "${name}"; the account has ${list}.`,
    hint: 'Correct [filters].albums; `kei list albums` shows the names.',
  });
}
