import type { Album, Library } from '../domain/index.js';
import { isKeiError } from '../errors/index.js';
import type { Logger } from '../platform/logger.js';
import type { CloudKitCall } from './cloudkit-call.js';
import { encodedTextField, flagField, intField } from './fields.js';
import { albumQuery } from './queries.js';
import { readRecords, textMember, type JsonObject, type WireRecord } from './wire.js';

const ALBUM = 0;
const FOLDER = 3;
const ROOT_FOLDERS: ReadonlySet<string> = new Set([
  '----Root-Folder----',
  '----Project-Root-Folder----',
]);
/** About 12,800 albums in one folder; more are not listed, with a warning (EN-6). */
const MOST_PAGES = 64;

/** The name of an album or folder record; undefined when it has none (protocol 5.7). */
export function albumName(record: WireRecord): string | undefined {
  return encodedTextField(record.fields, 'albumNameEnc', { lossy: true });
}

interface Folder {
  readonly id: string | undefined;
  readonly path: readonly string[];
}

/**
 * Every user album of a library with the folders around it, in the server's order; equal names are
 * separate albums (EN-6, protocol 5.7). Shared libraries have none (EN-3, protocol D 11).
 */
export async function listAlbums(
  call: CloudKitCall,
  library: Library,
  log: Logger,
): Promise<readonly Album[]> {
  if (library.kind === 'shared') return [];
  const albums: Album[] = [];
  const folders: Folder[] = [{ id: undefined, path: [] }];
  const seen = new Set<string>();
  // The list grows while it is walked: every folder found is visited after those before it.
  for (const folder of folders) {
    for await (const record of albumRecords(call, library, folder.id, log)) {
      const name = albumName(record);
      if (name === undefined || !isLive(record) || seen.has(record.name)) continue;
      seen.add(record.name);
      const type = intField(record.fields, 'albumType');
      if (type === ALBUM) albums.push({ id: record.name, name, folders: folder.path });
      if (type === FOLDER) folders.push({ id: record.name, path: [...folder.path, name] });
    }
  }
  return albums;
}

function isLive({ name, deleted, error, fields }: WireRecord): boolean {
  return (
    !deleted && error === undefined && !flagField(fields, 'isDeleted') && !ROOT_FOLDERS.has(name)
  );
}

async function* albumRecords(
  call: CloudKitCall,
  library: Library,
  folderId: string | undefined,
  log: Logger,
): AsyncGenerator<WireRecord> {
  let marker: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await fetchAlbums(call, library, folderId, marker);
    if (answer === undefined) return;
    yield* readRecords(answer['records'], call.now()).records;
    marker = textMember(answer, 'continuationMarker');
    if (marker === undefined) return;
  }
  log.warn(`${library.zone} has more albums than kei lists in one folder; the rest is left out.`);
}

/** One page; undefined where the server cannot list albums (protocol D 8). */
async function fetchAlbums(
  call: CloudKitCall,
  library: Library,
  folderId: string | undefined,
  marker: string | undefined,
): Promise<JsonObject | undefined> {
  try {
    return await call({
      database: library.database,
      operation: 'records/query',
      zone: library.zone,
      body: albumQuery(library, folderId, marker),
    });
  } catch (error) {
    if (isKeiError(error) && error.code === 'CLOUDKIT_INDEX_UNSUPPORTED') return undefined;
    throw error;
  }
}
