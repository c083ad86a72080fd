/** The heart of a zone: its records by name, its listings, and the log of what changed. */
import { AlbumStore } from './album-store.js';
import { AssetStore } from './asset-store.js';
import { ChangeLog, type RecordRef } from './change-log.js';
import type { Content, Origin } from './content.js';
import { Listings, type AssetFacts } from './listings.js';
import type { AlbumState, AssetState, MasterState, OtherState } from './states.js';
import {
  readToken,
  writeToken,
  type Position,
  type TokenFault,
  type TokenScope,
} from './sync-tokens.js';

/** `private`: what the account owns; `shared`: what others share with it. */
export type DatabaseName = 'private' | 'shared';

/** What a zone needs from the library around it. */
export interface ZoneHost {
  readonly seed: number;
  now(): number;
  newContent(origin: Origin, knownChecksum?: string): Content;
  /** A number that no other asset of the library has. */
  newSeed(): number;
  newBlockPrefix(): string;
  /** Tells the database that the zone changed. */
  noteChange(zone: ZoneCore): void;
}

export interface IndexingState {
  readonly state: 'FINISHED' | 'RUNNING' | 'NOT_FINISHED';
  /** Per cent; while not finished, listings hold about so much of the library. */
  readonly progress: number;
}

/** An error as a service answers it. */
export interface ServiceError {
  readonly serverErrorCode: string;
  readonly reason: string;
  /** Seconds. */
  readonly retryAfter?: number;
  /** HTTP status of errors that are not within a zone or record; default 200. */
  readonly status?: number;
}

export class ZoneCore {
  readonly name: string;
  readonly database: DatabaseName;
  readonly ownerRecordName: string;
  readonly assets: AssetStore;
  readonly albums = new AlbumStore();
  readonly listings: Listings;
  readonly log = new ChangeLog();
  indexing: IndexingState = { state: 'FINISHED', progress: 100 };
  /** True once the zone is no longer there. */
  removed = false;
  protected readonly host: ZoneHost;
  private readonly others = new Map<string, OtherState>();
  private readonly errorsByRecord = new Map<string, ServiceError>();
  private readonly refusals: { operation: string; error: ServiceError; left: number }[] = [];
  private readonly lies = new Map<string, number>();
  private epoch = 0;
  private compactions: number[] = [];

  constructor(host: ZoneHost, name: string, database: DatabaseName, ownerRecordName: string) {
    this.host = host;
    this.name = name;
    this.database = database;
    this.ownerRecordName = ownerRecordName;
    this.assets = new AssetStore(host.newSeed());
    this.listings = new Listings(this.assets);
  }

  get zoneId() {
    const { name: zoneName, ownerRecordName } = this;
    return { zoneName, ownerRecordName, zoneType: 'REGULAR_CUSTOM_ZONE' } as const;
  }

  get now(): number {
    return this.host.now();
  }

  /** The token of everything that happened until now. */
  get syncToken(): string {
    return this.tokenAt(this.log.length);
  }

  tokenAt(at: number): string {
    return writeToken(this.scope, { at, generation: this.compactions.length });
  }

  readToken(text: string): Position | TokenFault {
    const position = readToken(this.scope, text);
    if (typeof position === 'string') return position;
    const { at, generation } = position;
    const forgotten = this.compactions.slice(generation).some((floor) => at < floor);
    return forgotten || at > this.log.length ? 'Unknown sync continuation type' : position;
  }

  /** Forgets how the library came to be: tokens that are behind become invalid. */
  compact(): void {
    this.compactions.push(this.log.length);
  }

  /** Makes every token given out so far invalid. */
  forgetTokens(): void {
    this.epoch += 1;
    this.compactions = [];
  }

  other(name: string): OtherState | undefined {
    return this.others.get(name);
  }

  /** From now on a record comes as an error; without an error it comes as itself again. */
  failRecord(recordName: string, error: ServiceError | undefined): void {
    if (error) this.errorsByRecord.set(recordName, error);
    else this.errorsByRecord.delete(recordName);
  }

  recordError(recordName: string): ServiceError | undefined {
    return this.errorsByRecord.get(recordName);
  }

  /** The next requests of an operation (`changes/zone`, `records/query`, …) are answered with an error. */
  failNext(operation: string, error: ServiceError, times = 1): void {
    this.refusals.push({ operation, error, left: times });
  }

  takeRefusal(operation: string): ServiceError | undefined {
    const refusal = this.refusals.find((one) => one.operation === operation && one.left > 0);
    if (refusal) refusal.left -= 1;
    return refusal?.error;
  }

  /** Makes the count of an index (its count id) wrong; `undefined` makes it true again. */
  lieAboutCount(countId: string, count: number | undefined): void {
    if (count === undefined) this.lies.delete(countId);
    else this.lies.set(countId, count);
  }

  countLie(countId: string): number | undefined {
    return this.lies.get(countId);
  }

  /** The record of a name, whether it still exists or not. */
  resolve(recordName: string): RecordRef | undefined {
    const assetSlot = this.assets.assetSlot(recordName);
    if (assetSlot !== undefined) return { kind: 'asset', slot: assetSlot };
    if (this.albums.album(recordName)) return { kind: 'album', name: recordName };
    if (this.albums.relation(recordName)) return { kind: 'relation', name: recordName };
    if (this.others.has(recordName)) return { kind: 'other', name: recordName };
    const masterSlot = this.assets.masterSlot(recordName);
    return masterSlot === undefined ? undefined : { kind: 'master', slot: masterSlot };
  }

  nameOf(ref: RecordRef): string {
    if ('name' in ref) return ref.name;
    if (ref.kind === 'master') return this.assets.masterName(ref.slot);
    return this.assets.assetName(ref.slot) ?? '';
  }

  /** The asset of a record name; verbs of a test name existing assets only. */
  assetOf(assetId: string): AssetState {
    const slot = this.assets.assetSlot(assetId);
    const state = slot === undefined ? undefined : this.assets.asset(slot);
    if (!state) throw new RangeError(`There is no asset ${assetId} in ${this.name}.`);
    return state;
  }

  /** Was this asset purged, and with it the files that it alone showed? */
  isGone(assetId: string): boolean {
    const slot = this.assets.assetSlot(assetId);
    const asset = slot === undefined ? undefined : this.assets.asset(slot);
    return asset?.purged === true && this.assets.master(asset.masterSlot)?.purged === true;
  }

  masterOf(asset: AssetState): MasterState {
    const state = this.assets.master(asset.masterSlot);
    if (!state) throw new RangeError(`Asset ${asset.recordName} has no master.`);
    return state;
  }

  protected changeAsset(old: AssetState, change: Partial<AssetState>): AssetState {
    const [changedAt, before] = this.logAsset(old.slot);
    const state = { ...old, ...change, modifiedAt: this.now, changedAt };
    this.assets.putAsset(state);
    this.listings.move(old.slot, before, this.assets.facts(old.slot));
    return state;
  }

  protected changeMaster(old: MasterState, change: Partial<MasterState>): MasterState {
    const changedAt = this.log.append([{ kind: 'master', slot: old.slot }]);
    const state = { ...old, ...change, modifiedAt: this.now, changedAt };
    this.assets.putMaster(state);
    return state;
  }

  protected putNewAsset(state: AssetState): void {
    this.assets.putAsset(state);
    this.listings.move(state.slot, undefined, this.assets.facts(state.slot));
  }

  protected changeAlbum(state: Omit<AlbumState, 'changedAt' | 'modifiedAt'>): AlbumState {
    const changedAt = this.log.append([{ kind: 'album', name: state.recordName }]);
    const changed = { ...state, modifiedAt: this.now, changedAt };
    this.albums.putAlbum(changed);
    return changed;
  }

  protected putOther(recordType: string, recordName: string, fields: OtherState['fields']): void {
    const changedAt = this.log.append([{ kind: 'other', name: recordName }]);
    const createdAt = this.others.get(recordName)?.createdAt ?? this.now;
    const state = { recordName, recordType, fields, createdAt, modifiedAt: this.now, changedAt };
    this.others.set(recordName, state);
  }

  /** Ends a change: the counters of the library are part of nearly every delta. */
  protected settle(): void {
    this.putOther('CPLLibraryInfo', `${this.name}-0000-LI`, {});
    this.host.noteChange(this);
  }

  private logAsset(slot: number): [changedAt: number, before: AssetFacts] {
    const before = this.assets.facts(slot);
    return [this.log.append([{ kind: 'asset', slot }]), before];
  }

  private get scope(): TokenScope {
    return { name: this.name, seed: this.host.seed, epoch: this.epoch };
  }
}
