import type { Config } from '../../config/types.js';
import type { Asset, Library } from '../../domain/index.js';
import { isKeiError, KeiError } from '../../errors/index.js';
import type { Hasher } from '../../download/index.js';
import type { DownloadClient } from '../../http/index.js';
import type { PhotosService } from '../../icloud/index.js';
import type { HostOffset } from '../../naming/index.js';
import type { Clock } from '../../platform/clock.js';
import type { FileEdges } from '../../platform/files.js';
import type { Logger } from '../../platform/logger.js';
import type { Progress } from '../../report/progress.js';
import type { ImportScratch, RunScratch, StateStore } from '../../state/index.js';
import type { Enumeration } from '../asset-sources.js';
import { noNotes } from '../enumeration-notes.js';
import { LibraryOverview } from '../library-overview.js';
import { passAssets, type Narrowing } from '../pass-assets.js';
import type { Pass } from '../pass.js';
import { rememberImportRoots } from '../preflight.js';
import { recoverFromCrash } from '../recover.js';
import { planSettings } from '../settings.js';
import { selectPasses } from '../select-passes.js';
import { ahead } from './ahead.js';
import { refusalByBeginning } from './compare-beginning.js';
import { createImportCounters, type ImportCounters } from './counters.js';
import { LocalFinder } from './find-local.js';
import { Importer } from './importer.js';
import { Narrator } from './narrator.js';
import { LocalReader } from './read-local.js';
import { RecordBatch } from './record-batch.js';
import { scanTrees } from './scan-tree.js';

export interface ImportDeps {
  readonly config: Config;
  /** Absolute download directory. */
  readonly directory: string;
  /** Absolute folders to look into. */
  readonly roots: readonly string[];
  readonly service: PhotosService;
  readonly download: DownloadClient;
  readonly store: StateStore;
  readonly scratch: ImportScratch;
  /** What passes remember of assets. */
  readonly seen: RunScratch;
  readonly clock: Clock;
  readonly files: FileEdges;
  readonly hasher: Hasher;
  readonly hostOffset: HostOffset;
  readonly log: Logger;
  readonly progress: Progress;
  /** Stops the import where it is. */
  readonly signal: AbortSignal;
  /** Reports only; hashes are kept all the same, nobody wants to read a terabyte twice. */
  readonly dryRun: boolean;
  /** Goes on where iCloud shows an empty library that the state knows otherwise. */
  readonly forceEmpty: boolean;
  /** The newest N of each library only. */
  readonly recent: number | undefined;
  /** A log line for every 100 matches. */
  readonly lines: boolean;
}

export interface ImportOutcome {
  readonly status: 'complete' | 'interrupted';
  readonly counters: ImportCounters;
  readonly elapsedMs: number;
}

/** Assets whose files are read while earlier ones are taken. */
const AHEAD = 32;

/**
 * Adopts files that lie on the disk already (cli 9.7): walks the folders, lists the library, reads
 * what may be a photo by its size, and records what it finds as it finds it (D75). No file is
 * moved, renamed or written, and no sync token changes.
 *
 * @throws when a library cannot be listed; what was recorded by then stays.
 */
export async function runImport(deps: ImportDeps): Promise<ImportOutcome> {
  const { store, clock, log, dryRun, signal, scratch, roots, directory } = deps;
  const batch = new RecordBatch(store, clock);
  const startedAt = clock.monotonic();
  const counters = createImportCounters();
  if (!dryRun) await recoverFromCrash(store, log);
  const run = dryRun ? undefined : await store.commit(() => store.runs.start('import'));
  let status: ImportOutcome['status'] = 'interrupted';
  try {
    await new Import(deps, counters, batch, run).run();
    status = 'complete';
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    scratch.findings.settle();
    await batch.commit();
    if (run !== undefined) {
      await rememberImportRoots(store, roots, directory);
      await finish(store, run, status, counters, scratch.findings.count());
    }
  }
  return { status, counters, elapsedMs: clock.monotonic() - startedAt };
}

async function finish(
  store: StateStore,
  run: number,
  status: ImportOutcome['status'],
  { scanned, matched, proven, unresolved }: ImportCounters,
  unmatched: number,
): Promise<void> {
  await store.flush();
  await store.commit(() => {
    store.runs.finish(run, {
      status,
      assetsSeen: scanned,
      downloaded: 0,
      failed: 0,
      enumerationErrors: unresolved,
      facts: { matched, proven, unmatched },
    });
  });
}

class Import {
  readonly #deps: ImportDeps;
  readonly #counters: ImportCounters;
  readonly #importer: Importer;

  constructor(
    deps: ImportDeps,
    counters: ImportCounters,
    batch: RecordBatch,
    run: number | undefined,
  ) {
    const { config, store, scratch, seen, log, clock, signal, files } = deps;
    const { photos, filters } = config;
    this.#deps = deps;
    this.#counters = counters;
    const narrator = new Narrator(clock, log, deps.lines);
    const onRead = (bytes: number) => {
      narrator.read(bytes);
    };
    const { local } = scratch;
    this.#importer = new Importer({
      ...{ store, batch, scratch, seen, counters, photos, files, run, log },
      filters: {
        media: filters.media,
        livePhotoMode: photos.livePhotoMode,
        bounds: { fromMs: undefined, untilMs: undefined },
        isExcludedName: () => false,
      },
      reader: new LocalReader({ ...deps, batch, local, counters, onRead, signal }),
      finder: new LocalFinder({
        ...{ store, batch, scratch, photos, log },
        plan: planSettings(deps),
        refusal: config.import.strict
          ? (path, remote) => refusalByBeginning(path, remote, deps)
          : undefined,
      }),
      onMatch: () => {
        narrator.matched();
      },
    });
  }

  async run(): Promise<void> {
    const { config, service, roots, scratch, log, signal, files } = this.#deps;
    log.info('Looking at the files on disk', { folders: roots.join(', ') });
    const { tempSuffix } = config.download;
    await scanTrees(roots, this.#counters, {
      ...{ tempSuffix, log, signal, files },
      local: scratch.local,
    });
    log.info('Listing the library', { files: this.#counters.localFiles });
    const { libraries, notices } = await selectPasses(config, service);
    for (const { message } of notices) log.warn(message);
    for (const { library, passes } of libraries) await this.#library(library, passes);
  }

  async #library(library: Library, passes: readonly Pass[]): Promise<void> {
    const overview = new LibraryOverview(library, this.#deps);
    overview.expect(passes.map(({ source }) => source));
    let assets = 0;
    for (const pass of passes) {
      try {
        assets += await this.#pass(pass, overview);
      } catch (error) {
        if (!isKeiError(error, 'transient', 'permanent')) throw error;
        throw notListed(library, error);
      }
    }
    const { store, forceEmpty } = this.#deps;
    if (assets === 0 && !forceEmpty && store.lists.counts().total > 0) throw emptyLibrary(library);
  }

  async #pass(pass: Pass, overview: LibraryOverview): Promise<number> {
    const { seen, signal, progress, recent } = this.#deps;
    const narrowing: Narrowing = {
      recent: recent === undefined ? undefined : { kind: 'count', count: recent },
      recentScope: 'global',
      bounds: { fromMs: undefined, untilMs: undefined },
      isOfThisRun: true,
    };
    const notes = {
      ...noNotes,
      unresolved: () => {
        this.#counters.unresolved += 1;
        return Promise.resolve();
      },
    };
    const enumeration: Enumeration = { listing: undefined, changes: undefined };
    const listed = passAssets(
      pass,
      { ...this.#deps, scratch: seen, notes, narrowing, overview },
      enumeration,
    );
    const prepare = (asset: Asset) => this.#importer.prepare(asset, pass);
    let assets = 0;
    for await (const asset of ahead(listed, AHEAD, prepare)) {
      signal.throwIfAborted();
      assets += 1;
      await this.#importer.take(asset, pass);
      progress.advance();
    }
    return assets;
  }
}

function notListed({ zone }: Library, cause: KeiError): KeiError {
  return new KeiError({
    code: 'IMPORT_NOT_LISTED',
    kind: 'permanent',
    message: `The library ${zone} could not be listed to its end: ${cause.message}`,
    hint: 'Run `kei import-existing` again: what was found so far is kept, and nothing is read twice.',
    cause,
  });
}

function emptyLibrary({ zone }: Library): KeiError {
  return new KeiError({
    code: 'IMPORT_LIBRARY_EMPTY',
    kind: 'permanent',
    message: `iCloud shows no photo at all in the library ${zone}, but kei knows files from before.`,
    hint: 'Is this the right account, and is iCloud Photos still on? If the library is really empty, run the command with --force-empty.',
    facts: { library: zone },
  });
}
