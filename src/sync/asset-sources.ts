import type { Asset, ChangeEvent, Library } from '../domain/index.js';
import type { ChangesResult, ListingResult } from '../icloud/index.js';
import type { Counters } from '../report/counters.js';
import type { CycleDeps, Pass } from './cycle.js';

type SourceDeps = Pick<CycleDeps, 'service' | 'store' | 'log' | 'progress'> & {
  readonly counters: Counters;
  readonly run: number;
};

/** Filled while a source is consumed; what it says counts once the source has ended. */
export interface Enumeration {
  listing: ListingResult | undefined;
  changes: ChangesResult | undefined;
}

/**
 * The assets of a whole pass. The indexing state is asked first: its token is older than every page
 * (D60). The count runs beside the listing and delays nothing (EN-43).
 */
export async function* listedAssets(
  pass: Pass,
  deps: SourceDeps,
  seen: Enumeration,
): AsyncGenerator<Asset> {
  const { service, store, log, progress } = deps;
  const { library, source } = pass;
  const indexing = await service.checkIndexing(library);
  if (!indexing.finished) {
    log.warn('iCloud is still indexing this library, so the listing may be incomplete', {
      library: library.zone,
      state: indexing.state ?? 'unknown',
    });
  }
  const total = service.countAssets(library, [source]).then(
    ([count]) => count,
    () => undefined,
  );
  void total.then((count) => {
    if (count !== undefined) progress.setTotal(count);
  });
  await store.commit(() => {
    store.zones.beginListing(library.zone);
  });
  const listing = service.listAssets({ library, source, indexing, total });
  try {
    for await (const item of listing.items()) {
      if (item.kind === 'asset') yield item.asset;
      else await recordUnresolved(library, item.recordName, item.reason, deps);
    }
    await store.commit(() => {
      store.zones.endListing(library.zone);
    });
  } finally {
    seen.listing = listing.result();
  }
}

/**
 * The assets that changed since a token. Deletions are recorded and logged; local files are never
 * deleted because of iCloud (IN-32).
 */
export async function* changedAssets(
  library: Library,
  token: string,
  deps: SourceDeps,
  seen: Enumeration,
): AsyncGenerator<Asset> {
  const feed = deps.service.listChanges(library, token);
  try {
    for await (const event of feed.events()) {
      const asset = await takeEvent(event, library, deps);
      if (asset !== undefined) yield asset;
    }
  } finally {
    seen.changes = feed.result();
  }
}

async function takeEvent(
  event: ChangeEvent,
  library: Library,
  deps: SourceDeps,
): Promise<Asset | undefined> {
  const { store, log, counters } = deps;
  const flagDeleted = async (recordName: string) => {
    const meant = await store.commit(() => store.assets.flagDeleted(library.zone, recordName));
    if (meant === 0) return;
    counters.deletedInCloud += meant;
    log.info('Deleted in iCloud; the local files stay', { record: recordName });
  };
  switch (event.kind) {
    case 'changed':
      return event.asset;
    case 'soft-deleted':
      await flagDeleted(event.assetId);
      return undefined;
    case 'hard-deleted':
      await flagDeleted(event.recordName);
      return undefined;
    case 'hidden':
      await store.commit(() => store.assets.flagHidden(library.zone, event.assetId));
      log.info('Hidden in iCloud; the local files stay', { asset: event.assetId });
      return undefined;
    case 'unresolved':
      await recordUnresolved(library, event.recordName, event.reason, deps);
      return undefined;
    case 'relation':
    case 'album':
      return undefined;
  }
}

/** A record that cannot become an asset now is owed, and settled by a later lookup (D61, D64). */
async function recordUnresolved(
  library: Library,
  recordName: string,
  reason: string,
  { store, log, counters }: SourceDeps,
): Promise<void> {
  counters.enumerationErrors += 1;
  log.error('A record of the library could not be read; the next sync looks it up', {
    record: recordName,
    reason,
  });
  await store.commit(() => {
    store.debts.add({ zone: library.zone, recordName, reason: 'unpaired', detail: '' });
  });
}

/** How many assets are looked up together: one request for the assets, one for their masters. */
const BATCH = 100;

/**
 * Looks assets up by name, in batches, and yields those that iCloud still has. `settled` hears of
 * each name that needs no further lookup: found, or gone.
 */
export async function* lookedUpAssets(
  library: Library,
  assetIds: Iterable<string>,
  deps: SourceDeps,
  settled: (assetId: string, found: boolean) => Promise<void>,
): AsyncGenerator<Asset> {
  let batch: string[] = [];
  const flush = async function* (): AsyncGenerator<Asset> {
    const results = await deps.service.lookupAssets(library, batch);
    batch = [];
    for (const [assetId, result] of results) {
      if (result.status === 'unresolved') {
        deps.log.warn('Still not available in iCloud', { asset: assetId, reason: result.reason });
        continue;
      }
      await settled(assetId, result.status === 'found');
      if (result.status === 'found') yield result.asset;
    }
  };
  for (const assetId of assetIds) {
    batch.push(assetId);
    if (batch.length === BATCH) yield* flush();
  }
  if (batch.length > 0) yield* flush();
}
