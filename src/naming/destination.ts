import { isAbsolute, join, sep } from 'node:path';
import { KeiError } from '../errors/index.js';

/**
 * The absolute path of a file below the download directory `root`. The last guard before the disk:
 * whatever the parts are, the path stays inside. Throws `UNSAFE_PATH` for a part that is not one
 * plain path component, which cleaned names always are.
 */
export function destination(root: string, folders: readonly string[], name: string): string {
  const parts = [...folders, name];
  if (!isAbsolute(root) || !parts.every(isPlainComponent)) {
    throw new KeiError({
      code: 'UNSAFE_PATH',
      kind: 'bug',
      message: `Refused to leave the download directory ${root} for ${JSON.stringify(parts)}.`,
    });
  }
  const base = join(root, sep);
  return base + parts.join(sep);
}

function isPlainComponent(part: string): boolean {
  return part !== '' && part !== '.' && part !== '..' && !/[/\\\0]/.test(part);
}
