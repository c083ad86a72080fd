import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlannedFile } from '../../src/domain/index.js';
import {
  downloadFile,
  type DownloadDeps,
  type DownloadSettings,
  type StopSignals,
} from '../../src/download/download-file.js';
import type {
  DownloadResult,
  NameRecords,
  OwnedFile,
  PartialRecords,
  RetryNotice,
} from '../../src/download/ports.js';
import { LinkHealth } from '../../src/download/link-health.js';
import { createDownloadClient } from '../../src/http/download-client.js';
import { transferRetry } from '../../src/http/retry-policy.js';
import { SharedPause } from '../../src/http/shared-pause.js';
import { systemFiles } from '../../src/platform/files.js';
import { silentLogger, type Logger } from '../../src/platform/logger.js';
import { ManualClock } from './manual-clock.js';
import { ScriptedServer } from './scripted-server.js';

export const SUFFIX = '.kei-tmp';

/** What a state database would remember, in memory. */
export class MemoryRecords implements PartialRecords, NameRecords {
  readonly partials = new Set<string>();
  readonly owned = new Map<string, OwnedFile>();
  /** Every call on names, in order, e.g. `publishing /a/b.jpg`. */
  readonly log: string[] = [];

  recorded = async (path: string) => void this.partials.add(path);
  forgotten = async (path: string) => void this.partials.delete(path);
  publishing = async (path: string) => void this.log.push(`publishing ${path}`);
  abandoned = async (path: string) => void this.log.push(`abandoned ${path}`);
  ownerOf = async (path: string) => this.owned.get(path);
  reserving = async (path: string) => {
    this.log.push(`reserving ${path}`);
    this.owned.set(path, { sha256: undefined });
  };
}

/** One folder, one content server and the real client between them. */
export class DownloadBench {
  readonly records = new MemoryRecords();
  readonly retries: RetryNotice[] = [];
  readonly infos: string[] = [];
  rateLimited = 0;
  /** Bytes that the listener heard of. */
  heard = 0;
  readonly clock: ManualClock;
  readonly deps: DownloadDeps;
  readonly #closeClient: () => Promise<void>;

  readonly folder: string;
  readonly server: ScriptedServer;

  private constructor(
    folder: string,
    server: ScriptedServer,
    options: { clock?: ManualClock; idleTimeoutMs?: number; deps?: Partial<DownloadDeps> },
  ) {
    this.folder = folder;
    this.server = server;
    this.clock = options.clock ?? new ManualClock({ impatient: true });
    const logger: Logger = { ...silentLogger, info: (message) => this.infos.push(message) };
    const client = createDownloadClient({
      clock: this.clock,
      logger,
      loopback: { origin: server.origin, timeScale: 1 },
      ...(options.idleTimeoutMs !== undefined && { idleTimeoutMs: options.idleTimeoutMs }),
    });
    this.#closeClient = () => client.close();
    this.deps = {
      client,
      clock: this.clock,
      logger,
      random: { unit: () => 0, bytes: (count) => Buffer.alloc(count), uuid: () => 'uuid' },
      files: systemFiles,
      pause: new SharedPause(this.clock),
      links: new LinkHealth(),
      partials: this.records,
      names: this.records,
      listener: {
        received: (_file, bytes) => (this.heard += bytes),
        retrying: (_file, notice) => this.retries.push(notice),
        rateLimited: () => (this.rateLimited += 1),
      },
      refresh: async () => undefined,
      planAnotherName: async () => undefined,
      ...options.deps,
    };
  }

  static async open(
    options: { clock?: ManualClock; idleTimeoutMs?: number; deps?: Partial<DownloadDeps> } = {},
  ): Promise<DownloadBench> {
    const folder = await mkdtemp(join(tmpdir(), 'kei-download-'));
    return new DownloadBench(folder, await ScriptedServer.start(), options);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  settings(overrides: Partial<DownloadSettings> & { perTransfer?: number } = {}): DownloadSettings {
    const { perTransfer = 3, ...rest } = overrides;
    return {
      retry: transferRetry(perTransfer),
      tempSuffix: SUFFIX,
      verifyAppleChecksum: true,
      ...rest,
    };
  }

  download(
    file: PlannedFile,
    overrides: {
      settings?: Partial<DownloadSettings> & { perTransfer?: number };
      deps?: Partial<DownloadDeps>;
      signals?: StopSignals;
    } = {},
  ): Promise<DownloadResult> {
    return downloadFile(
      file,
      this.settings(overrides.settings),
      { ...this.deps, ...overrides.deps },
      overrides.signals,
    );
  }

  /** Names of everything in the folder, sorted. */
  async names(): Promise<string[]> {
    return (await readdir(this.folder, { recursive: true })).sort();
  }

  async close(): Promise<void> {
    await this.#closeClient();
    await this.server.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
