/**
 * The download pipeline: planned files in, durable files out. `pipeline` bounds what runs,
 * `download-file` brings one file onto the disk in as many attempts as it takes, `fetch-part` is
 * one attempt, and the pure decisions (`resume`, `check-content`, `content-hash`) stand beside them.
 * What must be remembered across a crash goes through the ports, which the state implements.
 */
export { Bandwidth } from './bandwidth.js';
export {
  checkAgainstApple,
  ContentHash,
  parseAppleChecksum,
  type ContentDigests,
  type Digest,
  type PartialDigests,
} from './content-hash.js';
export { createHashPool, type Hasher } from './hash-pool.js';
export { runDownloads } from './pipeline.js';
export type { PipelineDeps, PipelineOptions, StopReason } from './pipeline-contract.js';
export type { DownloadResult, NameRecords, PartialRecords } from './ports.js';
export { SessionCircuit } from './session-circuit.js';
export { SpaceForecast } from './space-forecast.js';
