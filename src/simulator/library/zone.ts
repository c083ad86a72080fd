/** What users do with photos, each leaving in the log what Apple's log would hold (protocol 6.3). */
import { relationName } from './album-store.js';
import { AlbumZone } from './album-zone.js';
import type { AssetSpec, EditOptions, When } from './builder.js';
import { GeneratedBlock, type GeneratedOptions } from './generated.js';
import { makeAsset, makeMaster } from './make-asset.js';
import { editedResources, milliseconds } from './make-resources.js';
import { hashText } from '../media/seeded.js';
import { uuidOf } from './record-names.js';
import type { AssetState, Place, Resource } from './states.js';
import type { Origin } from './content.js';

export interface AddOptions {
  /** Log places of no interest between the master and its asset, so that they come on two pages. */
  readonly gap?: number;
}

/** What `describe` changes; `undefined` and missing members stay as they are, `null` is none. */
export interface Description {
  readonly title?: string | null;
  readonly description?: string | null;
  readonly keywords?: readonly string[] | null;
  readonly location?: Place | null;
  readonly takenAt?: When;
}

export class SimZone extends AlbumZone {
  /** @returns the record name of the asset */
  add(spec: AssetSpec, options: AddOptions = {}): string {
    const id = this.place(spec, options);
    this.settle();
    return id;
  }

  /** Adds many at once, as one import does. */
  addAll(specs: readonly AssetSpec[]): string[] {
    const ids = specs.map((spec) => this.place(spec, {}));
    this.settle();
    return ids;
  }

  /** Adds assets that are worked out on demand; see `GeneratedOptions`. */
  addGenerated(options: GeneratedOptions): void {
    const first = this.assets.takeSlots(options.count);
    const logStart = this.log.appendStretch(options.count * 2, (offset) => ({
      kind: offset % 2 === 0 ? 'master' : 'asset',
      slot: first + (offset >>> 1),
    }));
    const prefix = this.host.newBlockPrefix();
    this.assets.addBlock(first, new GeneratedBlock(options, first, logStart, prefix));
    this.listings.reset();
    this.settle();
  }

  /** A master that no asset shows. */
  addOrphanMaster(spec: AssetSpec): void {
    const maker = this.maker();
    const changedAt = this.log.append([{ kind: 'master', slot: maker.slot }]);
    this.assets.putMaster(makeMaster(spec, maker, changedAt));
    this.settle();
  }

  /** Edits a photo or video: the original stays, a rendition appears on the asset. */
  edit(assetId: string, edit: EditOptions = {}): void {
    const asset = this.assetOf(assetId);
    this.changeAsset(asset, this.edited(asset, edit));
    this.settle();
  }

  /** Takes the edits back. */
  revert(assetId: string): void {
    this.changeAsset(this.assetOf(assetId), { adjustmentType: undefined, resources: {} });
    this.settle();
  }

  favourite(assetId: string, favourite = true): void {
    this.changeAsset(this.assetOf(assetId), { favourite });
    this.settle();
  }

  hide(assetId: string): void {
    this.changeAsset(this.assetOf(assetId), { hidden: true });
    this.settle();
  }

  unhide(assetId: string): void {
    this.changeAsset(this.assetOf(assetId), { hidden: false });
    this.settle();
  }

  describe(assetId: string, to: Description): void {
    const old = this.assetOf(assetId);
    this.changeAsset(old, {
      title: to.title === undefined ? old.title : (to.title ?? undefined),
      description: to.description === undefined ? old.description : (to.description ?? undefined),
      keywords: to.keywords === undefined ? old.keywords : (to.keywords ?? undefined),
      place: to.location === undefined ? old.place : (to.location ?? undefined),
      assetDate: to.takenAt === undefined ? old.assetDate : milliseconds(to.takenAt),
    });
    this.settle();
  }

  /** Moves to Recently Deleted. In a shared library somebody else may have done it. */
  trash(assetId: string, by: { readonly deletedBy?: string; readonly reason?: number } = {}): void {
    const asset = this.assetOf(assetId);
    const trashedAt = this.now;
    if (!this.assets.isShared(asset.masterSlot, asset.slot)) {
      this.changeMaster(this.masterOf(asset), { trashedAt });
    }
    const { deletedBy, reason: trashReason = 1 } = by;
    this.changeAsset(asset, { trashedAt, trashReason, deletedBy });
    this.settle();
  }

  /** Takes back out of Recently Deleted; the log tells of the asset only. */
  restore(assetId: string): void {
    const asset = this.assetOf(assetId);
    this.assets.putMaster({ ...this.masterOf(asset), trashedAt: undefined });
    this.changeAsset(asset, { trashedAt: undefined, trashReason: undefined, deletedBy: undefined });
    this.settle();
  }

  /** Deletes for good: nothing but tombstones is left, and the files are gone. */
  purge(assetId: string): void {
    const asset = this.assetOf(assetId);
    for (const albumId of this.albums.albumsOf(asset.slot)) {
      this.dropRelation(relationName(assetId, albumId));
    }
    if (!this.assets.isShared(asset.masterSlot, asset.slot)) {
      this.changeMaster(this.masterOf(asset), { purged: true });
    }
    this.changeAsset(asset, { purged: true });
    this.settle();
  }

  /** Duplicates as iOS does: a new asset that shows the same master. */
  duplicate(assetId: string): string {
    const original = this.assetOf(assetId);
    const slot = this.assets.takeSlots(1);
    const recordName = this.assets.newName(slot);
    const changedAt = this.log.append([{ kind: 'asset', slot }]);
    const times = { createdAt: this.now, modifiedAt: this.now, addedDate: this.now };
    this.putNewAsset({ ...original, ...times, slot, recordName, changedAt });
    this.settle();
    return recordName;
  }

  /** Puts other bytes behind an asset: a new master, and the old one is gone. */
  replaceOriginal(assetId: string, origin: Origin): void {
    const asset = this.assetOf(assetId);
    const old = this.masterOf(asset);
    const { resOriginal } = old.resources;
    const content = this.host.newContent(origin);
    const replaced: Resource = resOriginal
      ? { ...resOriginal, content }
      : { content, type: old.itemType, width: 0, height: 0 };
    const masterSlot = this.assets.takeSlots(1);
    const changedAt = this.log.append([{ kind: 'master', slot: masterSlot }]);
    const resources = { ...old.resources, resOriginal: replaced };
    const times = { createdAt: this.now, modifiedAt: this.now, changedAt };
    this.assets.putMaster({ ...old, ...times, slot: masterSlot, resources, shownBy: assetId });
    this.changeAsset(asset, { masterSlot });
    if (!this.assets.isShared(old.slot, asset.slot)) this.changeMaster(old, { purged: true });
    this.settle();
  }

  /**
   * Gives an own photo to a shared library: both zones have it from now on, with the same master.
   *
   * @returns the record name of the asset in the shared zone
   */
  moveToSharedLibrary(assetId: string, shared: SimZone): string {
    const asset = this.assetOf(assetId);
    const master = this.masterOf(asset);
    this.changeMaster(master, {});
    this.changeAsset(asset, {});
    this.settle();
    return shared.receive(asset, master);
  }

  /** Finds a face in a photo: records that clients ignore. */
  recognise(assetId: string, person: string): void {
    const { slot, recordName } = this.assetOf(assetId);
    const personId = uuidOf(hashText(person), this.host.seed);
    this.putOther('CPLPerson', personId, { fullName: { value: person, type: 'STRING' } });
    this.putOther('CPLFaceCrop', uuidOf(0x2000_0000 + slot, this.host.seed), {
      assetIdentifier: { value: recordName, type: 'STRING' },
    });
    this.settle();
  }

  /** Lets the log grow by pages (of 200) of changes of which nothing is left to tell. */
  churn(pages: number): void {
    this.log.appendStretch(pages * 200, () => undefined);
    this.host.noteChange(this);
  }

  /** Adds to the history records that were deleted long ago; a full history is a third tombstones. */
  pastDeletions(count: number): void {
    const key = this.host.newSeed();
    this.log.appendStretch(count, (offset) => ({ kind: 'tombstone', name: uuidOf(offset, key) }));
    this.host.noteChange(this);
  }

  private receive(asset: AssetState, master: ReturnType<SimZone['masterOf']>): string {
    const slot = this.assets.takeSlots(1);
    const recordName = this.assets.newName(slot);
    const times = { createdAt: this.now, modifiedAt: this.now };
    const masterAt = this.log.append([{ kind: 'master', slot }]);
    this.assets.putMaster({ ...master, ...times, slot, changedAt: masterAt });
    const assetAt = this.log.append([{ kind: 'asset', slot }]);
    const placed = { slot, masterSlot: slot, recordName, changedAt: assetAt };
    this.putNewAsset({ ...asset, ...times, ...placed, addedDate: this.now });
    this.putOther('CPLSharedLibraryQuota', `${this.name}-QUOTA`, {});
    this.settle();
    return recordName;
  }

  private place(spec: AssetSpec, { gap = 0 }: AddOptions): string {
    const maker = this.maker();
    const { slot, recordName } = maker;
    const master = makeMaster(spec, maker, this.log.append([{ kind: 'master', slot }]));
    this.assets.putMaster(master);
    if (gap > 0) this.log.appendStretch(gap, () => undefined);
    const assetAt = this.log.append([{ kind: 'asset', slot }]);
    const asset = makeAsset(spec, maker, master, assetAt);
    const edit = spec.edited === true ? {} : spec.edited;
    this.putNewAsset(edit ? { ...asset, ...this.edited(asset, edit) } : asset);
    return recordName;
  }

  private edited(asset: AssetState, edit: EditOptions): Partial<AssetState> {
    const seed = this.host.newSeed();
    const newContent = (origin: Origin) => this.host.newContent(origin);
    const resources = editedResources(edit, this.masterOf(asset), { seed, newContent });
    return { adjustmentType: 'com.apple.photo', resources };
  }

  private maker() {
    const slot = this.assets.takeSlots(1);
    return {
      slot,
      now: this.now,
      seed: this.host.newSeed(),
      recordName: this.assets.newName(slot),
      newContent: (origin: Origin, known?: string) => this.host.newContent(origin, known),
    };
  }
}
