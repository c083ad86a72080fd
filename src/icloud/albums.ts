import type { Album, Library } from '../domain/index.js';
import { albumUnreadable } from '../errors/api-errors.js';
import { isKeiError } from '../errors/index.js';
import type { Logger } from '../platform/logger.js';
import type { CloudKitCall } from './cloudkit-call.js';
import { saysDeleted, saysLater } from './cloudkit-errors.js';
import { encodedTextField, flagField, intField } from './fields.js';
import { albumQuery } from './queries.js';
import {
  readRecords,
  textMember,
  type JsonObject,
  type WireError,
  type WireRecord,
} from './wire.js';

const ALBUM = 0;
const FOLDER = 3;
const ROOT_FOLDERS: ReadonlySet<string> = new Set([
  '----Root-Folder----',
  '----Project-Root-Folder----',
]);
/** About 12,800 albums in one folder; more are not listed, with a warning (EN-6). */
const MOST_PAGES = 64;

/** What a CPLAlbum record stands for (protocol 5.7). */
export function containerKind({ name, fields }: WireRecord): 'album' | 'folder' | 'other' {
  if (ROOT_FOLDERS.has(name)) return 'other';
  const type = intField(fields, 'albumType');
  if (type === ALBUM) return 'album';
  return type === FOLDER ? 'folder' : 'other';
}

/** The name of an album or folder record; undefined when it has none (protocol 5.7). */
export function albumName(record: WireRecord): string | undefined {
  return encodedTextField(record.fields, 'albumNameEnc', { lossy: true });
}

interface Folder {
  readonly id: string | undefined;
  readonly path: readonly string[];
}

/** Times that a list is read which changes under the reading: one that moved may be in neither half. */
const MOST_READINGS = 2;

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
  for (let reading = 1; ; reading += 1) {
    const tokens = new Set<string>();
    const albums = await readAlbums(call, library, tokens, log);
    if (tokens.size <= 1 || reading === MOST_READINGS) return albums;
  }
}

/** Reads folder by folder; `tokens` gets the zone tokens of the pages. */
async function readAlbums(
  call: CloudKitCall,
  library: Library,
  tokens: Set<string>,
  log: Logger,
): Promise<readonly Album[]> {
  const albums: Album[] = [];
  const folders: Folder[] = [{ id: undefined, path: [] }];
  const seen = new Set<string>();
  // The list grows while it is walked: every folder found is visited after those before it.
  for (const folder of folders) {
    for await (const record of albumRecords(call, library, folder.id, tokens, log)) {
      if (record.error !== undefined && !saysDeleted(record.error)) {
        const { code, reason } = record.error;
        throw albumUnreadable(record.name, `${code} ${reason}`.trim());
      }
      const name = albumName(record);
      if (name === undefined || !isLive(record) || seen.has(record.name)) continue;
      seen.add(record.name);
      const kind = containerKind(record);
      if (kind === 'album') albums.push({ id: record.name, name, folders: folder.path });
      if (kind === 'folder') folders.push({ id: record.name, path: [...folder.path, name] });
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
  tokens: Set<string>,
  log: Logger,
): AsyncGenerator<WireRecord> {
  let marker: string | undefined;
  let asked = false;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await fetchAlbums(call, library, folderId, marker);
    if (answer === undefined) return;
    const token = textMember(answer, 'syncToken');
    if (token !== undefined) tokens.add(token);
    const { records } = readRecords(answer['records'], call.now());
    // No album at all is asked once more: every photo of theirs would be taken for unfiled.
    if (records.length === 0 && folderId === undefined && page === 0 && !asked) {
      asked = true;
      page -= 1;
      continue;
    }
    yield* records;
    marker = textMember(answer, 'continuationMarker');
    if (marker === undefined) return;
  }
  log.warn(`${library.zone} has more albums than kei lists in one folder; the rest is left out.`);
}

/** An album that comes later is waited for: without it the list is not whole. */
function errorThatPasses(answer: JsonObject, nowMs: number): WireError | undefined {
  const errors = readRecords(answer['records'], nowMs).records.map(({ error }) => error);
  return errors.find((error) => error !== undefined && saysLater(error));
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
      findError: (answer) => errorThatPasses(answer, call.now()),
    });
  } catch (error) {
    if (isKeiError(error) && error.code === 'CLOUDKIT_INDEX_UNSUPPORTED') return undefined;
    throw error;
  }
}
