import { isKeiError } from '../errors/index.js';
import type { Clock } from '../platform/clock.js';
import type { Logger } from '../platform/logger.js';

/** The two stages of stopping (SD-2, SD-3): finish what is in flight, then let go of it. */
export interface Shutdown {
  /** Fires on the first signal: start nothing new. */
  readonly drain: AbortSignal;
  /** Fires when the time to finish is over: stop transfers, keep their partials. */
  readonly cancel: AbortSignal;
  /** Stops listening for signals. */
  dispose(): void;
}

interface ShutdownEdges {
  readonly clock: Clock;
  readonly log: Logger;
  onSignal(handler: (signal: string) => void): () => void;
  exitNow(code: number): void;
}

const DRAIN_MS = 30_000;
const LAST_MS = 5_000;
const KILLED = 130;

/**
 * Listens for SIGINT, SIGTERM and SIGHUP (SD-1). The first drains for 30 s and then cancels; the
 * second, or being alive 5 s after cancelling, ends the process with 130 (D5, SD-4, SD-5).
 */
export function listenForShutdown(edges: ShutdownEdges): Shutdown {
  const drain = new AbortController();
  const cancel = new AbortController();
  const done = new AbortController();

  const countDown = async () => {
    await edges.clock.sleep(DRAIN_MS, done.signal);
    edges.log.warn('Still downloading after 30 s; partial files are kept for the next run');
    cancel.abort();
    await edges.clock.sleep(LAST_MS, done.signal);
    edges.exitNow(KILLED);
  };

  const off = edges.onSignal(() => {
    if (drain.signal.aborted) {
      edges.exitNow(KILLED);
      return;
    }
    drain.abort();
    edges.log.info('Received shutdown signal, finishing current downloads...');
    edges.log.info('Press Ctrl+C again to force exit');
    countDown().catch((error: unknown) => {
      if (!isKeiError(error, 'cancelled')) throw error;
    });
  });

  return {
    drain: drain.signal,
    cancel: cancel.signal,
    dispose: () => {
      done.abort();
      off();
    },
  };
}
