import type { CloudDatabase, Library } from '../domain/index.js';
import { isKeiError, type KeiError } from '../errors/index.js';
import { isSharedZone, type PhotosService } from '../icloud/index.js';
import type { Logger } from '../platform/logger.js';
import type { RunScratch, StateReader } from '../state/index.js';
import { ChangeDigest, type DigestDeps } from './change-digest.js';

export interface WhatChangedDeps {
  readonly service: PhotosService;
  readonly scratch: RunScratch;
  readonly state: Pick<StateReader, 'zones'> | undefined;
  readonly log: Logger;
}

/** What a run remembers of its selection before it asks iCloud anything. */
export interface Remembered {
  /** The libraries of the last clean run; none when settings or selection differ. */
  readonly libraries: readonly Library[];
  /** Whether every shared library is wanted, known or not. */
  readonly takesEveryShared: boolean;
  /** Whether the feed of a library is to be read as a whole, because it has albums. */
  readonly needsDigest: (library: Library) => boolean;
}

export interface WhatChanged {
  /** Nothing that the run covers; false when it could not be asked (IN-63). */
  readonly nothing: boolean;
  /** Database tokens from before everything else. */
  readonly tokens: ReadonlyMap<CloudDatabase, string>;
  /** The databases that were asked, whether or not they answered. */
  readonly asked: ReadonlySet<CloudDatabase>;
  /** Zones that were said to have changed and had nothing to say, with the token behind that. */
  readonly silent: ReadonlyMap<string, string>;
  /** Feeds that were read, by zone, or why they could not be. */
  readonly digests: ReadonlyMap<string, ChangeDigest | KeiError>;
  /** A photo library changed, or may have, that nobody here knows, or a known one is no longer there. */
  readonly otherLibraries: boolean;
}

/**
 * The cheapest question, before any other (D63): one call for each database in use, and for each zone
 * that is listed as changed its feed, which may have nothing to say about photos (protocol 6.1).
 */
export async function askWhatChanged(
  remembered: Remembered,
  deps: WhatChangedDeps,
): Promise<WhatChanged> {
  const { libraries } = remembered;
  const tokens = new Map<CloudDatabase, string>();
  const digests = new Map<string, ChangeDigest | KeiError>();
  const silent = new Map<string, string>();
  let [nothing, otherLibraries] = [libraries.length > 0, false];
  const asked = databasesOf(remembered);
  for (const database of asked) {
    const answer = await askDatabase(database, libraries, deps);
    if (answer.token !== undefined) tokens.set(database, answer.token);
    if (answer.failed) nothing = false;
    otherLibraries ||= mayHoldNewLibrary(answer, remembered);
    for (const library of libraries) {
      if (library.database !== database) continue;
      if (answer.gone.has(library.zone)) {
        otherLibraries = true;
        continue;
      }
      if (answer.complete && !answer.zones.has(library.zone)) continue;
      const token = await tokenOfSilence(library, remembered, deps, digests, nothing);
      if (token === undefined) nothing = false;
      else silent.set(library.zone, token);
    }
  }
  return { nothing: nothing && !otherLibraries, tokens, asked, silent, digests, otherLibraries };
}

/**
 * A shared library that was not there before is selected as soon as it is. A database that does not
 * tell all may hold one.
 */
function mayHoldNewLibrary(
  { tellsAll, zones }: DatabaseAnswer,
  { takesEveryShared, libraries }: Remembered,
): boolean {
  const known = new Set(libraries.map(({ zone }) => zone));
  const isNew = (zone: string) => isSharedZone(zone) && !known.has(zone);
  return takesEveryShared && (!tellsAll || [...zones].some(isNew));
}

/** The databases of the libraries, and the one in which libraries of others appear. */
function databasesOf({ libraries, takesEveryShared }: Remembered): ReadonlySet<CloudDatabase> {
  const shared = takesEveryShared ? (['shared'] as const) : [];
  return new Set(['private', ...libraries.map(({ database }) => database), ...shared]);
}

/**
 * The token behind a feed that has nothing to say, `undefined` where it says something. The whole feed
 * is read where it has to be read anyway; else the first word of it decides.
 */
async function tokenOfSilence(
  library: Library,
  { needsDigest }: Remembered,
  deps: WhatChangedDeps,
  digests: Map<string, ChangeDigest | KeiError>,
  isOfInterest: boolean,
): Promise<string | undefined> {
  const token = deps.state?.zones.token(library.zone);
  if (token === undefined) return undefined;
  if (needsDigest(library)) {
    const digest = await readDigest(library, token, deps);
    digests.set(library.zone, digest);
    if (!(digest instanceof ChangeDigest)) return undefined;
    const { result, isEmpty } = digest;
    return isEmpty && result.status === 'complete' ? result.token : undefined;
  }
  if (!isOfInterest) return undefined;
  try {
    const feed = deps.service.listChanges(library, token);
    const { done } = await feed.events().next();
    const result = feed.result();
    return done === true && result.status === 'complete' ? result.token : undefined;
  } catch (error) {
    sayFailed(error, deps.log);
    return undefined;
  }
}

/** A feed that cannot be read is the trouble of its library alone. */
export async function readDigest(
  library: Library,
  token: string,
  deps: DigestDeps,
): Promise<ChangeDigest | KeiError> {
  try {
    return await ChangeDigest.read(library, token, deps);
  } catch (error) {
    if (!isKeiError(error, 'transient', 'permanent')) throw error;
    return error;
  }
}

/** An answer that cannot be had means "ask for everything" (IN-63). */
function sayFailed(error: unknown, log: Logger): void {
  if (!isKeiError(error, 'transient', 'permanent')) throw error;
  log.warn('Could not ask iCloud what changed', { error: error.message });
}

interface DatabaseAnswer {
  /** Zones that are not listed did not change. */
  readonly complete: boolean;
  /** Every zone that changed is listed, since the last clean run or ever. */
  readonly tellsAll: boolean;
  readonly zones: ReadonlySet<string>;
  readonly gone: ReadonlySet<string>;
  readonly token: string | undefined;
  readonly failed: boolean;
}

/** Asks one database which of these libraries changed since the last clean run. */
export async function askDatabase(
  database: CloudDatabase,
  libraries: readonly Library[],
  { service, state, log }: WhatChangedDeps,
): Promise<DatabaseAnswer> {
  const zones = libraries.map(({ zone }) => zone);
  const since = zones.length === 0 ? undefined : state?.zones.databaseToken(database, zones);
  const unknown = {
    complete: false,
    tellsAll: false,
    zones: new Set<string>(),
    gone: new Set<string>(),
    token: undefined,
  };
  try {
    let answer = await service.changedZones(database, since);
    const complete = since !== undefined && answer.status === 'known';
    if (answer.status === 'invalid-token') {
      answer = await service.changedZones(database, undefined);
    }
    if (answer.status !== 'known') return { ...unknown, failed: false };
    // Without a token every zone is listed: what is not is no longer there.
    const isListed = (zone: string) => complete || answer.zones.has(zone);
    const unlisted = libraries.filter(
      (known) => known.database === database && !isListed(known.zone),
    );
    const gone = new Set([...answer.gone, ...unlisted.map(({ zone }) => zone)]);
    return { ...answer, gone, complete, tellsAll: true, failed: false };
  } catch (error) {
    sayFailed(error, log);
    return { ...unknown, failed: true };
  }
}
