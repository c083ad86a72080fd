import type { PhotosService } from '../icloud/index.js';
import type { Logger } from '../platform/logger.js';
import type { RunScratch } from '../state/index.js';
import type { Enumeration } from './asset-sources.js';
import { owedRecords, type AuditDeps, type Auditor } from './audit.js';
import { noNotes, type EnumerationNotes } from './enumeration-notes.js';
import type { AssetEntry } from './ledger.js';
import { LibraryOverview } from './library-overview.js';
import { isNarrowed, passAssets } from './pass-assets.js';
import type { Pass } from './pass.js';
import { filterSettings, narrowingOf } from './settings.js';
import { isListed } from './token-verdict.js';

export interface OnlineDeps extends AuditDeps {
  readonly service: PhotosService;
  readonly log: Logger;
  /** What this audit must remember of a library of any size (D74). */
  readonly scratch: RunScratch;
}

const NOBODY_WATCHES = { addTotal: () => undefined };

/** The word under which the scratch keeps what an audit has met. */
const MET = 'audit';

/**
 * The ledger of one library as iCloud lists it now, against what the state and the disk hold. It
 * lists like a dry run and changes nothing. What the state knows and the listing does not show is
 * accounted for afterwards. Yields every entry, then the auditor has the totals.
 */
export async function* auditOnline(
  passes: readonly Pass[],
  auditor: Auditor,
  deps: OnlineDeps,
): AsyncGenerator<AssetEntry> {
  const { config, nowMs, reader, scratch } = deps;
  const { totals } = auditor;
  const { zone } = totals;
  const narrowing = narrowingOf(config, filterSettings(config, nowMs).bounds);
  const unresolved = new Map<string, OwedRecord>();
  const listings = new Map<Pass, Enumeration>();
  const [first] = passes;
  if (first === undefined) return;
  const overview = new LibraryOverview(first.library, deps);
  overview.expect(passes.map(({ source }) => source));
  for (const pass of passes) {
    const seen: Enumeration = { listing: undefined, changes: undefined };
    listings.set(pass, seen);
    const assets = passAssets(
      pass,
      { ...deps, narrowing, overview, notes: collecting(unresolved), progress: NOBODY_WATCHES },
      seen,
    );
    for await (const asset of assets) {
      if (!scratch.firstSight(MET, zone, asset.assetId)) continue;
      totals.expected += 1;
      const entry = await auditor.enter(asset, true, false);
      if (entry !== undefined) yield entry;
    }
  }
  totals.isComplete = isListed({
    mode: { kind: 'full', reason: 'other_static_reason' },
    passes,
    narrowing,
    listings,
    cutShort: false,
  });
  // A listing of everything settles what it does not meet; a shorter one says nothing of it (D61).
  const debts = isNarrowed(narrowing) ? owedRecords(zone, reader) : [];
  for (const { recordName, reason } of concat(unresolved.values(), debts)) {
    if (!scratch.firstSight(MET, zone, recordName)) continue;
    totals.expected += 1;
    yield auditor.enterOwed(recordName, reason);
  }
  for (const { asset, hasRenditions } of reader.ledger.assets(zone)) {
    if (scratch.hasSeen(MET, zone, asset.assetId)) continue;
    totals.expected += 1;
    const entry = await auditor.enter(asset, hasRenditions, true);
    if (entry !== undefined) yield entry;
  }
}

interface OwedRecord {
  readonly recordName: string;
  readonly reason: string;
}

function* concat<T>(...parts: readonly Iterable<T>[]): Generator<T> {
  for (const part of parts) yield* part;
}

/** Keeps the records that could not be read; there are few, or the listing is an error itself. */
function collecting(unresolved: Map<string, OwedRecord>): EnumerationNotes {
  return {
    ...noNotes,
    unresolved: (_library, recordName, reason) => {
      unresolved.set(recordName, { recordName, reason });
      return Promise.resolve();
    },
  };
}
