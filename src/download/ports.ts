import type { FileOutcome } from '../domain/outcome.js';
import type { PlannedFile } from '../domain/plan.js';
import type { Rendition } from '../domain/rendition.js';
import type { KeiError } from '../errors/index.js';

export type { NameRecords, OwnedFile, PartialRecords } from '../platform/install-file.js';

/** Hears what downloads do, as they do it. Must not throw. */
export interface DownloadListener {
  /** Bytes arrived for a file; discarded ones count too. */
  received(file: PlannedFile, bytes: number): void;
  /** An attempt failed and the next one comes after `delayMs` (RT-2). */
  retrying(file: PlannedFile, retry: RetryNotice): void;
  /** iCloud answered 429 or 503 (RT-60). */
  rateLimited(): void;
}

export interface RetryNotice {
  /** The attempt that failed; the first is 1. */
  readonly attempt: number;
  readonly delayMs: number;
  readonly error: KeiError;
}

/**
 * Asks iCloud anew for a rendition: URL, size and checksum of now (protocol 8.4). `undefined` when it
 * is gone; rejects when iCloud does not say.
 */
export type RefreshRendition = (
  file: PlannedFile,
  signal: AbortSignal | undefined,
) => Promise<Rendition | undefined>;

/** Gives a file another free path, or `undefined` when there is none (DL-52, D9). */
export type PlanAnotherName = (file: PlannedFile) => Promise<PlannedFile | undefined>;

/** A file beside the pristine one, complete and with metadata, to be published instead of it. */
export interface EmbeddedFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** Hex. */
  readonly sha256: string;
}

export interface EmbedResult {
  /** `undefined` when there was nothing to write, or writing failed (MW-30). */
  readonly file: EmbeddedFile | undefined;
  readonly warnings: readonly string[];
}

/**
 * Writes metadata into a copy of a finished download. The pristine partial is not touched, so a
 * crash in between leaves it as good as it was.
 */
export type EmbedMetadata = (file: PlannedFile, pristinePath: string) => Promise<EmbedResult>;

/** How a planned file ended, with the path and the rendition that it ended with. */
export interface DownloadResult {
  readonly file: PlannedFile;
  readonly outcome: FileOutcome<KeiError>;
}
