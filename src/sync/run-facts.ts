import type { Config } from '../config/types.js';
import type { Logger } from '../platform/logger.js';
import type { Counters } from '../report/counters.js';
import { plural } from '../report/format.js';
import type { StateStore } from '../state/index.js';
import { hashesOf, noteListedWith } from './hashes.js';
import type { LibraryWork, SyncMode } from './library-work.js';
import type { LibraryEnd } from './library-sync.js';
import { isNarrowedByFlags } from './settings.js';
import { explainBlocked, type BlockedReason } from './token-verdict.js';

/** How one library was enumerated in a run. */
export interface LibraryFacts {
  readonly zone: string;
  readonly mode: SyncMode;
  readonly blocked: BlockedReason | undefined;
}

/**
 * The facts of a run as its row keeps them, under the names of the report (engine 8.2). Assets and
 * renditions are counted apart, as the summary counts files (D72).
 */
export function runFacts(
  counters: Counters,
  libraries: readonly LibraryFacts[],
): Readonly<Record<string, unknown>> {
  return {
    skipped: Object.fromEntries(counters.skipped),
    bytes_downloaded: counters.bytesReceived,
    disk_bytes_written: counters.bytesWritten,
    pagination_shortfall_assets: counters.shortfallAssets,
    libraries: libraries.map(({ zone, mode, blocked }) => ({
      zone,
      mode: mode.kind,
      ...(mode.kind === 'full' && { full_enumeration_reason: mode.reason }),
      sync_token_blocked: blocked !== undefined,
      ...(blocked !== undefined && {
        sync_token_blocked_reason: blocked,
        sync_token_blocked_source: explainBlocked(blocked).source,
        sync_token_blocked_explanation: explainBlocked(blocked).explanation,
      }),
    })),
    integrity: {
      assets_with_files: counters.assetsPlanned,
      files_planned: counters.filesPlanned,
      placed_again: counters.placedAgain,
      owed: counters.owed,
      parked: counters.parked,
      apple_checksum: { ...counters.apple },
    },
  };
}

/** Records what became of an enumeration, for `kei status` and `kei audit`. */
export async function noteEnumeration(
  { zone, listed, blocked }: Pick<LibraryEnd, 'listed' | 'blocked'> & { readonly zone: string },
  run: number,
  { store, config }: { readonly store: StateStore; readonly config: Config },
): Promise<void> {
  // What a run has seen must not be younger than the mark that says it has seen everything.
  await store.flush();
  await store.commit(() => {
    if (listed && !isNarrowedByFlags(config)) {
      store.zones.noteListed(zone, run);
      noteListedWith(zone, hashesOf(config), store);
    }
    store.zones.noteBlocked(zone, blocked);
  });
}

/** Says of which libraries the last listing did not reach its end: they are listed anew (EN-70). */
export function tellOfInterrupted(
  libraries: readonly LibraryWork[],
  { zones }: Pick<StateStore, 'zones'>,
  log: Logger,
): void {
  const listed = libraries.filter(({ mode }) => mode.kind === 'full');
  for (const { zone, since } of zones.listingsInProgress()) {
    if (!listed.some(({ library }) => library.zone === zone)) continue;
    log.warn('The last listing of this library was interrupted; it is listed from the beginning', {
      library: zone,
      since: new Date(since).toISOString(),
    });
  }
}

/** A token that was not advanced, and what the run of its library had seen by then. */
export interface BlockedToken {
  readonly zone: string;
  readonly blocked: BlockedReason;
  readonly assetsSeen: number;
  /** Nothing else went wrong, so that nobody would look for a reason (IN-50). */
  readonly isOnlyTrouble: boolean;
  /** There is a token of before to go on from (IN-40). */
  readonly hasToken: boolean;
}

/** Says that a token was not advanced, why, and what the next run does about it (IN-40, IN-50). */
export function tellOfBlocked(
  { zone, blocked, assetsSeen, isOnlyTrouble, hasToken }: BlockedToken,
  log: Logger,
): void {
  const { source, explanation } = explainBlocked(blocked);
  const next = hasToken
    ? 'the next run replays the changes since the last one'
    : 'the next run will do a full enumeration';
  log[isOnlyTrouble ? 'warn' : 'info'](`Sync token not advanced; ${next}`, {
    ...{ zone, reason: blocked, source, explanation },
    observation: `${plural(assetsSeen, 'asset')} seen in this run`,
  });
}
