import type { Asset, Recent, RecentScope } from '../domain/index.js';
import type { Logger } from '../platform/logger.js';
import { isPastBounds, type DateBounds } from '../select/date-bounds.js';
import { collectNewest } from '../select/newest.js';
import type { RunScratch } from '../state/index.js';
import { listedAssets, type Enumeration, type Extent, type ListingDeps } from './asset-sources.js';
import type { EnumerationNotes } from './enumeration-notes.js';
import type { Pass } from './pass.js';

/** How this run narrows what it lists (cli 4.6, 4.7). */
export interface Narrowing {
  readonly recent: Recent | undefined;
  readonly recentScope: RecentScope;
  readonly bounds: DateBounds;
  /** Set by this run's flags, and not remembered by any hash (D65). */
  readonly isOfThisRun: boolean;
}

export interface PassAssetsDeps extends ListingDeps {
  readonly scratch: RunScratch;
  readonly narrowing: Narrowing;
  readonly log: Logger;
}

/** The word under which the scratch keeps the newest N of a library (scope `global`). */
const NEWEST = 'newest';

/** True when a listing does not bring the whole source, so that its token is no baseline (2.6). */
export function isNarrowed({ recent, bounds, isOfThisRun }: Narrowing): boolean {
  return isOfThisRun || recent?.kind === 'count' || bounds.fromMs !== undefined;
}

/**
 * The assets of one pass, as `recent` and the lower date bound leave them (D71, D79): only the
 * whole-library listing has a known order, so only it may end early.
 */
export async function* passAssets(
  pass: Pass,
  deps: PassAssetsDeps,
  seen: Enumeration,
): AsyncGenerator<Asset> {
  const { recent, recentScope, bounds } = deps.narrowing;
  const count = recent?.kind === 'count' ? recent.count : undefined;
  const isWhole = pass.source.kind === 'all';
  if (count === undefined) {
    const mayEndEarly = isWhole && bounds.fromMs !== undefined;
    let isPast = false;
    for await (const asset of members(pass, mayEndEarly ? 'beginning' : 'whole', deps, seen)) {
      isPast = mayEndEarly && isPastBounds(asset.capturedAtMs, bounds);
      if (isPast) break;
      yield asset;
    }
    // That is an end as good as any: nothing was interrupted (EN-70).
    if (isPast) await deps.notes.end(pass, seen.listing);
    return;
  }
  if (recentScope === 'per-filter') {
    yield* newestOfPass(pass, count, deps, seen);
    return;
  }
  if (isWhole) {
    deps.progress.addTotal(count);
    yield* members(pass, count, deps, seen);
    return;
  }
  await rememberNewest(pass, count, deps);
  for await (const asset of members(pass, 'beginning', deps, seen)) {
    if (deps.scratch.hasSeen(NEWEST, asset.zone, asset.assetId)) yield asset;
  }
}

/** What an album holds is filed, whatever narrows the pass or filters it later (D79, EN-62). */
async function* members(
  pass: Pass,
  extent: Extent,
  deps: PassAssetsDeps,
  seen: Enumeration,
): AsyncGenerator<Asset> {
  if (pass.source.kind !== 'album') {
    yield* listedAssets(pass, extent, deps, seen);
    return;
  }
  const { notes, scratch } = deps;
  const filing: EnumerationNotes = {
    ...notes,
    // A member that cannot be used now is a member all the same.
    unresolved: (library, recordName, reason) => {
      scratch.exclude(library.zone, recordName);
      return notes.unresolved(library, recordName, reason);
    },
  };
  for await (const asset of listedAssets(pass, extent, { ...deps, notes: filing }, seen)) {
    scratch.exclude(asset.zone, asset.assetId);
    yield asset;
  }
}

/** The newest N of this pass by capture date, members of selected albums not among them (D79). */
async function* newestOfPass(
  pass: Pass,
  count: number,
  deps: PassAssetsDeps,
  seen: Enumeration,
): AsyncGenerator<Asset> {
  const newest = collectNewest<Asset>(count);
  for await (const asset of members(pass, 'beginning', deps, seen)) {
    const filed = pass.source.kind === 'all' && deps.scratch.isExcluded(asset.zone, asset.assetId);
    if (!filed) newest.offer(asset, asset.capturedAtMs);
  }
  const taken = newest.take();
  deps.progress.addTotal(taken.length);
  yield* taken;
}

/** Lists the newest N of the library once, by id, for the passes whose order is unknown. */
async function rememberNewest(pass: Pass, count: number, deps: PassAssetsDeps): Promise<void> {
  const { library } = pass;
  if (!deps.scratch.firstSight(NEWEST, library.zone, '')) return;
  const whole: Pass = { ...pass, source: { kind: 'all' } };
  const ignored: Enumeration = { listing: undefined, changes: undefined };
  for await (const asset of listedAssets(whole, count, deps, ignored)) {
    deps.scratch.firstSight(NEWEST, library.zone, asset.assetId);
  }
}
