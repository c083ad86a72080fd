import type { Config } from '../config/types.js';
import type { Logger } from '../platform/logger.js';
import type { Counters } from '../report/counters.js';
import type { StateStore } from '../state/index.js';
import { hashesOf, noteListedWith } from './hashes.js';
import type { SyncMode } from './library-work.js';
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

/** IN-50: a warning where iCloud is the reason; what the settings ask for is expected. */
export function tellOfBlocked(zone: string, blocked: BlockedReason, log: Logger): void {
  const { source, explanation } = explainBlocked(blocked);
  log[source === 'kei' ? 'info' : 'warn'](
    'Sync token not advanced; the changes are replayed by the next run',
    { library: zone, reason: blocked, source, explanation },
  );
}
