import { isKeiError } from '../errors/index.js';

/** Refusals that survive a fresh URL before the run stops to sign in again (RT-30). */
const REJECTIONS_ALLOWED = 2;

/**
 * Counts 401 and 403 that a fresh URL did not cure, over all passes of a cycle (RT-30, D52), anew
 * after each sign-in.
 */
export class SessionCircuit {
  #rejections = 0;

  /** Takes note of a failed file. */
  record(error: unknown): void {
    if (isKeiError(error, 'session')) this.#rejections += 1;
  }

  /** Begins anew, with a new session. */
  reset(): void {
    this.#rejections = 0;
  }

  /** True when nothing more should be started with this session. */
  get isOpen(): boolean {
    return this.#rejections > REJECTIONS_ALLOWED;
  }
}
