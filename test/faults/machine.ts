/** What goes wrong with the computer itself: made for real where this one lets us. */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import type { CliOptions } from '../support/cli-home.js';
import { CRASH_CALLS, crashAt, type CrashPoint } from '../support/crash.js';
import { Mounts, type TmpfsLimits } from '../support/mounts.js';
import { clockAhead } from '../support/wrong-clock.js';
import { faultBench, type FaultBench, type FaultBenchOptions } from './bench.js';
import { countsOf, type Row, type Story } from './measure.js';

/** Enough for everything that a scenario downloads. */
const ROOMY: TmpfsLimits = { size: '16m', inodes: 2_000 };

/** One trouble, in one or several places; each plays in a home of its own. */
export interface Trouble<Variant = never> extends Story {
  readonly bench?: Partial<FaultBenchOptions>;
  readonly variants: readonly Variant[];
  /** Makes the trouble; resolves to `false` where this computer cannot. */
  readonly make: (stage: Stage, variant: Variant) => Promise<unknown>;
  /** How kei is run while it lasts; once, as always, when this is absent. */
  readonly runs?: (stage: Stage, variant: Variant) => readonly CliOptions[];
  readonly cure?: (stage: Stage, variant: Variant) => Promise<unknown>;
  /** How a run may end while it lasts. */
  readonly codes: readonly (number | null)[];
  /** What it has to say then. */
  readonly says?: RegExp;
}

export interface Stage extends FaultBench {
  readonly mounts: Mounts;
}

/** Plays a trouble: a run (or several) while it lasts, then runs until all is there, at most two. */
export async function playTrouble<Variant>(trouble: Trouble<Variant>): Promise<Row | undefined> {
  let sum: Row | undefined;
  for (const variant of trouble.variants) {
    const row = await playOne(trouble, variant);
    if (row !== undefined) sum = sum === undefined ? row : added(sum, row);
  }
  return sum;
}

async function playOne<Variant>(
  { does, kei, bench: options, make, runs, cure, codes, says }: Trouble<Variant>,
  variant: Variant,
): Promise<Row | undefined> {
  const bench = await faultBench({ assets: 25, seed: 3, ...options });
  const mounts = new Mounts();
  const stage = { ...bench, mounts };
  const problems: string[] = [];
  const ends: string[] = [];
  try {
    if ((await make(stage, variant)) === false) return undefined;
    for (const run of runs?.(stage, variant) ?? [{}]) {
      const { code, signal, stderr } = await bench.sync(run);
      ends.push(String(code ?? signal));
      const last = stderr.slice(-400);
      if (!codes.includes(code)) problems.push(`${JSON.stringify(variant)}: exit ${code}: ${last}`);
      if (code !== 0 && code !== null && says?.test(stderr) === false) {
        problems.push(`${JSON.stringify(variant)}: says ${last}`);
      }
      if (/\n\s+at .+:\d+:\d+\)?/.test(stderr)) problems.push(`a stack trace: ${last}`);
    }
    await cure?.(stage, variant);
    for (let run = 0; run < 2 && (run === 0 || ends.at(-1) !== '0'); run += 1) {
      ends.push(String((await bench.sync()).code));
    }
    if (ends.at(-1) !== '0') problems.push(`${JSON.stringify(variant)}: never complete`);
    return { does, kei, ...(await countsOf(bench)), ends, problems };
  } finally {
    await mounts.clear();
    await bench.close();
  }
}

function added(one: Row, other: Row): Row {
  return {
    ...one,
    ends: [...one.ends, ...other.ends],
    listings: one.listings + other.listings,
    lookups: one.lookups + other.lookups,
    downloads: one.downloads + other.downloads,
    signIns: Math.max(one.signIns, other.signIns),
    wasted: one.wasted + other.wasted,
    harmed: one.harmed + other.harmed,
    problems: [...one.problems, ...other.problems],
  };
}

/** Calls `react` once, when so many downloads have been answered. */
function afterDownloads({ icloud }: FaultBench, count: number, react: () => unknown): void {
  let left = count;
  icloud.journal.subscribe(({ site }) => {
    if (site === 'content' && (left -= 1) === 0) react();
  });
}

/** Downloads take long enough for something to happen between them. */
function unhurried({ icloud, home }: FaultBench): Promise<void> {
  icloud.faults.while('content', { kind: 'delay', ms: 25 });
  return home.configure('', 'threads = 3');
}

const steps = (from: number, to: number, by: number) =>
  Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, index) => from + index * by);

export const fullDisk: Trouble<TmpfsLimits> = {
  does: 'has room for so many bytes, files and folders, and no more',
  kei: 'starts nothing new, exit 2, says that the disk is full',
  variants: [
    ...steps(8, 116, 12).map((kiB) => ({ size: kiB * 1024 })),
    ...steps(2, 50, 4).map((inodes) => ({ size: '4m', inodes })),
  ],
  make: ({ mounts, home }, limits) => mounts.tmpfs(home.photos, limits),
  cure: ({ mounts, home }) => mounts.remount(home.photos, ROOMY),
  codes: [1, 2],
  says: /^Error: .+ (?:the disk is full|is full: .+)/m,
};

export const fullStateDisk: Trouble<number> = {
  does: 'has so many KiB for the state database, and no more',
  kei: 'stops, exit 1, says that the disk is full',
  variants: [4, 12, 20, 40, ...steps(80, 480, 40)],
  make: async ({ mounts, home }, kiB) => {
    await mounts.tmpfs(home.dataDirectory, { size: kiB * 1024 });
    await home.configure();
  },
  cure: ({ mounts, home }) => mounts.remount(home.dataDirectory, ROOMY),
  codes: [1, 2],
  says: /^Error: .+ (?:disk is full|is full)/m,
};

export const readOnly: Trouble<'photos' | 'dataDirectory'> = {
  does: 'is mounted read-only',
  kei: 'exit 1 before anything is asked of iCloud',
  variants: ['photos', 'dataDirectory'],
  make: async ({ mounts, home }, where) => {
    await mounts.tmpfs(home[where], ROOMY);
    await home.configure();
    await mounts.remount(home[where], 'ro');
  },
  cure: ({ mounts, home }, where) => mounts.remount(home[where], 'rw'),
  codes: [1],
  says: /read-only/,
};

export const turnsReadOnly: Trouble<number> = {
  does: 'is remounted read-only in the middle of a run',
  kei: 'starts nothing new, exit 2',
  variants: [1, 9, 17],
  make: async (stage, count) => {
    const { mounts, home } = stage;
    await mounts.tmpfs(home.photos, ROOMY);
    await unhurried(stage);
    afterDownloads(stage, count, async () => {
      // Refused while a file is open for writing.
      for (let again = 0; again < 500; again += 1) {
        const done = await mounts.remount(home.photos, 'ro').then(
          () => true,
          () => false,
        );
        if (done) return;
      }
    });
  },
  cure: ({ mounts, home }) => mounts.remount(home.photos, 'rw'),
  codes: [2],
  says: /read-only/,
};

export const unmounted: Trouble<number> = {
  does: 'is unmounted in the middle of a run',
  kei: 'writes nothing to what lies below, exit 2; then exit 1 until it is mounted again',
  variants: [6, 15, 24],
  make: async (stage, count) => {
    const { mounts, home } = stage;
    await mounts.tmpfs(join(home.root, 'disk'), ROOMY);
    await mounts.bind(join(home.root, 'disk'), home.photos);
    await unhurried(stage);
    afterDownloads(stage, count, () => mounts.detach(home.photos));
  },
  runs: () => [{}, {}],
  cure: async ({ mounts, home }) => {
    if ((await home.tree()).size > 0) throw new Error('kei wrote into the mount point');
    await mounts.bind(join(home.root, 'disk'), home.photos);
  },
  codes: [1, 2],
  says: /Mount its disk|Mount it again/,
};

export const dyingDisk: Trouble<number> = {
  does: 'answers with input/output errors, then only lets itself be read',
  kei: 'starts nothing new, exit 2; another disk gets everything',
  variants: [3, 4],
  bench: { assets: 40, sizes: [50_000, 150_000] },
  make: ({ mounts, home }, backedMiB) => mounts.dyingExt4(home.photos, 32, backedMiB),
  cure: async ({ mounts, home }) => {
    await mounts.clear();
    await rm(home.photos, { recursive: true });
    await home.run(['reset', 'state', '--yes']);
  },
  codes: [2],
  says: /input\/output error|read-only|disk is full/,
};

export const vanishingFolder: Trouble<number> = {
  does: 'loses a folder with files while they are fetched into it',
  kei: 'makes it again; `kei reconcile` finds what was lost before, and the next run fetches it',
  variants: [5, 15],
  make: async (stage, count) => {
    await unhurried(stage);
    const { icloud, home } = stage;
    let seen = 0;
    icloud.journal.subscribe(({ site }) => {
      if (site !== 'content' || (seen += 1) > count) return;
      void rm(join(home.photos, '2024'), { recursive: true, force: true }).catch(() => undefined);
    });
  },
  cure: ({ home }) => home.run(['reconcile']),
  codes: [0, 2],
};

export const exfat: Trouble<CrashPoint | undefined> = {
  does: 'is exFAT: no hard links, one name for IMG.JPG and img.jpg; killed before and after every step',
  kei: 'reserves a name, then renames over it; adopts what was finished',
  variants: [
    undefined,
    ...CRASH_CALLS.flatMap((call): CrashPoint[] => [
      { call, nth: 2, when: 'before' },
      { call, nth: 3, when: 'after' },
    ]),
  ],
  make: async ({ mounts, home }) => {
    await home.configure('', 'threads = 2');
    return mounts.exfat(home.photos, 32);
  },
  runs: (_, point) => [point === undefined ? {} : { env: crashAt(point) }],
  codes: [0, null],
};

export const otherDevices: Trouble<string> = {
  does: 'has other disks mounted in the middle of the tree',
  kei: 'goes on: a partial lies beside its file',
  variants: [''],
  make: async ({ mounts, home }) => {
    for (const year of ['2013', '2020', '2024']) await mounts.tmpfs(join(home.photos, year), ROOMY);
  },
  codes: [0],
};

export const refusedName: Trouble<string> = {
  does: 'refuses the names of partials (exFAT, and a temp_suffix with a colon)',
  kei: 'exit 1, names the folder; with another suffix the next run gets everything',
  variants: [''],
  bench: { assets: 3 },
  make: async ({ mounts, home }) => {
    await home.configure('', 'temp_suffix = ".kei:tmp"');
    return mounts.exfat(home.photos, 32);
  },
  cure: ({ home }) => home.configure(),
  codes: [1, 2],
};

const TEN_YEARS_MS = 10 * 365 * 86_400_000;

export const wrongClock: Trouble<string> = {
  does: 'has a clock that is wrong, or jumps by a day or an hour, back and forth',
  kei: 'measures time by itself; tries a link that seems to have run out',
  variants: [
    '-real() + elapsed',
    `${TEN_YEARS_MS}`,
    'elapsed > 1000 ? -864e5 : 0',
    'elapsed > 1000 ? 864e5 : 0',
    'Math.floor(elapsed / 200) % 2 * 36e5',
  ],
  make: unhurried,
  runs: (_, ahead) => [{ env: clockAhead(ahead) }, { env: clockAhead(ahead) }],
  codes: [0],
};

export const lockedState: Trouble<string> = {
  does: 'lets another program read or write the state database for 3 s',
  kei: 'waits for its turn',
  variants: ['BEGIN; SELECT count(*) FROM files', 'BEGIN IMMEDIATE', 'BEGIN EXCLUSIVE'],
  make: async (stage, sql) => {
    await unhurried(stage);
    afterDownloads(stage, 5, () => {
      const other = new Database(stage.home.statePath);
      other.exec(sql);
      setTimeout(() => other.close(), 3_000);
    });
  },
  codes: [0],
};

export const fewHandles: Trouble<number> = {
  does: 'lets kei open only so many files at once',
  kei: 'exit 2, names the limit',
  variants: [24, 30, 36, 40],
  make: (stage) => Promise.resolve(stage.icloud.faults.while('content', { kind: 'delay', ms: 25 })),
  runs: (stage, handles) => [
    {
      onStart: ({ pid }) => {
        afterDownloads(stage, 1, () =>
          promisify(execFile)('prlimit', ['--pid', String(pid), `--nofile=${handles}`]),
        );
      },
    },
  ],
  codes: [0, 1, 2],
  says: /too many open files|Cannot reach|Cannot talk/,
};

/** In the order of the table. */
export async function machineRows(): Promise<Row[]> {
  if (!(await Mounts.arePossible())) return [];
  const rows = [
    await playTrouble(fullDisk),
    await playTrouble(fullStateDisk),
    await playTrouble(readOnly),
    await playTrouble(turnsReadOnly),
    await playTrouble(unmounted),
    await playTrouble(dyingDisk),
    await playTrouble(vanishingFolder),
    await playTrouble(exfat),
    await playTrouble(otherDevices),
    await playTrouble(refusedName),
    await playTrouble(wrongClock),
    await playTrouble(lockedState),
    await playTrouble(fewHandles),
  ];
  return rows.flatMap((row) => row ?? []);
}
