import type { Asset, Library } from '../domain/index.js';
import { isKeiError } from '../errors/index.js';
import type { PhotosService } from '../icloud/index.js';
import type { Logger } from '../platform/logger.js';
import type { RunScratch } from '../state/index.js';
import { lookedUpAssets, type Enumeration } from './asset-sources.js';
import type { EnumerationNotes } from './enumeration-notes.js';
import { placeOf, type Pass, type PlacedAsset } from './pass.js';

/** The word under which the scratch keeps them. */
const LATE = 'late';

/** The word for those that came to an album since the first one was read. */
const MOVED = 'moved meanwhile';

/** Photos that are asked for together. */
const BATCH = 100;

/** By how much the clocks of iCloud and of this computer may differ. */
const CLOCK_MARGIN_MS = 3_600_000;

export interface LatecomersDeps {
  readonly service: PhotosService;
  readonly scratch: RunScratch;
  readonly notes: EnumerationNotes;
  readonly log: Logger;
  /** The listing of all photos, while it is read. */
  readonly seen: Enumeration;
  /** Token of the library from before its albums were read. */
  readonly token: string | undefined;
  /** Start of the run. */
  readonly startedMs: number;
}

/**
 * What the listing of all photos brings, each with the pass that it belongs to. A photo that came out
 * of the trash after its albums were read, or went from one that was still to be read into one that
 * had been, would be met as one of no album (D60). Where the tokens of the pages say that the library
 * changed, what moved or changed since the run began therefore comes last, and its albums are asked
 * for: nothing more where nothing changed.
 */
export async function* withLatecomers(
  assets: AsyncIterable<Asset>,
  pass: Pass,
  albums: readonly Pass[],
  deps: LatecomersDeps,
): AsyncGenerator<PlacedAsset> {
  const { scratch, seen, token, startedMs } = deps;
  const { zone } = pass.library;
  const hasChanged = () => {
    const newest = seen.newestToken?.();
    return albums.length > 0 && token !== undefined && newest !== undefined && newest !== token;
  };
  const sinceMs = startedMs - CLOCK_MARGIN_MS;
  let haveMoved: boolean | undefined;
  for await (const asset of assets) {
    // By now all albums were read, so later moves leave nothing out.
    haveMoved ??= hasChanged() && (await noteMoved(pass.library, token, deps));
    const { modifiedAtMs } = asset.metadata;
    const isLate =
      (modifiedAtMs !== undefined && modifiedAtMs >= sinceMs && hasChanged()) ||
      (haveMoved && scratch.hasSeen(MOVED, zone, asset.assetId));
    if (isLate && !scratch.isExcluded(zone, asset.assetId)) {
      scratch.firstSight(LATE, zone, asset.assetId);
    } else yield { asset, pass };
  }
  let batch: string[] = [];
  for (const assetId of scratch.allSeen(LATE, zone)) {
    batch.push(assetId);
    if (batch.length < BATCH) continue;
    yield* placed(batch, pass, albums, deps);
    batch = [];
  }
  if (batch.length > 0) yield* placed(batch, pass, albums, deps);
}

/** Whether any have moved. A feed that cannot be read now is read by the next run. */
async function noteMoved(
  library: Library,
  since: string | undefined,
  { service, scratch, log }: LatecomersDeps,
): Promise<boolean> {
  let haveMoved = false;
  if (since === undefined) return haveMoved;
  try {
    for await (const event of service.listChanges(library, since).events()) {
      if (event.kind !== 'relation' || !event.present) continue;
      scratch.firstSight(MOVED, library.zone, event.assetId);
      haveMoved = true;
    }
  } catch (error) {
    if (!isKeiError(error, 'transient', 'permanent')) throw error;
    log.warn('Could not ask iCloud what moved while albums were listed', { error: error.message });
  }
  return haveMoved;
}

async function* placed(
  assetIds: readonly string[],
  unfiled: Pass,
  albums: readonly Pass[],
  { service, scratch, notes, log }: LatecomersDeps,
): AsyncGenerator<PlacedAsset> {
  const { library } = unfiled;
  const byId = new Map(
    albums.flatMap((pass) =>
      pass.source.kind === 'album' ? [[pass.source.album.id, pass] as const] : [],
    ),
  );
  const places = new Map<string, Pass[]>();
  for (const member of await service.findMembers(library, assetIds, [...byId.keys()])) {
    const pass = byId.get(member.albumId);
    if (pass === undefined) continue;
    places.set(member.assetId, [...(places.get(member.assetId) ?? []), pass]);
    scratch.exclude(library.zone, member.assetId);
    await notes.joined(library, placeOf(pass.source), member.assetId);
  }
  const found = lookedUpAssets(library, assetIds, { service, log }, async (assetId, status) => {
    if (status !== 'unresolved') return;
    await notes.unresolved(library, assetId, 'it changed while the library was listed');
  });
  for await (const asset of found) {
    for (const pass of places.get(asset.assetId) ?? [unfiled]) yield { asset, pass };
  }
}
