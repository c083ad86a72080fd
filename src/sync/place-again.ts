import type { Duplicates, Library } from '../domain/index.js';
import type { KeiError } from '../errors/index.js';
import { diskError, isAboutOnePath, isKeiError } from '../errors/index.js';
import type { FileEdges } from '../platform/files.js';
import { inParallel } from '../platform/in-parallel.js';
import type { Logger } from '../platform/logger.js';
import { placeCopy } from '../platform/place-copy.js';
import type { Counters } from '../report/counters.js';
import type { Progress } from '../report/progress.js';
import type { Placement, StateStore, StoredFile, UndoneFile } from '../state/index.js';
import { nameRecords, partialRecords } from './download-records.js';
import { LANES } from './place-lanes.js';
import { lookAt } from './plan/disk-look.js';

export interface PlaceAgainDeps {
  readonly store: StateStore;
  readonly files: FileEdges;
  readonly log: Logger;
  readonly progress: Progress;
  readonly duplicates: Duplicates;
  readonly tempSuffix: string;
}

/**
 * Gives a file that kei has a second place, without a download: a hard link to the same bytes, or a
 * copy (`[download].duplicates`). `false` when the bytes cannot be had from there: the source is
 * gone or was changed since, or a foreign file has the name.
 */
export async function placeAgain(
  file: StoredFile,
  source: StoredFile,
  counters: Counters,
  deps: PlaceAgainDeps,
): Promise<boolean> {
  const { store, files, log, progress, duplicates, tempSuffix } = deps;
  const { published } = source;
  if (published?.sha256 === undefined || !(await isUntouched(source, files))) return false;
  const result = await placeCopy(
    {
      source: source.path,
      target: file.path,
      sizeBytes: published.diskBytes,
      sha256: published.sha256,
      // An older version of ours that lies there is replaced, which only a copy can do (D33).
      how: duplicates === 'copy' || file.published !== undefined ? 'copy' : 'link',
      tempSuffix,
    },
    { files, names: nameRecords(store), partials: partialRecords(store) },
  );
  if (result.status === 'name-taken' || result.status === 'source-changed') return false;
  await store.commit(() => {
    store.files.markDownloaded(
      file.id,
      {
        checksum: source.checksum,
        sizeBytes: source.sizeBytes,
        sha256: published.sha256,
        downloadSha256: published.downloadSha256,
        diskBytes: published.diskBytes,
        mtimeMs: published.mtimeMs,
        appleChecksum: published.appleChecksum,
      },
      { origin: 'adopted' },
    );
  });
  counters.placedAgain += 1;
  progress.advance();
  log.debug('Placed once more', { path: file.path, of: source.path, how: result.status });
  return true;
}

/** Size and time as kei left them: a file that a person edited is not what iCloud has. */
async function isUntouched({ path, published }: StoredFile, files: FileEdges): Promise<boolean> {
  const entry = await lookAt(path, files);
  return (
    entry.kind === 'file' &&
    entry.sizeBytes === published?.diskBytes &&
    Math.trunc(entry.mtimeMs) === published.mtimeMs
  );
}

/** How a sweep over the waiting places ended. */
export interface Sweep {
  /** Waited for, and not to be had from another place: to be fetched. */
  readonly left: number;
  /** The disk stopped it (D57). */
  readonly trouble: KeiError | undefined;
}

/** Settles the places that waited for bytes which another place has by now. */
export async function placeWaiting(
  library: Library,
  run: number,
  counters: Counters,
  deps: PlaceAgainDeps,
): Promise<Sweep> {
  let left = 0;
  let trouble: KeiError | undefined;
  const settle = async ({ file, placement }: UndoneFile): Promise<boolean> => {
    const source = findSource(file, placement, deps.store);
    if (source === undefined) return false;
    try {
      return await placeAgain(file, source, counters, deps);
    } catch (error) {
      if (isKeiError(error) && error.kind !== 'disk') throw error;
      const problem = isKeiError(error) ? error : diskError('link', file.path, error);
      if (isAboutOnePath(problem)) {
        await recordUnplaced(file, problem, counters, deps);
        return true;
      }
      trouble ??= problem;
      return false;
    }
  };
  const isOver = () => trouble !== undefined;
  const waiting = until(isOver, deps.store.rules.waitingIn(library.zone, run));
  for await (const isSettled of inParallel(waiting, LANES, settle)) left += isSettled ? 0 : 1;
  return { left, trouble };
}

function* until<T>(isOver: () => boolean, items: Iterable<T>): Generator<T> {
  for (const item of items) {
    if (isOver()) return;
    yield item;
  }
}

/** A place that cannot be is a failed file; the others get theirs. */
async function recordUnplaced(
  { id, path }: StoredFile,
  { message }: KeiError,
  counters: Counters,
  { store, log, progress }: PlaceAgainDeps,
): Promise<void> {
  await store.commit(() => {
    store.files.markFailed(id, message, 1);
  });
  counters.failed += 1;
  progress.advance();
  log.error('A further place of a file cannot be made', { path, error: message });
}

function findSource(
  file: StoredFile,
  { zone, assetId, rendition }: Placement,
  store: StateStore,
): StoredFile | undefined {
  return store.files
    .ofAsset(zone, assetId)
    .map((placed) => (placed.placement.rendition === rendition ? placed.file : undefined))
    .find(
      (other) =>
        other !== undefined &&
        other.id !== file.id &&
        other.status === 'downloaded' &&
        other.checksum === file.checksum &&
        other.sizeBytes === file.sizeBytes,
    );
}
