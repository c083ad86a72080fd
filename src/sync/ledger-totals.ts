import { isSafe, LEDGER_CLASSES, type AssetEntry, type LedgerClass } from './ledger.js';

/** One column of totals: assets, or renditions. */
export interface Tally {
  total: number;
  readonly classes: Record<LedgerClass, number>;
  /** `classes.excluded`, rule by rule. */
  readonly excluded: Map<string, number>;
}

/** The totals of one library. */
export interface LedgerTotals {
  readonly zone: string;
  readonly assets: Tally;
  readonly renditions: Tally;
  /** Deleted in iCloud; their files stay. */
  deleted: number;
  /** Known from earlier, and not met by the last complete listing. */
  notListed: number;
  /** Further places that do not hold their file, while another place of it does. */
  lostPlaces: number;
  /** Assets that the ledger had to account for, counted apart from it. */
  expected: number;
  /** Nothing in iCloud is left out because nobody listed it yet. */
  isComplete: boolean;
}

function tally(): Tally {
  const none = LEDGER_CLASSES.map((name) => [name, 0] as const);
  return {
    total: 0,
    classes: Object.fromEntries(none) as Record<LedgerClass, number>,
    excluded: new Map(),
  };
}

export function createTotals(zone: string): LedgerTotals {
  return {
    zone,
    assets: tally(),
    renditions: tally(),
    deleted: 0,
    notListed: 0,
    lostPlaces: 0,
    expected: 0,
    isComplete: true,
  };
}

/** Enters an asset and its renditions. */
export function addEntry(totals: LedgerTotals, entry: AssetEntry): void {
  enter(totals.assets, entry);
  for (const one of entry.renditions) {
    enter(totals.renditions, one);
    totals.lostPlaces += one.lostPlaces.length;
  }
}

function enter(into: Tally, entry: Pick<AssetEntry, 'class' | 'reason'>): void {
  into.total += 1;
  into.classes[entry.class] += 1;
  if (entry.class !== 'excluded') return;
  const rule = entry.reason ?? '';
  into.excluded.set(rule, (into.excluded.get(rule) ?? 0) + 1);
}

/** Assets that are selected and not safely on disk. */
export function unsafeAssets({ assets }: LedgerTotals): number {
  return LEDGER_CLASSES.reduce((sum, name) => sum + (isSafe(name) ? 0 : assets.classes[name]), 0);
}

/** Every asset that there is has been entered, or is accounted for outside of the ledger. */
export function isBalanced({ assets, expected, deleted, notListed }: LedgerTotals): boolean {
  return assets.total + deleted + notListed === expected;
}
