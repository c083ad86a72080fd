import type { Library } from '../domain/index.js';
import { SessionCircuit, SpaceForecast } from '../download/index.js';
import type { KeiError } from '../errors/index.js';
import { SharedPause } from '../http/index.js';
import { addCounters, createCounters, forgetUndone, type Counters } from '../report/counters.js';
import { AssetPlanner } from './asset-planner.js';
import { AssetWorker } from './asset-worker.js';
import type { CycleDeps, CycleOutcome } from './cycle.js';
import {
  countParked,
  finishRun,
  statusOf,
  undone,
  warnOfPressure,
  type CycleEnd,
} from './cycle-end.js';
import { forgetLibrary, rememberClean, rememberSilence, tellOnce } from './cycle-memory.js';
import { syncLibrary, type LibraryEnd } from './library-sync.js';
import type { Narrowing } from './pass-assets.js';
import type { PlaceAgainDeps } from './place-again.js';
import { PlaceLanes } from './place-lanes.js';
import { StateBook } from './plan/plan-book.js';
import { FilePlanner } from './plan/plan-file.js';
import { recoverFromCrash, removePartials } from './recover.js';
import {
  noteEnumeration,
  tellOfBlocked,
  tellOfInterrupted,
  type LibraryFacts,
} from './run-facts.js';
import { filterSettings, narrowingOf, planSettings } from './settings.js';
import type { LibraryWork } from './library-work.js';
import { decideWork } from './work.js';
import { noteUnsettled } from './unsettled.js';

/**
 * One complete sync over the selected libraries: settle what a crash left, ask iCloud whether
 * anything changed, list or apply changes, download, and store the tokens of what is done. The
 * order on disk is bytes, name, row, token (architecture 1.4).
 */
export async function runCycle(deps: CycleDeps): Promise<CycleOutcome> {
  const { store, config, clock, log, drain } = deps;
  const startedAt = clock.monotonic();
  const counters = createCounters();
  await recoverFromCrash(store, log);
  const run = await store.commit(() => {
    if (deps.retryOnly) store.rules.resetFailed();
    else store.rules.requeueFailed(config.download.retry.perAsset);
    return store.runs.start('sync');
  });
  const libraries: LibraryFacts[] = [];
  let end: CycleEnd;
  try {
    end = await new Cycle(deps, run, counters, libraries).run();
  } catch (error) {
    // What cannot be recorded now is recorded by the next start; the error comes first.
    await finishRun(deps, run, counters, libraries, true).catch(() => undefined);
    throw error;
  }
  const interrupted = drain.aborted;
  if (!interrupted) countParked(deps, end, run, counters);
  warnOfPressure(counters, log);
  const unrecorded = await finishRun(deps, run, counters, libraries, interrupted);
  return {
    status: statusOf(end, counters, interrupted, unrecorded),
    counters,
    elapsedMs: clock.monotonic() - startedAt,
    incremental: end.incremental,
    trouble: end.trouble ?? unrecorded,
  };
}

/** One library's part of a cycle. */
interface LibraryRun {
  readonly work: LibraryWork;
  readonly end: LibraryEnd;
  readonly counters: Counters;
}

class Cycle {
  readonly #deps: CycleDeps;
  readonly #run: number;
  readonly #counters: Counters;
  readonly #planner: FilePlanner;
  readonly #assets: AssetPlanner;
  readonly #placing: PlaceAgainDeps;
  readonly #lanes = new PlaceLanes();
  readonly #narrowing: Narrowing;
  readonly #forecast: SpaceForecast;
  readonly #startedMs: number;
  readonly #circuit = new SessionCircuit();
  readonly #pause: SharedPause;

  readonly #libraries: LibraryFacts[];

  constructor(deps: CycleDeps, run: number, counters: Counters, libraries: LibraryFacts[]) {
    this.#libraries = libraries;
    const { config, store, clock, service, scratch } = deps;
    this.#deps = deps;
    this.#run = run;
    this.#counters = counters;
    this.#startedMs = clock.now();
    this.#planner = new FilePlanner(new StateBook(store, run, scratch), planSettings(deps));
    const filters = filterSettings(config, clock.now());
    this.#narrowing = narrowingOf(config, filters.bounds);
    this.#assets = new AssetPlanner({
      photos: config.photos,
      filters,
      planner: this.#planner,
      scratch,
      service,
    });
    const { duplicates, tempSuffix } = config.download;
    this.#placing = { ...deps, duplicates, tempSuffix };
    this.#pause = new SharedPause(clock);
    this.#forecast = new SpaceForecast(deps.directory, deps.files);
  }

  async run(): Promise<CycleEnd> {
    const { store, log } = this.#deps;
    const work = await decideWork({ ...this.#deps, state: store });
    for (const notice of work.notices) await tellOnce(notice, store, log);
    if (work.unchanged) {
      log.info('Nothing changed in iCloud since the last sync');
      await rememberSilence(work, store);
      return { trouble: undefined, incremental: true, enumerated: 0, zones: work.scope };
    }
    await store.commit(() => {
      for (const zone of work.gone) forgetLibrary(zone, this.#run, store, log);
      if (work.drifted) store.zones.clearAllTokens();
      for (const { library, listedAlbums } of work.libraries) {
        store.zones.remember(library);
        if (listedAlbums !== undefined) {
          store.albums.rememberAll(library.zone, listedAlbums, this.#run);
        }
      }
    });
    tellOfInterrupted(work.libraries, store, log);
    let incremental = true;
    let trouble: KeiError | undefined;
    let enumerated = 0;
    let clean = true;
    for (const one of work.libraries) {
      const done = await this.#syncLibrary(one);
      const { end } = done;
      incremental &&= done.work.mode.kind === 'incremental';
      await this.#noteEnumeration(done);
      const stop = end.stopped;
      trouble ??=
        end.trouble ?? (stop === undefined || stop.reason === 'shutdown' ? undefined : stop.error);
      if (stop !== undefined) return { trouble, incremental, enumerated, zones: work.scope };
      if (end.trouble === undefined) enumerated += 1;
      else if (work.libraries.length > 1) this.#tellOfTrouble(one.library, end.trouble);
      clean = (await this.#storeToken(one, end)) && clean;
    }
    if (clean) await rememberClean(work, store);
    if (clean && undone(this.#counters) === 0) await removePartials(store);
    return { trouble, incremental, enumerated, zones: work.scope };
  }

  /** One library that cannot be listed does not keep the others from being synced. */
  #tellOfTrouble({ zone }: Library, trouble: KeiError): void {
    this.#deps.log.error('The library could not be listed to its end', {
      library: zone,
      error: trouble.message,
    });
  }

  /** Syncs one library, from the beginning when its token is void. */
  async #syncLibrary(work: LibraryWork): Promise<LibraryRun> {
    const { log } = this.#deps;
    const { library, mode } = work;
    if (mode.kind === 'full') {
      log.info('Listing the whole library', { library: library.zone, reason: mode.reason });
      await this.#deps.store.commit(() => {
        this.#deps.store.zones.noteFullReason(library.zone, mode.reason);
      });
    }
    const counters = createCounters();
    const end = await syncLibrary(work, {
      ...this.#deps,
      run: this.#run,
      startedMs: this.#startedMs,
      counters,
      planner: this.#planner,
      narrowing: this.#narrowing,
      placing: this.#placing,
      lanes: this.#lanes,
      circuit: this.#circuit,
      forecast: this.#forecast,
      pause: this.#pause,
      workerFor: (into, origin) =>
        new AssetWorker({
          ...this.#placing,
          lanes: this.#lanes,
          run: this.#run,
          planner: this.#assets,
          counters: into,
          origin,
        }),
    });
    if (end.invalidToken) forgetUndone(counters);
    addCounters(this.#counters, counters);
    if (end.invalidToken) {
      log.warn('iCloud no longer knows the sync token', { library: library.zone });
      const full = { kind: 'full', reason: 'invalid_sync_token' } as const;
      return this.#syncLibrary({ ...work, mode: full });
    }
    return { end, work, counters };
  }

  async #noteEnumeration({ work, end, counters }: LibraryRun): Promise<void> {
    const { store, log, drain } = this.#deps;
    const { mode } = work;
    const { zone } = work.library;
    const isStopped = drain.aborted && mode.kind !== 'retry';
    const blocked = end.blocked ?? (isStopped ? 'producer_enumeration_incomplete' : undefined);
    this.#libraries.push({ zone, mode, blocked });
    if (blocked !== undefined) {
      const isWhole = end.stopped === undefined && end.trouble === undefined && !isStopped;
      const isOnlyTrouble = isWhole && undone(counters) === 0;
      const isForgotten = mode.kind === 'full' && mode.reason === 'invalid_sync_token';
      const hasToken = !isForgotten && store.zones.token(zone) !== undefined;
      const { assetsSeen } = counters;
      tellOfBlocked({ zone, blocked, assetsSeen, isOnlyTrouble, hasToken }, log);
    }
    if (mode.kind === 'retry') return;
    await noteEnumeration({ zone, listed: end.listed, blocked }, this.#run, this.#deps);
  }

  /**
   * A token may advance when everything before it is done or durably recorded: failed files and
   * debts are, and the next run takes them up without a listing (D61).
   */
  async #storeToken(
    { library, passes }: LibraryWork,
    { token, unsettled }: LibraryEnd,
  ): Promise<boolean> {
    const { store, drain } = this.#deps;
    const isUnsafe = drain.aborted || this.#counters.stateWriteFailures > 0;
    if (isUnsafe || token === undefined) return false;
    await store.commit(() => {
      store.zones.setToken(library.zone, token);
      noteUnsettled(library.zone, unsettled ? this.#run : undefined, store.meta);
      // From here on only these places are followed (IN-3).
      store.albums.keepOnly(
        library.zone,
        passes.map(({ target }) => target.place),
      );
    });
    return true;
  }
}
