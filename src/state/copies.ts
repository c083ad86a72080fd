import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Where the copy lies that is kept before the schema becomes `version` (D41). */
export function copyPath(path: string, version: number): string {
  return `${path}.before-v${version}`;
}

/** The copies that migrations have kept of a database, newest first. */
export function copiesBeside(path: string): string[] {
  const prefix = basename(copyPath(path, 0)).slice(0, -1);
  const version = (name: string) => Number(name.slice(prefix.length));
  try {
    return readdirSync(dirname(path))
      .filter((name) => name.startsWith(prefix) && Number.isInteger(version(name)))
      .sort((a, b) => version(b) - version(a))
      .map((name) => join(dirname(path), name));
  } catch {
    return [];
  }
}
