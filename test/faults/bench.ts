import Database from 'better-sqlite3';
import { FakeICloud } from '../../src/simulator/fake-icloud.js';
import type { ExpectedFile } from '../../src/simulator/library/expected-files.js';
import { SimLibrary } from '../../src/simulator/library/index.js';
import { CliHome, type CliOptions, type CliResult } from '../support/cli-home.js';

/**
 * Time for the simulator to answer, where it is slow: on a busy computer, or when it makes the checksum
 * of a gigabyte. Waits are otherwise so short that requests time out after 2 s.
 */
export const PATIENT = { KEI_TIME_SCALE: '0.5' };

/** A simulated account with a library, and a home for the built command. */
export interface FaultBench {
  readonly icloud: FakeICloud;
  readonly home: CliHome;
  readonly sync: (options?: CliOptions) => Promise<CliResult>;
  /** What the default settings put on the disk. */
  readonly wanted: () => ExpectedFile[];
  /** Bytes of bodies that downloads were sent. */
  readonly bytesSent: () => number;
  /** How many runs gave what had failed a second chance, with links looked up anew (RT-40). */
  readonly secondChances: () => number;
  /** What is wrong with the tree and the state after the last run; empty when nothing is. */
  readonly harm: () => Promise<string[]>;
  readonly close: () => Promise<void>;
}

export interface FaultBenchOptions {
  readonly assets: number;
  readonly seed?: number;
  /** Bytes of a file, smallest and largest. */
  readonly sizes?: readonly [number, number];
  readonly urlLifetimeSeconds?: number;
  /** Apple wants a code after the password. */
  readonly twoFactor?: boolean;
}

export async function faultBench(options: FaultBenchOptions): Promise<FaultBench> {
  const { assets, seed = 1, sizes = [2_400, 4_800], urlLifetimeSeconds, twoFactor } = options;
  const icloud = await FakeICloud.start({
    seed,
    account: {
      appleId: 'jane@example.com',
      password: 'correct horse battery',
      twoFactor: twoFactor === true ? {} : 'off',
      iteration: 1000,
    },
    library: (basics) => {
      const library = new SimLibrary({ ...basics, seed });
      library.primary.addGenerated({ count: assets, seed, sizes, live: 0.1, previews: false });
      if (urlLifetimeSeconds !== undefined) {
        library.tuning.urlLifetimeSeconds = urlLifetimeSeconds;
      }
      return library;
    },
  });
  const home = await CliHome.create(icloud.endpoint);
  let sent = 0;
  let secondChances = 0;
  icloud.journal.subscribe((entry) => {
    if (entry.site === 'content') sent += entry.bytesSent;
  });
  return {
    icloud,
    home,
    sync: async (given = {}) => {
      const result = await home.run(['sync', '--no-progress-bar'], given);
      if (result.stderr.includes('Trying failed downloads once more')) secondChances += 1;
      return result;
    },
    secondChances: () => secondChances,
    wanted: () => wantedOf(icloud.library),
    bytesSent: () => sent,
    harm: () => findHarm(icloud.library, home),
    close: async () => {
      await icloud.close();
      await home.remove();
    },
  };
}

function wantedOf(library: SimLibrary): ExpectedFile[] {
  return [...library.expectedFiles()].filter(({ resource, available, hidden, trashed }) => {
    const isKept = resource === 'resOriginal' || resource === 'resOriginalVidCompl';
    return isKept && available && !hidden && !trashed;
  });
}

/** Every file once, byte for byte; no partial, no stranger; one downloaded row for each file. */
async function findHarm(library: SimLibrary, home: CliHome): Promise<string[]> {
  const harm: string[] = [];
  const wanted = new Map<string, number>();
  for (const file of wantedOf(library)) {
    const sha256 = file.sha256();
    wanted.set(sha256, (wanted.get(sha256) ?? 0) + 1);
  }
  const tree = await home.tree();
  for (const [path, sha256] of tree) {
    const left = wanted.get(sha256) ?? 0;
    if (left > 0) wanted.set(sha256, left - 1);
    else harm.push(`${path} holds bytes that are not in iCloud, or holds them twice`);
  }
  for (const [sha256, left] of wanted) {
    if (left > 0) harm.push(`${left} file(s) with ${sha256.slice(0, 12)} are missing`);
  }
  const state = new Database(home.statePath, { readonly: true });
  try {
    const rows = state
      .prepare<[], { path: string; status: string; sha: Buffer | string | null }>(
        'SELECT path, status, sha256 AS sha FROM files',
      )
      .all();
    for (const { path, status } of rows) {
      if (status !== 'downloaded') harm.push(`${path} is ${status} in the state`);
    }
    if (rows.length !== tree.size) harm.push(`${rows.length} rows for ${tree.size} files`);
    const partials = state.prepare<[], { n: number }>('SELECT count(*) AS n FROM partials').get();
    if ((partials?.n ?? 0) > 0) harm.push(`${partials?.n} partials are recorded`);
  } finally {
    state.close();
  }
  return harm;
}
