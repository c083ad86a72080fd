import type { Asset, PlannedFile } from '../domain/index.js';
import type { StopReason } from '../download/index.js';
import { isKeiError, type KeiError } from '../errors/index.js';
import { listingHash } from '../config/fingerprint.js';
import { countSkip, type Counters } from '../report/counters.js';
import { changedAssets, type Enumeration } from './asset-sources.js';
import type { AssetWorker } from './asset-worker.js';
import { deltaAssets } from './delta-assets.js';
import { downloadPlanned, type DownloadRunDeps } from './download-planned.js';
import { stateNotes, type EnumerationNotes } from './enumeration-notes.js';
import { metInRun } from './known-assets.js';
import type { LibrarySyncDeps } from './library-deps.js';
import type { LibraryDelta, LibraryWork } from './library-work.js';
import { OwedWork } from './owed-work.js';
import { isNarrowed, passAssets } from './pass-assets.js';
import { withLatecomers } from './latecomers.js';
import type { Pass, PlacedAsset } from './pass.js';
import {
  baseline,
  changedWhileListed,
  isListed,
  judgeToken,
  type BlockedReason,
} from './token-verdict.js';

/** How one library ended. */
export interface LibraryEnd {
  readonly stopped: StopReason | undefined;
  /** An error that ended the enumeration before its end. */
  readonly trouble: KeiError | undefined;
  /** Zone token that covers everything of this run; only of a complete enumeration. */
  readonly token: string | undefined;
  /** The library changed between the listings of its places: what is met next may be in albums. */
  readonly unsettled: boolean;
  /** Why there is no such token (engine 2.7); `undefined` also when nothing was listed. */
  readonly blocked: BlockedReason | undefined;
  /** Everything that the settings select was listed: what this run has not met is not there. */
  readonly listed: boolean;
  /** The server no longer knows the token that the run began with. */
  readonly invalidToken: boolean;
}

/** What was enumerated, filled while it is consumed. */
interface Seen {
  readonly listings: Map<Pass, Enumeration>;
  readonly changes: Enumeration;
  /** Every place that had to be listed was listed to its natural end. */
  whole: boolean;
}

/**
 * Brings one library up to date in one mode: plans while it lists, downloads while it plans, then
 * settles what earlier runs owe, then gives what failed a second chance with fresh URLs (RT-40).
 */
export async function syncLibrary(work: LibraryWork, deps: LibrarySyncDeps): Promise<LibraryEnd> {
  return new LibrarySync(work, deps).run();
}

class LibrarySync {
  readonly #work: LibraryWork;
  readonly #deps: LibrarySyncDeps;
  readonly #downloads: DownloadRunDeps;
  readonly #notes: EnumerationNotes;
  readonly #worker: AssetWorker;
  readonly #seen: Seen = {
    listings: new Map(),
    changes: { listing: undefined, changes: undefined },
    whole: false,
  };

  constructor(work: LibraryWork, deps: LibrarySyncDeps) {
    this.#work = work;
    this.#deps = deps;
    const hash = isNarrowed(deps.narrowing) ? undefined : listingHash(deps.config);
    this.#notes = stateNotes({ ...deps, listingHash: hash });
    this.#worker = deps.workerFor(deps.counters, 'listed');
    this.#downloads = { ...deps, passes: work.passes };
  }

  async run(): Promise<LibraryEnd> {
    const { counters, config } = this.#deps;
    const { threads } = config.download;
    let trouble: KeiError | undefined;
    let stopped: StopReason | undefined;
    try {
      stopped = await this.#download(this.#planned(), threads, counters);
      if (stopped === undefined && !this.#invalidToken) stopped = await this.#settle();
    } catch (error) {
      if (isKeiError(error, 'disk')) stopped = { reason: 'disk', error };
      else if (!isKeiError(error, 'transient', 'permanent')) throw error;
      else {
        trouble = error;
        counters.enumerationErrors += 1;
      }
    }
    const cutShort = stopped !== undefined || trouble !== undefined;
    const facts = { ...this.#tokenFacts, cutShort };
    const verdict = judgeToken(facts);
    return {
      stopped,
      trouble,
      token: verdict.token,
      unsettled: verdict.token !== undefined && changedWhileListed(facts, verdict.token),
      blocked: verdict.blocked,
      listed: isListed(facts),
      invalidToken: this.#invalidToken,
    };
  }

  /** Only a run that began with a token becomes a listing: a refused fresh one would never end. */
  get #invalidToken(): boolean {
    const { mode } = this.#work;
    return mode.kind === 'incremental' && mode.delta === undefined && this.#tokenRefused;
  }

  get #tokenRefused(): boolean {
    const status = this.#seen.changes.changes?.status;
    return status === 'invalid-token' || status === 'zone-gone';
  }

  async #download(
    files: AsyncIterable<PlannedFile>,
    threads: number,
    counters: Counters,
  ): Promise<StopReason | undefined> {
    try {
      return await downloadPlanned(files, threads, counters, this.#downloads);
    } finally {
      await this.#deps.lanes.idle();
    }
  }

  #settle(): Promise<StopReason | undefined> {
    const { mode } = this.#work;
    const isBound = isNarrowed(this.#deps.narrowing);
    const isListedHere = isListed({ ...this.#tokenFacts, cutShort: false });
    return new OwedWork(this.#work, {
      ...this.#deps,
      notes: this.#notes,
      // Work that nobody planned any more can be forgotten once everything was looked at (RT-24).
      prunes: this.#seen.whole || mode.kind !== 'full',
      metEverything: isListedHere && (isBound || baseline(this.#tokenFacts).token !== undefined),
      fetch: (files, threads, counters) => this.#download(files, threads, counters),
    }).settle();
  }

  /** The files to fetch, pass by pass (D31): planned while they are pulled. */
  async *#planned(): AsyncGenerator<PlannedFile> {
    const { mode, library, passes, trouble } = this.#work;
    const [only] = passes;
    if (trouble !== undefined) throw trouble;
    switch (mode.kind) {
      case 'retry':
        return;
      case 'incremental':
        if (mode.delta !== undefined) yield* this.#changedPlaces(mode.delta);
        else if (only !== undefined) {
          yield* this.#filesOf(
            changedAssets(library, mode.token, this.#sources, this.#seen.changes),
            only,
          );
        }
        return;
      case 'full': {
        const known = metInRun(library.zone, this.#deps);
        for (const pass of passes) {
          if (!this.#mayStart(pass)) return;
          const seen: Enumeration = { listing: undefined, changes: undefined };
          this.#seen.listings.set(pass, seen);
          const assets = passAssets(pass, { ...this.#sources, known }, seen);
          yield* this.#filesOfPlaces(this.#placed(this.#firstSights(assets, pass), pass, seen));
        }
        this.#seen.whole = this.#isAllWhole();
        yield* this.#changedMeanwhile();
      }
    }
  }

  /** The unfiled photos come last: what changed after the albums were read may be in one. */
  #placed(
    assets: AsyncIterable<Asset>,
    pass: Pass,
    seen: Enumeration,
  ): AsyncGenerator<PlacedAsset> {
    const isAll = pass.source.kind === 'all';
    const albums = this.#work.passes.filter(({ source }) => isAll && source.kind === 'album');
    const [first] = this.#seen.listings.values();
    const token = first?.listing?.syncToken;
    return withLatecomers(assets, pass, albums, { ...this.#sources, seen, token });
  }

  /** What a change feed leads to in albums, smart folders and the unfiled pass (IN-36). */
  async *#changedPlaces(delta: LibraryDelta): AsyncGenerator<PlannedFile> {
    const { passes } = this.#work;
    const placed = deltaAssets(passes, delta, {
      ...this.#sources,
      state: this.#deps.store,
      enumerations: this.#seen.listings,
      mayFile: (pass) => this.#mayStart(pass),
    });
    yield* this.#filesOfPlaces(this.#firstPlaces(placed));
    this.#seen.whole = this.#isAllWhole() && this.#mayFile;
    this.#seen.changes.changes = delta.digest.result;
  }

  #isAllWhole(): boolean {
    return [...this.#seen.listings.values()].every(isWhole);
  }

  /** What is filed in no album is only known when every album pass was listed whole (EN-63). */
  get #mayFile(): boolean {
    return [...this.#seen.listings].every(
      ([{ source }, seen]) => source.kind !== 'album' || isWhole(seen),
    );
  }

  /** An incomplete exclusion would misfile photos: then there is no unfiled pass (EN-63). */
  #mayStart({ source, library }: Pass): boolean {
    const { counters, log } = this.#deps;
    if (source.kind !== 'all' || this.#mayFile) return true;
    counters.enumerationIncomplete = true;
    counters.enumerationErrors += 1;
    log.error('The unfiled photos are left for the next run: an album was not listed whole', {
      library: library.zone,
    });
    return false;
  }

  /** What changed while the only pass was listed (D60); with albums the next run hears of it. */
  async *#changedMeanwhile(): AsyncGenerator<PlannedFile> {
    const [only, ...more] = this.#work.passes;
    const { token } = baseline(this.#tokenFacts);
    if (only?.source.kind !== 'all' || more.length > 0 || token === undefined) return;
    // A first album may be made now: only a run that looks for albums understands its news.
    if (this.#hasAlbums) return;
    const changes = changedAssets(only.library, token, this.#sources, this.#seen.changes);
    yield* this.#filesOf(changes, only);
    if (!this.#tokenRefused) return;
    this.#deps.log.warn('iCloud refuses the sync token that came with the listing', {
      library: only.library.zone,
    });
  }

  async *#filesOfPlaces(placed: AsyncIterable<PlacedAsset>): AsyncGenerator<PlannedFile> {
    for await (const { asset, pass } of placed) {
      if (this.#deps.drain.aborted) return;
      yield* this.#worker.filesOf(asset, pass);
    }
  }

  async *#firstPlaces(placed: AsyncIterable<PlacedAsset>): AsyncGenerator<PlacedAsset> {
    for await (const one of placed) if (this.#isFirstSight(one.asset, one.pass)) yield one;
  }

  async *#filesOf(assets: AsyncIterable<Asset>, pass: Pass): AsyncGenerator<PlannedFile> {
    for await (const asset of assets) {
      if (this.#deps.drain.aborted) return;
      yield* this.#worker.filesOf(asset, pass);
    }
  }

  async *#firstSights(assets: AsyncIterable<Asset>, pass: Pass): AsyncGenerator<Asset> {
    for await (const asset of assets) if (this.#isFirstSight(asset, pass)) yield asset;
  }

  /** A listing may bring an asset twice, when the library changes under it (EN-66). */
  #isFirstSight({ zone, assetId }: Asset, pass: Pass): boolean {
    const { scratch, log, counters } = this.#deps;
    if (scratch.firstSight(pass.target.place, zone, assetId)) return true;
    countSkip(counters, 'duplicates');
    log.debug('Listed twice', { asset: assetId });
    return false;
  }

  get #hasAlbums(): boolean {
    return this.#work.listedAlbums !== undefined;
  }

  get #sources() {
    return { ...this.#deps, notes: this.#notes, overview: this.#work.overview };
  }

  get #tokenFacts() {
    const { listings, whole, changes } = this.#seen;
    const { mode, passes } = this.#work;
    const { narrowing } = this.#deps;
    const hasAlbums = this.#hasAlbums;
    return { mode, passes, hasAlbums, narrowing, listings, whole, changes: changes.changes };
  }
}

/** Listed to its natural end, or not to be had in this library at all (D77). */
function isWhole({ listing, refused }: Enumeration): boolean {
  return refused === true || listing?.complete === true;
}
