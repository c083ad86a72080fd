import type { KeiError } from '../errors/index.js';
import type { DownloadDeps, DownloadSettings, StopSignals } from './download-file.js';
import type { DownloadResult } from './ports.js';
import type { SessionCircuit } from './session-circuit.js';
import type { SpaceForecast } from './space-forecast.js';

/** How a pipeline runs. */
export interface PipelineOptions extends StopSignals {
  /** Files that are fetched at once (DL-5, D73). */
  readonly threads: number;
  readonly settings: DownloadSettings;
  readonly drainMs?: number | undefined;
}

/** What a pipeline needs from the world. */
export interface PipelineDeps extends Omit<DownloadDeps, 'links'> {
  /**
   * Makes an outcome durable. A file counts as finished, and frees its place, only afterwards: for
   * a downloaded one the name is on the disk by then, the row comes last (principle of order).
   */
  readonly commit: (result: DownloadResult) => Promise<void>;
  readonly circuit: SessionCircuit;
  /**
   * Signs in again after Apple took the session back; resolves to whether it is worth going on.
   * Rejects when it is no use trying any more (RT-31, RT-32).
   */
  readonly renewSession: (error: KeiError) => Promise<boolean>;
  readonly forecast?: SpaceForecast | undefined;
}

/** Why a pipeline ended before its files did. */
export type StopReason =
  | { readonly reason: 'shutdown' }
  /** Apple took the session back, and signing in again did not help (RT-30, D52). */
  | { readonly reason: 'session'; readonly error: KeiError }
  /** The disk is full, read-only or failing (D57, DL-82). */
  | { readonly reason: 'disk'; readonly error: KeiError };

/** What a pipeline says while it runs. */
export type PipelineEvent =
  | ({ readonly kind: 'file' } & DownloadResult)
  /** At most once, as the last event. */
  | ({ readonly kind: 'stopped' } & StopReason);
