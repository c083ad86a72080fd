import type { Config } from '../config/types.js';
import type { Album, Library } from '../domain/index.js';
import type { PhotosService } from '../icloud/index.js';
import type { Selection } from '../select/passes.js';
import type { RunScratch } from '../state/index.js';
import { ChangeDigest } from './change-digest.js';
import { reasonWithoutToken, type FullReason } from './choose-mode.js';
import { RELATION_DEBT } from './enumeration-notes.js';
import { areAlbumsSame } from './known-albums.js';
import { isKeiError, type KeiError } from '../errors/index.js';
import type { LibraryOverview } from './library-overview.js';
import type { Pass } from './pass.js';
import { readDigest } from './what-changed.js';
import type { LibraryWork, StateView, SyncMode } from './library-work.js';

export interface LibraryStartDeps {
  readonly config: Config;
  readonly service: PhotosService;
  readonly state: StateView | undefined;
  readonly scratch: RunScratch;
  readonly selection: Selection;
  readonly listingHash: string;
  readonly drift: FullReason | undefined;
  readonly retryOnly: boolean;
  /** The run asks for a part that only a listing can tell, such as the newest N. */
  readonly bound: boolean;
  readonly overview: LibraryOverview;
}

/**
 * How a run begins with one library: from its change feed where the last listing still holds, else
 * from a listing. Order matters, so that no album is missed: whatever token the run ends with is
 * older than the list of albums that it goes by (D60).
 */
export class LibraryStart {
  readonly #library: Library;
  readonly #deps: LibraryStartDeps;
  #mode: SyncMode;
  #digest: ChangeDigest | undefined;
  #trouble: KeiError | undefined;
  #albums: readonly Album[] | undefined;
  #listedAlbums: readonly Album[] | undefined;

  constructor(library: Library, deps: LibraryStartDeps) {
    this.#library = library;
    this.#deps = deps;
    const blocked = deps.state?.zones.enumeration(library.zone)?.blockedReason;
    this.#mode = { kind: 'full', reason: reasonWithoutToken(blocked) };
  }

  /** Whether the change feed must be read to its end before anything can be planned. */
  get needsDigest(): boolean {
    return this.#token !== undefined && !this.#isPlain;
  }

  /** `undefined`: iCloud has some, but they could not be listed. */
  get albums(): readonly Album[] | undefined {
    return this.#albums ?? (this.#hasAlbums ? undefined : []);
  }

  /** The albums are those that the state remembers; iCloud was not asked. */
  get remembersAlbums(): boolean {
    return this.#albums !== undefined && this.#listedAlbums === undefined;
  }

  /** Chooses the mode and finds the albums. `digest` is the feed, if somebody has read it. */
  async begin(digest: ChangeDigest | KeiError | undefined): Promise<void> {
    const { retryOnly, drift } = this.#deps;
    const token = this.#token;
    if (retryOnly) this.#mode = { kind: 'retry' };
    else if (drift !== undefined) this.#mode = { kind: 'full', reason: drift };
    else if (token !== undefined && this.#isPlain) this.#mode = { kind: 'incremental', token };
    else if (token !== undefined) await this.#follow(token, digest);
    if (!this.#hasAlbums) return;
    if (this.#areAlbumsKnown()) this.#albums = this.#deps.state?.albums.albums(this.#library.zone);
    else await this.listAlbums();
  }

  /** A list that cannot be had is the trouble of its library alone. */
  async listAlbums(): Promise<void> {
    const { service, overview } = this.#deps;
    try {
      if (this.#mode.kind === 'full') await overview.indexing();
      this.#listedAlbums = await service.listAlbums(this.#library);
    } catch (error) {
      if (!isKeiError(error, 'transient', 'permanent')) throw error;
      this.#trouble ??= error;
    }
    this.#albums = this.#listedAlbums;
  }

  /** The work, once the passes are planned. */
  work(passes: readonly Pass[]): LibraryWork {
    const { overview } = this.#deps;
    const mode = this.#modeFor(passes);
    const isListed = ({ target, source }: Pass) =>
      mode.kind !== 'incremental' ||
      source.kind === 'smart-folder' ||
      mode.delta?.unlisted.has(target.place) === true;
    overview.expect(passes.filter(isListed).map(({ source }) => source));
    const listedAlbums = this.#listedAlbums;
    const trouble = this.#trouble;
    return { library: this.#library, passes, mode, overview, listedAlbums, trouble };
  }

  get #token(): string | undefined {
    const { state, retryOnly, drift, bound } = this.#deps;
    if (retryOnly || drift !== undefined || bound) return undefined;
    return state?.zones.token(this.#library.zone);
  }

  get #hasAlbums(): boolean {
    return this.#library.kind === 'primary' && this.#deps.selection.albums.kind !== 'none';
  }

  /** One pass over the whole library, listed before, and nothing else that was: changes stream. */
  get #isPlain(): boolean {
    const { selection, state } = this.#deps;
    const hasFolders = this.#library.kind === 'primary' && selection.smartFolders.kind !== 'none';
    const listed = state?.albums.listedSources(this.#library.zone, this.#deps.listingHash) ?? [];
    return !this.#hasAlbums && !hasFolders && listed.length === 1 && listed[0] === 'library';
  }

  async #follow(token: string, read: ChangeDigest | KeiError | undefined): Promise<void> {
    const digest = read ?? (await readDigest(this.#library, token, this.#deps));
    if (!(digest instanceof ChangeDigest)) {
      this.#mode = { kind: 'incremental', token };
      this.#trouble = digest;
      return;
    }
    const { status } = digest.result;
    if (status === 'invalid-token' || status === 'zone-gone') {
      this.#mode = { kind: 'full', reason: 'invalid_sync_token' };
      return;
    }
    this.#digest = digest;
    this.#mode = { kind: 'incremental', token };
  }

  #areAlbumsKnown(): boolean {
    const { state, retryOnly, config, scratch, drift } = this.#deps;
    const { zone } = this.#library;
    if (state?.albums.knowsAlbums(zone) !== true) return false;
    if (retryOnly || this.#trouble !== undefined) return true;
    if (this.#digest === undefined || drift !== undefined) return false;
    if (state.debts.owes(zone, RELATION_DEBT)) return false;
    const albums = state.albums.albums(zone);
    const ids = new Set(albums.map(({ id }) => id));
    const hasStranger = () => {
      for (const { albumId, present } of scratch.feed.relations(zone)) {
        if (present && !ids.has(albumId)) return true;
      }
      return false;
    };
    const isGone = (albumId: string) => scratch.feed.kindOf(zone, albumId) === 'purged';
    const nested = config.download.albumFolders === 'nested';
    return areAlbumsSame(albums, this.#digest, isGone, nested) && !hasStranger();
  }

  #modeFor(passes: readonly Pass[]): SyncMode {
    const digest = this.#digest;
    if (this.#mode.kind !== 'incremental' || digest === undefined) return this.#mode;
    const { state, listingHash } = this.#deps;
    const { zone } = this.#library;
    const listed = new Set(state?.albums.listedSources(zone, listingHash) ?? []);
    const places = new Set(passes.map(({ target }) => target.place));
    const silent = this.#silentAlbums(digest);
    return {
      ...this.#mode,
      delta: {
        digest,
        albums: this.albums ?? [],
        unlisted: new Set([...places].filter((place) => !listed.has(place) || silent.has(place))),
        dropped: [...listed].filter((place) => place.startsWith('album:') && !places.has(place)),
      },
    };
  }

  /**
   * Places of albums that changed while the feed says nothing of their members. A server that keeps
   * relations to itself shows nothing else of a new member, be it together with a new name (IN-2).
   * They are listed again.
   */
  #silentAlbums(digest: ChangeDigest): ReadonlySet<string> {
    const { state, scratch } = this.#deps;
    const { zone } = this.#library;
    const known = new Set(state?.albums.albums(zone).map(({ id }) => id) ?? []);
    const silent = digest.albums.filter(
      ({ albumId, deleted }) =>
        !deleted && known.has(albumId) && !scratch.feed.speaksOfMembers(zone, albumId),
    );
    return new Set(silent.map(({ albumId }) => `album:${albumId}`));
  }
}
