import type { Library } from '../domain/index.js';
import type { Logger } from '../platform/logger.js';
import { countSkip, type Counters } from '../report/counters.js';
import type { StateStore } from '../state/index.js';

/** What an enumeration has to say besides assets. A dry run listens to none of it. */
export interface EnumerationNotes {
  /** A whole listing starts, or has reached its natural end (EN-70). */
  begin(library: Library): Promise<void>;
  end(library: Library): Promise<void>;
  /** A record that cannot become an asset now (D61, D64). */
  unresolved(library: Library, recordName: string, reason: string): Promise<void>;
  /** Entries of a listing that are not even named records: nobody can look them up. */
  malformed(library: Library, entries: number): Promise<void>;
  /** Trashed, purged, or a tombstone of anything at all. */
  deleted(library: Library, recordName: string): Promise<void>;
  hidden(library: Library, assetId: string): Promise<void>;
}

/** Notes that nobody keeps. */
export const noNotes: EnumerationNotes = {
  begin: () => Promise.resolve(),
  end: () => Promise.resolve(),
  unresolved: () => Promise.resolve(),
  malformed: () => Promise.resolve(),
  deleted: () => Promise.resolve(),
  hidden: () => Promise.resolve(),
};

/** Keeps the notes of a run in the state: debts, flags, and how far the listing has come. */
export function stateNotes(store: StateStore, counters: Counters, log: Logger): EnumerationNotes {
  return {
    begin: ({ zone }) =>
      store.commit(() => {
        store.zones.beginListing(zone);
      }),
    end: ({ zone }) =>
      store.commit(() => {
        store.zones.endListing(zone);
      }),
    unresolved: async ({ zone }, recordName, reason) => {
      counters.enumerationErrors += 1;
      log.error('A record of the library could not be read; the next sync looks it up', {
        record: recordName,
        reason,
      });
      await store.commit(() => {
        store.debts.add({ zone, recordName, reason: 'unpaired', detail: '' });
      });
    },
    malformed: ({ zone }, entries) => {
      counters.assetsSeen += entries;
      countSkip(counters, 'malformed', entries);
      log.warn('Entries of the listing have no name; they are skipped', { library: zone, entries });
      return Promise.resolve();
    },
    deleted: async ({ zone }, recordName) => {
      const meant = await store.commit(() => {
        // Nobody owes what is not there any more.
        store.debts.settleRecord(zone, recordName, Number.MAX_SAFE_INTEGER);
        return store.assets.flagDeleted(zone, recordName);
      });
      // A tombstone of something that was never an asset here means nothing (D62).
      if (meant === 0) return;
      counters.deletedInCloud += meant;
      log.info('Deleted in iCloud; the local files stay', { record: recordName });
    },
    hidden: async ({ zone }, assetId) => {
      const meant = await store.commit(() => {
        store.debts.settleRecord(zone, assetId, Number.MAX_SAFE_INTEGER);
        return store.assets.flagHidden(zone, assetId);
      });
      if (!meant) return;
      log.info('Hidden in iCloud; the local files stay', { asset: assetId });
    },
  };
}
