import { displayPath } from '../platform/byte-path.js';
import { isSafe, type AssetEntry, type LedgerClass, type RenditionEntry } from '../sync/ledger.js';
import { oneLine } from './output.js';
import { isBalanced, unsafeAssets, type LedgerTotals, type Tally } from '../sync/ledger-totals.js';

/** An asset as a line of `kei audit --json`: everything, so that jq can choose. */
export function assetRecord(entry: AssetEntry): Readonly<Record<string, unknown>> {
  return {
    type: 'asset',
    library: entry.zone,
    asset_id: entry.assetId,
    filename: entry.name ?? null,
    class: entry.class,
    reason: entry.reason ?? null,
    renditions: entry.renditions.map((one) => ({
      version: one.rendition,
      class: one.class,
      reason: one.reason ?? null,
      local_path: one.path === undefined ? null : displayPath(one.path),
      ...(one.lostPlaces.length > 0 && { lost_places: one.lostPlaces.map(displayPath) }),
    })),
  };
}

/** The totals of a library as the line after its assets. */
export function libraryRecord(totals: LedgerTotals): Readonly<Record<string, unknown>> {
  return {
    type: 'library',
    library: totals.zone,
    assets: tallyRecord(totals.assets),
    renditions: tallyRecord(totals.renditions),
    deleted_in_icloud: totals.deleted,
    not_listed: totals.notListed,
    lost_places: totals.lostPlaces,
    balanced: isBalanced(totals),
    listed_whole: totals.isComplete,
    safe: isBalanced(totals) && totals.isComplete && unsafeAssets(totals) === 0,
  };
}

function tallyRecord({ total, classes, excluded }: Tally): Readonly<Record<string, unknown>> {
  return { total, ...classes, excluded_by: Object.fromEntries([...excluded].sort()) };
}

const MARKS: Readonly<Partial<Record<LedgerClass, string>>> = {
  missing: 'MISSING',
  damaged: 'DAMAGED',
  failed: 'FAILED',
  owed: 'OWED',
  pending: 'PENDING',
  unknown: 'UNKNOWN',
};

/** One line for each rendition of an asset that is selected and not safely on disk. */
export function issueLines(entry: AssetEntry): readonly string[] {
  const open = entry.renditions.filter((one) => !isSafe(one.class));
  return open.length === 0
    ? [issueLine(entry, oneLine(entry.name ?? entry.assetId), entry.assetId)]
    : open.map((one) => issueLine(one, whereOf(one, entry), `${entry.assetId}, ${one.rendition}`));
}

function whereOf({ path }: RenditionEntry, { name, assetId }: AssetEntry): string {
  return oneLine(path === undefined ? (name ?? assetId) : displayPath(path));
}

function issueLine(
  standing: Pick<AssetEntry, 'class' | 'reason'>,
  where: string,
  id: string,
): string {
  const why = standing.reason === undefined ? '' : ` - ${standing.reason}`;
  return `${MARKS[standing.class] ?? standing.class}: ${where} (${id})${why}`;
}

const ROWS: readonly (readonly [LedgerClass, string])[] = [
  ['proven', "on disk, proven by Apple's checksum"],
  ['on_disk', 'on disk, not proven'],
  ['excluded', 'excluded'],
  ['missing', 'missing from the disk'],
  ['damaged', 'damaged on the disk'],
  ['failed', 'failed'],
  ['owed', 'owed by iCloud'],
  ['pending', 'waiting for the next sync'],
  ['unknown', 'unknown'],
];

const RULES: Readonly<Record<string, string>> = {
  by_media_type: 'media type',
  by_date_range: 'date range',
  by_live_photo: 'live photo mode',
  by_filename: 'file name',
  by_recent: 'beyond the newest',
  hidden: 'hidden',
  malformed: 'malformed',
  no_rendition: 'without the wanted rendition',
  empty: 'empty in iCloud',
  not_asked_for: 'not asked for by [photos]',
  same_content: 'same content as another',
};

const LABEL_WIDTH = 44;
const NUMBER_WIDTH = 12;

/** The totals of a library for people, with the number of issues that were not listed. */
export function totalsPage(totals: LedgerTotals, unlisted: number): string {
  const { assets, renditions } = totals;
  const lines = unlisted > 0 ? [`... and ${unlisted} more`] : [];
  lines.push('', row(totals.zone, 'assets', 'renditions'));
  lines.push(row('  In iCloud', assets.total, renditions.total));
  for (const [name, label] of ROWS) {
    const counts = [assets.classes[name], renditions.classes[name]] as const;
    if (counts[0] + counts[1] === 0 && name !== 'proven') continue;
    lines.push(row(`    ${label}`, ...counts));
    if (name === 'excluded') lines.push(...exclusions(totals));
  }
  const beside: (readonly [string, number])[] = [
    ['  Deleted in iCloud, kept here', totals.deleted],
    ['  Not listed any more (deleted or hidden)', totals.notListed],
    ['  Further places without their file', totals.lostPlaces],
  ];
  for (const [label, count] of beside) if (count > 0) lines.push(row(label, count));
  if (!totals.isComplete) lines.push('  Never listed whole with these settings');
  lines.push('', '');
  return lines.join('\n');
}

function exclusions({ assets, renditions }: LedgerTotals): string[] {
  const rules = [...new Set([...assets.excluded.keys(), ...renditions.excluded.keys()])].sort();
  return rules.map((rule) =>
    row(
      `      ${RULES[rule] ?? rule}`,
      assets.excluded.get(rule) ?? 0,
      renditions.excluded.get(rule) ?? 0,
    ),
  );
}

function row(label: string, ...cells: readonly (string | number)[]): string {
  return (
    label.padEnd(LABEL_WIDTH) + cells.map((cell) => String(cell).padStart(NUMBER_WIDTH)).join('')
  );
}
