import type { ChangeEvent, Library } from '../domain/index.js';
import type { CloudKitCall } from './cloudkit-call.js';
import { ASSET_KEYS } from './desired-keys.js';
import { flagField, referenceField } from './fields.js';
import { LOOKUP_BATCH, lookupRecords, type LookedUp } from './lookup.js';
import { toAsset } from './to-asset.js';
import type { WireRecord } from './wire.js';

/** Halves that may wait for their partner, four pages as in a listing (EN-13). */
const MOST_WAITING = 400;

/** How much a record says against its asset; a pair takes the worse (IN-31). */
const SEVERITY = { none: 0, hidden: 1, softDeleted: 2, hardDeleted: 3 } as const;

function severityOf({ fields }: WireRecord): number {
  if (flagField(fields, 'isExpunged')) return SEVERITY.hardDeleted;
  if (flagField(fields, 'isDeleted')) return SEVERITY.softDeleted;
  return flagField(fields, 'isHidden') ? SEVERITY.hidden : SEVERITY.none;
}

/**
 * Brings the assets and masters of a change feed together, across pages and in either order, and
 * looks up the masters that did not change (protocol 6.2). Memory is bounded: what waits too long is
 * looked up early, what was kept too long is forgotten.
 */
export class ChangePairing {
  mastersAlone = 0;

  readonly #call: CloudKitCall;
  readonly #library: Library;
  readonly #masters = new Map<string, { readonly record: WireRecord; used: boolean }>();
  readonly #tombstones = new Set<string>();
  /** Assets by the master that they wait for, oldest first. */
  readonly #waiting = new Map<string, WireRecord[]>();

  constructor(call: CloudKitCall, library: Library) {
    this.#call = call;
    this.#library = library;
  }

  /** No asset waits: every event so far was delivered. */
  get isSettled(): boolean {
    return this.#waiting.size === 0;
  }

  *addAsset(asset: WireRecord): Generator<ChangeEvent> {
    const masterName = referenceField(asset.fields, 'masterRef');
    if (masterName === undefined) {
      yield eventWithoutMaster(asset, 'it names no master record');
      return;
    }
    const master = this.#masters.get(masterName);
    if (master !== undefined) {
      master.used = true;
      yield this.#pairEvent(asset, master.record, severityOf(master.record));
    } else {
      const others = this.#waiting.get(masterName) ?? [];
      this.#waiting.set(masterName, [...others.filter(({ name }) => name !== asset.name), asset]);
    }
  }

  *addMaster(master: WireRecord): Generator<ChangeEvent> {
    const waiting = this.#waiting.get(master.name) ?? [];
    this.#waiting.delete(master.name);
    // A photo that was purged and imported again has the same master name (protocol 7.1).
    this.#tombstones.delete(master.name);
    this.#masters.set(master.name, { record: master, used: waiting.length > 0 });
    for (const asset of waiting) yield this.#pairEvent(asset, master, severityOf(master));
  }

  /** A deleted record of unknown type: an asset, a master, or anything else. */
  *addTombstone(name: string): Generator<ChangeEvent> {
    this.#tombstones.add(name);
    yield { kind: 'hard-deleted', recordName: name };
    for (const asset of this.#waiting.get(name) ?? []) {
      yield { kind: 'hard-deleted', recordName: asset.name };
    }
    this.#waiting.delete(name);
    for (const [masterName, assets] of this.#waiting) {
      const left = assets.filter((asset) => asset.name !== name);
      if (left.length === 0) this.#waiting.delete(masterName);
      else if (left.length < assets.length) this.#waiting.set(masterName, left);
    }
  }

  /** Looks up the longest-waiting assets while too many wait, and forgets old masters. */
  async *flushSurplus(): AsyncGenerator<ChangeEvent> {
    while (this.#waiting.size > MOST_WAITING) yield* this.#flushOldest();
    this.#forget(MOST_WAITING);
  }

  /** At the end of the feed: looks up whatever still waits. */
  async *flushAll(): AsyncGenerator<ChangeEvent> {
    while (this.#waiting.size > 0) yield* this.#flushOldest();
    this.#forget(0);
  }

  async *#flushOldest(): AsyncGenerator<ChangeEvent> {
    const oldest = [...this.#waiting].slice(0, LOOKUP_BATCH);
    const isWanted = (assets: readonly WireRecord[]) =>
      assets.some((asset) => severityOf(asset) === SEVERITY.none);
    const names = oldest.filter(([, assets]) => isWanted(assets)).map(([name]) => name);
    const found: ReadonlyMap<string, LookedUp> =
      names.length === 0
        ? new Map<string, LookedUp>()
        : await lookupRecords(this.#call, this.#library, names, ASSET_KEYS);
    for (const [masterName, assets] of oldest) {
      this.#waiting.delete(masterName);
      const looked = found.get(masterName);
      for (const asset of assets) {
        // The master did not change, so what it says of a deletion is old (protocol 6.3, "restored").
        if (looked?.status === 'found')
          yield this.#pairEvent(asset, looked.record, SEVERITY.none, true);
        else if (looked?.status === 'deleted' && this.#tombstones.has(masterName)) {
          yield { kind: 'hard-deleted', recordName: asset.name };
        } else yield eventWithoutMaster(asset, missingReason(looked));
      }
    }
  }

  #forget(keep: number): void {
    for (const [name, { used }] of this.#masters) {
      if (this.#masters.size <= keep) break;
      this.#masters.delete(name);
      if (!used) this.mastersAlone += 1;
    }
    for (const name of this.#tombstones) {
      if (this.#tombstones.size <= keep) break;
      this.#tombstones.delete(name);
    }
  }

  #pairEvent(
    record: WireRecord,
    master: WireRecord,
    masterSeverity: number,
    isAlone = false,
  ): ChangeEvent {
    const severity = Math.max(severityOf(record), masterSeverity);
    if (severity === SEVERITY.hardDeleted) return { kind: 'hard-deleted', recordName: record.name };
    const asset = toAsset(this.#library.zone, record, master);
    if (severity === SEVERITY.none) {
      return { kind: 'changed', asset, isAlone, createdAtMs: record.createdMs };
    }
    const kind = severity === SEVERITY.softDeleted ? 'soft-deleted' : 'hidden';
    return { kind, assetId: record.name, asset };
  }
}

/** A deletion is known without the master; anything else becomes a debt (D64). */
function eventWithoutMaster(asset: WireRecord, reason: string): ChangeEvent {
  switch (severityOf(asset)) {
    case SEVERITY.hardDeleted:
      return { kind: 'hard-deleted', recordName: asset.name };
    case SEVERITY.softDeleted:
      return { kind: 'soft-deleted', assetId: asset.name };
    case SEVERITY.hidden:
      return { kind: 'hidden', assetId: asset.name };
    default:
      return { kind: 'unresolved', recordName: asset.name, reason };
  }
}

function missingReason(looked: LookedUp | undefined): string {
  const why = looked?.status === 'unknown' ? looked.reason : 'iCloud does not have it';
  return `its master record is missing: ${why}`;
}
