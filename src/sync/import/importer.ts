import { basename } from 'node:path';
import type { Asset, ChosenRendition, PhotoOptions, Rendition } from '../../domain/index.js';
import { rawName } from '../../naming/index.js';
import { displayPath } from '../../platform/byte-path.js';
import type { FileEdges } from '../../platform/files.js';
import type { Logger } from '../../platform/logger.js';
import { chooseRenditions } from '../../select/choose-renditions.js';
import { filterAsset, type FilterSettings } from '../../select/filters.js';
import type {
  ImportScratch,
  Placement,
  RunScratch,
  StateStore,
  StoredFile,
} from '../../state/index.js';
import type { Pass } from '../pass.js';
import { lookAt } from '../plan/disk-look.js';
import type { ImportCounters } from './counters.js';
import type { Hit, LocalFinder, Miss } from './find-local.js';
import { canonical, isProvable } from './provable.js';
import type { LocalReader } from './read-local.js';
import type { RecordBatch } from './record-batch.js';
import { recordImport } from './record-import.js';

export interface ImporterDeps {
  readonly store: StateStore;
  readonly batch: RecordBatch;
  readonly scratch: ImportScratch;
  readonly seen: RunScratch;
  readonly reader: LocalReader;
  readonly finder: LocalFinder;
  readonly counters: ImportCounters;
  readonly photos: PhotoOptions;
  /** Without date bounds and name patterns: they would leave files unrecorded (cli 9.7). */
  readonly filters: FilterSettings;
  readonly files: Pick<FileEdges, 'lstat'>;
  /** Id of the run; `undefined` for a dry run, which records nothing. */
  readonly run: number | undefined;
  readonly log: Logger;
  readonly onMatch: () => void;
}

/**
 * Takes assets in listing order and finds for each of their renditions the local file that holds it:
 * by its content where Apple's checksum can tell, else by path and size (cli 9.7). What is found is
 * recorded as it is found, so that an import that is stopped goes on where it was (D75).
 */
export class Importer {
  readonly #deps: ImporterDeps;

  constructor(deps: ImporterDeps) {
    this.#deps = deps;
  }

  /** Reads the local files that an asset may be; may run for later assets while one is taken. */
  async prepare(asset: Asset, pass: Pass): Promise<void> {
    const { reader, photos, scratch, finder } = this.#deps;
    const provable = [...asset.renditions.values()].filter(({ checksum }) => isProvable(checksum));
    await Promise.all(provable.map(({ sizeBytes }) => reader.readSize(sizeBytes)));
    for (const chosen of chooseRenditions(asset, photos).chosen) {
      const { checksum, sizeBytes } = chosen.rendition;
      if (isProvable(checksum)) continue;
      const isThere = finder
        .paths(asset, chosen, pass)
        .some((path) => scratch.local.at(path)?.sizeBytes === sizeBytes);
      if (isThere) await reader.readSize(sizeBytes);
    }
  }

  /** Finds the files of an asset in a pass, and records them. */
  async take(asset: Asset, pass: Pass): Promise<void> {
    const { counters, seen, photos, filters } = this.#deps;
    if (!seen.firstSight(pass.target.place, asset.zone, asset.assetId)) return;
    const isNew = seen.firstSight('', asset.zone, asset.assetId);
    if (isNew) counters.scanned += 1;
    const isFiled = (assetId: string) => seen.isExcluded(asset.zone, assetId);
    const reason = filterAsset(asset, pass.source, isFiled, filters);
    if (reason === 'by_excluded_album') return;
    const { chosen, empty, unusable } =
      reason === undefined
        ? chooseRenditions(asset, photos)
        : { chosen: [], empty: [], unusable: [] };
    if (isNew && chosen.length + empty.length + unusable.length === 0) counters.filtered += 1;
    let still: string | undefined;
    for (const one of chosen) {
      const path = await this.#find(asset, one, pass, still);
      if (one.role === 'primary' && path !== undefined) still = basename(path);
    }
    const nothing = { reason: 'not-found', local: undefined } as const;
    for (const { key } of unusable) this.#miss(asset, key, 0, nothing);
    const wanted = new Set(chosen.map(({ key }) => key));
    for (const [key, rendition] of asset.renditions) {
      if (!wanted.has(key)) this.#noteContent(rendition, 'not-selected');
    }
  }

  /** The path of the file that holds a rendition in a place, if there is one. */
  async #find(
    asset: Asset,
    chosen: ChosenRendition,
    pass: Pass,
    still: string | undefined,
  ): Promise<string | undefined> {
    const { counters, scratch, finder, onMatch } = this.#deps;
    const placement: Placement = {
      zone: asset.zone,
      assetId: asset.assetId,
      rendition: chosen.key,
      place: pass.target.place,
    };
    const before = await this.#known(placement, chosen.rendition);
    if (before.isThere) {
      const local = scratch.local.at(before.file.path);
      if (local !== undefined) scratch.local.mark(local.id, 'matched');
      counters.known += 1;
      if (before.file.published?.appleChecksum === 'verified') counters.proven += 1;
      this.#matched(placement, chosen.rendition);
      onMatch();
      return before.file.path;
    }
    const elsewhere = this.#isElsewhere(placement, chosen.rendition);
    const paths = finder.paths(asset, chosen, pass, still);
    const found = await finder.find({ asset, chosen, pass, placement, paths, elsewhere });
    if (found.kind === 'hit') {
      const isGone = before.file !== undefined && !before.isOnDisk;
      await this.#adopt(asset, chosen, placement, found, isGone);
      return found.local.path;
    }
    if (elsewhere) counters.further += 1;
    else this.#miss(asset, chosen.key, chosen.rendition.sizeBytes, found);
    return undefined;
  }

  /** Whether another place of the rendition has its bytes: the next sync links them (D36). */
  #isElsewhere(placement: Placement, { checksum, sizeBytes }: Rendition): boolean {
    const { scratch, store } = this.#deps;
    if (scratch.findings.isMatched(placement)) return true;
    return store.files
      .ofAsset(placement.zone, placement.assetId)
      .some(
        ({ file, placement: other }) =>
          other.rendition === placement.rendition &&
          other.place !== placement.place &&
          file.status === 'downloaded' &&
          file.checksum === checksum &&
          file.sizeBytes === sizeBytes,
      );
  }

  /** What the state says of the rendition, and whether that is so. */
  async #known(placement: Placement, { checksum, sizeBytes }: Rendition): Promise<Known> {
    const { store, batch, files } = this.#deps;
    const planned = store.files.planned(placement);
    // What was found at that path meanwhile may be another photo's.
    if (planned !== undefined) await batch.settle([planned.path]);
    const file = planned && store.files.planned(placement);
    if (file === undefined) return { file, isThere: false, isOnDisk: false };
    const entry = await lookAt(file.path, files);
    const isCurrent = file.checksum === checksum && file.sizeBytes === sizeBytes;
    const isWhole = entry.kind === 'file' && entry.sizeBytes >= sizeBytes;
    return file.status === 'downloaded' && isCurrent && isWhole
      ? { file, isThere: true }
      : { file, isThere: false, isOnDisk: entry.kind !== 'absent' };
  }

  async #adopt(
    asset: Asset,
    chosen: ChosenRendition,
    placement: Placement,
    { local, proof, taken }: Hit,
    isGone: boolean,
  ): Promise<void> {
    const { store, batch, scratch, counters, run, onMatch, log } = this.#deps;
    const { checksum, sizeBytes, typeId } = chosen.rendition;
    if (run !== undefined) {
      await store.assets.noteSeen(asset, undefined, run);
      const published = {
        checksum,
        sizeBytes,
        sha256: local.hash?.sha256,
        downloadSha256: undefined,
        diskBytes: local.sizeBytes,
        mtimeMs: local.mtimeMs,
        appleChecksum: proof === 'content' ? ('verified' as const) : ('unknown' as const),
      };
      await batch.add(local.path, () => {
        const found = { path: local.path, published, typeId };
        recordImport(store.files, placement, found, { run, isGone });
      });
    }
    scratch.local.mark(local.id, 'matched');
    this.#matched(placement, chosen.rendition);
    if (proof === 'content') counters.proven += 1;
    else counters.byPath += 1;
    if (taken) counters.shared += 1;
    log.debug('Found', { path: displayPath(local.path), asset: asset.assetId, by: proof });
    onMatch();
  }

  #matched(placement: Placement, rendition: Rendition): void {
    const { scratch, counters } = this.#deps;
    counters.matched += 1;
    scratch.findings.match(placement);
    this.#noteContent(rendition, 'copy');
  }

  #noteContent({ checksum, sizeBytes }: Rendition, mark: 'copy' | 'not-selected'): void {
    if (!isProvable(checksum)) return;
    this.#deps.scratch.local.markContent(sizeBytes, canonical(checksum), mark);
  }

  #miss(
    asset: Asset,
    rendition: Placement['rendition'],
    sizeBytes: number,
    { reason, local }: Pick<Miss, 'reason' | 'local'>,
  ): void {
    const { counters, scratch } = this.#deps;
    if (reason === 'refused') counters.strictRefusals += 1;
    const { zone, assetId } = asset;
    const name = rawName(asset);
    const localId = local?.id;
    scratch.findings.miss({ zone, assetId, rendition, name, sizeBytes, reason, localId });
  }
}

/** The row of a rendition in a place, and what lies at its path. */
type Known =
  | { readonly file: StoredFile; readonly isThere: true }
  | {
      readonly file: StoredFile | undefined;
      readonly isThere: false;
      readonly isOnDisk: boolean;
    };
