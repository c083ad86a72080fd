import type { Clock } from '../../platform/clock.js';
import type { StateStore } from '../../state/index.js';

/** Records of one commit at most. */
const LIMIT = 500;
/** Work that a crash may cost at most, ms: what was found since the last commit is found again. */
const MOST_AT_RISK_MS = 500;

/**
 * Collects what an import records, and commits it together: a commit for each of many small files
 * would take longer than reading them. An import that is killed loses the last half second of its
 * work, and the next one goes on there (D75).
 */
export class RecordBatch {
  readonly #store: Pick<StateStore, 'commit'>;
  readonly #clock: Clock;
  #waiting: (() => void)[] = [];
  /** Paths of which something waits. */
  readonly #paths = new Set<string>();
  #running: Promise<void> = Promise.resolve();
  #committedAt: number;

  constructor(store: Pick<StateStore, 'commit'>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#committedAt = clock.monotonic();
  }

  /** Keeps a write of some calls for the next commit, in the order given; `path` is what it is about. */
  async add(path: string, write: () => void): Promise<void> {
    this.#waiting.push(write);
    this.#paths.add(path);
    const age = this.#clock.monotonic() - this.#committedAt;
    if (this.#waiting.length >= LIMIT || age >= MOST_AT_RISK_MS) await this.commit();
  }

  /** After this the state says what is known of these paths. */
  async settle(paths: readonly string[]): Promise<void> {
    if (paths.some((path) => this.#paths.has(path))) await this.commit();
    else await this.#running;
  }

  /** Commits what waits. Rejects when that failed, also when it was an earlier commit that did. */
  commit(): Promise<void> {
    const writes = this.#waiting;
    if (writes.length === 0) return this.#running;
    this.#waiting = [];
    this.#paths.clear();
    this.#committedAt = this.#clock.monotonic();
    const before = this.#running;
    this.#running = this.#store
      .commit(() => {
        for (const write of writes) write();
      })
      .then(() => before);
    return this.#running;
  }
}
