/**
 * The form of a path in which two names of one file are equal: as it is where the file system tells
 * `A.JPG` from `a.jpg`, composed and lower-cased where it does not (DL-60, cli 6.9). A key that
 * joins too much costs a suffix; one that joins too little costs a collision at publishing.
 */
export function pathKey(path: string, foldCase: boolean): string {
  return foldCase ? path.normalize('NFC').toLowerCase() : path;
}
