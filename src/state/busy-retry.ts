import { isKeiError } from '../errors/index.js';
import type { Clock } from '../platform/clock.js';

const FIRST_DELAY_MS = 25;
const LONGEST_DELAY_MS = 500;
const PATIENCE_MS = 30_000;

/**
 * Runs `work`, again and again while another connection holds the database (`STATE_BUSY`), with
 * growing pauses that leave the event loop free (D24, case 117). Gives up after 30 s of trying.
 * `work` must be safe to repeat: a failed transaction has changed nothing.
 */
export async function withBusyRetry<T>(
  clock: Clock,
  work: () => T,
  signal?: AbortSignal,
): Promise<T> {
  const startedAt = clock.monotonic();
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS)) {
    try {
      return work();
    } catch (error) {
      const busy = isKeiError(error, 'state') && error.code === 'STATE_BUSY';
      if (!busy || clock.monotonic() - startedAt >= PATIENCE_MS) throw error;
    }
    await clock.sleep(delayMs, signal);
  }
}
