import type { Library } from '../domain/index.js';
import type { PhotosService } from '../icloud/index.js';
import type { RunScratch, StateReader, StoredAsset } from '../state/index.js';
import { NOT_NEW } from './change-digest.js';
import type { EnumerationNotes } from './enumeration-notes.js';
import { unsettledRun } from './unsettled.js';

/** The word under which the scratch keeps them. */
const STRANGER = 'stranger';

/** The word for those whose albums were asked for. */
const ASKED = 'stranger, asked';

/** Photos that are asked for together. */
const BATCH = 100;

export interface StrangersDeps {
  readonly state: Pick<StateReader, 'assets' | 'meta'> | undefined;
  readonly scratch: RunScratch;
  readonly service: Pick<PhotosService, 'findMembers'>;
  readonly notes: Pick<EnumerationNotes, 'joined'>;
  /** The run since which no place of the zone was listed anew: what it has not met was out of sight. */
  readonly listedSince: number;
}

/**
 * Photos that were in the library and that no list of an album has shown: they were in the trash, or
 * hidden, when it was read. The feed tells of them alone (protocol 6.3), so their albums are asked
 * for. That one of them is known, because they were put there meanwhile, says nothing of the others.
 */
export class Strangers {
  readonly #library: Library;
  readonly #albumIds: readonly string[];
  readonly #deps: StrangersDeps;
  /** Since this run photos may have been met without their albums. */
  readonly #unsettled: number | undefined;

  /** @param places - Those whose members the state knows, selected by this run or only the last. */
  constructor(library: Library, places: Iterable<string>, deps: StrangersDeps) {
    this.#library = library;
    this.#albumIds = [...places].flatMap((place) =>
      place.startsWith(ALBUM) ? [place.slice(ALBUM.length)] : [],
    );
    this.#deps = deps;
    this.#unsettled = unsettledRun(library.zone, deps.state?.meta);
  }

  /** A photo that the feed shows, with the detail that was noted of it. */
  meetChanged(assetId: string, detail: string): void {
    const known = this.#deps.state?.assets.find(this.#library.zone, assetId);
    const isOld = detail === NOT_NEW;
    if (known === undefined ? isOld : this.#isStrange(known, isOld)) this.#note(assetId);
  }

  /** A photo of which the feed says nothing but that it came to an album or left one. */
  meet(assetId: string): void {
    const { state, scratch } = this.#deps;
    const { zone } = this.#library;
    if (scratch.feed.kindOf(zone, assetId) === 'purged') return;
    const known = state?.assets.find(zone, assetId);
    if (known === undefined || this.#isStrange(known, true)) this.#note(assetId);
  }

  /** Asks for the albums of those that were met, and relates them at once. */
  async findAlbums(): Promise<void> {
    const { scratch } = this.#deps;
    let batch: string[] = [];
    for (const assetId of scratch.allSeen(STRANGER, this.#library.zone)) {
      if (!scratch.firstSight(ASKED, this.#library.zone, assetId)) continue;
      batch.push(assetId);
      if (batch.length < BATCH) continue;
      await this.#ask(batch);
      batch = [];
    }
    if (batch.length > 0) await this.#ask(batch);
  }

  async #ask(assetIds: readonly string[]): Promise<void> {
    const { service, scratch, notes } = this.#deps;
    for (const member of await service.findMembers(this.#library, assetIds, this.#albumIds)) {
      scratch.feed.relate(this.#library.zone, { ...member, present: true });
      await notes.joined(this.#library, `${ALBUM}${member.albumId}`, member.assetId);
    }
  }

  #isStrange({ isDeleted, isHidden, seenRun }: StoredAsset, isOld: boolean): boolean {
    if (isDeleted || isHidden || seenRun < this.#deps.listedSince) return true;
    return isOld && this.#unsettled !== undefined && seenRun >= this.#unsettled;
  }

  #note(assetId: string): void {
    this.#deps.scratch.firstSight(STRANGER, this.#library.zone, assetId);
  }
}

const ALBUM = 'album:';
