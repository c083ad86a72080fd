import type { Library } from '../domain/index.js';
import { SessionCircuit, SpaceForecast } from '../download/index.js';
import type { KeiError } from '../errors/index.js';
import { createCounters, type Counters } from '../report/counters.js';
import { AssetPlanner } from './asset-planner.js';
import { AssetWorker } from './asset-worker.js';
import type { CycleDeps, CycleOutcome } from './cycle.js';
import { syncLibrary, type LibraryEnd } from './library-sync.js';
import type { Narrowing } from './pass-assets.js';
import type { PlaceAgainDeps } from './place-again.js';
import { StateBook } from './plan/plan-book.js';
import { FilePlanner } from './plan/plan-file.js';
import { recoverFromCrash, removePartials } from './recover.js';
import { filterSettings, planSettings } from './settings.js';
import { decideWork, HASH_KEYS, type LibraryWork, type Work } from './work.js';

/**
 * One complete sync over the selected libraries: settle what a crash left, ask iCloud whether
 * anything changed, list or apply changes, download, and store the tokens of what is done. The
 * order on disk is bytes, name, row, token (architecture 1.4).
 */
export async function runCycle(deps: CycleDeps): Promise<CycleOutcome> {
  const { store, config, clock, log, drain } = deps;
  const startedMs = clock.monotonic();
  const counters = createCounters();
  await recoverFromCrash(store, log);
  const run = await store.commit(() => {
    if (deps.retryOnly) store.rules.resetFailed();
    else store.rules.requeueFailed(config.download.retry.perAsset);
    return store.runs.start('sync');
  });
  const end = await new Cycle(deps, run, counters).run();
  const interrupted = drain.aborted;
  await finishRun(deps, run, counters, interrupted);
  const failed = undone(counters) > 0 || end.trouble !== undefined;
  return {
    status: failed ? 'partial' : interrupted ? 'interrupted' : 'complete',
    counters,
    elapsedMs: clock.monotonic() - startedMs,
    incremental: end.incremental,
    trouble: end.trouble,
  };
}

interface CycleEnd {
  readonly trouble: KeiError | undefined;
  readonly incremental: boolean;
}

class Cycle {
  readonly #deps: CycleDeps;
  readonly #run: number;
  readonly #counters: Counters;
  readonly #planner: FilePlanner;
  readonly #assets: AssetPlanner;
  readonly #placing: PlaceAgainDeps;
  readonly #narrowing: Narrowing;
  readonly #forecast: SpaceForecast;
  #circuit = new SessionCircuit();

  constructor(deps: CycleDeps, run: number, counters: Counters) {
    const { config, store, clock, service, scratch } = deps;
    this.#deps = deps;
    this.#run = run;
    this.#counters = counters;
    this.#planner = new FilePlanner(new StateBook(store, run), planSettings(deps));
    const filters = filterSettings(config, clock.now());
    this.#narrowing = { ...config.filters, bounds: filters.bounds };
    this.#assets = new AssetPlanner({
      photos: config.photos,
      filters,
      planner: this.#planner,
      scratch,
      service,
    });
    const { duplicates, tempSuffix } = config.download;
    this.#placing = { ...deps, duplicates, tempSuffix };
    this.#forecast = new SpaceForecast(deps.directory, deps.files);
  }

  async run(): Promise<CycleEnd> {
    const { store, log } = this.#deps;
    const work = await decideWork({ ...this.#deps, state: store });
    for (const notice of work.notices) await this.#tell(notice);
    if (work.unchanged) {
      log.info('Nothing changed in iCloud since the last sync');
      return { trouble: undefined, incremental: true };
    }
    await store.commit(() => {
      if (work.drifted) store.zones.clearAllTokens();
      for (const { library } of work.libraries) store.zones.remember(library);
    });
    let incremental = true;
    let clean = true;
    for (const one of work.libraries) {
      const before = undone(this.#counters);
      const { end, work: done } = await this.#syncLibrary(one);
      incremental &&= done.mode.kind === 'incremental';
      const stop = end.stopped;
      const trouble =
        end.trouble ?? (stop === undefined || stop.reason === 'shutdown' ? undefined : stop.error);
      if (trouble !== undefined || stop !== undefined) return { trouble, incremental };
      const failed = undone(this.#counters) > before;
      clean = (await this.#storeToken(one.library, end, failed)) && clean;
    }
    if (clean) await this.#rememberClean(work);
    return { trouble: undefined, incremental };
  }

  /** Notices about the selection; some only once for each data directory. */
  async #tell({ code, message, once }: Work['notices'][number]): Promise<void> {
    const { store, log } = this.#deps;
    const key = `notice:${code}`;
    if (once && store.meta.get(key) !== undefined) return;
    log.warn(message);
    if (once) {
      await store.commit(() => {
        store.meta.set(key, 'shown');
      });
    }
  }

  /** Syncs one library, signing in again when Apple takes the session back (RT-31, RT-32). */
  async #syncLibrary(
    work: LibraryWork,
  ): Promise<{ readonly end: LibraryEnd; readonly work: LibraryWork }> {
    const { log, reauthenticate, scratch } = this.#deps;
    const { library, mode } = work;
    if (mode.kind === 'full') {
      log.info('Listing the whole library', { library: library.zone, reason: mode.reason });
    }
    const end = await syncLibrary(work, {
      ...this.#deps,
      run: this.#run,
      counters: this.#counters,
      planner: this.#planner,
      narrowing: this.#narrowing,
      placing: this.#placing,
      circuit: this.#circuit,
      forecast: this.#forecast,
      workerFor: (counters) =>
        new AssetWorker({ ...this.#placing, run: this.#run, planner: this.#assets, counters }),
    });
    if (end.invalidToken) {
      log.warn('iCloud no longer knows the sync token', { library: library.zone });
      const full = { kind: 'full', reason: 'invalid_sync_token' } as const;
      return this.#syncLibrary({ ...work, mode: full });
    }
    if (end.stopped?.reason !== 'session') return { end, work };
    if (!(await reauthenticate(end.stopped.error))) throw end.stopped.error;
    forgetCounts(this.#counters);
    scratch.clear();
    this.#circuit = new SessionCircuit();
    return this.#syncLibrary(work);
  }

  /**
   * A token may advance only when everything before it is done (engine 2.6); a library that failed
   * keeps no other from advancing (WA-8).
   */
  async #storeToken(library: Library, { token }: LibraryEnd, failed: boolean): Promise<boolean> {
    const { store, drain, log } = this.#deps;
    if (drain.aborted || failed || token === undefined) {
      log.info('Sync token not advanced; the changes are replayed by the next run', {
        library: library.zone,
      });
      return false;
    }
    await store.commit(() => {
      store.zones.setToken(library.zone, token);
    });
    return true;
  }

  /** Everything is done: the next run may ask only what changed since (D63). */
  async #rememberClean({ hashes, tokens, scope }: Work): Promise<void> {
    const { store } = this.#deps;
    await store.commit(() => {
      store.meta.set(HASH_KEYS.enumeration, hashes.enumeration);
      store.meta.set(HASH_KEYS.download, hashes.download);
      store.meta.set(HASH_KEYS.selection, hashes.selection);
      for (const [database, token] of tokens) {
        store.zones.setDatabaseToken(database, scope, token);
      }
    });
    await removePartials(store);
  }
}

/** Everything that makes a run a partial one (SD-11). */
function undone(counters: Counters): number {
  const { failed, enumerationErrors, stateWriteFailures, skipped } = counters;
  return failed + enumerationErrors + stateWriteFailures + (skipped.get('retry_exhausted') ?? 0);
}

async function finishRun(
  { store }: CycleDeps,
  run: number,
  counters: Counters,
  interrupted: boolean,
): Promise<void> {
  await store.flush();
  // What was planned and nothing settled: places that waited for a file that failed.
  if (!interrupted) {
    counters.failed += await store.commit(() => store.rules.promoteUnresolved(run));
  }
  await store.commit(() => {
    store.runs.finish(run, {
      status: interrupted ? 'interrupted' : 'complete',
      assetsSeen: counters.assetsSeen,
      downloaded: counters.downloaded,
      failed: counters.failed,
      enumerationErrors: counters.enumerationErrors,
    });
  });
}

/** What a session that died has counted is counted again with the next one. */
function forgetCounts(counters: Counters): void {
  counters.failed = 0;
  counters.assetsSeen = 0;
  counters.skipped.clear();
}
