import type { Asset, PlannedFile } from '../domain/index.js';
import type { SessionCircuit, SpaceForecast, StopReason } from '../download/index.js';
import type { SharedPause } from '../http/index.js';
import { isKeiError, type KeiError } from '../errors/index.js';
import type { AssetLookup } from '../icloud/index.js';
import {
  addCounters,
  countSkip,
  createCounters,
  forgetUndone,
  type Counters,
} from '../report/counters.js';
import { changedAssets, lookedUpAssets, type Enumeration } from './asset-sources.js';
import type { UndoneFile } from '../state/index.js';
import type { AssetOrigin, AssetWorker } from './asset-worker.js';
import type { CycleDeps } from './cycle.js';
import { downloadPlanned, type DownloadRunDeps } from './download-planned.js';
import { stateNotes, type EnumerationNotes } from './enumeration-notes.js';
import { LibraryOverview } from './library-overview.js';
import { warnOfLost } from './mark-lost.js';
import { isNarrowed, passAssets, type Narrowing } from './pass-assets.js';
import type { Pass } from './pass.js';
import { placeWaiting, type PlaceAgainDeps } from './place-again.js';
import type { FilePlanner } from './plan/plan-file.js';
import { baseline, isListed, judgeToken, type BlockedReason } from './token-verdict.js';
import type { LibraryWork } from './work.js';

export interface LibrarySyncDeps extends CycleDeps {
  readonly run: number;
  readonly counters: Counters;
  readonly planner: FilePlanner;
  readonly narrowing: Narrowing;
  readonly placing: PlaceAgainDeps;
  readonly circuit: SessionCircuit;
  readonly forecast: SpaceForecast;
  readonly pause: SharedPause;
  /** Start of the run, ms since 1970: what is owed since then has been looked up. */
  readonly startedMs: number;
  /** A worker that counts into the given counters, for assets that were listed or looked up. */
  readonly workerFor: (counters: Counters, origin: AssetOrigin) => AssetWorker;
}

/** How one library ended. */
export interface LibraryEnd {
  readonly stopped: StopReason | undefined;
  /** An error that ended the enumeration before its end. */
  readonly trouble: KeiError | undefined;
  /** Zone token that covers everything of this run; only of a complete enumeration. */
  readonly token: string | undefined;
  /** Why there is no such token (engine 2.7); `undefined` also when nothing was listed. */
  readonly blocked: BlockedReason | undefined;
  /** Everything that the settings select was listed: what this run has not met is not there. */
  readonly listed: boolean;
  /** The server no longer knows the token that the run began with. */
  readonly invalidToken: boolean;
}

/** The enumeration of each pass, filled while it is consumed. */
interface Seen {
  readonly listings: Enumeration[];
  readonly changes: Enumeration;
  /** Every pass was listed to its natural end. */
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
    listings: [],
    changes: { listing: undefined, changes: undefined },
    whole: false,
  };

  constructor(work: LibraryWork, deps: LibrarySyncDeps) {
    this.#work = work;
    this.#deps = deps;
    this.#notes = stateNotes(deps.store, deps.counters, deps.log);
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
      if (stopped === undefined && !this.#invalidToken) {
        stopped = (await this.#settleOwed()) ?? (await this.#placeAndRetry());
      }
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
      blocked: verdict.blocked,
      listed: isListed(facts),
      invalidToken: this.#invalidToken,
    };
  }

  /** Only a run that began with a token becomes a listing: a refused fresh one would never end. */
  get #invalidToken(): boolean {
    return this.#work.mode.kind === 'incremental' && this.#tokenRefused;
  }

  get #tokenRefused(): boolean {
    const status = this.#seen.changes.changes?.status;
    return status === 'invalid-token' || status === 'zone-gone';
  }

  #download(
    files: AsyncIterable<PlannedFile>,
    threads: number,
    counters: Counters,
  ): Promise<StopReason | undefined> {
    return downloadPlanned(files, threads, counters, this.#downloads);
  }

  /** The files to fetch, pass by pass (D31): planned while they are pulled. */
  async *#planned(): AsyncGenerator<PlannedFile> {
    const { mode, library, passes } = this.#work;
    const [only] = passes;
    if (mode.kind === 'retry') return;
    if (mode.kind === 'incremental' && only !== undefined) {
      yield* this.#filesOf(
        changedAssets(library, mode.token, this.#sources, this.#seen.changes),
        only,
      );
      return;
    }
    const sources = passes.map(({ source }) => source);
    const overview = new LibraryOverview(library, sources, this.#deps);
    for (const pass of passes) {
      if (!this.#mayStart(pass)) return;
      const seen: Enumeration = { listing: undefined, changes: undefined };
      this.#seen.listings.push(seen);
      const assets = passAssets(pass, { ...this.#sources, overview }, seen);
      yield* this.#filesOf(this.#firstSights(assets, pass), pass);
    }
    this.#seen.whole = this.#seen.listings.every(isWhole);
    yield* this.#changedMeanwhile();
  }

  /**
   * What is filed in no album is only known when every album pass was listed whole (EN-63): an
   * incomplete exclusion would misfile photos.
   */
  #mayStart({ source, library }: Pass): boolean {
    const { counters, log } = this.#deps;
    const { passes } = this.#work;
    const incomplete = this.#seen.listings.some(
      (seen, index) => passes[index]?.source.kind === 'album' && !isWhole(seen),
    );
    if (source.kind !== 'all' || !incomplete) return true;
    counters.enumerationIncomplete = true;
    counters.enumerationErrors += 1;
    log.error('The unfiled photos are left for the next run: an album was not listed whole', {
      library: library.zone,
    });
    return false;
  }

  /** What changed while the only pass was listed (D60); with albums the next run lists again. */
  async *#changedMeanwhile(): AsyncGenerator<PlannedFile> {
    const [only, ...more] = this.#work.passes;
    const { token } = baseline(this.#tokenFacts);
    if (only?.source.kind !== 'all' || more.length > 0 || token === undefined) return;
    const changes = changedAssets(only.library, token, this.#sources, this.#seen.changes);
    yield* this.#filesOf(changes, only);
    if (!this.#tokenRefused) return;
    this.#deps.log.warn('iCloud refuses the sync token that came with the listing', {
      library: only.library.zone,
    });
  }

  async *#filesOf(
    assets: AsyncIterable<Asset>,
    pass: Pass,
    worker = this.#worker,
  ): AsyncGenerator<PlannedFile> {
    for await (const asset of assets) {
      if (this.#deps.drain.aborted) return;
      yield* worker.filesOf(asset, pass);
    }
  }

  /** A listing may bring an asset twice, when the library changes under it (EN-66). */
  async *#firstSights(assets: AsyncIterable<Asset>, pass: Pass): AsyncGenerator<Asset> {
    const { scratch, log, counters } = this.#deps;
    for await (const asset of assets) {
      if (scratch.firstSight(pass.target.place, asset.zone, asset.assetId)) {
        yield asset;
      } else {
        countSkip(counters, 'duplicates');
        log.debug('Listed twice', { asset: asset.assetId });
      }
    }
  }

  get #sources() {
    return { ...this.#deps, notes: this.#notes };
  }

  get #tokenFacts() {
    const { listings, whole, changes } = this.#seen;
    const { mode, passes } = this.#work;
    const { narrowing } = this.#deps;
    return { mode, passes, narrowing, listings, whole, changes: changes.changes };
  }

  /**
   * Work of earlier runs that neither listing nor changes have met: pending files whose asset did
   * not change (IN-5), and debts (D61).
   */
  async #settleOwed(): Promise<StopReason | undefined> {
    const { store, run, counters, config, narrowing, workerFor, startedMs, log } = this.#deps;
    const { library, passes, mode } = this.#work;
    // What failed before is asked for by name, whatever narrows the listings.
    if (isNarrowed(narrowing) && mode.kind !== 'retry') return undefined;
    // A listing of everything has met what was owed, or owes it anew: a lookup knows no albums.
    if (mode.kind === 'full' && baseline(this.#tokenFacts).token !== undefined) {
      await store.commit(() => {
        store.debts.settleZone(library.zone, startedMs);
      });
    }
    const worker = workerFor(counters, 'just-looked-up');
    let unresolved = 0;
    for (const pass of passes) {
      const owed = this.#lookedUp(this.#owedIds(pass.target.place), async (assetId, status) => {
        if (status === 'unresolved') unresolved += 1;
        else await this.#settled(assetId, status);
      });
      const files = this.#filesOf(owed, pass, worker);
      const stopped = await this.#download(files, config.download.threads, counters);
      if (stopped !== undefined) return stopped;
    }
    // What could not be looked up stays owed, is said, and is no reason to forget it.
    counters.enumerationErrors += unresolved;
    if (unresolved === 0 && (this.#seen.whole || mode.kind !== 'full')) {
      warnOfLost(library, run, store, log);
      await store.commit(() => store.rules.pruneStale(library.zone, run));
    }
    return undefined;
  }

  /** A lookup settles what earlier runs owe; what is owed anew by now stays (D61, D67). */
  async #settled(recordName: string, status: AssetLookup['status']): Promise<void> {
    const { store, startedMs } = this.#deps;
    const { library } = this.#work;
    await store.commit(() => {
      store.debts.settleRecord(library.zone, recordName, startedMs);
    });
    if (status === 'deleted') await this.#notes.deleted(library, recordName);
  }

  /**
   * The assets that earlier runs left undone in a place; debts belong to the last pass. What this
   * run owes has just been looked up.
   */
  *#owedIds(place: string): Generator<string> {
    const { store, run, startedMs } = this.#deps;
    const { library, passes } = this.#work;
    yield* idsIn(store.rules.pendingBefore(library.zone, run), place);
    if (passes.at(-1)?.target.place !== place) return;
    let last = '';
    for (const debt of store.debts.all(library.zone)) {
      if ((debt.lastTriedMs ?? debt.owedSinceMs) >= startedMs || debt.recordName === last) continue;
      last = debt.recordName;
      yield debt.recordName;
    }
  }

  #lookedUp(
    ids: Iterable<string>,
    settled: (assetId: string, status: AssetLookup['status']) => Promise<void>,
  ): AsyncGenerator<Asset> {
    return lookedUpAssets(this.#work.library, ids, this.#deps, settled);
  }

  /** Further places of what was downloaded, a second chance for what failed, and their places. */
  async #placeAndRetry(): Promise<StopReason | undefined> {
    const { store, run, log } = this.#deps;
    const first = await this.#placeWaiting();
    if (first.stopped !== undefined) return first.stopped;
    let { left } = first;
    if (store.rules.failedIn(this.#work.library.zone, run).next().done !== true) {
      log.info('Trying failed downloads once more with fresh URLs');
      for (const pass of this.#work.passes) {
        const stopped = await this.#secondChance(pass);
        if (stopped !== undefined) return stopped;
      }
      const again = await this.#placeWaiting();
      if (again.stopped !== undefined) return again.stopped;
      left = again.left;
    }
    return left > 0 ? this.#fetchWaiting() : undefined;
  }

  async #placeWaiting(): Promise<{ stopped: StopReason | undefined; left: number }> {
    const { store, run, counters, placing } = this.#deps;
    await store.flush();
    const { trouble, left } = await placeWaiting(this.#work.library, run, counters, placing);
    return { stopped: trouble && { reason: 'disk', error: trouble }, left };
  }

  /** Places whose bytes cannot be had from the place that they waited for get a download. */
  async #fetchWaiting(): Promise<StopReason | undefined> {
    const { store, run, counters, config, workerFor } = this.#deps;
    const { library, passes } = this.#work;
    for (const pass of passes) {
      const waiting = idsIn(store.rules.waitingIn(library.zone, run), pass.target.place);
      const assets = this.#lookedUp(waiting, () => Promise.resolve());
      const counted = createCounters();
      const files = this.#filesOf(assets, pass, workerFor(counted, 'just-looked-up'));
      const stopped = await this.#download(files, config.download.threads, counted);
      const { failed } = counted;
      forgetUndone(counted);
      addCounters(counters, { ...counted, failed });
      if (stopped !== undefined) return stopped;
    }
    return (await this.#placeWaiting()).stopped;
  }

  /** Everything of a pass that failed in this run, once more, looked up anew (RT-40 to RT-42). */
  async #secondChance(pass: Pass): Promise<StopReason | undefined> {
    const { counters, workerFor, store, run } = this.#deps;
    const failed = () => store.rules.failedIn(this.#work.library.zone, run);
    const before = countOf(failed());
    const counted = createCounters();
    const assets = this.#lookedUp(idsIn(failed(), pass.target.place), () => Promise.resolve());
    const files = this.#filesOf(assets, pass, workerFor(counted, 'just-looked-up'));
    const stopped = await this.#download(files, SECOND_CHANCE_THREADS, counted);
    takeOver(counters, counted);
    counters.failed -= before - countOf(failed());
    return stopped;
  }
}

/** Listed to its natural end, or not to be had in this library at all (D77). */
function isWhole({ listing, refused }: Enumeration): boolean {
  return refused === true || listing?.complete === true;
}

/** The assets of undone files in one place, those with several files in a row once. */
function* idsIn(undone: Iterable<UndoneFile>, place: string): Generator<string> {
  let last = '';
  for (const { placement } of undone) {
    if (placement.place !== place || placement.assetId === last) continue;
    last = placement.assetId;
    yield placement.assetId;
  }
}

function countOf(undone: Generator<UndoneFile>): number {
  let count = 0;
  while (undone.next().done !== true) count += 1;
  return count;
}

/** One at a time, as the earlier tools do (C1): what failed in parallel may pass alone. */
const SECOND_CHANCE_THREADS = 1;

/** What succeeded the second time is a normal download, and no failure any more (RT-42). */
function takeOver(counters: Counters, second: Counters): void {
  forgetUndone(second);
  addCounters(counters, second);
}
