import type { Asset } from '../domain/index.js';
import type { Logger } from '../platform/logger.js';
import type { CloudKitCall } from './cloudkit-call.js';
import { saysLater } from './cloudkit-errors.js';
import { ASSET_KEYS, ID_KEYS } from './desired-keys.js';
import type { ListingItem, ListingObstacle, ListingOptions, ListingResult } from './listing.js';
import { lookupAssets } from './lookup-assets.js';
import { lookupRecords } from './lookup.js';
import { RankWalk, type AssetPage, type RankedRecord, type RawPage } from './pages.js';
import { idIndexOf, indexOf, pageQuery, type AssetIndex } from './queries.js';
import { masterNameOf, toAsset } from './to-asset.js';
import {
  readRecords,
  textMember,
  type JsonObject,
  type WireError,
  type WireRecord,
} from './wire.js';

/** Pages of masters that are kept for assets on later pages (EN-13). */
const PAGES_OF_MASTERS = 4;

/**
 * One listing of one source in one library: consume `items()` once, then read `result()`. The first
 * item needs a single request (EN-24). Rejects where the server fails for good; the result then says
 * that the listing is incomplete.
 */
export class AssetListing {
  readonly #call: CloudKitCall;
  readonly #options: ListingOptions;
  readonly #log: Logger;
  readonly #index: AssetIndex;
  readonly #walk: RankWalk;
  /** What the next page is asked for. */
  #namesOnly: boolean;
  /** Masters of the last pages, oldest first, and whether an asset referred to them. */
  readonly #masters = new Map<string, { readonly record: WireRecord; used: boolean }>();
  #errored = 0;
  #unpaired = 0;
  #mastersAlone = 0;

  constructor(call: CloudKitCall, options: ListingOptions, log: Logger) {
    this.#call = call;
    this.#options = options;
    this.#log = log;
    const { source, only, known } = options;
    const isShort = only === 'ids' && source.kind !== 'album';
    this.#index = isShort ? idIndexOf(source) : indexOf(source);
    this.#namesOnly = only === 'ids' || known?.expectsAll === true;
    this.#walk = new RankWalk({
      fetchPage: (startRank, signal) => this.#fetchPage(startRank, signal),
      assetsPerPage: this.#index.assetsPerPage,
      total: options.total,
      limit: options.limit,
      now: () => call.now(),
      log,
    });
  }

  async *items(): AsyncGenerator<ListingItem, void> {
    let left = this.#options.limit ?? Infinity;
    for await (const page of this.#walk.pages()) {
      const assets = page.assets.slice(0, left);
      const known = await this.#knownOf(assets);
      if (!page.namesOnly) this.#takeMasters(page);
      yield* this.#erroredItems(page);
      yield* page.using(
        page.namesOnly ? await this.#fromNames(assets, known) : await this.#pair(assets),
      );
      left -= page.assets.length;
      this.#forgetOldMasters(PAGES_OF_MASTERS * this.#index.assetsPerPage);
    }
    this.#forgetOldMasters(0);
  }

  /**
   * Only the names of the assets, instead of `items()`: an asset that the server refuses to deliver
   * is on the index all the same.
   */
  async *ids(): AsyncGenerator<string, void> {
    for await (const { assets, errors, using } of this.#walk.pages()) {
      this.#errored += errors.length;
      for (const { name } of errors) yield name;
      for (const { record } of using(assets)) yield record.name;
    }
  }

  /** Zone token of the newest page so far. */
  get newestToken(): string | undefined {
    return this.#walk.lastToken;
  }

  result(): ListingResult {
    const { indexing } = this.#options;
    const walk = this.#walk;
    const syncToken = indexing?.syncToken ?? walk.firstToken;
    const obstacles: ListingObstacle[] = [];
    if (!walk.ended) obstacles.push('producer_enumeration_incomplete');
    if (indexing?.finished === false) obstacles.push('icloud_indexing_incomplete');
    if (syncToken === undefined) obstacles.push('icloud_sync_token_missing');
    else if (syncToken.trim() === '') obstacles.push('icloud_blank_sync_token');
    return {
      complete: walk.ended && indexing?.finished !== false,
      syncToken,
      lastToken: walk.lastToken ?? syncToken,
      obstacles,
      scanChanged: walk.scanChanged,
      seen: walk.delivered,
      malformed: walk.malformed,
      errored: this.#errored,
      unpaired: this.#unpaired,
      mastersAlone: this.#mastersAlone,
      shortfall: walk.shortfall,
      requests: walk.requests,
    };
  }

  async #fetchPage(startRank: number, signal: AbortSignal): Promise<RawPage> {
    const { library } = this.#options;
    const namesOnly = this.#namesOnly;
    const answer = await this.#call({
      database: library.database,
      operation: 'records/query',
      zone: library.zone,
      body: pageQuery(library, this.#index, startRank, namesOnly ? ID_KEYS : ASSET_KEYS),
      findError: errorOfAllRecords,
      signal,
    });
    return {
      ...readRecords(answer['records'], this.#call.now()),
      syncToken: textMember(answer, 'syncToken'),
      more: textMember(answer, 'continuationMarker') !== undefined,
      namesOnly,
    };
  }

  /** Which assets of a page are known; after one that holds only such, names are enough. */
  async #knownOf(assets: readonly RankedRecord[]): Promise<ReadonlyMap<string, Asset>> {
    const { known } = this.#options;
    if (known === undefined || assets.length === 0) return new Map();
    const found = await known.find(assets.map(({ record }) => record.name));
    this.#namesOnly = found.size === assets.length;
    return found;
  }

  /** Assets of a page of names, in order: those that nobody knows are looked up. */
  async #fromNames(
    assets: readonly RankedRecord[],
    known: ReadonlyMap<string, Asset>,
  ): Promise<readonly ListingItem[]> {
    const { library } = this.#options;
    const unknown = assets.map(({ record }) => record.name).filter((name) => !known.has(name));
    const looked = await lookupAssets(this.#call, library, unknown);
    const items: ListingItem[] = [];
    for (const { record, rank } of assets) {
      const found = looked.get(record.name);
      const asset = known.get(record.name) ?? (found?.status === 'found' ? found.asset : undefined);
      if (asset !== undefined) items.push({ kind: 'asset', asset, rank });
      else if (found?.status === 'unresolved') items.push(this.#unresolved(record, found.reason));
    }
    return items;
  }

  #takeMasters({ records }: AssetPage): void {
    for (const record of records) {
      if (record.type !== 'CPLMaster' || record.error !== undefined) continue;
      const used = this.#masters.get(record.name)?.used ?? false;
      this.#masters.delete(record.name);
      this.#masters.set(record.name, { record, used });
    }
    for (const record of records) {
      const known = this.#masters.get(masterNameOf(record) ?? '');
      if (known !== undefined) known.used = true;
    }
  }

  #forgetOldMasters(keep: number): void {
    for (const [name, { used }] of this.#masters) {
      if (this.#masters.size <= keep) return;
      this.#masters.delete(name);
      if (!used) this.#mastersAlone += 1;
    }
  }

  *#erroredItems({ errors }: AssetPage): Generator<ListingItem> {
    for (const { name, error } of errors) {
      if (error === undefined) continue;
      const reason = `${error.code} ${error.reason}`.trim();
      this.#log[saysLater(error) ? 'warn' : 'error'](
        `iCloud does not deliver a record: ${reason}`,
        {
          recordName: name,
        },
      );
      this.#errored += 1;
      yield { kind: 'unresolved', recordName: name, reason };
    }
  }

  /** Assets with their masters, in order; masters that the page lacks are looked up (D64). */
  async #pair(assets: readonly RankedRecord[]): Promise<readonly ListingItem[]> {
    const missing = assets
      .map(({ record }) => masterNameOf(record))
      .filter((name) => name !== undefined)
      .filter((name) => !this.#masters.has(name));
    const found =
      missing.length === 0
        ? undefined
        : await lookupRecords(this.#call, this.#options.library, missing, ASSET_KEYS);
    return assets.map(({ record, rank }) => {
      const masterName = masterNameOf(record);
      if (masterName === undefined) return this.#unresolved(record, 'it names no master record');
      const looked = found?.get(masterName);
      const master =
        this.#masters.get(masterName)?.record ??
        (looked?.status === 'found' ? looked.record : undefined);
      if (master === undefined) {
        const why = looked?.status === 'unknown' ? looked.reason : 'iCloud does not have it';
        return this.#unresolved(record, `its master record is missing: ${why}`);
      }
      return { kind: 'asset', asset: toAsset(this.#options.library.zone, record, master), rank };
    });
  }

  #unresolved({ name }: WireRecord, reason: string): ListingItem {
    this.#unpaired += 1;
    this.#log.warn(`An asset cannot be used: ${reason}.`, { recordName: name });
    return { kind: 'unresolved', recordName: name, reason };
  }
}

/** A page whose every record is an error is an error itself (EN-72). */
function errorOfAllRecords(answer: JsonObject): WireError | undefined {
  const { records } = readRecords(answer['records'], 0);
  const errors = records.map(({ error }) => error).filter((error) => error !== undefined);
  return errors.length === records.length ? errors[0] : undefined;
}
