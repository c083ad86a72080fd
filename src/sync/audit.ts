import { listingHash } from '../config/fingerprint.js';
import type { Config } from '../config/types.js';
import type { Asset, Library } from '../domain/index.js';
import type { FileEdges } from '../platform/files.js';
import { isExplicit, selectSmartFolders } from '../select/passes.js';
import { selectLibraries } from '../select/select-libraries.js';
import type { StateReader, StoredDebt } from '../state/index.js';
import { addEntry, createTotals, type LedgerTotals } from './ledger-totals.js';
import {
  assetEntry,
  excludedEntry,
  placeInLedger,
  type AssetEntry,
  type LedgerRules,
  type SeenFile,
} from './ledger.js';
import { placeOf } from './pass.js';
import { lookAt } from './plan/disk-look.js';
import { filterSettings } from './settings.js';
import { HASH_KEYS, hashesOf, hasOtherListing, SCOPE_KEY } from './hashes.js';
import { selectionOf } from './select-passes.js';

export interface AuditDeps {
  readonly config: Config;
  readonly reader: StateReader;
  /** When the audit starts, ms since 1970: relative dates count from there. */
  readonly nowMs: number;
  readonly files: Pick<FileEdges, 'lstat'>;
  readonly signal?: AbortSignal;
}

const RECENTLY_DELETED = placeOf({ kind: 'smart-folder', name: 'Recently Deleted' });

/** The rules of a configuration. */
export function ledgerRules(config: Config, nowMs: number): LedgerRules {
  const folders = selectSmartFolders(config.filters.smartFolders);
  return {
    photos: config.photos,
    filters: filterSettings(config, nowMs),
    hiddenSelected: folders.includes('Hidden'),
    recentlyDeletedSelected: folders.includes('Recently Deleted'),
    isCountLimited: config.filters.recent?.kind === 'count',
  };
}

/**
 * The libraries of which something is selected, among those that the state knows (cli 4.3).
 *
 * @throws A `config` error that names what the state knows, for a library that was never listed.
 */
export function auditedLibraries(config: Config, known: readonly Library[]): readonly Library[] {
  if (known.length === 0) return [];
  const { libraries, albums, smartFolders, unfiled } = selectionOf(config);
  const everywhere = isExplicit(albums) || smartFolders.kind !== 'none';
  // A library that only named albums and smart folders could ask for is never listed itself.
  const asksThem = unfiled || (albums.kind === 'all' && !albums.explicit);
  const selected = asksThem ? selectLibraries(libraries, known) : [];
  return known.filter((library) =>
    library.kind === 'primary'
      ? everywhere || selected.includes(library)
      : // It has unfiled photos only (EN-3).
        unfiled && selected.includes(library),
  );
}

/** Whether the last clean run found that this very selection selects nothing (cli 4.3). */
export function leavesNothing(config: Config, { meta }: Pick<StateReader, 'meta'>): boolean {
  const isSame = meta.get(HASH_KEYS.selection) === hashesOf(config).selection;
  return isSame && meta.get(SCOPE_KEY) === '[]';
}

/** One library to audit, and the entries that the audit finds. */
export interface AuditTask {
  readonly auditor: Auditor;
  readonly entries: AsyncIterable<AssetEntry>;
}

/** Enters assets one by one and keeps the totals of their library. */
export class Auditor {
  readonly totals: LedgerTotals;
  readonly #deps: AuditDeps;
  readonly #rules: LedgerRules;
  readonly #owes: boolean;

  constructor(zone: string, deps: AuditDeps, rules: LedgerRules) {
    this.totals = createTotals(zone);
    this.#deps = deps;
    this.#rules = rules;
    this.#owes = deps.reader.debts.page(zone, 1).length > 0;
  }

  /** Where one asset stands; `undefined` for what is not in iCloud any more. */
  async enter(
    asset: Asset,
    hasRenditions: boolean,
    isStale: boolean,
  ): Promise<AssetEntry | undefined> {
    const { totals } = this;
    const rule = placeInLedger(asset, isStale, this.#rules);
    if (rule === 'deleted') totals.deleted += 1;
    else if (rule === 'not_listed') totals.notListed += 1;
    if (rule === 'deleted' || rule === 'not_listed') return undefined;
    const entry =
      rule === undefined
        ? assetEntry(await this.#factsOf(asset, hasRenditions), this.#rules)
        : excludedEntry({ asset }, rule);
    addEntry(totals, entry);
    return entry;
  }

  /** A record that could not be read as an asset. */
  enterOwed(recordName: string, reason: string): AssetEntry {
    const entry: AssetEntry = {
      zone: this.totals.zone,
      assetId: recordName,
      name: undefined,
      class: 'owed',
      reason,
      renditions: [],
    };
    addEntry(this.totals, entry);
    return entry;
  }

  async #factsOf(asset: Asset, hasRenditions: boolean) {
    const { reader, files, signal } = this.#deps;
    signal?.throwIfAborted();
    const seen: SeenFile[] = [];
    for (const placed of reader.files.ofAsset(asset.zone, asset.assetId)) {
      // Only of a finished file does the disk decide.
      const isThere = placed.file.status === 'downloaded';
      const entry = isThere ? await lookAt(placed.file.path, files) : ({ kind: 'absent' } as const);
      seen.push({ ...placed, entry });
    }
    const debts = this.#owes ? reader.debts.ofRecord(asset.zone, asset.assetId) : [];
    return { asset, hasRenditions, files: seen, debts };
  }
}

/**
 * The ledger of one library from the state alone: what the last listing and the changes since then
 * said, under the settings of now, against the disk of now. Yields every entry, then has the totals.
 */
export async function* auditOffline(
  library: Library,
  auditor: Auditor,
  { config, reader }: AuditDeps,
): AsyncGenerator<AssetEntry> {
  const { totals } = auditor;
  const { zone } = library;
  const enumeration = reader.zones.enumeration(zone);
  const { listedRun = 0, hasToken = false } = enumeration ?? {};
  totals.isComplete = (listedRun > 0 || hasToken) && !hasOtherListing(config, zone, reader);
  totals.expected = reader.ledger.count(zone);
  const isHeld = placeTest(library, config, reader);
  for (const { asset, hasRenditions, seenRun } of reader.ledger.assets(zone)) {
    const isStale = seenRun < listedRun || isPurged(asset, reader) || !isHeld(asset);
    const entry = await auditor.enter(asset, hasRenditions, isStale);
    if (entry !== undefined) yield entry;
  }
  for (const { recordName, reason } of owedRecords(zone, reader)) {
    totals.expected += 1;
    yield auditor.enterOwed(recordName, reason);
  }
}

/**
 * Whether a selected place holds an asset, as far as the state follows places under these settings: a
 * photo of an album that is no longer selected is asked for by nobody, like one that no listing met.
 */
function placeTest(
  library: Library,
  config: Config,
  { albums, files, zones }: StateReader,
): (asset: Asset) => boolean {
  const { zone } = library;
  const followed = new Set(albums.listedSources(zone, listingHash(config)));
  const { libraries, unfiled } = selectionOf(config);
  const takesAll = () => selectLibraries(libraries, zones.libraries()).includes(library);
  if (followed.size === 0 || followed.has('library')) return () => true;
  if (unfiled && takesAll()) return () => true;
  return ({ assetId }) =>
    albums.sourcesOf(zone, assetId).some((place) => followed.has(place)) ||
    // A run that ended early has planned more than it could write down.
    files
      .ofAsset(zone, assetId)
      .some(({ file, placement }) => file.status !== 'downloaded' || followed.has(placement.place));
}

/** Deleted, and not among those that iCloud still keeps for a while: it has no row in any listing. */
function isPurged({ zone, assetId, isDeleted }: Asset, { albums }: StateReader): boolean {
  return isDeleted && !albums.isMember(zone, RECENTLY_DELETED, assetId);
}

/** The debts of records that may be assets and that no asset of the state stands for. */
export function* owedRecords(zone: string, reader: StateReader): Generator<StoredDebt> {
  for (const debt of reader.debts.all(zone)) if (isOfNoAsset(debt, reader)) yield debt;
}

/** A record that may be an asset and never became one; relations are not even photos. */
function isOfNoAsset({ zone, recordName, reason }: StoredDebt, { ledger }: StateReader): boolean {
  return (
    reason === 'unpaired' &&
    !recordName.includes('-IN-') &&
    ledger.find(zone, recordName) === undefined
  );
}
