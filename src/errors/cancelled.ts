import { KeiError, isKeiError } from './kei-error.js';

/** The error of work that a shutdown stopped (SD-7): never counted as a failure. */
export function cancelled(): KeiError {
  return new KeiError({ code: 'CANCELLED', kind: 'cancelled', message: 'Stopped on request.' });
}

/** Rethrows `error` as `cancelled()` when the signal fired, so that no retry loop swallows it. */
export function rethrowIfCancelled(signal: AbortSignal | undefined, error: unknown): void {
  if (isKeiError(error, 'cancelled')) throw error;
  if (signal?.aborted === true) throw cancelled();
}
