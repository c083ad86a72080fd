import type { Asset, ChangeEvent, Library } from '../domain/index.js';
import type { ChangesResult, PhotosService } from '../icloud/index.js';
import type { FeedNoteKind, RunScratch, StateReader } from '../state/index.js';

/** Assets of a feed that are kept in memory; a longer feed is read a second time for them. */
const MOST_KEPT = 500;

/** The detail of a changed asset that was in the library when the last run began, seen or not. */
export const NOT_NEW = 'not new';

export type AlbumChange = Extract<ChangeEvent, { kind: 'album' }>;

export interface DigestDeps {
  readonly service: PhotosService;
  readonly scratch: RunScratch;
  readonly state: Pick<StateReader, 'zones'> | undefined;
}

/**
 * The changes of a library with albums, read to their end before anything is planned: the news that
 * an album holds a photo may come after the photo itself (IN-36). What it says lies in the scratch;
 * only a few assets are kept, and for more the feed is asked again: the same token gives the same
 * answer, with fresh URLs (protocol 6.2).
 */
export class ChangeDigest {
  readonly library: Library;
  /** Album and folder records of the feed. */
  readonly albums: readonly AlbumChange[];
  readonly result: ChangesResult;
  /** The feed had nothing to say about photos or albums. */
  readonly isEmpty: boolean;
  readonly #since: string;
  readonly #deps: DigestDeps;
  readonly #kept: ReadonlyMap<string, Asset> | undefined;

  private constructor(
    library: Library,
    since: string,
    deps: DigestDeps,
    read: Pick<ChangeDigest, 'albums' | 'result' | 'isEmpty'> & {
      readonly kept: ReadonlyMap<string, Asset> | undefined;
    },
  ) {
    this.library = library;
    this.albums = read.albums;
    this.result = read.result;
    this.isEmpty = read.isEmpty;
    this.#since = since;
    this.#deps = deps;
    this.#kept = read.kept;
  }

  /** Reads the feed from a zone token on: one request for each page, and lookups of masters. */
  static async read(library: Library, since: string, deps: DigestDeps): Promise<ChangeDigest> {
    const { feed: notes } = deps.scratch;
    const { zone } = library;
    notes.forget(zone);
    const feed = deps.service.listChanges(library, since);
    const beganMs = deps.state?.zones.tokenFromMs(zone);
    const albums = new Map<string, AlbumChange>();
    const kept = new Map<string, Asset>();
    let [isEmpty, fits] = [true, true];
    for await (const event of feed.events()) {
      isEmpty = false;
      if (event.kind === 'album') albums.set(event.albumId, event);
      else if (event.kind === 'relation') notes.relate(zone, event);
      else {
        const name = nameOf(event);
        kept.delete(name);
        notes.note(zone, name, noteKind(event), detailOf(event, beganMs));
        if (event.kind === 'changed' && fits) kept.set(name, event.asset);
        fits &&= kept.size <= MOST_KEPT;
        if (!fits) kept.clear();
      }
    }
    const result = feed.result();
    return new ChangeDigest(library, since, deps, {
      albums: [...albums.values()],
      result,
      isEmpty: isEmpty && result.status === 'complete',
      kept: fits ? kept : undefined,
    });
  }

  /** A changed asset as it is now; `undefined` also where the feed was too long to keep any. */
  kept(assetId: string): Asset | undefined {
    return this.#kept?.get(assetId);
  }

  /** The changed assets, each once, as they are now. */
  async *assets(): AsyncGenerator<Asset> {
    if (this.#kept !== undefined) {
      yield* this.#kept.values();
      return;
    }
    const { service, scratch } = this.#deps;
    const { zone } = this.library;
    for await (const event of service.listChanges(this.library, this.#since).events()) {
      if (event.kind !== 'changed') continue;
      // What changed after the first reading is told again by the next run.
      if (scratch.feed.kindOf(zone, event.asset.assetId) === 'changed') yield event.asset;
    }
  }
}

type RecordEvent = Exclude<ChangeEvent, { kind: 'album' | 'relation' }>;

function nameOf(event: RecordEvent): string {
  if (event.kind === 'changed') return event.asset.assetId;
  return 'assetId' in event ? event.assetId : event.recordName;
}

function detailOf(event: RecordEvent, beganMs: number | undefined): string {
  if (event.kind === 'changed') return isNew(event, beganMs) ? '' : NOT_NEW;
  return 'reason' in event ? event.reason : '';
}

/**
 * A new photo comes with its master; what comes without was there before (protocol 6.3). Not every
 * server keeps to that, and a photo that was trashed and restored looks new as well: so does the time
 * at which its record was made count, and that at which it was added, where there is one.
 */
function isNew(
  { isAlone, createdAtMs, asset: { addedAtMs } }: Extract<RecordEvent, { kind: 'changed' }>,
  beganMs: number | undefined,
): boolean {
  if (isAlone) return false;
  const times = [createdAtMs, addedAtMs].filter((time) => time !== undefined);
  return beganMs === undefined || times.length === 0 || Math.max(...times) >= beganMs;
}

function noteKind({ kind }: RecordEvent): FeedNoteKind {
  if (kind === 'soft-deleted') return 'deleted';
  return kind === 'hard-deleted' ? 'purged' : kind;
}
