import { createHash } from 'node:crypto';
import { downloadConfigHash, enumConfigHash } from '../config/fingerprint.js';
import type { Config } from '../config/types.js';
import type { CloudDatabase, Library } from '../domain/index.js';
import type { PhotosService } from '../icloud/index.js';
import type { Logger } from '../platform/logger.js';
import { planPasses, type Selection, type SelectionNotice } from '../select/passes.js';
import { renderAlbums, renderLibraries, renderSmartFolders } from '../select/selectors.js';
import type { StateReader } from '../state/index.js';
import { chooseMode, findDrift, findSelectionDrift, type SyncMode } from './choose-mode.js';
import { isNarrowedByFlags } from './settings.js';
import { parseTemplates, toPass, type Pass } from './pass.js';
import { askWhatChanged } from './what-changed.js';

/** What the choice of work reads of the state; there is none before the first run. */
export type StateView = Pick<StateReader, 'meta' | 'zones' | 'lists' | 'debts'>;

export interface WorkDeps {
  readonly config: Config;
  readonly service: PhotosService;
  readonly state: StateView | undefined;
  readonly log: Logger;
  /** `--retry-failed`: no listing, only what failed before (RT-70). */
  readonly retryOnly?: boolean;
}

/** What one library has to do. */
export interface LibraryWork {
  readonly library: Library;
  readonly passes: readonly Pass[];
  readonly mode: SyncMode;
}

/** The work of one cycle, and what to remember when all of it is done. */
export interface Work {
  /** Empty when nothing changed in iCloud since the last clean run (D63). */
  readonly libraries: readonly LibraryWork[];
  readonly unchanged: boolean;
  /** Settings or selection differ from the last run's: every token is void. */
  readonly drifted: boolean;
  readonly notices: readonly SelectionNotice[];
  readonly hashes: Hashes;
  /** Database tokens from before everything else, for the zones of `scope`. */
  readonly tokens: ReadonlyMap<CloudDatabase, string>;
  /** Zones that were said to have changed and had nothing to say, with the token behind that. */
  readonly silent: ReadonlyMap<string, string>;
  readonly scope: readonly string[];
}

/** The words under which the state keeps the hashes of the last run. */
export const HASH_KEYS = {
  enumeration: 'enum_config_hash',
  download: 'download_config_hash',
  selection: 'selection_hash',
} as const;

/** The word under which the state keeps the zones of the last clean run, as a JSON list. */
export const SCOPE_KEY = 'selection_scope';

export type Hashes = Readonly<Record<keyof typeof HASH_KEYS, string>>;

/**
 * Decides what a run has to do. The cheapest question comes first (D63): did anything change since
 * the last clean run? Only then are libraries and albums listed and the passes planned (cli 4.3).
 */
export async function decideWork(deps: WorkDeps): Promise<Work> {
  const { config, state, service } = deps;
  const hashes = hashesOf(config);
  const stored = (key: keyof Hashes) => state?.meta.get(HASH_KEYS[key]);
  const drift =
    findDrift({ enumeration: stored('enumeration'), download: stored('download') }, hashes) ??
    findSelectionDrift(stored('selection'), hashes.selection);
  const { retryOnly = false } = deps;
  const known = drift === undefined && state !== undefined ? librariesOf(state) : [];
  const probe = await askWhatChanged(known, deps);
  const common = { hashes, drifted: drift !== undefined, silent: probe.silent };
  if (probe.unchanged && !retryOnly && !mayWiden(config)) {
    const { tokens } = probe;
    const scope = known.map(({ zone }) => zone);
    return { ...common, tokens, libraries: [], unchanged: true, notices: [], scope };
  }

  const plan = await selectPasses(config, service, known);
  const work = plan.libraries.map(({ library, passes }): LibraryWork => {
    const maySkip = passes.every(({ source }) => source.kind === 'all') && !needsListing(config);
    const token = maySkip ? state?.zones.token(library.zone) : undefined;
    return {
      library,
      passes,
      mode: retryOnly
        ? { kind: 'retry' }
        : chooseMode(drift, token, state?.zones.enumeration(library.zone)?.blockedReason),
    };
  });
  return {
    ...common,
    tokens: await completeTokens(probe.tokens, work, deps),
    drifted: common.drifted && !retryOnly,
    libraries: work,
    unchanged: false,
    notices: plan.notices,
    scope: work.map(({ library }) => library.zone),
  };
}

/** The selected libraries, each with its passes in their order. */
export interface SelectedPasses {
  readonly libraries: readonly { readonly library: Library; readonly passes: readonly Pass[] }[];
  readonly notices: readonly SelectionNotice[];
}

/**
 * The passes that the selection leads to (cli 4.3). Asks iCloud for libraries and albums as far as
 * it needs them; `known` are libraries that need no asking.
 */
export async function selectPasses(
  config: Config,
  service: PhotosService,
  known: readonly Library[],
): Promise<SelectedPasses> {
  const selection = selectionOf(config);
  const libraries =
    needsNoListing(selection) && known.length > 0
      ? known
      : await service.listLibraries({ needsShared: wantsShared(selection) });
  const needsAlbums = selection.albums.kind !== 'none';
  const visible = [];
  for (const library of libraries) {
    const albums =
      needsAlbums && library.kind === 'primary' ? await service.listAlbums(library) : [];
    visible.push({ library, albums });
  }
  const templates = parseTemplates(config);
  const { libraries: planned, notices } = planPasses(selection, visible, templates);
  return {
    notices,
    libraries: planned.map(({ library, passes }) => ({
      library,
      passes: passes.map((source) => toPass(library, source, templates, config)),
    })),
  };
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

/** Tokens of the databases that nobody knew of before the libraries were listed. */
async function completeTokens(
  tokens: ReadonlyMap<CloudDatabase, string>,
  work: readonly LibraryWork[],
  deps: WorkDeps,
): Promise<ReadonlyMap<CloudDatabase, string>> {
  const known = work.map(({ library }) => library).filter(({ database }) => !tokens.has(database));
  if (known.length === 0) return tokens;
  const more = await askWhatChanged(known, deps);
  return new Map([...tokens, ...more.tokens]);
}

/** The axes of the selection that a configuration has. */
export function selectionOf({ filters }: Config): Selection {
  const { libraries, smartFolders, unfiled, albums } = filters;
  return { libraries, smartFolders, unfiled, albums };
}

/** True when a library that is not the personal one is asked for. */
function wantsShared({ libraries }: Selection): boolean {
  return libraries.shared || libraries.zones.length > 0;
}

/** True when the passes follow from the stored libraries alone: no albums, no new libraries. */
function needsNoListing(selection: Selection): boolean {
  const { albums, smartFolders, libraries } = selection;
  return albums.kind === 'none' && smartFolders.kind === 'none' && !libraries.shared;
}

/**
 * Whether what is listed may be something else than what the last clean run listed: other filters
 * or another selection (engine 2.2). False before the first clean run.
 */
export function hasOtherListing(config: Config, { meta }: Pick<StateView, 'meta'>): boolean {
  const hashes = hashesOf(config);
  const differs = (key: 'enumeration' | 'selection') => {
    const stored = meta.get(HASH_KEYS[key]);
    return stored !== undefined && stored !== hashes[key];
  };
  return differs('enumeration') || differs('selection');
}

function hashesOf(config: Config): Hashes {
  const { libraries, albums, smartFolders, unfiled } = config.filters;
  const selection = JSON.stringify([
    renderLibraries(libraries),
    renderAlbums(albums),
    albums.kind === 'all' && albums.explicit,
    renderSmartFolders(smartFolders),
    unfiled,
  ]);
  return {
    enumeration: enumConfigHash(config),
    download: downloadConfigHash(config),
    selection: createHash('sha256').update(selection).digest('hex').slice(0, 16),
  };
}
