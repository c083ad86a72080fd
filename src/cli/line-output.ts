import type { Clock } from '../platform/clock.js';
import type { OutputStream } from './host.js';

/** Characters that are written at once: fewer calls, and no more than this in memory. */
const CHUNK = 64 * 1024;
/** Where lines come slowly, none waits for the others longer than this, ms. */
const MOST_PATIENCE_MS = 200;

/**
 * Output of any length to a stream that may be slow or close early (`kei manifest | head`): waits
 * for the reader, and says when there is none any more.
 */
export class LineOutput {
  readonly #stream: OutputStream;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #stop = () => {
    this.#gone = true;
    this.#wake();
  };
  readonly #continue = () => {
    this.#wake();
  };
  #waiting = '';
  #flushedAt: number;
  #gone = false;
  #wake: () => void = () => undefined;

  constructor(stream: OutputStream, clock: Pick<Clock, 'monotonic'>) {
    this.#stream = stream;
    this.#clock = clock;
    this.#flushedAt = clock.monotonic();
    stream.on('error', this.#stop);
    stream.on('close', this.#stop);
    stream.on('drain', this.#continue);
  }

  /** False once the reader is gone: there is no use in writing more, and no harm in it. */
  get hasReader(): boolean {
    return !this.#gone;
  }

  /** Adds text; resolves when the stream can take more, or never will. */
  async write(text: string): Promise<void> {
    this.#waiting += text;
    const age = this.#clock.monotonic() - this.#flushedAt;
    if (this.#waiting.length >= CHUNK || age >= MOST_PATIENCE_MS) await this.flush();
  }

  async flush(): Promise<void> {
    const text = this.#waiting;
    this.#waiting = '';
    this.#flushedAt = this.#clock.monotonic();
    if (this.#gone || text === '') return;
    // Resolved by "drain", or by the end of the stream.
    const drained = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    if (!this.#stream.write(text)) await drained;
    // A pipe that closed says so only when this process looks.
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Writes what is left and lets go of the stream, which stays open. */
  async end(): Promise<void> {
    await this.flush();
    this.#stream.off('error', this.#stop);
    this.#stream.off('close', this.#stop);
    this.#stream.off('drain', this.#continue);
  }
}
