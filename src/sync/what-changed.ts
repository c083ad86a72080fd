import type { Config } from '../config/types.js';
import type { CloudDatabase, Library } from '../domain/index.js';
import { isKeiError } from '../errors/index.js';
import { isSharedZone, type PhotosService } from '../icloud/index.js';
import type { Logger } from '../platform/logger.js';
import type { StateReader } from '../state/index.js';

export interface ProbeDeps {
  readonly config: Config;
  readonly service: PhotosService;
  readonly state: Pick<StateReader, 'zones' | 'lists' | 'debts'> | undefined;
  readonly log: Logger;
}

/** What iCloud says of changes since the last clean run. */
export interface Probe {
  readonly unchanged: boolean;
  /** Database tokens, taken before everything else. */
  readonly tokens: ReadonlyMap<CloudDatabase, string>;
  /** Zones that were said to have changed and had nothing to say, with the token behind that. */
  readonly silent: ReadonlyMap<string, string>;
}

/** One call for each database in use; an answer that cannot be had means "ask for everything" (IN-63). */
export async function askWhatChanged(known: readonly Library[], deps: ProbeDeps): Promise<Probe> {
  const { config, log, state } = deps;
  const tokens = new Map<CloudDatabase, string>();
  const silent = new Map<string, string>();
  const zones = known.map(({ zone }) => zone);
  let unchanged = known.length > 0 && state !== undefined && nothingOwed(state, config);
  for (const database of databasesOf(known, config)) {
    try {
      const answer = await askDatabase(database, zones, deps);
      if (answer.token !== undefined) tokens.set(database, answer.token);
      if (mayHoldNewLibrary(answer.changed, zones, config)) unchanged = false;
      for (const library of known) {
        if (!unchanged || library.database !== database) continue;
        if (answer.complete && !answer.changed.has(library.zone)) continue;
        const token = await tokenOfSilence(library, deps);
        if (token === undefined) unchanged = false;
        else silent.set(library.zone, token);
      }
    } catch (error) {
      if (!isKeiError(error, 'transient', 'permanent')) throw error;
      log.warn('Could not ask iCloud what changed', { error: error.message });
      unchanged = false;
    }
  }
  return { unchanged, tokens, silent };
}

/** The databases of the libraries, and the one in which libraries of others appear. */
function databasesOf(known: readonly Library[], config: Config): ReadonlySet<CloudDatabase> {
  const used = known.map(({ database }) => database);
  return new Set(['private', ...used, ...(takesEveryShared(config) ? (['shared'] as const) : [])]);
}

/** A shared library that was not there before is selected as soon as it is. */
function mayHoldNewLibrary(
  changed: ReadonlySet<string>,
  zones: readonly string[],
  config: Config,
): boolean {
  if (!takesEveryShared(config)) return false;
  return [...changed].some((zone) => isSharedZone(zone) && !zones.includes(zone));
}

function takesEveryShared({ filters }: Config): boolean {
  return filters.libraries.shared && !filters.libraries.excluded.shared;
}

/**
 * A zone that is listed as changed may still have nothing to say about photos (protocol 6.1): the
 * token behind its silence, or `undefined` when it has something to say.
 */
async function tokenOfSilence(
  library: Library,
  { state, service }: ProbeDeps,
): Promise<string | undefined> {
  const token = state?.zones.token(library.zone);
  if (token === undefined) return undefined;
  const feed = service.listChanges(library, token);
  const { done } = await feed.events().next();
  const result = feed.result();
  return done === true && result.status === 'complete' ? result.token : undefined;
}

async function askDatabase(
  database: CloudDatabase,
  zones: readonly string[],
  { service, state }: ProbeDeps,
): Promise<{ complete: boolean; changed: ReadonlySet<string>; token: string | undefined }> {
  const since = zones.length === 0 ? undefined : state?.zones.databaseToken(database, zones);
  let answer = await service.changedZones(database, since);
  const complete = since !== undefined && answer.status === 'known';
  if (answer.status === 'invalid-token') {
    answer = await service.changedZones(database, undefined);
  }
  return answer.status === 'known'
    ? { complete, changed: answer.zones, token: answer.token }
    : { complete: false, changed: new Set(), token: undefined };
}

/** Work of earlier runs that must not be skipped with the rest (D63). */
function nothingOwed(state: NonNullable<ProbeDeps['state']>, { download }: Config): boolean {
  const { perAsset } = download.retry;
  return (
    state.lists.retryableCount(perAsset) === 0 &&
    state.lists.exhaustedCount(perAsset) === 0 &&
    state.debts.count() === 0
  );
}
