import { cancelled } from '../errors/index.js';

/** Time, passed in so that tests need no sleeps. */
export interface Clock {
  /** Milliseconds since 1970 UTC. */
  now(): number;
  /** Milliseconds of a clock that never jumps, for rates and durations. */
  monotonic(): number;
  /** Resolves after `ms`; rejects with a `cancelled` error as soon as the signal fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * The real clock. `scale` shortens every wait (0.001 makes a second a millisecond); it is honoured
 * only in runs against a loopback endpoint (D28).
 */
export function systemClock(scale = 1): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(cancelled());
          return;
        }
        const onAbort = () => {
          clearTimeout(timer);
          reject(cancelled());
        };
        const timer = setTimeout(() => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        }, ms * scale);
        signal?.addEventListener('abort', onAbort, { once: true });
      }),
  };
}
