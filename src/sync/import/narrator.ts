import type { Clock } from '../../platform/clock.js';
import type { Logger } from '../../platform/logger.js';
import { formatBytes, plural } from '../../report/format.js';

const HEARTBEAT_MS = 30_000;
const MATCHES_A_LINE = 100;

/** Says where an import stands: every 100 matches, and every 30 s that it is at work (cli 9.7). */
export class Narrator {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #lines: boolean;
  #matched = 0;
  #bytes = 0;
  #saidAt: number;

  /** `lines`: a line for every 100 matches; not beside a bar. */
  constructor(clock: Clock, log: Logger, lines: boolean) {
    this.#clock = clock;
    this.#log = log;
    this.#lines = lines;
    this.#saidAt = clock.monotonic();
  }

  matched(): void {
    this.#matched += 1;
    if (this.#lines && this.#matched % MATCHES_A_LINE === 0) this.#say();
    else this.#beat();
  }

  read(bytes: number): void {
    this.#bytes += bytes;
    this.#beat();
  }

  #beat(): void {
    if (this.#clock.monotonic() - this.#saidAt >= HEARTBEAT_MS) this.#say();
  }

  #say(): void {
    this.#saidAt = this.#clock.monotonic();
    this.#log.info(`Matched ${plural(this.#matched, 'file')}, ${formatBytes(this.#bytes)} read`);
  }
}
