import type { Asset, ChangeEvent, Library } from '../domain/index.js';
import { isKeiError } from '../errors/index.js';
import type {
  AssetLookup,
  ChangesResult,
  KnownAssets,
  ListingResult,
  PhotosService,
} from '../icloud/index.js';
import type { Logger } from '../platform/logger.js';
import type { Progress } from '../report/progress.js';
import type { EnumerationNotes } from './enumeration-notes.js';
import type { LibraryOverview } from './library-overview.js';
import type { Pass } from './pass.js';

export interface SourceDeps {
  readonly service: PhotosService;
  readonly log: Logger;
  readonly progress: Pick<Progress, 'addTotal'>;
  readonly notes: EnumerationNotes;
}

export interface ListingDeps extends SourceDeps {
  readonly overview: LibraryOverview;
  /** Of these, albums and smart folders are asked for the names alone. */
  readonly known?: KnownAssets | undefined;
}

/** Filled while a source is consumed; what it says counts once the source has ended. */
export interface Enumeration {
  listing: ListingResult | undefined;
  changes: ChangesResult | undefined;
  /** Zone token of the newest page, while the listing is read. */
  newestToken?: () => string | undefined;
  /** The server has no such listing (D77). */
  refused?: true;
}

/** How much of a source is listed: all, the first N, or as far as its consumer goes. */
export type Extent = 'whole' | 'beginning' | number;

/**
 * The assets of a pass. The count runs beside the listing and delays nothing (EN-43); one that ends
 * before its end needs none (EN-42).
 */
export async function* listedAssets(
  pass: Pass,
  extent: Extent,
  deps: ListingDeps,
  seen: Enumeration,
): AsyncGenerator<Asset> {
  const { service, log, progress, notes, overview, known } = deps;
  const { library, source } = pass;
  const indexing = await overview.indexing();
  const total = extent === 'whole' ? overview.countOf(source) : undefined;
  void total?.then((count) => {
    if (count !== undefined) progress.addTotal(count);
  });
  await notes.begin(pass);
  const listing = service.listAssets({
    library,
    source,
    indexing,
    total,
    limit: typeof extent === 'number' ? extent : undefined,
    known: source.kind === 'all' ? undefined : known,
  });
  seen.newestToken = () => listing.newestToken;
  try {
    for await (const item of listing.items()) {
      const isAsset = item.kind === 'asset';
      await notes.member(pass, isAsset ? item.asset.assetId : item.recordName);
      if (isAsset) yield item.asset;
      else await notes.unresolved(library, item.recordName, item.reason);
    }
    const { malformed } = listing.result();
    if (malformed > 0) await notes.malformed(library, malformed);
    await notes.end(pass, listing.result());
  } catch (error) {
    if (source.kind !== 'smart-folder' || !isIndexRefused(error)) throw error;
    seen.refused = true;
    await notes.end(pass, undefined);
    log.warn(`iCloud has no smart folder "${source.name}" in this library; it is skipped`, {
      library: library.zone,
    });
  } finally {
    seen.listing = listing.result();
  }
}

/** The names of what a smart folder holds now, and nothing else of it (D63). */
export async function* listedIds(
  pass: Pass,
  { service, overview }: ListingDeps,
  seen: Enumeration,
): AsyncGenerator<string> {
  const { library, source } = pass;
  const listing = service.listAssets({
    library,
    source,
    only: 'ids',
    indexing: await overview.indexing(),
    total: overview.countOf(source),
  });
  try {
    yield* listing.ids();
  } catch (error) {
    if (!isIndexRefused(error)) throw error;
    seen.refused = true;
  } finally {
    seen.listing = listing.result();
  }
}

function isIndexRefused(error: unknown): boolean {
  return isKeiError(error) && error.code === 'CLOUDKIT_INDEX_UNSUPPORTED';
}

/**
 * The assets that changed since a token. Deletions are noted; local files are never deleted because
 * of iCloud (IN-32).
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
      const asset = await takeEvent(event, library, deps.notes);
      if (asset !== undefined) yield asset;
    }
  } finally {
    seen.changes = feed.result();
  }
}

async function takeEvent(
  event: ChangeEvent,
  library: Library,
  notes: EnumerationNotes,
): Promise<Asset | undefined> {
  switch (event.kind) {
    case 'changed':
      return event.asset;
    case 'soft-deleted':
      await notes.deleted(library, event.assetId);
      return undefined;
    case 'hard-deleted':
      await notes.deleted(library, event.recordName);
      return undefined;
    case 'hidden':
      await notes.hidden(library, event.assetId);
      return undefined;
    case 'unresolved':
      await notes.unresolved(library, event.recordName, event.reason);
      return undefined;
    case 'relation':
    case 'album':
      // Only the unfiled pass reads a feed like this, and no album is selected beside it.
      return undefined;
  }
}

/** How many assets are looked up together: one request for the assets, one for their masters. */
const BATCH = 100;

/**
 * Looks assets up by name, in batches, and yields those that iCloud still has. `settled` hears of
 * each name; of one that was found, after the consumer is done with it.
 */
export async function* lookedUpAssets(
  library: Library,
  assetIds: Iterable<string>,
  { service, log }: Pick<SourceDeps, 'service' | 'log'>,
  settled: (assetId: string, status: AssetLookup['status']) => Promise<void>,
): AsyncGenerator<Asset> {
  let batch: string[] = [];
  const flush = async function* (): AsyncGenerator<Asset> {
    const results = await service.lookupAssets(library, batch);
    batch = [];
    for (const [assetId, result] of results) {
      if (result.status === 'unresolved') {
        log.warn('Still not available in iCloud', { asset: assetId, reason: result.reason });
      }
      if (result.status === 'found') yield result.asset;
      await settled(assetId, result.status);
    }
  };
  for (const assetId of assetIds) {
    batch.push(assetId);
    if (batch.length === BATCH) yield* flush();
  }
  if (batch.length > 0) yield* flush();
}
