import type { Asset, PhotoOptions, RenditionKey, SkipReason } from '../domain/index.js';
import { rawName } from '../naming/index.js';
import { chooseRenditions } from '../select/choose-renditions.js';
import { isWithin } from '../select/date-bounds.js';
import { filterAsset, type FilterSettings } from '../select/filters.js';
import type { PlacedFile, StoredDebt, StoredFile } from '../state/index.js';
import { hasWrongSize } from './file-condition.js';
import type { DiskEntry } from './plan/disk-look.js';

/**
 * The columns of the ledger (D72). Every asset and every rendition that iCloud has stands in exactly
 * one of them:
 *
 * - `proven`: on disk, Apple's own checksum proved the bytes, and nobody touched them since;
 * - `on_disk`: on disk as it was downloaded or found, and not proven;
 * - `excluded`: left out by a rule, which is named;
 * - `missing`, `damaged`: recorded, and not there any more, or of another size than recorded;
 * - `failed`: its download failed, with the last error;
 * - `owed`: iCloud has it and did not deliver it; the next sync looks it up;
 * - `pending`: selected, and left for the next sync;
 * - `unknown`: a row of an older kei that does not say what iCloud has.
 */
export const LEDGER_CLASSES = [
  'proven',
  'on_disk',
  'excluded',
  'missing',
  'damaged',
  'failed',
  'owed',
  'pending',
  'unknown',
] as const;

export type LedgerClass = (typeof LEDGER_CLASSES)[number];

/** The rules by which something is left out: those of the report, and the ledger's own. */
export type Exclusion = SkipReason | 'by_recent' | 'not_asked_for' | 'same_content';

/** Where an asset or a rendition stands, and why: a rule, or words for people. */
export interface Standing {
  readonly class: LedgerClass;
  readonly reason: string | undefined;
}

export interface RenditionEntry extends Standing {
  readonly rendition: RenditionKey;
  /** The file that decides where it stands. */
  readonly path: string | undefined;
  /** Its further places that do not hold it, while another one does. */
  readonly lostPlaces: readonly string[];
}

export interface AssetEntry extends Standing {
  readonly zone: string;
  readonly assetId: string;
  readonly name: string | undefined;
  readonly renditions: readonly RenditionEntry[];
}

/** What decides about exclusion: the settings of now, so that the ledger never goes stale. */
export interface LedgerRules {
  readonly photos: PhotoOptions;
  readonly filters: FilterSettings;
  readonly hiddenSelected: boolean;
  readonly recentlyDeletedSelected: boolean;
  /** Only the newest N are selected: what a listing did not meet is older. */
  readonly isCountLimited: boolean;
}

/** A file of an asset and what lies at its path. */
export interface SeenFile extends PlacedFile {
  readonly entry: DiskEntry;
}

export interface AssetFacts {
  readonly asset: Asset;
  /** False when only the files of the asset are known. */
  readonly hasRenditions: boolean;
  readonly files: readonly SeenFile[];
  readonly debts: readonly StoredDebt[];
}

/** Why an asset is no part of the ledger: it is not in iCloud, or was not listed there any more. */
export type OffTheBooks = 'deleted' | 'not_listed';

/**
 * Whether an asset belongs to the ledger. `isStale`: the last complete listing did not meet it,
 * so that it is filtered before it is listed, beyond the newest N, or gone.
 */
export function placeInLedger(
  asset: Asset,
  isStale: boolean,
  rules: LedgerRules,
): Exclusion | OffTheBooks | undefined {
  if (asset.isDeleted && (isStale || !rules.recentlyDeletedSelected)) return 'deleted';
  const reason = excludedBy(asset, rules);
  // A listing ends at the lower date bound, and never shows what is hidden.
  const isBeyondListing = !isWithin(asset.capturedAtMs, rules.filters.bounds);
  if (!isStale || isBeyondListing || reason === 'hidden') return reason;
  return rules.isCountLimited ? 'by_recent' : 'not_listed';
}

function excludedBy(asset: Asset, rules: LedgerRules): SkipReason | undefined {
  const { hiddenSelected, recentlyDeletedSelected, filters } = rules;
  const folder =
    asset.isDeleted && recentlyDeletedSelected
      ? 'Recently Deleted'
      : asset.isHidden && hiddenSelected
        ? 'Hidden'
        : undefined;
  // What is filed in an album has its place there: no asset is lost by it.
  return filterAsset(
    asset,
    folder === undefined ? { kind: 'all' } : { kind: 'smart-folder', name: folder },
    () => false,
    filters,
  );
}

/** Accounts for an asset that a rule leaves out, with all that iCloud has of it. */
export function excludedEntry({ asset }: Pick<AssetFacts, 'asset'>, reason: Exclusion): AssetEntry {
  const standing = { class: 'excluded', reason } as const;
  return {
    ...nameOf(asset),
    ...standing,
    renditions: keysOf(asset).map((rendition) => ({
      ...standing,
      rendition,
      path: undefined,
      lostPlaces: [],
    })),
  };
}

/** Accounts for a selected asset and for every rendition that iCloud has of it. */
export function assetEntry(facts: AssetFacts, { photos }: LedgerRules): AssetEntry {
  const { asset, hasRenditions, files, debts } = facts;
  if (!hasRenditions) return entryOfFiles(facts);
  const { chosen, empty, unusable } = chooseRenditions(asset, photos);
  const wanted = new Set([...chosen, ...unusable].map(({ key }) => key));
  const renditions = keysOf(asset).map((key): RenditionEntry => {
    if (wanted.has(key)) return wantedEntry(key, asset, files, debts);
    return { rendition: key, ...unwanted(key), path: undefined, lostPlaces: [] };
  });

  function unwanted(key: RenditionKey): Standing {
    if (empty.some((one) => one.key === key)) return { class: 'excluded', reason: 'empty' };
    const own = asset.renditions.get(key);
    const isCopy = chosen.some(
      ({ rendition: other }) =>
        own?.checksum !== undefined &&
        own.checksum === other.checksum &&
        own.sizeBytes === other.sizeBytes,
    );
    return { class: 'excluded', reason: isCopy ? 'same_content' : 'not_asked_for' };
  }
  const owed = debts.find(({ reason }) => reason !== 'unusable-resource');
  const worst = worstOf(renditions.filter(({ rendition }) => wanted.has(rendition)));
  const nothing = empty.length > 0 ? 'empty' : 'no_rendition';
  const standing: Standing =
    owed === undefined
      ? (worst ?? { class: 'excluded', reason: nothing })
      : { class: 'owed', reason: owed.reason };
  return { ...nameOf(asset), ...standing, renditions };
}

/** A row of an older kei: its files are known, and what else iCloud has is not. */
function entryOfFiles({ asset, files }: AssetFacts): AssetEntry {
  const keys = [...new Set(files.map(({ placement }) => placement.rendition))];
  const renditions = keys.map((key) => wantedEntry(key, asset, files, []));
  const unknown: Standing = { class: 'unknown', reason: 'what iCloud has of it is not recorded' };
  const worst = worstOf(renditions) ?? unknown;
  return { ...nameOf(asset), class: worst.class, reason: worst.reason, renditions };
}

function wantedEntry(
  key: RenditionKey,
  asset: Asset,
  files: readonly SeenFile[],
  debts: readonly StoredDebt[],
): RenditionEntry {
  const judged = files
    .filter(({ placement }) => placement.rendition === key)
    .map((file) => ({ path: file.file.path, ...judgeFile(file, asset, key) }))
    .sort((a, b) => BY_WORTH.indexOf(a.class) - BY_WORTH.indexOf(b.class));
  const [best, ...others] = judged;
  if (best === undefined) {
    const problem = asset.unusable.get(key);
    const owes = problem ?? debts.find(({ detail }) => detail === key)?.reason;
    return {
      rendition: key,
      class: owes === undefined ? 'pending' : 'owed',
      reason: owes ?? 'not planned yet',
      path: undefined,
      lostPlaces: [],
    };
  }
  return {
    rendition: key,
    ...best,
    lostPlaces: isSafe(best.class)
      ? others.filter((other) => !isSafe(other.class)).map(({ path }) => path)
      : [],
  };
}

function judgeFile({ file, entry }: SeenFile, asset: Asset, key: RenditionKey): Standing {
  if (file.status === 'failed') {
    return { class: 'failed', reason: file.lastError ?? 'unknown error' };
  }
  const { published } = file;
  if (file.status === 'pending' || published === undefined) {
    const waits = published === undefined ? 'not downloaded yet' : 'a newer version is waiting';
    return { class: 'pending', reason: waits };
  }
  if (isSuperseded(file, asset, key)) return { class: 'pending', reason: 'iCloud has changed it' };
  if (entry.kind === 'absent') return { class: 'missing', reason: 'nothing is at its path' };
  if (entry.kind === 'other') return { class: 'missing', reason: 'no file is at its path' };
  if (hasWrongSize(published, entry.sizeBytes)) {
    return {
      class: 'damaged',
      reason: `${entry.sizeBytes} instead of ${published.diskBytes} bytes`,
    };
  }
  if (published.appleChecksum === 'mismatch') {
    return { class: 'on_disk', reason: "Apple's checksum does not match what iCloud delivers" };
  }
  if (published.appleChecksum === 'unknown') {
    return { class: 'on_disk', reason: "not compared with Apple's checksum" };
  }
  return Math.trunc(entry.mtimeMs) === published.mtimeMs
    ? { class: 'proven', reason: undefined }
    : { class: 'on_disk', reason: 'touched since it was proven' };
}

/** iCloud's bytes are others than those that the file was planned for. */
function isSuperseded(file: StoredFile, { renditions }: Asset, key: RenditionKey): boolean {
  const now = renditions.get(key);
  if (now === undefined) return false;
  return now.sizeBytes !== file.sizeBytes || now.checksum !== file.checksum;
}

/** From the best to the worst: a rendition stands where its best place does, an asset by its worst. */
const BY_WORTH: readonly LedgerClass[] = [
  'excluded',
  'proven',
  'on_disk',
  'unknown',
  'pending',
  'owed',
  'missing',
  'damaged',
  'failed',
];

/** True for what a person need not worry about: on disk, or left out on purpose. */
export function isSafe(standing: LedgerClass): boolean {
  return standing === 'proven' || standing === 'on_disk' || standing === 'excluded';
}

function worstOf(renditions: readonly RenditionEntry[]): Standing | undefined {
  const [worst] = [...renditions].sort(
    (a, b) => BY_WORTH.indexOf(b.class) - BY_WORTH.indexOf(a.class),
  );
  return worst && { class: worst.class, reason: worst.reason };
}

function keysOf({ renditions, unusable }: Asset): RenditionKey[] {
  return [...new Set([...renditions.keys(), ...unusable.keys()])];
}

function nameOf(asset: Asset): Pick<AssetEntry, 'zone' | 'assetId' | 'name'> {
  return { zone: asset.zone, assetId: asset.assetId, name: rawName(asset) };
}
