/**
 * What kei remembers between runs, in one SQLite file a user (D41): which path holds which
 * rendition of which asset, what lies there, what is still owed, and where the change feeds go on.
 * One file for each group of tables, readers apart from writers; row shapes and SQL never leave
 * this folder. `RunScratch` is the memory of a single run.
 */
export type { RenamedAlbum } from './album-rows.js';
export { withBusyRetry } from './busy-retry.js';
export type { Debt, StoredDebt } from './debt-rows.js';
export type { DiskHash, DiskIdentity } from './disk-hash-rows.js';
export type {
  ImportFindings,
  MissingReason,
  RenditionId,
  ReportedMissing,
} from './import-findings.js';
export { ImportScratch } from './import-scratch.js';
export type { LocalFile, LocalFiles, LocalMark } from './local-files.js';
export { LISTING_CAP, type FileCounts, type ListedFile } from './file-lists.js';
export type { OwnedFile, PlacedFile } from './file-reader.js';
export type { ClaimResult, PathPlan } from './file-claims.js';
export type { FinishOptions, UnfinishedPublication } from './file-writer.js';
export {
  deleteStateDatabase,
  openStateReader,
  openStateStore,
  rustDatabaseBeside,
  type OpenOptions,
} from './open.js';
export type { LedgerAsset } from './ledger-rows.js';
export { LOST, LostScratch, type LostFile } from './lost-scratch.js';
export type { FeedNote, FeedNoteKind, FeedRelation } from './feed-scratch.js';
export type { ManifestEntry } from './manifest-rows.js';
export type { MetaReader, MetaWriter } from './meta-rows.js';
export type { LastRuns, RunKind, RunResult } from './run-rows.js';
export type { UndoneFile } from './run-rules.js';
export { restoreStateCopy, type RestoredState } from './restore.js';
export { RunScratch, type ScratchClaim } from './run-scratch.js';
export { StateReader, StateStore } from './store.js';
export type { MetAsset, StoredAsset } from './asset-rows.js';
export type { ZoneEnumeration } from './zone-rows.js';
export type {
  FileOrigin,
  FileStatus,
  Placement,
  PublishedFile,
  RemoteContent,
  StoredFile,
} from './stored-file.js';
