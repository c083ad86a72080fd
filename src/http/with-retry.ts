import { isKeiError, type KeiError } from '../errors/index.js';
import type { Clock } from '../platform/clock.js';
import type { Random } from '../platform/random.js';
import { retryDelayMs, type RetrySettings } from './retry-policy.js';

/** What is about to happen after a failed attempt (RT-2). */
export interface RetryReport {
  /** The attempt that failed; the first is 1. */
  readonly attempt: number;
  readonly delayMs: number;
  readonly error: KeiError;
}

export interface RetryOptions {
  readonly settings: RetrySettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal?: AbortSignal | undefined;
  readonly onRetry?: (report: RetryReport) => void;
}

/**
 * Runs `attempt` until it succeeds, fails with something else than a `transient` KeiError, or the
 * retries are used up. A transient error may carry `facts.retryAfterMs`, the server's wish. A
 * signal ends a wait at once with `cancelled` (SD-8).
 */
export async function withRetry<T>(
  options: RetryOptions,
  attempt: (number: number) => Promise<T>,
): Promise<T> {
  const { settings, clock, random, signal } = options;
  for (let number = 1; ; number += 1) {
    try {
      return await attempt(number);
    } catch (error) {
      if (number > settings.retries || !isKeiError(error, 'transient')) throw error;
      const wish = error.facts['retryAfterMs'];
      const delayMs = retryDelayMs(
        settings,
        number - 1,
        random.unit(),
        typeof wish === 'number' ? wish : undefined,
      );
      options.onRetry?.({ attempt: number, delayMs, error });
      await clock.sleep(delayMs, signal);
    }
  }
}
