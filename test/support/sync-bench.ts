import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Config } from '../../src/config/types.js';
import { resolveConfig } from '../../src/config/resolve.js';
import { jsonReport, textReport } from '../../src/cli/import-report.js';
import type { Hasher } from '../../src/download/index.js';
import { createDownloadClient } from '../../src/http/index.js';
import { systemFiles } from '../../src/platform/files.js';
import { silentLogger, type Logger } from '../../src/platform/logger.js';
import { systemRandom } from '../../src/platform/random.js';
import { systemClock } from '../../src/platform/clock.js';
import { createCounters, type Counters } from '../../src/report/counters.js';
import { silentProgress } from '../../src/report/progress.js';
import type { JournalEntry } from '../../src/simulator/journal.js';
import type { SimLibrary } from '../../src/simulator/library/index.js';
import {
  ImportScratch,
  openStateReader,
  openStateStore,
  RunScratch,
  type StateStore,
} from '../../src/state/index.js';
import type { CycleDeps, CycleOutcome } from '../../src/sync/cycle.js';
import { dryRun } from '../../src/sync/dry-run.js';
import {
  runImport,
  type ImportDeps,
  type ImportOutcome,
} from '../../src/sync/import/run-import.js';
import { hashFile } from '../../src/sync/plan/disk-look.js';
import { runCycle } from '../../src/sync/run-cycle.js';
import { photosBench, type PhotosBench } from './photos-bench.js';
import { treeOf } from './tree-of.js';

/** How one run of a bench went. */
export interface BenchRun {
  readonly outcome: CycleOutcome;
  /** What was asked of CloudKit. */
  readonly calls: readonly JournalEntry[];
  /** Which assets' files were fetched, as often as they were. */
  readonly fetched: readonly string[];
  /** Messages of the log at warning or error. */
  readonly log: readonly string[];
}

/** A line of an import's report. */
export interface ImportLine {
  readonly kind: string;
  readonly path?: string;
  readonly name?: string;
  readonly reason?: string;
  readonly [fact: string]: unknown;
}

/** How one import of a bench went. */
export interface BenchImport {
  readonly outcome: ImportOutcome;
  readonly text: readonly string[];
  readonly found: readonly ImportLine[];
  readonly fetched: readonly string[];
}

/** Hashes in this process. */
const inlineHasher: Hasher = {
  width: 2,
  bytesRead: () => 0,
  digestsOf: (path) => hashFile(path),
  close: () => Promise.resolve(),
};

/** Whole runs of the engine in this process, against a simulated library over HTTP. */
export class SyncBench {
  readonly photos: PhotosBench;
  readonly root: string;
  /** TOML of `[filters]` and `[download]`; what a test changes between two runs. */
  filters: string;
  download = '';

  private constructor(photos: PhotosBench, root: string, filters: string) {
    this.photos = photos;
    this.root = root;
    this.filters = filters;
  }

  /** The caller closes it. */
  static async create(prepare: (library: SimLibrary) => void, filters = ''): Promise<SyncBench> {
    const root = await mkdtemp(join(tmpdir(), 'kei-sync-'));
    const bench = new SyncBench(await photosBench(prepare), root, filters);
    await mkdir(bench.directory);
    return bench;
  }

  /** Closed when the running test ends. */
  static async open(prepare: (library: SimLibrary) => void, filters = ''): Promise<SyncBench> {
    const bench = await SyncBench.create(prepare, filters);
    onTestFinished(() => bench.close());
    return bench;
  }

  async close(): Promise<void> {
    await this.photos.close();
    await rm(this.root, { recursive: true, force: true });
  }

  /** Another home of the same account, with the same settings and nothing in it. */
  async twin(): Promise<SyncBench> {
    const root = await mkdtemp(join(tmpdir(), 'kei-sync-'));
    onTestFinished(() => rm(root, { recursive: true, force: true }));
    const twin = new SyncBench(this.photos, root, this.filters);
    twin.download = this.download;
    await mkdir(twin.directory);
    return twin;
  }

  get library(): SimLibrary {
    return this.photos.library;
  }

  get directory(): string {
    return join(this.root, 'photos');
  }

  /** Relative path to SHA-256. */
  tree(): Promise<ReadonlyMap<string, string>> {
    return treeOf(this.directory);
  }

  /** Removes files of the tree, as a user might. */
  async remove(...paths: readonly string[]): Promise<void> {
    for (const path of paths) await rm(join(this.directory, path));
  }

  /** Relative paths of the tree, sorted. */
  async paths(): Promise<string[]> {
    return [...(await this.tree()).keys()].sort();
  }

  /** One sync. */
  run(overrides: Partial<CycleDeps> = {}): Promise<BenchRun> {
    return this.#measured(async (say) => {
      const deps = await this.#deps(say);
      try {
        return await runCycle({ ...deps, ...overrides });
      } finally {
        deps.close();
      }
    });
  }

  /** A dry run: the paths, and what was asked for them. */
  async dryRun(): Promise<{ paths: string[]; counters: Counters; calls: readonly JournalEntry[] }> {
    const before = this.photos.icloud.journal.total;
    const deps = await this.#deps(() => undefined);
    deps.store.close();
    const state = await openStateReader(deps.store.path, deps);
    const counters = createCounters();
    const paths: string[] = [];
    try {
      for await (const path of dryRun({ ...deps, state }, counters)) paths.push(path);
    } finally {
      state?.close();
      deps.close();
    }
    return { paths: paths.sort(), counters, calls: this.#since(before, 'ckdatabase') };
  }

  /** An import of folders below the root, by default of the download folder. */
  async import(
    roots: readonly string[] = ['photos'],
    overrides: Partial<ImportDeps> = {},
  ): Promise<BenchImport> {
    const before = this.photos.icloud.journal.total;
    const deps = await this.#deps(() => undefined);
    const scratch = new ImportScratch({ foldCase: false });
    const folders = roots.map((root) => join(this.root, root));
    const given = {
      ...{ dryRun: false, forceEmpty: false, recent: undefined, lines: false },
      hasher: inlineHasher,
      ...{ scratch, seen: deps.scratch, signal: deps.cancel, roots: folders },
      ...overrides,
    };
    try {
      const outcome = await runImport({ ...deps, ...given });
      const report = { ...given, outcome, narrowed: given.recent !== undefined };
      const lines = [...jsonReport(report)];
      return {
        outcome,
        text: [...textReport(report)],
        found: lines.map((line) => JSON.parse(line) as ImportLine),
        fetched: this.#since(before, 'content').map(({ assetId }) => assetId ?? '?'),
      };
    } finally {
      scratch.close();
      deps.close();
    }
  }

  /** The settings as they are now. */
  async config(): Promise<Config> {
    const deps = await this.#deps(() => undefined);
    deps.close();
    return deps.config;
  }

  /** Forgets how far the last run came. */
  async resetTokens(): Promise<void> {
    await this.inState((store) => store.zones.clearAllTokens());
  }

  /** Looks into the state between two runs. */
  async inState<T>(look: (store: StateStore) => T | Promise<T>): Promise<T> {
    const deps = await this.#deps(() => undefined);
    try {
      return await look(deps.store);
    } finally {
      deps.close();
    }
  }

  async #measured(work: (say: (line: string) => void) => Promise<CycleOutcome>): Promise<BenchRun> {
    const before = this.photos.icloud.journal.total;
    const log: string[] = [];
    const outcome = await work((line) => log.push(line));
    return {
      outcome,
      calls: this.#since(before, 'ckdatabase'),
      fetched: this.#since(before, 'content').map(({ assetId }) => assetId ?? '?'),
      log,
    };
  }

  #since(seq: number, site: JournalEntry['site']): readonly JournalEntry[] {
    return this.photos.icloud.journal.entries.filter(
      (entry) => entry.seq > seq && entry.site === site,
    );
  }

  async #deps(say: (line: string) => void): Promise<CycleDeps & { readonly close: () => void }> {
    const clock = systemClock(0.001);
    const log: Logger = { ...silentLogger, warn: say, error: say };
    const { config } = await resolveConfig({
      flags: {},
      env: {},
      home: this.root,
      cwd: this.root,
      platform: 'linux',
      nowMs: clock.now(),
      files: {
        read: () => Promise.resolve({ text: this.#toml(), mode: 0o600 }),
        isDirectory: () => Promise.resolve(true),
      },
    });
    const store = await openStateStore(join(this.root, 'state.db'), {
      clock,
      log,
      foldCase: false,
    });
    const scratch = new RunScratch({ foldCase: false });
    const loopback = { origin: this.photos.icloud.endpoint, timeScale: 1 };
    const never = new AbortController().signal;
    const download = createDownloadClient({ clock, logger: log, loopback });
    return {
      config,
      directory: this.directory,
      service: this.photos.photos,
      download,
      bandwidth: undefined,
      store,
      scratch,
      clock,
      random: systemRandom,
      files: systemFiles,
      hostOffset: () => 0,
      log,
      progress: silentProgress(() => undefined),
      drain: never,
      cancel: never,
      retryOnly: false,
      reauthenticate: () => Promise.resolve(false),
      close: () => {
        void download.close();
        scratch.close();
        store.close();
      },
    };
  }

  #toml(): string {
    return [
      '[auth]\nusername = "jane@example.com"',
      `[download]\ndirectory = ${JSON.stringify(this.directory)}\n${this.download}`,
      `[filters]\n${this.filters}`,
    ].join('\n');
  }
}
