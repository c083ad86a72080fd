import { lstat, opendir, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** File systems that ignore case, by what `statfs` calls them on Linux. */
const FOLDING_TYPES: ReadonlySet<number> = new Set([
  0x4d44, // FAT
  0x2011bab0, // exFAT
  0xfe534d42, // a share of Windows (SMB 2 and 3)
  0xff534d42, // a share of Windows (CIFS)
]);

/** Names of a folder that are looked at for one that can be written in another case. */
const MOST_NAMES = 100;

/**
 * Whether names that differ in case only are one name below a folder, found without writing anything:
 * by a name that is there, else by the kind of file system, else by the platform. The folder need
 * not exist yet.
 */
export async function foldsCase(directory: string, platform: NodeJS.Platform): Promise<boolean> {
  const folder = await existingAbove(directory);
  return (
    (await toldByNamesIn(folder)) ??
    (await toldByNameOf(folder)) ??
    (await toldByKindOf(folder)) ??
    (platform === 'darwin' || platform === 'win32')
  );
}

async function existingAbove(path: string): Promise<string> {
  let folder = path;
  while ((await identity(folder)) === undefined && dirname(folder) !== folder) {
    folder = dirname(folder);
  }
  return folder;
}

async function toldByNamesIn(folder: string): Promise<boolean | undefined> {
  let seen = 0;
  for await (const name of namesIn(folder)) {
    const told = await toldBy(folder, name);
    if (told !== undefined) return told;
    seen += 1;
    if (seen === MOST_NAMES) break;
  }
  return undefined;
}

/** A mount point has its name in another file system, which says nothing of this one. */
async function toldByNameOf(folder: string): Promise<boolean | undefined> {
  const above = dirname(folder);
  const [own, parent] = [await identity(folder), await identity(above)];
  return own?.device === parent?.device ? toldBy(above, basename(folder)) : undefined;
}

async function toldBy(folder: string, name: string): Promise<boolean | undefined> {
  const other = name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase();
  if (other === name) return undefined;
  const [own, found] = [await identity(join(folder, name)), await identity(join(folder, other))];
  if (own === undefined) return undefined;
  if (found === undefined) return false;
  if (own.device === found.device && own.inode === found.inode) return true;
  // Not every file system gives a file one number under both names, but none lists it twice.
  for await (const listed of namesIn(folder)) if (listed === other) return false;
  return true;
}

async function* namesIn(folder: string): AsyncGenerator<string> {
  const entries = await opendir(folder).catch(() => undefined);
  if (entries !== undefined) for await (const { name } of entries) yield name;
}

async function toldByKindOf(folder: string): Promise<true | undefined> {
  const kind = await statfs(folder).catch(() => undefined);
  return kind !== undefined && FOLDING_TYPES.has(kind.type) ? true : undefined;
}

async function identity(path: string) {
  const found = await lstat(path, { bigint: true }).catch(() => undefined);
  return found && { device: found.dev, inode: found.ino };
}
