import type { Asset, PlannedFile } from '../domain/index.js';
import { SessionCircuit, type StopReason } from '../download/index.js';
import { isKeiError, type KeiError } from '../errors/index.js';
import { createCounters, type Counters } from '../report/counters.js';
import { changedAssets, listedAssets, lookedUpAssets, type Enumeration } from './asset-sources.js';
import type { AssetWorker } from './asset-worker.js';
import type { SyncMode } from './choose-mode.js';
import type { CycleDeps, Pass } from './cycle.js';
import { downloadPlanned, type DownloadRunDeps } from './download-planned.js';
import type { FilePlanner } from './plan/plan-file.js';

export interface LibrarySyncDeps extends CycleDeps {
  readonly run: number;
  readonly counters: Counters;
  readonly planner: FilePlanner;
  /** A worker that counts into the given counters. */
  readonly workerFor: (counters: Counters) => AssetWorker;
}

/** How one library ended. */
export interface LibraryEnd {
  readonly stopped: StopReason | undefined;
  /** An error that ended the enumeration before its end. */
  readonly trouble: KeiError | undefined;
  /** Zone token that covers everything of this run; only of a complete enumeration. */
  readonly token: string | undefined;
  /** The server no longer knows the token that the run began with. */
  readonly invalidToken: boolean;
  /** Every asset of the library was listed: what was not seen is no longer there (RT-24). */
  readonly listedWhole: boolean;
}

/**
 * Brings one library up to date in one mode: plans while it lists, downloads while it plans, then
 * settles what earlier runs owe, then gives what failed a second chance with fresh URLs (RT-40).
 */
export async function syncLibrary(
  pass: Pass,
  mode: SyncMode,
  deps: LibrarySyncDeps,
): Promise<LibraryEnd> {
  const { counters, config } = deps;
  const seen: Enumeration = { listing: undefined, changes: undefined };
  const circuit = new SessionCircuit();
  const downloads: DownloadRunDeps = { ...deps, passes: [pass], circuit };
  const worker = deps.workerFor(counters);
  const source =
    mode.kind === 'full'
      ? fullSource(pass, deps, seen)
      : changedAssets(pass.library, mode.token, deps, seen);

  let stopped: StopReason | undefined;
  let trouble: KeiError | undefined;
  try {
    stopped = await downloadPlanned(
      plannedFiles(pass, source, worker, deps),
      config.download.threads,
      counters,
      downloads,
    );
  } catch (error) {
    if (!isKeiError(error, 'transient', 'permanent')) throw error;
    trouble = error;
    counters.enumerationErrors += 1;
  }
  const invalidToken =
    seen.changes?.status === 'invalid-token' || seen.changes?.status === 'zone-gone';
  if (stopped === undefined && trouble === undefined && !invalidToken) {
    stopped = await settleOwed(pass, worker, downloads, deps);
  }
  if (stopped === undefined && trouble === undefined && counters.failed > 0) {
    stopped = await secondChance(pass, downloads, deps);
  }
  const obstacles = seen.listing?.obstacles ?? [];
  if (seen.listing?.complete === false) counters.enumerationIncomplete = true;
  for (const reason of obstacles) {
    deps.log.warn('Sync token not stored; the next run lists this library again', {
      zone: pass.library.zone,
      reason,
    });
  }
  return {
    stopped,
    trouble,
    invalidToken,
    token: stopped === undefined && trouble === undefined ? tokenOf(seen) : undefined,
    listedWhole: mode.kind === 'full' && seen.listing?.complete === true && trouble === undefined,
  };
}

/** A whole listing, then what changed while it ran (D60). */
async function* fullSource(
  pass: Pass,
  deps: LibrarySyncDeps,
  seen: Enumeration,
): AsyncGenerator<Asset> {
  yield* listedAssets(pass, deps, seen);
  const { listing } = seen;
  if (listing?.complete !== true || listing.syncToken === undefined) return;
  if (listing.obstacles.length > 0) return;
  yield* changedAssets(pass.library, listing.syncToken, deps, seen);
}

function tokenOf({ listing, changes }: Enumeration): string | undefined {
  if (listing !== undefined && (listing.obstacles.length > 0 || listing.scanChanged)) {
    return undefined;
  }
  return changes?.status === 'complete' ? changes.token : undefined;
}

async function* plannedFiles(
  pass: Pass,
  assets: AsyncIterable<Asset>,
  worker: AssetWorker,
  { drain }: LibrarySyncDeps,
): AsyncGenerator<PlannedFile> {
  for await (const asset of assets) {
    if (drain.aborted) return;
    yield* worker.filesOf(asset, pass);
  }
}

/**
 * Work of earlier runs that neither listing nor changes have met: pending files whose asset did not
 * change (IN-5), and debts (D61).
 */
async function settleOwed(
  pass: Pass,
  worker: AssetWorker,
  downloads: DownloadRunDeps,
  deps: LibrarySyncDeps,
): Promise<StopReason | undefined> {
  const { store, run, counters, log } = deps;
  const { zone } = pass.library;
  await store.flush();
  const owed = new OwedAssets(deps, pass);
  const source = lookedUpAssets(pass.library, owed.assetIds(), deps, async (assetId, found) => {
    await owed.settle(assetId);
    if (found) return;
    await store.commit(() => store.assets.flagDeleted(zone, assetId));
    log.info('No longer in iCloud', { asset: assetId });
  });
  const stopped = await downloadPlanned(
    plannedFiles(pass, source, worker, deps),
    deps.config.download.threads,
    counters,
    downloads,
  );
  if (stopped === undefined) await store.commit(() => store.rules.pruneStale(zone, run));
  return stopped;
}

/** The assets that earlier runs left undone, each named once. */
class OwedAssets {
  readonly #deps: LibrarySyncDeps;
  readonly #pass: Pass;

  constructor(deps: LibrarySyncDeps, pass: Pass) {
    this.#deps = deps;
    this.#pass = pass;
  }

  *assetIds(): Generator<string> {
    const { store, run } = this.#deps;
    const { zone } = this.#pass.library;
    let last = '';
    for (const { placement } of store.rules.pendingBefore(zone, run)) {
      if (placement.assetId === last) continue;
      last = placement.assetId;
      yield placement.assetId;
    }
    for (const debt of store.debts.all(zone)) yield debt.recordName;
  }

  /** Plan or failure takes over from the debt: what is still unusable becomes one again (D67). */
  async settle(recordName: string): Promise<void> {
    const { store } = this.#deps;
    await store.commit(() => {
      store.debts.settleRecord(this.#pass.library.zone, recordName);
    });
  }
}

/** One at a time, as the earlier tools do (C1): what failed in parallel may pass alone. */
const SECOND_CHANCE_THREADS = 1;

/** Everything that failed in this run, once more, with records looked up anew (RT-40 to RT-42). */
async function secondChance(
  pass: Pass,
  downloads: DownloadRunDeps,
  deps: LibrarySyncDeps,
): Promise<StopReason | undefined> {
  const { store, run, counters, log } = deps;
  await store.flush();
  const counted = createCounters();
  const worker = deps.workerFor(counted);
  log.info('Trying failed downloads once more with fresh URLs', { failed: counters.failed });
  const failedIds = function* (): Generator<string> {
    let last = '';
    for (const { placement } of store.rules.failedIn(pass.library.zone, run)) {
      if (placement.assetId !== last) yield placement.assetId;
      last = placement.assetId;
    }
  };
  const source = lookedUpAssets(pass.library, failedIds(), deps, () => Promise.resolve());
  const stopped = await downloadPlanned(
    plannedFiles(pass, source, worker, deps),
    SECOND_CHANCE_THREADS,
    counted,
    downloads,
  );
  takeOver(counters, counted);
  return stopped;
}

/** What succeeded the second time is a normal download, and no failure any more (RT-42). */
function takeOver(counters: Counters, second: Counters): void {
  counters.failed -= second.downloaded;
  counters.downloaded += second.downloaded;
  counters.photosDownloaded += second.photosDownloaded;
  counters.videosDownloaded += second.videosDownloaded;
  counters.bytesReceived += second.bytesReceived;
  counters.bytesWritten += second.bytesWritten;
  counters.resumed += second.resumed;
  counters.rateLimited += second.rateLimited;
  counters.apple.verified += second.apple.verified;
  counters.apple.mismatch += second.apple.mismatch;
  counters.apple.unknown += second.apple.unknown;
}
