import type { Asset } from '../domain/index.js';
import type { StateReader } from '../state/index.js';
import type { KnownAssets } from '../icloud/index.js';
import { listedIds, lookedUpAssets, type Enumeration } from './asset-sources.js';
import type { EnumerationNotes } from './enumeration-notes.js';
import { followed } from './known-assets.js';
import { withLatecomers } from './latecomers.js';
import type { LibraryDelta } from './library-work.js';
import { followMembers } from './follow-members.js';
import { heldBy, Memberships } from './memberships.js';
import { passAssets, type PassAssetsDeps } from './pass-assets.js';
import type { Pass, PlacedAsset } from './pass.js';
import { Strangers } from './strangers.js';

export interface DeltaDeps extends PassAssetsDeps {
  readonly state: Pick<StateReader, 'albums' | 'assets' | 'debts' | 'meta'> | undefined;
  /** Whether the unfiled pass may run: every album was listed whole (EN-63). */
  readonly mayFile: (pass: Pass) => boolean;
  /** Gets the enumeration of each place that is listed. */
  readonly enumerations: Map<Pass, Enumeration>;
  /** Start of the run. */
  readonly startedMs: number;
}

/** The word under which the scratch keeps the assets whose places changed, not they themselves. */
const MOVED = 'moved';

/** Those of them that must be looked up. */
const MOVED_UNKNOWN = 'moved, unknown';

/** Who was in an album before it is listed again. */
const WAS_MEMBER = 'was member';

/**
 * The assets of a library that a run has to plan, and where (IN-36): members of places that were
 * never listed, what changed, and what came to a place or left it. Costs what changed: no place that
 * is known is listed again, except smart folders, by name, when an asset changed (D63).
 *
 * The memberships of the state follow only after everything was planned, so that a run that ends
 * early sees the same news again.
 */
export async function* deltaAssets(
  passes: readonly Pass[],
  delta: LibraryDelta,
  deps: DeltaDeps,
): AsyncGenerator<PlacedAsset> {
  yield* new Delta(passes, delta, deps).assets();
}

class Delta {
  readonly #passes: readonly Pass[];
  readonly #delta: LibraryDelta;
  readonly #deps: DeltaDeps;
  readonly #zone: string;
  /** Of the places whose members the state knows. */
  readonly #members: Memberships;
  readonly #followed: readonly Pass[];
  readonly #strangers: Strangers;
  readonly #known: KnownAssets;
  #mayFile = true;
  /** Ends of listings that forget members: when everything was planned. */
  readonly #ends: (() => Promise<void>)[] = [];

  constructor(passes: readonly Pass[], delta: LibraryDelta, deps: DeltaDeps) {
    this.#passes = passes;
    this.#delta = delta;
    this.#deps = deps;
    this.#zone = delta.digest.library.zone;
    this.#followed = passes.filter(({ target }) => !delta.unlisted.has(target.place));
    this.#members = new Memberships(this.#followed, true, deps);
    const places = new Set([...this.#followed.map(({ target }) => target.place), ...delta.dropped]);
    const listedSince = deps.state?.albums.oldestListing(this.#zone) ?? 0;
    this.#strangers = new Strangers(delta.digest.library, places, { ...deps, listedSince });
    this.#known = followed(delta.digest, { ...deps, listedSince, places });
  }

  async *assets(): AsyncGenerator<PlacedAsset> {
    await this.#tellNotes();
    // Before anything shows them: to the next run they are known, whatever becomes of this one.
    await this.#strangers.findAlbums();
    for (const pass of this.#passes) {
      if (pass.source.kind !== 'all') yield* this.#listed(pass);
    }
    const unfiled = this.#passes.find(({ source }) => source.kind === 'all');
    this.#mayFile = unfiled === undefined || this.#deps.mayFile(unfiled);
    const refreshed = this.#saysAssetsChanged() ? await this.#refreshSmartFolders() : [];
    await this.#findMoved();
    yield* this.#changed();
    yield* this.#moved();
    if (unfiled !== undefined && this.#mayFile) yield* this.#listed(unfiled);
    await followMembers(
      { library: this.#delta.digest.library, followed: this.#followed, refreshed },
      this.#deps,
    );
    for (const end of this.#ends) await end();
  }

  /** What the feed says besides changed assets: deleted, hidden, not to be read (IN-32). */
  async #tellNotes(): Promise<void> {
    const { scratch, notes } = this.#deps;
    const { library } = this.#delta.digest;
    for (const { recordName, kind, detail } of scratch.feed.notes(this.#zone)) {
      if (kind === 'deleted' || kind === 'purged') await notes.deleted(library, recordName);
      else if (kind === 'hidden') await notes.hidden(library, recordName);
      else if (kind === 'unresolved') await notes.unresolved(library, recordName, detail);
      else this.#strangers.meetChanged(recordName, detail);
    }
  }

  /** A place that was never listed whole, whole (IN-3). */
  async *#listed(pass: Pass): AsyncGenerator<PlacedAsset> {
    if (!this.#delta.unlisted.has(pass.target.place)) return;
    const seen: Enumeration = { listing: undefined, changes: undefined };
    this.#deps.enumerations.set(pass, seen);
    const notes = this.#rememberMembers(pass) ? this.#notesUntilPlanned() : this.#deps.notes;
    const assets = passAssets(pass, { ...this.#deps, notes, known: this.#known }, seen);
    const isAll = pass.source.kind === 'all';
    const albums = this.#passes.filter(({ source }) => isAll && source.kind === 'album');
    const { result } = this.#delta.digest;
    const token = result.status === 'complete' ? result.token : undefined;
    const placed = withLatecomers(assets, pass, albums, { ...this.#deps, seen, token });
    for await (const one of placed) {
      const { zone, assetId } = one.asset;
      // Members of albums that are not listed again are filed all the same (EN-62).
      if (isAll && this.#members.isFiled(zone, assetId)) this.#deps.scratch.exclude(zone, assetId);
      yield one;
    }
  }

  /** Nothing but a new listing without them will say that members left; whether there are any. */
  #rememberMembers({ source, target }: Pass): boolean {
    const { scratch, state } = this.#deps;
    let hasAny = false;
    if (source.kind !== 'album') return hasAny;
    for (const assetId of state?.albums.membersOf(this.#zone, target.place) ?? []) {
      scratch.firstSight(WAS_MEMBER, this.#zone, assetId);
      hasAny = true;
    }
    return hasAny;
  }

  /** Who left must still be known to the next run, should this one end before it has planned them. */
  #notesUntilPlanned(): EnumerationNotes {
    const { notes } = this.#deps;
    return {
      ...notes,
      end: (pass, result) => {
        this.#ends.push(() => notes.end(pass, result));
        return Promise.resolve();
      },
    };
  }

  /** A tombstone counts when it is of an asset: most are of faces and other things (D63). */
  #saysAssetsChanged(): boolean {
    const { scratch, state } = this.#deps;
    for (const { kind, recordName } of scratch.feed.notes(this.#zone)) {
      if (kind !== 'purged') return true;
      if ((state?.assets.ofRecord(this.#zone, recordName).length ?? 0) > 0) return true;
    }
    return false;
  }

  /** Which assets each known smart folder holds now; the new ones are looked up. */
  async #refreshSmartFolders(): Promise<readonly Pass[]> {
    const { scratch, state, enumerations } = this.#deps;
    const smart = this.#followed.filter(({ source }) => source.kind === 'smart-folder');
    for (const pass of smart) {
      const { place } = pass.target;
      const seen: Enumeration = { listing: undefined, changes: undefined };
      enumerations.set(pass, seen);
      for await (const assetId of listedIds(pass, this.#deps, seen)) {
        scratch.firstSight(heldBy(place), this.#zone, assetId);
        if (state?.albums.isMember(this.#zone, place, assetId) !== true) this.#isMoved(assetId);
      }
    }
    return smart;
  }

  /** Assets that came to a selected album, or that belong to none any more. */
  async #findMoved(): Promise<void> {
    const { scratch, state } = this.#deps;
    const followed = new Set(this.#followed.map(({ target }) => target.place));
    const files = followed.has('library') && this.#mayFile;
    const unknown = new Set<string>();
    const known = new Set(this.#delta.albums.map(({ id }) => id));
    for (const { albumId, assetId, present } of scratch.feed.relations(this.#zone)) {
      const place = `album:${albumId}`;
      if (present) {
        if (!known.has(albumId)) unknown.add(albumId);
        const isNew = state?.albums.isMember(this.#zone, place, assetId) !== true;
        if (followed.has(place) && isNew) this.#isMoved(assetId);
      } else if (files && !this.#members.isFiled(this.#zone, assetId)) {
        this.#isMoved(assetId);
      }
    }
    for (const place of files ? this.#delta.dropped : []) {
      for (const assetId of state?.albums.membersOf(this.#zone, place) ?? []) {
        if (!this.#members.isFiled(this.#zone, assetId)) this.#isMoved(assetId);
      }
    }
    // Whether they left the album or went to the trash since the feed was read, only a lookup tells.
    for (const assetId of files ? scratch.allSeen(WAS_MEMBER, this.#zone) : []) {
      if (!this.#members.isFiled(this.#zone, assetId)) this.#isMoved(assetId, MOVED_UNKNOWN);
    }
    await this.#askFor(unknown);
  }

  #isMoved(assetId: string, word = MOVED): void {
    // What changed itself is planned anyway, and what could not be read is owed by now.
    const kind = this.#deps.scratch.feed.kindOf(this.#zone, assetId);
    if (kind === 'changed' || kind === 'unresolved') return;
    this.#deps.scratch.firstSight(word, this.#zone, assetId);
  }

  /** Containers that no list of albums shows: one lookup, and a debt if it says nothing (D62). */
  async #askFor(albumIds: ReadonlySet<string>): Promise<void> {
    if (albumIds.size === 0) return;
    const { service, notes } = this.#deps;
    const { library } = this.#delta.digest;
    for (const [albumId, result] of await service.lookupAssets(library, [...albumIds])) {
      if (result.status === 'unresolved') {
        await notes.unresolved(library, albumId, 'unknown_album_relation_container');
      }
    }
  }

  async *#changed(): AsyncGenerator<PlacedAsset> {
    for await (const asset of this.#delta.digest.assets()) yield* this.#placed(asset);
  }

  async *#moved(): AsyncGenerator<PlacedAsset> {
    const { notes, scratch } = this.#deps;
    const { library } = this.#delta.digest;
    for (const assetId of scratch.allSeen(MOVED, this.#zone)) {
      const asset = (await this.#known.find([assetId])).get(assetId);
      if (asset !== undefined) yield* this.#placed(asset);
      else {
        scratch.firstSight(MOVED_UNKNOWN, this.#zone, assetId);
        this.#strangers.meet(assetId);
      }
    }
    await this.#strangers.findAlbums();
    const ids = scratch.allSeen(MOVED_UNKNOWN, this.#zone);
    const assets = lookedUpAssets(library, ids, this.#deps, async (assetId, status) => {
      if (status === 'unresolved') {
        await notes.unresolved(library, assetId, 'unknown_album_relation_asset');
      }
    });
    for await (const asset of assets) yield* this.#placed(asset);
  }

  *#placed(asset: Asset): Generator<PlacedAsset> {
    for (const pass of this.#members.passesOf(asset.zone, asset.assetId)) {
      if (pass.source.kind !== 'all' || this.#mayFile) yield { asset, pass };
    }
  }
}
