import type { Host } from './host.js';
import { EXIT } from './exit-codes.js';

/** Runs `work` with a signal that fires on Ctrl-C or SIGTERM; a second one ends the process. */
export async function withInterrupt<T>(
  host: Host,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const interrupt = new AbortController();
  const off = host.onSignal(() => {
    if (interrupt.signal.aborted) host.exitNow(EXIT.killed);
    interrupt.abort();
  });
  try {
    return await work(interrupt.signal);
  } finally {
    off();
  }
}
