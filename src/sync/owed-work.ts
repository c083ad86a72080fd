import type { Asset, PlannedFile } from '../domain/index.js';
import type { StopReason } from '../download/index.js';
import type { AssetLookup } from '../icloud/index.js';
import { addCounters, createCounters, forgetUndone, type Counters } from '../report/counters.js';
import type { UndoneFile } from '../state/index.js';
import { lookedUpAssets } from './asset-sources.js';
import type { AssetWorker } from './asset-worker.js';
import type { EnumerationNotes } from './enumeration-notes.js';
import type { LibrarySyncDeps } from './library-deps.js';
import type { LibraryWork } from './library-work.js';
import { warnOfLost } from './mark-lost.js';
import { Memberships } from './memberships.js';
import { isNarrowed } from './pass-assets.js';
import type { Pass } from './pass.js';
import { placeWaiting } from './place-again.js';
import { releaseParked } from './release-parked.js';

export interface OwedDeps extends LibrarySyncDeps {
  readonly notes: EnumerationNotes;
  /** Whether pending work that no enumeration has met is stale (RT-24). */
  readonly prunes: boolean;
  /** A listing of everything has met what was owed, or owes it anew (D61). */
  readonly metEverything: boolean;
  readonly fetch: (
    files: AsyncIterable<PlannedFile>,
    threads: number,
    counters: Counters,
  ) => Promise<StopReason | undefined>;
}

/** Debts that are looked up, and looked for in albums, together. */
const ASKED_TOGETHER = 100;

/**
 * What is left when everything new was planned: files and debts of earlier runs, places that wait
 * for bytes, and a second chance for what failed, always by lookup and never by a listing.
 */
export class OwedWork {
  readonly #work: LibraryWork;
  readonly #deps: OwedDeps;

  constructor(work: LibraryWork, deps: OwedDeps) {
    this.#work = work;
    this.#deps = deps;
  }

  async settle(): Promise<StopReason | undefined> {
    return (await this.#settleOwed()) ?? (await this.#placeAndRetry());
  }

  /**
   * Work of earlier runs that neither listing nor changes have met: pending files whose asset did
   * not change (IN-5), and debts (D61).
   */
  async #settleOwed(): Promise<StopReason | undefined> {
    const { store, run, counters, config, narrowing, workerFor, prunes } = this.#deps;
    const { metEverything, startedMs } = this.#deps;
    const { library, passes, mode } = this.#work;
    // What failed before is asked for by name, whatever narrows the listings.
    const isBound = isNarrowed(narrowing) && mode.kind !== 'retry';
    if (isBound && (narrowing.isOfThisRun || !metEverything)) return undefined;
    if (metEverything) {
      await store.commit(() => {
        store.debts.settleZone(library.zone, startedMs);
      });
    }
    await store.flush();
    // A bound of the settings leaves out what the listing did not meet: it is not asked for.
    if (isBound) {
      await this.#forgetUnmet();
      return undefined;
    }
    const worker = workerFor(counters, 'just-looked-up');
    const { threads } = config.download;
    let unresolved = 0;
    const settled = async (assetId: string, status: AssetLookup['status']) => {
      if (status === 'unresolved') unresolved += 1;
      else await this.#settled(assetId, status);
    };
    for (const pass of passes) {
      const ids = idsIn(store.rules.pendingBefore(library.zone, run), pass.target.place);
      const files = this.#filesOf(this.#lookedUp(ids, settled), pass, worker);
      const stopped = await this.#deps.fetch(files, threads, counters);
      if (stopped !== undefined) return stopped;
    }
    for (const ids of this.#debtIds()) {
      await this.#findAlbumsOf(ids);
      const owed = this.#filesOfPlaces(this.#lookedUp(ids, settled), worker);
      const stopped = await this.#deps.fetch(owed, threads, counters);
      if (stopped !== undefined) return stopped;
    }
    // What could not be looked up stays owed, is said, and is no reason to forget it.
    counters.enumerationErrors += unresolved;
    if (unresolved === 0 && prunes) await this.#forgetUnmet();
    return undefined;
  }

  /** Work that neither a listing nor a lookup has met: nobody wants it any more (RT-24). */
  async #forgetUnmet(): Promise<void> {
    const { store, run, log } = this.#deps;
    const { library, passes, mode } = this.#work;
    // A full run that comes here has listed all that is wanted.
    await releaseParked({ library, passes, metEverything: mode.kind === 'full' }, run, store);
    warnOfLost(library, run, store, log);
    await store.commit(() => store.rules.pruneStale(library.zone, run));
  }

  async *#filesOf(
    assets: Iterable<Asset> | AsyncIterable<Asset>,
    pass: Pass,
    worker: AssetWorker,
  ): AsyncGenerator<PlannedFile> {
    for await (const asset of assets) {
      if (this.#deps.drain.aborted) return;
      this.#excludeFiled(asset);
      yield* worker.filesOf(asset, pass);
    }
  }

  /** Debts are planned wherever their asset belongs by now. */
  async *#filesOfPlaces(
    assets: AsyncIterable<Asset>,
    worker: AssetWorker,
  ): AsyncGenerator<PlannedFile> {
    for await (const asset of assets) {
      for (const pass of this.#members.passesOf(asset.zone, asset.assetId)) {
        if (this.#deps.drain.aborted) return;
        yield* worker.filesOf(asset, pass);
      }
    }
  }

  /** The news of a debt may be all that was missed of a photo: no list has said where it belongs. */
  async #findAlbumsOf(ids: readonly string[]): Promise<void> {
    const { service, store, run } = this.#deps;
    const { library, passes } = this.#work;
    const { zone } = library;
    const albumIds = passes.flatMap(({ source }) =>
      source.kind === 'album' ? [source.album.id] : [],
    );
    // That one album is known, of a photo that was not met, says nothing of the others.
    const isOpen = (id: string) =>
      !this.#members.isFiled(zone, id) || store.assets.find(zone, id)?.isDeleted !== false;
    const open = ids.filter(isOpen);
    for (const { albumId, assetId } of await service.findMembers(library, open, albumIds)) {
      await store.albums.addMember(zone, `album:${albumId}`, assetId, run);
    }
    await store.flush();
  }

  /** The state knows every member by now, whatever this run has planned. */
  get #members(): Memberships {
    const { store, scratch } = this.#deps;
    return new Memberships(this.#work.passes, false, { state: store, scratch });
  }

  #excludeFiled({ zone, assetId }: Asset): void {
    if (this.#members.isFiled(zone, assetId)) this.#deps.scratch.exclude(zone, assetId);
  }

  /** A lookup settles what earlier runs owe; what is owed anew by now stays (D61, D67). */
  async #settled(recordName: string, status: AssetLookup['status']): Promise<void> {
    const { store, startedMs } = this.#deps;
    const { library } = this.#work;
    await store.commit(() => {
      store.debts.settleRecord(library.zone, recordName, startedMs);
    });
    if (status === 'deleted') await this.#deps.notes.deleted(library, recordName);
  }

  /** The names of debts, those that are asked for together (D59). What this run owes it has just asked for. */
  *#debtIds(): Generator<readonly string[]> {
    const { store, startedMs } = this.#deps;
    let ids = new Set<string>();
    for (const debt of store.debts.all(this.#work.library.zone)) {
      if ((debt.lastTriedMs ?? debt.owedSinceMs) >= startedMs) continue;
      if (ids.size === ASKED_TOGETHER && !ids.has(debt.recordName)) {
        yield [...ids];
        ids = new Set();
      }
      ids.add(debt.recordName);
    }
    if (ids.size > 0) yield [...ids];
  }

  #lookedUp(
    ids: Iterable<string>,
    settled: (assetId: string, status: AssetLookup['status']) => Promise<void>,
  ): AsyncGenerator<Asset> {
    return lookedUpAssets(this.#work.library, ids, this.#deps, settled);
  }

  /**
   * Assets that this run has met. The state keeps no links, so that whoever fetches a file of theirs
   * looks one up first, for all of them with one call (D59).
   */
  *#metInRun(ids: Iterable<string>): Generator<Asset> {
    const { zone } = this.#work.library;
    for (const id of ids) {
      const met = this.#deps.store.assets.met(zone, id);
      if (met !== undefined) yield met.asset;
    }
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
      const assets = this.#metInRun(waiting);
      const counted = createCounters();
      const files = this.#filesOf(assets, pass, workerFor(counted, 'just-looked-up'));
      const stopped = await this.#deps.fetch(files, config.download.threads, counted);
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
    const assets = this.#metInRun(idsIn(failed(), pass.target.place));
    const files = this.#filesOf(assets, pass, workerFor(counted, 'just-looked-up'));
    const stopped = await this.#deps.fetch(files, SECOND_CHANCE_THREADS, counted);
    takeOver(counters, counted);
    counters.failed -= before - countOf(failed());
    return stopped;
  }
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
