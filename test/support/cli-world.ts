import { rm } from 'node:fs/promises';
import { onTestFinished } from 'vitest';
import type { AccountOptions } from '../../src/simulator/account/account.js';
import { FakeICloud } from '../../src/simulator/fake-icloud.js';
import type { JournalEntry } from '../../src/simulator/journal.js';
import type { ExpectedFile } from '../../src/simulator/library/expected-files.js';
import type { LibraryOptions, SimLibrary } from '../../src/simulator/library/library.js';
import { seedLibrary } from '../../src/simulator/seeds/index.js';
import { CliHome, type CliOptions, type CliResult } from './cli-home.js';

export interface WorldOptions {
  /** Name of a ready-made library; default `empty`. */
  readonly library?: string;
  readonly primaryZone?: LibraryOptions['primaryZone'];
  readonly account?: AccountOptions;
  /** TOML behind the usual tables. */
  readonly config?: string;
  /** Keys of `[download]`. */
  readonly download?: string;
}

/** A simulated iCloud and a home whose `kei` talks to it. */
export class World {
  readonly icloud: FakeICloud;
  readonly home: CliHome;

  private constructor(icloud: FakeICloud, home: CliHome) {
    this.icloud = icloud;
    this.home = home;
  }

  /** The caller closes it. Without `account.twoFactor` the password alone signs in. */
  static async create(options: WorldOptions = {}): Promise<World> {
    const icloud = await FakeICloud.start({
      account: { appleId: USERNAME, password: PASSWORD, twoFactor: 'off', ...options.account },
      seed: 'kei',
      library: (basics) =>
        seedLibrary(options.library ?? 'empty', {
          ...basics,
          ...(options.primaryZone === undefined ? {} : { primaryZone: options.primaryZone }),
        }),
    });
    const home = await CliHome.create(icloud.endpoint);
    await home.configure(options.config, options.download);
    return new World(icloud, home);
  }

  /** Like `create`, for the running test, which closes it at its end. */
  static async open(options: WorldOptions = {}): Promise<World> {
    const world = await World.create(options);
    onTestFinished(() => world.close());
    return world;
  }

  get library(): SimLibrary {
    return this.icloud.library;
  }

  sync(options?: CliOptions): Promise<CliResult> {
    return this.home.run(['sync'], options);
  }

  /** What was asked of iCloud while `work` ran. */
  async watch<T>(work: () => Promise<T>): Promise<{ result: T; requests: Requests }> {
    const before = this.icloud.journal.total;
    const result = await work();
    const entries = this.icloud.journal.entries.filter(({ seq }) => seq > before);
    return { result, requests: new Requests(entries) };
  }

  /** A second home of the same account, e.g. for a run that nothing disturbs. */
  async anotherHome(config?: string): Promise<CliHome> {
    const home = await CliHome.create(this.icloud.endpoint);
    onTestFinished(() => home.remove());
    await home.configure(config);
    return home;
  }

  async close(): Promise<void> {
    await this.icloud.close();
    await rm(this.home.root, { recursive: true, force: true });
  }
}

const USERNAME = 'jane@example.com';
const PASSWORD = 'correct horse battery';

/** Some requests of the journal. */
export class Requests {
  readonly entries: readonly JournalEntry[];

  constructor(entries: readonly JournalEntry[]) {
    this.entries = entries;
  }

  get content(): readonly JournalEntry[] {
    return this.entries.filter(({ site }) => site === 'content');
  }

  get cloudKit(): readonly JournalEntry[] {
    return this.entries.filter(({ site }) => site === 'ckdatabase');
  }

  /** Requests of the sign-in services. */
  get signIn(): readonly JournalEntry[] {
    return this.entries.filter(({ site }) => site === 'idmsa' || site === 'setup');
  }

  /** Which files were asked for, each as often as it was. */
  get fetched(): readonly string[] {
    return this.content.map(fileKey);
  }
}

/** Asset and resource that a download request is about. */
export function fileKey({ assetId, resource }: Partial<JournalEntry>): string {
  return `${assetId ?? '?'}/${resource ?? '?'}`;
}

/**
 * What the default settings put on disk of a zone, by SHA-256: originals and Live Photo videos of
 * what is neither hidden nor in Recently Deleted. Files that iCloud says it has and does not deliver
 * are in it; the caller knows them.
 */
export function wantedFiles(
  library: SimLibrary,
  without: (file: ExpectedFile) => boolean = () => false,
): Map<string, ExpectedFile> {
  const wanted = new Map<string, ExpectedFile>();
  for (const file of library.expectedFiles()) {
    const selected = file.resource === 'resOriginal' || file.resource === 'resOriginalVidCompl';
    if (!selected || file.hidden || file.trashed || file.size === 0 || without(file)) continue;
    wanted.set(file.sha256(), file);
  }
  return wanted;
}

/** SHA-256s of a tree or of wanted files, to compare as sets. */
export function hashes(files: Iterable<string>): string[] {
  return [...new Set(files)].sort();
}

/** A stack trace, which no error that kei knows may show. */
export const STACK_TRACE = /\n\s+at .+:\d+:\d+\)?/;
