import type { Library } from '../domain/index.js';
import type { ListingResult } from '../icloud/index.js';
import type { Logger } from '../platform/logger.js';
import { countSkip, type Counters } from '../report/counters.js';
import type { StateStore } from '../state/index.js';
import type { Pass } from './pass.js';
import { beginUnsettled } from './unsettled.js';

/** What an enumeration has to say besides assets. A dry run listens to none of it. */
export interface EnumerationNotes {
  /** A whole listing starts, or has reached its natural end (EN-70); no result where iCloud has none. */
  begin(pass: Pass): Promise<void>;
  end(pass: Pass, result: ListingResult | undefined): Promise<void>;
  /** A listing shows a member of a place (EN-68). */
  member(pass: Pass, assetId: string): Promise<void>;
  /** A change of who is where (IN-35). */
  joined(library: Library, place: string, assetId: string): Promise<void>;
  left(library: Library, place: string, assetId: string): Promise<void>;
  /** A record that cannot become an asset now (D61, D64). */
  unresolved(library: Library, recordName: string, reason: string): Promise<void>;
  /** Entries of a listing that are not even named records: nobody can look them up. */
  malformed(library: Library, entries: number): Promise<void>;
  /** Trashed, purged, or a tombstone of anything at all. */
  deleted(library: Library, recordName: string): Promise<void>;
  hidden(library: Library, assetId: string): Promise<void>;
}

const nothing = () => Promise.resolve();

/** Notes that nobody keeps. */
export const noNotes: EnumerationNotes = {
  begin: nothing,
  end: nothing,
  member: nothing,
  joined: nothing,
  left: nothing,
  unresolved: nothing,
  malformed: nothing,
  deleted: nothing,
  hidden: nothing,
};

export interface NoteDeps {
  readonly store: StateStore;
  readonly counters: Counters;
  readonly log: Logger;
  readonly run: number;
  /** The settings under which places count as listed; `undefined` in a narrowed run (EN-68). */
  readonly listingHash: string | undefined;
}

/** Keeps the notes of a run in the state: debts, flags, members, and how far listings have come. */
export function stateNotes(deps: NoteDeps): EnumerationNotes {
  const { store, counters, log, run, listingHash } = deps;
  return {
    begin: ({ library: { zone }, target: { place } }) =>
      store.commit(() => {
        store.zones.beginListing(zone);
        beginUnsettled(zone, run, store.meta);
        if (listingHash !== undefined) store.albums.beginListing(zone, place, listingHash, run);
      }),
    end: ({ library: { zone }, target: { place } }, result) => {
      noteShortfall(zone, result, deps);
      return store.commit(() => {
        store.zones.endListing(zone);
        if (listingHash === undefined || !isSound(result)) return;
        store.albums.completeListing(zone, place, run);
      });
    },
    member: async ({ library: { zone }, source, target: { place } }, assetId) => {
      if (listingHash === undefined || source.kind === 'all') return;
      await store.albums.addMember(zone, place, assetId, run);
    },
    joined: ({ zone }, place, assetId) => store.albums.addMember(zone, place, assetId, run),
    left: ({ zone }, place, assetId) => store.albums.removeMember(zone, place, assetId),
    unresolved: async ({ zone }, recordName, reason) => {
      counters.enumerationErrors += 1;
      log.error('A record of the library could not be read; the next sync looks it up', {
        record: recordName,
        reason,
      });
      await store.commit(() => {
        store.debts.add({ zone, recordName, reason: debtReason(reason), detail: '' });
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

/** The reason of a debt whose settling needs the albums to be listed again (D62). */
export const RELATION_DEBT = 'relation';

function debtReason(reason: string): string {
  return reason === 'unknown_album_relation_container' ? RELATION_DEBT : 'unpaired';
}

/** A count that a whole listing does not reach is told, and is no failure (EN-52, EN-53). */
function noteShortfall(
  library: string,
  result: ListingResult | undefined,
  { counters, log }: NoteDeps,
): void {
  const missing = result?.shortfall ?? 0;
  if (missing === 0) return;
  counters.shortfallAssets += missing;
  log.warn('iCloud counts more photos than its listing holds', { library, missing });
}

/** Nothing of the place was missed: it need not be listed again under these settings (EN-68). */
function isSound(result: ListingResult | undefined): boolean {
  return result === undefined || (result.obstacles.length === 0 && !result.scanChanged);
}
