import { listingHash } from '../config/fingerprint.js';
import type { Config } from '../config/types.js';
import type { CloudDatabase, Library } from '../domain/index.js';
import { isKeiError } from '../errors/index.js';
import type { PhotosService } from '../icloud/index.js';
import type { Logger } from '../platform/logger.js';
import {
  planPasses,
  type PassPlan,
  type Selection,
  type SelectionNotice,
} from '../select/passes.js';
import { selectLibraries } from '../select/select-libraries.js';
import type { RunScratch } from '../state/index.js';
import {
  compareSettings,
  hashesOf,
  SCOPE_KEY,
  type Hashes,
  type SettingsChange,
} from './hashes.js';
import { LibraryOverview } from './library-overview.js';
import { LibraryStart } from './library-start.js';
import type { LibraryWork, StateView } from './library-work.js';
import { parseTemplates, toPass, type Templates } from './pass.js';
import { selectionOf, wantsShared } from './select-passes.js';
import { isNarrowedByFlags } from './settings.js';
import { askDatabase, askWhatChanged, type WhatChanged } from './what-changed.js';

export interface WorkDeps {
  readonly config: Config;
  readonly service: PhotosService;
  readonly state: StateView | undefined;
  readonly scratch: RunScratch;
  readonly log: Logger;
  /** `--retry-failed`: no listing, only what failed before (RT-70). */
  readonly retryOnly?: boolean;
}

/** The work of one cycle, and what to remember when all of it is done. */
export interface Work {
  /** Empty when nothing changed in iCloud since the last clean run (D63). */
  readonly libraries: readonly LibraryWork[];
  readonly unchanged: boolean;
  /** Settings differ from the last run's: every token is void. */
  readonly drifted: boolean;
  readonly notices: readonly SelectionNotice[];
  readonly hashes: Hashes;
  /** Database tokens from before everything else, for the zones of `scope`. */
  readonly tokens: ReadonlyMap<CloudDatabase, string>;
  /** Zones that were said to have changed and had nothing to say, with the token behind that. */
  readonly silent: ReadonlyMap<string, string>;
  readonly scope: readonly string[];
  /** Shared libraries that the state knows and the account no longer has (protocol 6.4). */
  readonly gone: readonly string[];
}

/**
 * Decides what a run has to do. The cheapest question comes first (D63): did anything change since
 * the last clean run? Libraries and albums are listed only when the selection differs, or a change
 * feed tells of others (cli 4.3, IN-3).
 */
export function decideWork(deps: WorkDeps): Promise<Work> {
  return new WorkDecision(deps).work();
}

class WorkDecision {
  readonly #deps: WorkDeps;
  readonly #selection: Selection;
  readonly #templates: Templates;
  readonly #hashes: Hashes;
  readonly #change: SettingsChange;
  /** Libraries of the last clean run under this very selection. */
  readonly #known: readonly Library[];

  constructor(deps: WorkDeps) {
    const { config, state } = deps;
    this.#deps = deps;
    this.#selection = selectionOf(config);
    this.#templates = parseTemplates(config);
    this.#hashes = hashesOf(config);
    this.#change = compareSettings(config, this.#hashes, state);
    const isSame = this.#change.drift === undefined && !this.#change.isReselected;
    this.#known = isSame && state !== undefined ? librariesOf(state) : [];
  }

  async work(): Promise<Work> {
    const { state, config, retryOnly = false } = this.#deps;
    const { drift } = this.#change;
    const starts = new Map<string, LibraryStart>();
    const startOf = (library: Library) => {
      const start = starts.get(library.zone) ?? this.#startOf(library);
      starts.set(library.zone, start);
      return start;
    };
    const changed = await askWhatChanged(
      {
        libraries: this.#known,
        takesEveryShared: this.#takesEveryShared,
        needsDigest: (library) => startOf(library).needsDigest,
      },
      this.#deps,
    );
    const common = {
      hashes: this.#hashes,
      drifted: drift !== undefined,
      silent: changed.silent,
    };
    const isQuiet =
      changed.nothing && state !== undefined && nothingOwed(state, this.#known, config);
    if (isQuiet && !retryOnly && !mayWiden(config)) {
      const { tokens } = changed;
      const scope = this.#known.map(({ zone }) => zone);
      return { ...common, tokens, libraries: [], unchanged: true, notices: [], scope, gone: [] };
    }
    const needsShared = wantsShared(this.#selection);
    const isKnown = !changed.otherLibraries && this.#knowsSelected;
    const libraries = isKnown
      ? this.#known
      : await this.#deps.service.listLibraries({ needsShared });
    for (const library of libraries) {
      await startOf(library).begin(changed.digests.get(library.zone));
    }
    const plan = await this.#plan(libraries, startOf);
    const work = plan.libraries.map(({ library, passes }) =>
      startOf(library).work(
        passes.map((source) => toPass(library, source, this.#templates, config)),
      ),
    );
    return {
      ...common,
      tokens: await this.#completeTokens(changed, work),
      drifted: common.drifted && !retryOnly,
      libraries: work,
      unchanged: false,
      notices: plan.notices,
      scope: work.map(({ library }) => library.zone),
      gone: isKnown || !needsShared ? [] : this.#goneFrom(libraries),
    };
  }

  /** A selected library of which nothing is synced is not among the remembered ones. */
  get #knowsSelected(): boolean {
    if (this.#known.length === 0) return false;
    try {
      selectLibraries(this.#selection.libraries, this.#known);
      return true;
    } catch (error) {
      if (isKeiError(error, 'config')) return false;
      throw error;
    }
  }

  #goneFrom(listed: readonly Library[]): readonly string[] {
    const zones = new Set(listed.map(({ zone }) => zone));
    const known = this.#deps.state?.zones.libraries() ?? [];
    return known
      .filter(({ kind, zone }) => kind === 'shared' && !zones.has(zone))
      .map(({ zone }) => zone);
  }

  get #takesEveryShared(): boolean {
    const { shared, excluded } = this.#selection.libraries;
    return shared && !excluded.shared;
  }

  #startOf(library: Library): LibraryStart {
    const { config, retryOnly = false } = this.#deps;
    return new LibraryStart(library, {
      ...this.#deps,
      selection: this.#selection,
      listingHash: listingHash(config),
      drift: this.#change.drift,
      retryOnly,
      bound: needsListing(config),
      overview: new LibraryOverview(library, this.#deps),
    });
  }

  /** The passes; a name that only the albums of iCloud can explain is looked for there. */
  async #plan(
    libraries: readonly Library[],
    startOf: (library: Library) => LibraryStart,
  ): Promise<PassPlan> {
    const planNow = () =>
      planPasses(
        this.#selection,
        libraries.map((library) => ({ library, albums: startOf(library).albums })),
        this.#templates,
      );
    try {
      return planNow();
    } catch (error) {
      const remembered = libraries.filter((library) => startOf(library).remembersAlbums);
      if (!isKeiError(error, 'config') || remembered.length === 0) throw error;
      for (const library of remembered) await startOf(library).listAlbums();
      return planNow();
    }
  }

  /** Tokens of the databases that nobody knew of before the libraries were listed. */
  async #completeTokens(
    { tokens, asked }: WhatChanged,
    work: readonly LibraryWork[],
  ): Promise<ReadonlyMap<CloudDatabase, string>> {
    const all = new Map(tokens);
    for (const database of new Set(work.map(({ library }) => library.database))) {
      if (asked.has(database)) continue;
      const { token } = await askDatabase(database, [], this.#deps);
      if (token !== undefined) all.set(database, token);
    }
    return all;
  }
}

/** The libraries of the last clean run; older ones stay recorded, but count no more. */
function librariesOf({ zones, meta }: StateView): Library[] {
  const scope = meta.get(SCOPE_KEY) ?? '[]';
  const names = new Set(JSON.parse(scope) as readonly string[]);
  return zones.libraries().filter(({ zone }) => names.has(zone));
}

/** The newest N are known only from a listing, and flags may ask for more than the file did (D65). */
function needsListing(config: Config): boolean {
  return config.filters.recent?.kind === 'count' || isNarrowedByFlags(config);
}

/** Whether this run's flags may let in what the file's own bounds kept out until now. */
function mayWiden(config: Config): boolean {
  const { recent, skipCreatedBefore, skipCreatedAfter } = config.filters.withoutFlags;
  const isBounded = recent !== undefined || !!skipCreatedBefore || !!skipCreatedAfter;
  return isBounded && isNarrowedByFlags(config);
}

/** Work of earlier runs in these libraries that must not be skipped with the rest (D63). */
function nothingOwed(
  { lists, debts }: StateView,
  libraries: readonly Library[],
  { download }: Config,
): boolean {
  const { perAsset } = download.retry;
  return libraries.every(
    ({ zone }) =>
      lists.undoneIn(zone, perAsset).next().done === true &&
      lists.exhaustedIn(zone, perAsset) === 0 &&
      debts.page(zone, 1).length === 0,
  );
}
