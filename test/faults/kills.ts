/**
 * Kills, again and again, in one library: at named steps, at any moment, while it shuts down, while it
 * brings an older state up to date.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { ExpectedFile } from '../../src/simulator/library/expected-files.js';
import type { SimLibrary } from '../../src/simulator/library/index.js';
import { copiesBeside } from '../../src/state/copies.js';
import type { SeededRandom } from '../../src/simulator/seeded-random.js';
import { CRASH_CALLS, crashAt, type CrashPoint } from '../support/crash.js';
import { turnBackToFirstSchema } from '../support/old-state.js';
import { PATIENT, type FaultBench } from './bench.js';
import { HashedTree } from './hashed-tree.js';
import { damages, spoils } from './mix.js';

/** Downloads at once: as many files may be fetched again after a kill. */
const THREADS = 4;
/** Assets that are added when everything was fetched before the last kill. */
const MORE = 100;
const TEMP_SUFFIX = '.kei-tmp';
/** Shows that the folder can be written to; the next run removes it. */
const PROBE = '.kei_probe';

const KINDS = ['moment', 'step', 'shutdown', 'migration', 'second signal'] as const;
export type KillKind = (typeof KINDS)[number];
/** How a run ends that is told twice to stop (D5). */
const TOLD_TWICE = 130;
/** SQL that a migration consists of: three texts for each step, after the lock's own. */
const MIGRATION_TEXTS = 12;

export interface KillReport {
  /** How many runs died, by how they were killed. */
  readonly killed: Readonly<Record<KillKind, number>>;
  /** Runs that ended by themselves before they could be killed. */
  readonly survived: number;
  /** The most files that one run fetched although the one before had received them whole. */
  readonly mostAgain: number;
  /** Whole files that arrived more than once, over all runs. */
  readonly again: number;
  readonly problems: readonly string[];
}

export interface KillOptions {
  /** How runs are killed, in turn. Default: in every way. */
  readonly kinds?: readonly KillKind[];
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes of runs that end by themselves. Default: 0. */
  readonly ends?: readonly number[];
}

/** Runs for each kill, at most. */
const MOST_TRIES = 3;

/** Kills `count` runs of kei in the bench's library, checking tree and database after each. */
export async function killRepeatedly(
  bench: FaultBench,
  count: number,
  random: SeededRandom,
  { kinds = KINDS, env = PATIENT, ends = [0] }: KillOptions = {},
): Promise<KillReport> {
  const { home } = bench;
  await home.configure('', `threads = ${THREADS}`);
  const campaign = new Campaign(bench, random, { env, ends });
  // A run that came to its end before it was killed does not count.
  for (let number = 0; campaign.deaths < count && number < MOST_TRIES * count; number += 1) {
    const { deaths } = campaign;
    await campaign.kill(kinds[number % kinds.length] ?? 'moment', number, count - deaths);
    if (campaign.deaths > deaths && deaths % 50 === 49) {
      process.stderr.write(`  ${campaign.deaths} kills\n`);
    }
  }
  return campaign.report();
}

/** More of the kind that the bench began with. */
export function addAssets({ primary }: SimLibrary, count: number, seed: number): void {
  primary.addGenerated({ count, seed, sizes: [2_400, 4_800], live: 0.1, previews: false });
}

/** Asset and resource that a download is about. */
function fileKey({ assetId, resource }: { readonly assetId?: string; readonly resource?: string }) {
  return `${assetId ?? '?'}/${resource ?? '?'}`;
}

/** From `low` to `high`, both possible. */
function integer(random: SeededRandom, low: number, high: number): number {
  return low + Math.floor(random.fraction() * (high - low + 1));
}

class Campaign {
  readonly #bench: FaultBench;
  readonly #random: SeededRandom;
  readonly #options: Required<Omit<KillOptions, 'kinds'>>;
  readonly #tree: HashedTree;
  #wanted: ReadonlyMap<string, ExpectedFile> = new Map();
  readonly #killed: Record<KillKind, number> = {
    moment: 0,
    step: 0,
    shutdown: 0,
    migration: 0,
    'second signal': 0,
  };
  readonly #received = new Map<string, number>();
  /** Files of which wrong bytes came: with the right rest behind them they are fetched anew. */
  readonly #damaged = new Set<string>();
  readonly #problems: string[] = [];
  #survived = 0;
  #mostAgain = 0;

  constructor(
    bench: FaultBench,
    random: SeededRandom,
    options: Required<Omit<KillOptions, 'kinds'>>,
  ) {
    this.#bench = bench;
    this.#random = random;
    this.#options = options;
    this.#tree = new HashedTree(bench.home.photos);
    this.#lookAtLibrary();
  }

  /** Runs that were killed. */
  get deaths(): number {
    return Object.values(this.#killed).reduce((sum, times) => sum + times, 0);
  }

  report(): KillReport {
    const counts = [...this.#received.values()];
    return {
      killed: this.#killed,
      survived: this.#survived,
      mostAgain: this.#mostAgain,
      again: counts.reduce((sum, times) => sum + times - 1, 0),
      problems: this.#problems,
    };
  }

  /** `left`: kills that the files which are left have to last for. */
  async kill(kind: KillKind, number: number, left: number): Promise<void> {
    const { journal } = this.#bench.icloud;
    const { env, ends } = this.#options;
    const done = new Set(this.#finished().values());
    const before = journal.total;
    if (this.#wanted.size - done.size < THREADS) this.#addMore();
    const missing = this.#wanted.size - done.size;
    const most = Math.min(12, Math.max(1, Math.round((1.3 * missing) / left)));
    const point = this.#point(kind, most);
    let killer: Promise<boolean> | undefined;
    const { signal, code, stderr } = await this.#bench.sync({
      env: { ...env, ...(point === undefined ? {} : crashAt(point)) },
      onStart: (child) => {
        // A step that is never reached must not let the run come to its end.
        killer =
          point === undefined
            ? this.#end(child, kind, most)
            : this.#end(child, 'moment', most + 10, most + 5);
      },
    });
    const wasOurs = (await killer) === true;
    const isToldTwice = kind === 'second signal' && code === TOLD_TWICE;
    if (signal !== 'SIGKILL' && !isToldTwice) this.#survived += 1;
    else this.#killed[point !== undefined && wasOurs ? 'moment' : kind] += 1;
    const where = point === undefined ? '' : `: ${point.when} ${point.call} ${point.nth}`;
    const label = `kill ${number} (${kind}${where})`;
    if (code !== null && !ends.includes(code) && !isToldTwice) {
      this.#problems.push(`${label}: exit ${code}: ${stderr.slice(-300)}`);
    }
    this.#countAgain(before, done, label);
    this.#check(label);
  }

  #lookAtLibrary(): void {
    this.#wanted = new Map(this.#bench.wanted().map((file) => [file.sha256(), file]));
  }

  /** Something to fetch, however fast kei was. */
  #addMore(): void {
    // Other ones each time, also in another campaign of the same library.
    addAssets(this.#bench.icloud.library, MORE, integer(this.#random, 1e6, 1e9));
    this.#lookAtLibrary();
  }

  /** After a few downloads, and then at no particular moment; resolves to whether it was us. */
  async #end(child: ChildProcess, kind: KillKind, most: number, least = 0): Promise<boolean> {
    const exited = once(child, 'exit').then(() => undefined);
    const during = new AbortController();
    void exited.then(() => {
      during.abort();
    });
    let left = integer(this.#random, least, most);
    await Promise.race([
      exited,
      new Promise<void>((resolve) => {
        const stop = this.#bench.icloud.journal.subscribe(({ site, operation }) => {
          if (site !== 'content' && (left > 0 || operation !== 'records/query')) return;
          if ((left -= 1) > 0) return;
          stop();
          resolve();
        });
        during.signal.addEventListener('abort', stop);
      }),
    ]);
    await Promise.race([exited, sleep(integer(this.#random, 0, 40))]);
    const signals = { shutdown: 1, 'second signal': 2 }[kind as string] ?? 0;
    for (let sent = 0; sent < signals; sent += 1) {
      child.kill('SIGTERM');
      await Promise.race([exited, sleep(integer(this.#random, 0, 60 / signals))]);
    }
    return child.exitCode === null && child.signalCode === null && child.kill('SIGKILL');
  }

  /** Where a run is to die by itself; an older state is made for a migration. */
  #point(kind: KillKind, most: number): CrashPoint | undefined {
    const when = this.#random.fraction() < 0.5 ? 'before' : 'after';
    if (kind === 'step') {
      const call = CRASH_CALLS[integer(this.#random, 0, CRASH_CALLS.length - 1)] ?? 'link';
      return { call, nth: integer(this.#random, 1, most), when };
    }
    if (kind !== 'migration' || !turnBackToFirstSchema(this.#bench.home.statePath))
      return undefined;
    return this.#random.fraction() < 0.3
      ? { call: 'rename', nth: 1, when }
      : { call: 'exec', nth: integer(this.#random, 1, MIGRATION_TEXTS), when };
  }

  /** Path to SHA-256 of what has its final name. */
  #finished(): Map<string, string> {
    const all = this.#tree.read();
    return new Map([...all].filter(([path]) => !path.endsWith(TEMP_SUFFIX)));
  }

  /** What had its name is never fetched again; what had not, once for each lane. */
  #countAgain(before: number, done: ReadonlySet<string>, label: string): void {
    const { journal } = this.#bench.icloud;
    const named = new Set([...done].flatMap((sha) => this.#wanted.get(sha) ?? []).map(fileKey));
    const again: string[] = [];
    for (const entry of journal.filter(({ seq, site }) => seq > before && site === 'content')) {
      const key = fileKey(entry);
      if (named.has(key))
        this.#problems.push(`${label}: ${key} had its name and was fetched again`);
      if (entry.faults.some(damages)) this.#damaged.add(key);
      if (!entry.finished || entry.aborted || (entry.status !== 200 && entry.status !== 206))
        continue;
      if (entry.faults.some(spoils) || this.#damaged.has(key)) continue;
      const times = (this.#received.get(key) ?? 0) + 1;
      this.#received.set(key, times);
      if (times > 1) again.push(key);
    }
    this.#mostAgain = Math.max(this.#mostAgain, again.length);
    if (again.length > THREADS) this.#problems.push(`${label}: fetched again: ${again.join()}`);
  }

  #check(label: string): void {
    const say = (text: string) => this.#problems.push(`${label}: ${text}`);
    const tree = this.#tree.read();
    const seen = new Set<string>();
    for (const [path, sha] of tree) {
      if (path.endsWith(TEMP_SUFFIX) || path === PROBE) continue;
      if (!this.#wanted.has(sha)) say(`${path} holds bytes that are not in iCloud`);
      else if (seen.has(sha)) say(`${path} is there under two names`);
      seen.add(sha);
    }
    const state = new Database(this.#bench.home.statePath, { readonly: true });
    try {
      const root = `${this.#bench.home.photos}/`;
      const rows = state
        .prepare<[], { path: string; sha: string }>(
          "SELECT path, lower(sha256) AS sha FROM files WHERE status = 'downloaded'",
        )
        .all();
      for (const { path, sha } of rows) {
        if (tree.get(path.replace(root, '')) !== sha) say(`${path} is not what the state says`);
      }
      const partials = new Set(
        state.prepare<[], string>('SELECT path FROM partials').pluck().all(),
      );
      for (const path of tree.keys()) {
        if (path.endsWith(TEMP_SUFFIX) && !partials.has(root + path))
          say(`${path} is not recorded`);
      }
    } catch (error) {
      // Killed before there was a schema.
      if (tree.size > 0) say(String(error));
    } finally {
      state.close();
    }
    // A copy that a migration kept is whole as soon as it has its name (D41).
    for (const path of copiesBeside(this.#bench.home.statePath)) {
      const copy = new Database(path, { readonly: true });
      if (copy.pragma('quick_check', { simple: true }) !== 'ok') say(`${path} is not whole`);
      copy.close();
    }
  }
}
