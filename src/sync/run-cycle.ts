import { downloadConfigHash, enumConfigHash } from '../config/fingerprint.js';
import { dateSpecInstant } from '../config/date-spec.js';
import type { Library } from '../domain/index.js';
import { KeiError, isKeiError } from '../errors/index.js';
import { parseTemplate } from '../naming/index.js';
import { createCounters, type Counters } from '../report/counters.js';
import { dateBounds } from '../select/date-bounds.js';
import type { FilterSettings } from '../select/filters.js';
import { compileGlobs } from '../select/glob.js';
import { AssetWorker } from './asset-worker.js';
import { chooseMode, findDrift, type SyncMode } from './choose-mode.js';
import type { CycleDeps, CycleOutcome, Pass } from './cycle.js';
import { syncLibrary, type LibraryEnd } from './library-sync.js';
import { StateBook } from './plan/plan-book.js';
import { FilePlanner } from './plan/plan-file.js';
import { recoverFromCrash, removePartials } from './recover.js';

const ENUM_HASH = 'enum_config_hash';
const DOWNLOAD_HASH = 'download_config_hash';

/** Sign-ins in one cycle after Apple took the session back (RT-32). */
const MAX_REAUTHENTICATIONS = 3;

/**
 * One complete sync over the selected libraries: settle what a crash left, ask iCloud whether
 * anything changed, list or apply changes, download, and store the tokens of what is done. The
 * order on disk is bytes, name, row, token (architecture 1.4).
 */
export async function runCycle(deps: CycleDeps): Promise<CycleOutcome> {
  const { store, config, clock, log } = deps;
  const startedMs = clock.monotonic();
  const counters = createCounters();
  await recoverFromCrash(store, log);
  const run = await store.commit(() => {
    store.rules.requeueFailed(config.download.retry.perAsset);
    return store.runs.start('sync');
  });
  const cycle = new Cycle(deps, run, counters);
  const end = await cycle.run();
  const interrupted = deps.drain.aborted;
  await finishRun(deps, run, counters, interrupted);
  const undone = counters.failed + counters.enumerationErrors + counters.stateWriteFailures;
  const exhausted = counters.skipped.get('retry_exhausted') ?? 0;
  const failed = undone + exhausted > 0 || end.trouble !== undefined;
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
  readonly #filters: FilterSettings;
  #reauthentications = 0;

  constructor(deps: CycleDeps, run: number, counters: Counters) {
    const { config, directory, hostOffset, store, clock } = deps;
    this.#deps = deps;
    this.#run = run;
    this.#counters = counters;
    this.#planner = new FilePlanner(new StateBook(store, run), {
      directory,
      naming: config.photos,
      folderTimezone: config.download.folderTimezone,
      hostOffset,
      perAsset: config.download.retry.perAsset,
    });
    const now = clock.now();
    this.#filters = {
      media: config.filters.media,
      livePhotoMode: config.photos.livePhotoMode,
      bounds: dateBounds(config.filters, (spec) => dateSpecInstant(spec, now)),
      isExcludedName: compileGlobs(config.filters.filenameExclude),
    };
  }

  async run(): Promise<CycleEnd> {
    const { store, log, config } = this.#deps;
    const hashes = {
      enumeration: enumConfigHash(config),
      download: downloadConfigHash(config),
    };
    const drift = findDrift(
      { enumeration: store.meta.get(ENUM_HASH), download: store.meta.get(DOWNLOAD_HASH) },
      hashes,
    );
    const known = drift === undefined ? store.zones.libraries() : [];
    const probe = await this.#probe(known);
    if (probe.unchanged) {
      log.info('Nothing changed in iCloud since the last sync');
      return { trouble: undefined, incremental: true };
    }
    const libraries = known.length > 0 ? known : await this.#selectLibraries();
    if (drift !== undefined) await store.commit(() => store.zones.clearAllTokens());

    let incremental = true;
    let clean = true;
    for (const library of libraries) {
      const mode = chooseMode(drift, store.zones.token(library.zone));
      const { end, mode: used } = await this.#syncLibrary(library, mode);
      incremental &&= used.kind === 'incremental';
      if (end.trouble !== undefined) return { trouble: end.trouble, incremental };
      if (end.stopped !== undefined) {
        return {
          trouble: end.stopped.reason === 'shutdown' ? undefined : end.stopped.error,
          incremental,
        };
      }
      clean = (await this.#storeToken(library, end)) && clean;
    }
    if (clean) {
      await store.commit(() => {
        store.meta.set(ENUM_HASH, hashes.enumeration);
        store.meta.set(DOWNLOAD_HASH, hashes.download);
        if (probe.token !== undefined) {
          store.zones.setDatabaseToken('private', zoneNames(libraries), probe.token);
        }
      });
      await removePartials(store);
    }
    return { trouble: undefined, incremental };
  }

  /**
   * The cheapest question first (D63): did anything change since the last clean run? Taken before
   * every listing, so that its token never covers what the listing may miss.
   */
  async #probe(
    known: readonly Library[],
  ): Promise<{ readonly unchanged: boolean; readonly token: string | undefined }> {
    const { service, store, config, log } = this.#deps;
    const zones = zoneNames(known);
    const since = known.length === 0 ? undefined : store.zones.databaseToken('private', zones);
    try {
      let changed = await service.changedZones('private', since);
      if (changed.status === 'invalid-token') {
        changed = await service.changedZones('private', undefined);
        return { unchanged: false, token: changed.status === 'known' ? changed.token : undefined };
      }
      const { perAsset } = config.download.retry;
      const owed = store.lists.retryableCount(perAsset) > 0 || store.debts.count() > 0;
      const { zones: changedNames, token } = changed;
      const unchanged =
        since !== undefined &&
        !owed &&
        store.lists.exhaustedCount(perAsset) === 0 &&
        known.every(({ zone }) => store.zones.token(zone) !== undefined) &&
        !zones.some((zone) => changedNames.has(zone));
      return { unchanged, token };
    } catch (error) {
      // The question is only a shortcut: without an answer the run asks for everything (IN-63).
      if (!isKeiError(error, 'transient', 'permanent')) throw error;
      log.warn('Could not ask iCloud what changed', { error: error.message });
      return { unchanged: false, token: undefined };
    }
  }

  /** The primary library, by the name that it is listed under (D78). */
  async #selectLibraries(): Promise<readonly Library[]> {
    const { service, store } = this.#deps;
    const listed = await service.listLibraries();
    const selected = listed.filter(({ kind }) => kind === 'primary');
    await store.commit(() => {
      for (const library of selected) store.zones.remember(library);
    });
    return selected;
  }

  /** Syncs one library, signing in again when Apple takes the session back (RT-31, RT-32). */
  async #syncLibrary(
    library: Library,
    mode: SyncMode,
  ): Promise<{ readonly end: LibraryEnd; readonly mode: SyncMode }> {
    const { log, reauthenticate } = this.#deps;
    if (mode.kind === 'full') {
      log.info('Listing the whole library', { library: library.zone, reason: mode.reason });
    }
    const end = await syncLibrary(this.#unfiledPass(library), mode, {
      ...this.#deps,
      run: this.#run,
      counters: this.#counters,
      planner: this.#planner,
      workerFor: (counters) => this.#worker(counters),
    });
    if (end.invalidToken) {
      log.warn('iCloud no longer knows the sync token', { library: library.zone });
      return this.#syncLibrary(library, { kind: 'full', reason: 'invalid_sync_token' });
    }
    if (end.stopped?.reason !== 'session') return { end, mode };
    this.#reauthentications += 1;
    if (this.#reauthentications > MAX_REAUTHENTICATIONS) throw givingUp(end.stopped.error);
    if (!(await reauthenticate(end.stopped.error))) throw end.stopped.error;
    forgetFailures(this.#counters);
    return this.#syncLibrary(library, mode);
  }

  #unfiledPass(library: Library): Pass {
    const { config } = this.#deps;
    return {
      library,
      source: { kind: 'all' },
      target: {
        place: 'library',
        template: parseTemplate('unfiled', config.download.folderStructure),
        values: { zone: library.zone, albumFolders: config.download.albumFolders },
      },
    };
  }

  #worker(counters: Counters): AssetWorker {
    return new AssetWorker({
      ...this.#deps,
      run: this.#run,
      planner: this.#planner,
      filters: this.#filters,
      counters,
      isFiled: () => false,
    });
  }

  /** A token may advance only when everything before it is done (engine 2.6). */
  async #storeToken(library: Library, end: LibraryEnd): Promise<boolean> {
    const { store, drain, log } = this.#deps;
    const { failed, enumerationErrors, stateWriteFailures, skipped } = this.#counters;
    const exhausted = skipped.get('retry_exhausted') ?? 0;
    const undone = failed + enumerationErrors + stateWriteFailures + exhausted;
    if (drain.aborted || undone > 0 || end.token === undefined) {
      log.info('Sync token not advanced; the changes are replayed by the next run', {
        library: library.zone,
      });
      return false;
    }
    const { token } = end;
    await store.commit(() => {
      store.zones.setToken(library.zone, token);
    });
    return true;
  }
}

async function finishRun(
  { store }: CycleDeps,
  run: number,
  counters: Counters,
  interrupted: boolean,
): Promise<void> {
  await store.flush();
  await store.commit(() => {
    if (!interrupted) store.rules.promoteUnresolved(run);
    store.runs.finish(run, {
      status: interrupted ? 'interrupted' : 'complete',
      assetsSeen: counters.assetsSeen,
      downloaded: counters.downloaded,
      failed: counters.failed,
      enumerationErrors: counters.enumerationErrors,
    });
  });
}

/** The failures of a session that died are tried again with the next one. */
function forgetFailures(counters: Counters): void {
  counters.failed = 0;
  counters.assetsSeen = 0;
  counters.skipped.clear();
}

function givingUp(cause: KeiError): KeiError {
  return new KeiError({
    code: 'SESSION_EXPIRED',
    kind: 'session',
    message: `Session expired, giving up after ${MAX_REAUTHENTICATIONS} re-auth attempts`,
    hint: 'Run `kei login` to sign in again, then `kei sync`.',
    cause,
  });
}

function zoneNames(libraries: readonly Library[]): string[] {
  return libraries.map(({ zone }) => zone);
}
