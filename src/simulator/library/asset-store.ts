/**
 * The masters and assets of a zone by slot. Slots of generated blocks are worked out on demand; what
 * was written down or changed is kept as it is.
 */
import type { Content } from './content.js';
import type { GeneratedBlock } from './generated.js';
import type { AssetCatalogue, AssetFacts } from './listings.js';
import { numberOf, uuidOf } from './record-names.js';
import { reportedChecksum } from './reported.js';
import type { AssetState, MasterState } from './states.js';
import { sortDate, traitsOf } from './traits.js';

interface PlacedBlock {
  readonly first: number;
  readonly block: GeneratedBlock;
}

const LARGEST_TO_HASH = 20_000;

export class AssetStore implements AssetCatalogue {
  private readonly blocks: PlacedBlock[] = [];
  private readonly assets = new Map<number, AssetState>();
  private readonly masters = new Map<number, MasterState>();
  /** Record names of masters, once somebody asked for them. */
  private readonly masterSlots = new Map<string, number>();
  private readonly masterNames = new Map<number, string>();
  private readonly nameKey: number;
  private next = 0;

  /** @param nameKey makes the record names of this zone its own */
  constructor(nameKey: number) {
    this.nameKey = nameKey;
  }

  takeSlots(count: number): number {
    const first = this.next;
    this.next += count;
    return first;
  }

  addBlock(first: number, block: GeneratedBlock): void {
    this.blocks.push({ first, block });
  }

  newName(slot: number): string {
    return uuidOf(slot, this.nameKey);
  }

  putAsset(state: AssetState): void {
    this.assets.set(state.slot, state);
  }

  putMaster(state: MasterState): void {
    this.masters.set(state.slot, state);
  }

  asset(slot: number): AssetState | undefined {
    const known = this.assets.get(slot);
    if (known) return known;
    const placed = this.blockOf(slot);
    return placed?.block.asset(slot - placed.first);
  }

  master(slot: number): MasterState | undefined {
    const known = this.masters.get(slot);
    if (known) return known;
    const placed = this.blockOf(slot);
    return placed?.block.master(slot - placed.first);
  }

  /** Record name of an asset, without working out the rest of it. */
  assetName(slot: number): string | undefined {
    const known = this.assets.get(slot);
    if (known) return known.recordName;
    const placed = this.blockOf(slot);
    return placed?.block.nameOf(slot - placed.first);
  }

  /** The master that an asset shows. */
  masterSlotOf(slot: number): number {
    return this.assets.get(slot)?.masterSlot ?? slot;
  }

  /** Does the record of a master come with its assets in listings? */
  isListed(masterSlot: number): boolean {
    return this.masters.get(masterSlot)?.missing === undefined;
  }

  assetSlot(recordName: string): number | undefined {
    for (const { first, block } of this.blocks) {
      const index = block.find(recordName);
      if (index !== undefined) return first + index;
    }
    const slot = numberOf(recordName, this.nameKey);
    return slot !== undefined && this.assets.get(slot)?.recordName === recordName
      ? slot
      : undefined;
  }

  /**
   * The record name of a master: the checksum of its original, or of nothing in particular when the
   * original is missing or another master of the zone has the same bytes.
   */
  masterName(slot: number): string {
    const placed = this.blockOf(slot);
    if (placed) return placed.block.checksumOf(slot - placed.first).toString('base64');
    const known = this.masterNames.get(slot);
    if (known !== undefined) return known;
    const state = this.masters.get(slot);
    const own = state && namedBy(state);
    const name = own === undefined || this.masterSlots.has(own) ? this.inventedName(slot) : own;
    this.masterNames.set(slot, name);
    this.masterSlots.set(name, slot);
    return name;
  }

  masterSlot(recordName: string): number | undefined {
    const digest = Buffer.from(recordName, 'base64');
    for (const { first, block } of this.blocks) {
      const index = block.findByChecksum(digest);
      if (index !== undefined) return first + index;
    }
    if (!this.masterSlots.has(recordName)) {
      for (const slot of this.masters.keys()) this.masterName(slot);
    }
    return this.masterSlots.get(recordName) ?? this.masterSlotAfterHashing(digest);
  }

  /** A name that an earlier run of the simulator told: worth hashing a small library for. */
  private masterSlotAfterHashing(digest: Buffer): number | undefined {
    for (const { first, block } of this.blocks) {
      if (block.count > LARGEST_TO_HASH || digest.length !== 21) continue;
      for (let index = 0; index < block.count; index += 1) this.masterName(first + index);
      const found = block.findByChecksum(digest);
      if (found !== undefined) return first + found;
    }
    return undefined;
  }

  /** A content of a generated block. */
  generatedContent(id: string): Content | undefined {
    for (const { block } of this.blocks) {
      const content = block.content(id);
      if (content) return content;
    }
    return undefined;
  }

  /** All assets, purged ones too, oldest slot first. */
  *assetStates(): Generator<AssetState> {
    for (let slot = 0; slot < this.next; slot += 1) {
      const state = this.asset(slot);
      if (state) yield state;
    }
  }

  /** Does another asset that is not purged show this master? */
  isShared(masterSlot: number, exceptSlot: number): boolean {
    for (const [slot, state] of this.assets) {
      if (slot !== exceptSlot && state.masterSlot === masterSlot && !state.purged) return true;
    }
    const ownerUnchanged = this.blockOf(masterSlot) && !this.assets.has(masterSlot);
    return ownerUnchanged !== undefined && ownerUnchanged && masterSlot !== exceptSlot;
  }

  facts(slot: number): AssetFacts {
    const known = this.assets.get(slot);
    if (known) {
      return {
        traits: traitsOf(known),
        date: sortDate(known),
        added: known.addedDate,
        trashedAt: known.trashedAt,
      };
    }
    const placed = this.blockOf(slot);
    if (!placed) throw new RangeError(`There is no asset at ${slot}.`);
    const index = slot - placed.first;
    const { block } = placed;
    return {
      traits: block.traitsOf(index),
      date: block.dateOf(index),
      added: block.addedOf(index),
      trashedAt: block.trashedOf(index),
    };
  }

  runs() {
    return this.blocks.map(({ first, block }) => ({ first, count: block.count }));
  }

  isChanged(slot: number): boolean {
    return this.assets.has(slot);
  }

  loose(): Iterable<number> {
    return this.assets.keys();
  }

  private blockOf(slot: number): PlacedBlock | undefined {
    return this.blocks.find(({ first, block }) => slot >= first && slot < first + block.count);
  }

  private inventedName(slot: number): string {
    const digest = Buffer.from(uuidOf(slot, ~this.nameKey).replaceAll('-', ''), 'hex');
    return Buffer.concat([Buffer.from([0x01]), digest, digest.subarray(0, 4)]).toString('base64');
  }
}

/** The checksum that names a master, if it has an original with one. */
function namedBy(master: MasterState): string | undefined {
  const { resOriginal } = master.resources;
  return resOriginal && reportedChecksum(resOriginal)?.toString('base64');
}
