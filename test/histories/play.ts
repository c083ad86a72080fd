import Database from 'better-sqlite3';
import { FakeICloud } from '../../src/simulator/fake-icloud.js';
import type { JournalEntry } from '../../src/simulator/journal.js';
import { Cloud } from './cloud.js';
import { SELECTIONS, type History, type Step } from './history.js';
import { HostedKei, type Ended, type Running } from './hosted-kei.js';

type RunStep = Extract<Step, { kind: 'run' }>;

/** One run of kei in a history. */
export interface PlayedRun extends Ended {
  readonly step: RunStep;
  /** What was asked while the run lived; nothing of what a killed one went on to do. */
  readonly requests: readonly JournalEntry[];
  /** Nothing changed for the selection since the last run that ended whole. */
  readonly unchanged: boolean;
  /** The last run ended whole, and nothing was done to tokens since: this one must be cheap. */
  readonly settled: boolean;
  /** Files of before that are gone. */
  readonly lost: readonly string[];
}

/** What a history led to. */
export interface Played {
  readonly history: History;
  readonly cloud: Cloud;
  readonly runs: readonly PlayedRun[];
  /** Trees by relative path: of the home, and of a first sync of the same library. */
  readonly tree: ReadonlyMap<string, string>;
  readonly fresh: ReadonlyMap<string, string>;
  /** What `kei verify` says at the end. */
  readonly verified: Ended;
  readonly first: Ended;
}

/** Runs that may be needed after the last step until nothing is owed any more. */
const MOST_LAST_RUNS = 2;
/** Downloads at a time: so many may be fetched again after a kill. */
export const THREADS = 2;

/** Plays a history from beginning to end, then clean runs until one has nothing left to do. */
export async function play(history: History): Promise<Played> {
  let cloud: Cloud | undefined;
  const icloud = await FakeICloud.start({
    seed: history.seed,
    account: {
      appleId: 'jane@example.com',
      password: 'correct horse battery',
      twoFactor: 'off',
      iteration: 1000,
    },
    library: (basics) => (cloud = new Cloud(history, basics)).library,
  });
  const tables = tablesOf(history);
  const home = await HostedKei.create(icloud.endpoint, tables);
  const other = await HostedKei.create(icloud.endpoint, tables);
  try {
    if (cloud === undefined) throw new Error('The simulator made no library.');
    const player = new Player(icloud, cloud, home);
    await home.run('login');
    for (const step of history.steps) await player.take(step);
    const clean = { kind: 'run', how: 'clean' } as const;
    await player.take(clean);
    for (let more = 1; more < MOST_LAST_RUNS && player.runs.at(-1)?.code !== 0; more += 1) {
      await player.take(clean);
    }
    const tree = await home.tree();
    await player.take(clean);
    const first = await other.run('sync');
    return {
      history,
      cloud,
      runs: player.runs,
      tree,
      fresh: await other.tree(),
      verified: await home.run('verify'),
      first,
    };
  } finally {
    await icloud.close();
    await home.remove();
    await other.remove();
  }
}

function tablesOf({ selection, edited }: History): string {
  return [
    '[download]',
    'directory = $PHOTOS',
    'folder_structure = "%Y"',
    `threads = ${THREADS}`,
    '[filters]',
    SELECTIONS[selection],
    '[photos]',
    `edited = ${String(edited)}`,
  ].join('\n');
}

class Player {
  readonly runs: PlayedRun[] = [];
  readonly #icloud: FakeICloud;
  readonly #cloud: Cloud;
  readonly #home: HostedKei;
  /** Version of the cloud at the start of the last run that ended whole; undefined after anything else. */
  #settledAt: string | undefined;
  /** A token was spoilt, and no listing has replaced it yet. */
  #isSpoilt = false;

  constructor(icloud: FakeICloud, cloud: Cloud, home: HostedKei) {
    this.#icloud = icloud;
    this.#cloud = cloud;
    this.#home = home;
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'change':
        this.#cloud.apply(step);
        break;
      case 'token':
        this.#settledAt = undefined;
        this.#isSpoilt = true;
        if (step.damage === 'compacted') for (const zone of this.#cloud.zones) zone.compact();
        else if (step.damage === 'forgotten')
          for (const zone of this.#cloud.zones) zone.forgetTokens();
        else damageTokens(this.#home.statePath, step.damage);
        break;
      case 'run':
        this.runs.push(await this.#run(step));
    }
  }

  async #run(step: RunStep): Promise<PlayedRun> {
    const { journal, faults } = this.#icloud;
    await this.#home.waitForCoolDown();
    const before = await this.#home.tree();
    const { version } = this.#cloud;
    if (step.how === 'faulty') for (const fault of step.faults) faults.add(fault);
    const from = journal.total;
    let to = Infinity;
    this.#cloud.setRunning(true);
    const running = this.#home.start(['sync']);
    const stop = this.#disturb(step, running, () => {
      to = journal.total;
    });
    const ended = await running.ended;
    this.#cloud.setRunning(false);
    stop();
    faults.clear();
    const requests = journal.entries.filter(({ seq }) => seq > from && seq <= to);
    const after = await this.#home.tree();
    const lost = [...before.keys()].filter(
      (path) => !after.has(path) && !path.includes('.kei-tmp'),
    );
    const settledAt = this.#settledAt;
    if (requests.some(({ operation }) => operation === 'records/query')) this.#isSpoilt = false;
    const isWhole = ended.code === 0 && step.how === 'clean';
    this.#settledAt = isWhole && !this.#isSpoilt ? version : undefined;
    return {
      ...ended,
      step,
      requests,
      unchanged: settledAt === version,
      settled: settledAt !== undefined,
      lost,
    };
  }

  /** Does what the step says once so many requests were answered; returns the way to stop waiting. */
  #disturb(step: RunStep, running: Running, killed: () => void): () => void {
    if (step.how === 'clean' || step.how === 'faulty') return () => undefined;
    let left = step.after;
    const stop = this.#icloud.journal.subscribe(() => {
      left -= 1;
      if (left !== 0) return;
      if (step.how === 'busy') for (const change of step.changes) this.#cloud.apply(change);
      else {
        void turns(step.turns).then(() => {
          if (step.how === 'term') running.terminate();
          else if (running.kill()) killed();
        });
      }
    });
    return stop;
  }
}

/** So many turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((done) => setImmediate(done));
}

const GARBAGE = {
  garbage: `'bm9uc2Vuc2U='`,
  truncated: `substr(sync_token, 1, 20)`,
  'of-database': `(SELECT token FROM database_tokens LIMIT 1)`,
  'of-other-zone': `(SELECT other.sync_token FROM zones AS other ORDER BY other.zone DESC LIMIT 1)`,
} as const;

/** Spoils the sync tokens that kei has stored, if it has any. */
function damageTokens(path: string, damage: keyof typeof GARBAGE): void {
  const state = new Database(path);
  try {
    const exists = state.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'zones'`).get();
    if (exists === undefined) return;
    state.exec(`UPDATE zones SET sync_token = ${GARBAGE[damage]} WHERE sync_token IS NOT NULL`);
  } finally {
    state.close();
  }
}
