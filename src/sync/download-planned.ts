import type { PlannedFile } from '../domain/index.js';
import {
  runDownloads,
  type SpaceForecast,
  type DownloadResult,
  type PipelineDeps,
  type PipelineOptions,
  type SessionCircuit,
  type StopReason,
} from '../download/index.js';
import { linkUnavailable } from '../errors/download-errors.js';
import { transferRetry, type SharedPause } from '../http/index.js';
import type { Counters } from '../report/counters.js';
import type { CycleDeps } from './cycle.js';
import { nameRecords, partialRecords } from './download-records.js';
import type { Pass } from './pass.js';
import type { FilePlanner } from './plan/plan-file.js';
import { OutcomeRecords } from './outcome-records.js';

export interface DownloadRunDeps extends CycleDeps {
  readonly planner: FilePlanner;
  readonly passes: readonly Pass[];
  /** One for a session: what it rejects counts over all passes (RT-30). */
  readonly circuit: SessionCircuit;
  /** One for a run: who is slowed down slows the others down. */
  readonly pause: SharedPause;
  /** One for a run: what is queued adds up over all passes (DL-82). */
  readonly forecast: SpaceForecast;
}

/**
 * Downloads what a plan yields, records each outcome, and counts it. Resolves to the reason when
 * the pipeline stopped early; rejects when planning or recording failed, after the files in flight
 * have ended.
 */
export async function downloadPlanned(
  files: AsyncIterable<PlannedFile>,
  threads: number,
  counters: Counters,
  deps: DownloadRunDeps,
): Promise<StopReason | undefined> {
  let stopped: StopReason | undefined;
  const records = new OutcomeRecords(counters, deps);
  try {
    for await (const event of runDownloads(
      files,
      optionsOf(threads, deps),
      pipelineDeps(counters, records, deps),
    )) {
      if (event.kind === 'stopped') stopped = event;
    }
  } finally {
    await records.settle();
  }
  return stopped;
}

function optionsOf(threads: number, { config, drain, cancel }: DownloadRunDeps): PipelineOptions {
  const { tempSuffix, verifyAppleChecksum, retry } = config.download;
  return {
    threads,
    drain,
    cancel,
    settings: { retry: transferRetry(retry.perTransfer), tempSuffix, verifyAppleChecksum },
  };
}

function pipelineDeps(
  counters: Counters,
  records: OutcomeRecords,
  deps: DownloadRunDeps,
): PipelineDeps {
  const { store, service, planner, passes, progress, log, files, circuit, forecast, pause } = deps;
  return {
    client: deps.download,
    bandwidth: deps.bandwidth,
    clock: deps.clock,
    random: deps.random,
    files,
    logger: log,
    circuit,
    renewSession: deps.reauthenticate,
    forecast,
    pause,
    partials: partialRecords(store),
    names: nameRecords(store),
    listener: {
      received: (_file, bytes) => {
        progress.addBytes(bytes);
      },
      retrying: () => undefined,
      rateLimited: () => {
        counters.rateLimited += 1;
      },
    },
    refresh: async (file) => {
      const library = passes.find(({ library: { zone } }) => zone === file.asset.zone)?.library;
      if (library === undefined) return undefined;
      const fresh = await service.refreshRendition(library, file.asset.kind, file.rendition);
      if (fresh.status === 'unusable') throw linkUnavailable(file.path, fresh.reason);
      return fresh.status === 'fresh' ? fresh.rendition : undefined;
    },
    planAnotherName: (file) =>
      planner.another(
        file,
        passes.map(({ target }) => target),
      ),
    commit: (result: DownloadResult) => records.record(result),
  };
}
