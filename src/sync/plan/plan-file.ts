import { basename, join, sep } from 'node:path';
import type { Asset, ChosenRendition, PlannedFile, RenditionKey } from '../../domain/index.js';
import type { ContentDigests } from '../../download/index.js';
import { KeiError } from '../../errors/index.js';
import {
  captureTime,
  destination,
  isCompanion,
  joinName,
  nameCandidates,
  nameRendition,
  renderFolders,
  searchName,
  type FileName,
} from '../../naming/index.js';
import type { Placement, StoredFile } from '../../state/index.js';
import { lookAt, type DiskEntry } from './disk-look.js';
import { placementOf, type FilePlan, type PlanSettings, type PlanTarget } from './file-plan.js';
import { compareWith, isOwnedBy, whoHolds } from './path-holder.js';
import type { PlanBook } from './plan-book.js';

/** The renditions that are written as an asset's still. */
const STILLS: readonly RenditionKey[] = ['original', 'alternative', 'medium', 'thumb'];

/** Claims that another pass may win before ours while one name is looked for. */
const MAX_RACES = 100;

/**
 * Decides for one rendition after the other where its file goes and whether it is there already.
 * The state comes first (DL-63, D31): a path that was planned once is never computed again. Only a
 * rendition without a path gets a name by the rules of `naming/`.
 */
export class FilePlanner {
  readonly #book: PlanBook;
  readonly #settings: PlanSettings;

  constructor(book: PlanBook, settings: PlanSettings) {
    this.#book = book;
    this.#settings = settings;
  }

  /**
   * Plans one rendition. `stillName` is the name of the asset's still when one is written in the
   * same place; the name of a Live Photo's MOV derives from it (D86, DL-68).
   */
  async plan(
    asset: Asset,
    chosen: ChosenRendition,
    target: PlanTarget,
    stillName: string | undefined,
  ): Promise<FilePlan> {
    const placement = placementOf(asset, chosen, target);
    const known = this.#book.planned(placement);
    if (known !== undefined) await this.#book.noteSeen(known);
    const plan =
      known === undefined
        ? await this.#planNew(asset, chosen, target, stillName)
        : await this.#planKnown(known, asset, chosen, target, stillName);
    return plan.kind === 'fetch' ? this.#fromElsewhere(plan.file, asset, chosen) : plan;
  }

  /** Nothing is downloaded twice: another place of the same rendition may have the bytes. */
  #fromElsewhere(file: StoredFile, asset: Asset, { key, rendition }: ChosenRendition): FilePlan {
    let waits = false;
    for (const { file: other, placement } of this.#book.ofAsset(asset.zone, asset.assetId)) {
      const isSame =
        other.id !== file.id &&
        placement.rendition === key &&
        other.checksum === rendition.checksum &&
        other.sizeBytes === rendition.sizeBytes;
      if (!isSame) continue;
      if (other.status === 'downloaded') return { kind: 'place', file, source: other };
      waits ||= this.#book.isUnderWay(other);
    }
    if (waits) return { kind: 'wait', file };
    this.#book.noteUnderWay(file);
    return { kind: 'fetch', file };
  }

  /**
   * The name of the asset's still as an earlier run or plan recorded it, so that a MOV that is
   * wanted later finds it (DL-68).
   */
  knownStill({ zone, assetId }: Asset, { place }: PlanTarget): string | undefined {
    for (const rendition of STILLS) {
      const known = this.#book.planned({ zone, assetId, rendition, place });
      if (known !== undefined) return basename(known.path);
    }
    return undefined;
  }

  /**
   * Another name for a planned file whose own was taken by a foreign file while it was fetched
   * (DL-52); `undefined` when the wanted bytes turn out to be there by now.
   */
  async another(
    file: PlannedFile,
    targets: readonly PlanTarget[],
  ): Promise<PlannedFile | undefined> {
    const { asset, rendition, role } = file;
    const placement = this.#book
      .ownerOf(file.path)
      ?.owners.find(({ zone, assetId }) => zone === asset.zone && assetId === asset.assetId);
    const target = targets.find(({ place }) => place === placement?.place);
    if (placement === undefined || target === undefined) return undefined;
    await this.#book.unplace(placement);
    const chosen = { role, rendition, key: placement.rendition };
    const plan = await this.#planNew(asset, chosen, target, this.knownStill(asset, target));
    if (plan.kind !== 'fetch') return undefined;
    this.#book.noteUnderWay(plan.file);
    return { ...file, path: plan.file.path };
  }

  async #planKnown(
    file: StoredFile,
    asset: Asset,
    chosen: ChosenRendition,
    target: PlanTarget,
    stillName: string | undefined,
  ): Promise<FilePlan> {
    const { rendition } = chosen;
    const sameVersion =
      file.checksum === rendition.checksum && file.sizeBytes === rendition.sizeBytes;
    // The same path in another place, or the same asset met twice: this run fetches it already.
    if (sameVersion && this.#book.isUnderWay(file)) {
      return { kind: 'have', file, reason: 'by_state' };
    }
    const entry = await lookAt(file.path, this.#settings.files);

    if (file.status === 'downloaded' && sameVersion) {
      // More bytes than iCloud has are embedded metadata; fewer are a truncated file (DL-67).
      if (entry.kind === 'file' && entry.sizeBytes >= rendition.sizeBytes) {
        return { kind: 'have', file, reason: 'by_state' };
      }
    }
    if (!isBelow(this.#settings.directory, file.path)) {
      // The download folder is another one by now: what is still to come comes there.
      await this.#book.unplace(placementOf(asset, chosen, target), entry.kind === 'absent');
      return this.#planNew(asset, chosen, target, stillName);
    }
    if (!sameVersion && this.#isShared(file, placementOf(asset, chosen, target))) {
      // The other owners keep the old bytes; this rendition gets a path of its own (D9, D33).
      await this.#book.unplace(placementOf(asset, chosen, target));
      return this.#planNew(asset, chosen, target, stillName);
    }
    if (!sameVersion || file.status === 'downloaded') await this.#book.requeue(file, rendition);

    const { perAsset } = this.#settings;
    // Other bytes have attempts of their own (RT-22).
    if (sameVersion && perAsset > 0 && file.attempts >= perAsset) {
      await this.#book.park(file, perAsset);
      return { kind: 'exhausted', file };
    }
    const { checksum, sizeBytes, typeId } = rendition;
    const wanted: StoredFile = { ...file, checksum, sizeBytes, typeId };
    if (file.published !== undefined) return this.#fetchUnlessBack(wanted, entry, chosen);
    if (entry.kind === 'absent') return { kind: 'fetch', file: wanted };
    const { occupant, digests } = await compareWith(file.path, entry, chosen.rendition);
    if (occupant.content !== 'different') {
      return { kind: 'adopt', file: wanted, reason: 'on_disk', digests };
    }
    // Somebody else's file has taken the planned name before ours existed: never overwrite it.
    await this.#book.unplace(placementOf(asset, chosen, target));
    return this.#planNew(asset, chosen, target, stillName);
  }

  /** Lost or superseded, and by now the wanted bytes lie there: a disk or a backup came back. */
  async #fetchUnlessBack(
    file: StoredFile,
    entry: DiskEntry,
    chosen: ChosenRendition,
  ): Promise<FilePlan> {
    if (entry.kind === 'absent') return { kind: 'fetch', file };
    const { occupant, digests } = await compareWith(file.path, entry, chosen.rendition);
    return occupant.content === 'same'
      ? { kind: 'adopt', file, reason: 'on_disk', digests }
      : { kind: 'fetch', file };
  }

  async #planNew(
    asset: Asset,
    chosen: ChosenRendition,
    target: PlanTarget,
    stillName: string | undefined,
  ): Promise<FilePlan> {
    const { directory, naming, folderTimezone, hostOffset, files } = this.#settings;
    const time = captureTime(asset, folderTimezone, hostOffset);
    const folders = renderFolders(target.template, target.values, time);
    const name: FileName = nameRendition(asset, chosen, naming, stillName);
    const { rendition } = chosen;
    const placement = placementOf(asset, chosen, target);
    const pathOf = (candidate: string) => destination(directory, folders, candidate);
    const wanted = { sizeBytes: rendition.sizeBytes, checksum: rendition.checksum };
    const candidates = () =>
      nameCandidates(name, {
        role: chosen.role,
        sizeBytes: rendition.sizeBytes,
        assetId: asset.assetId,
      });

    for (let race = 0; race < MAX_RACES; race += 1) {
      const digests = new Map<string, ContentDigests>();
      const search = searchName(wanted, candidates(), !isCompanion(chosen.role));
      let step = search.next();
      while (step.done !== true) {
        const { occupant, digests: found } = await whoHolds(pathOf(step.value), {
          ...{ rendition, placement, files },
          book: this.#book,
        });
        if (found !== undefined) digests.set(step.value, found);
        step = search.next(occupant);
      }
      const choice = step.value;
      const path = pathOf(choice.name);
      if (choice.kind === 'share') {
        const owner = this.#book.ownerOf(path);
        if (owner === undefined) continue;
        return this.#planShared(owner.file, asset, chosen, target, stillName);
      }
      const claim = await this.#book.claim(placement, {
        path,
        checksum: rendition.checksum,
        sizeBytes: rendition.sizeBytes,
        typeId: rendition.typeId,
      });
      if (claim.kind === 'taken') {
        if (!isOwnedBy(claim, placement)) continue;
        // The same rendition in another place of the same path.
        return this.#planShared(claim.file, asset, chosen, target, stillName);
      }
      if (choice.kind === 'use') return { kind: 'fetch', file: claim.file };
      return {
        kind: 'adopt',
        file: claim.file,
        reason: choice.amPmVariant ? 'ampm_variant' : 'on_disk',
        digests: digests.get(choice.name),
      };
    }
    throw new KeiError({
      code: 'NO_NAME_LEFT',
      kind: 'bug',
      message: `Could not claim a name for ${joinName(name)} in ${folders.join('/')}.`,
    });
  }

  /** One file for two: whether it is there has to be looked at, as for any file that is recorded. */
  async #planShared(
    file: StoredFile,
    asset: Asset,
    chosen: ChosenRendition,
    target: PlanTarget,
    stillName: string | undefined,
  ): Promise<FilePlan> {
    await this.#book.share(placementOf(asset, chosen, target), file.id);
    await this.#book.noteSeen(file);
    return this.#planKnown(file, asset, chosen, target, stillName);
  }

  /** True when another rendition or asset points at the file too; other places do not count. */
  #isShared(file: StoredFile, { zone, assetId, rendition }: Placement): boolean {
    const owners = this.#book.ownerOf(file.path)?.owners ?? [];
    return owners.some(
      (owner) => owner.zone !== zone || owner.assetId !== assetId || owner.rendition !== rendition,
    );
  }
}

function isBelow(directory: string, path: string): boolean {
  return path.startsWith(join(directory, sep));
}
