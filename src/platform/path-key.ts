import { sep } from 'node:path';

/**
 * The form of a path in which two names of one file are equal (DL-60, cli 6.9): as it is where the
 * file system tells `A.JPG` from `a.jpg`, folded where it does not. A key that joins too much costs a
 * suffix; one that joins too little costs a collision at publishing.
 */
export function pathKey(path: string, foldsCase: boolean): string {
  return foldsCase ? folded(path) : path;
}

/** Through upper case first, because letters such as the long s meet only there. */
function folded(text: string): string {
  return text.normalize('NFD').toUpperCase().toLowerCase().normalize('NFD');
}

/** The keys of all paths below a folder, from the first one to before the end. */
export function keysUnder(
  folder: string,
  foldCase: boolean,
): { readonly first: string; readonly end: string } {
  const key = pathKey(folder.endsWith(sep) ? folder.slice(0, -1) : folder, foldCase);
  // All keys that start with the folder and a separator lie before the separator's successor.
  return { first: key + sep, end: key + String.fromCharCode(sep.charCodeAt(0) + 1) };
}
