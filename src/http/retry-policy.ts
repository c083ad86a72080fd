/** How often, and after what delays, something is tried again. */
export interface RetrySettings {
  /** Attempts after the first one. */
  readonly retries: number;
  /** Milliseconds before the first retry, without jitter. */
  readonly baseMs: number;
  /** Upper bound of the doubling, without jitter. */
  readonly maxMs: number;
}

/** Sign-in and account calls (RT-14). */
export const AUTH_RETRY: RetrySettings = { retries: 2, baseMs: 2_000, maxMs: 30_000 };

const LONGEST_RETRY_AFTER_MS = 120_000;

/** The settings that `[download.retry].per_transfer` stands for (engine 4.1). */
export function transferRetry(perTransfer: number): RetrySettings {
  return { retries: perTransfer, baseMs: baseSeconds(perTransfer) * 1000, maxMs: 60_000 };
}

function baseSeconds(perTransfer: number): number {
  if (perTransfer <= 2) return 2;
  if (perTransfer === 3) return 5;
  return perTransfer <= 6 ? 10 : 30;
}

/**
 * Milliseconds before retry `k` (0 for the first): the doubled base up to the maximum, plus whole
 * seconds of jitter below the base (RT-1). `unit` is a random number in [0, 1).
 */
export function backoffMs(settings: RetrySettings, k: number, unit: number): number {
  const jitter = Math.floor((unit * settings.baseMs) / 1000) * 1000;
  return Math.min(settings.baseMs * 2 ** k, settings.maxMs) + jitter;
}

/**
 * Milliseconds that a `Retry-After` header asks for: seconds or an HTTP date, at most `longestMs`.
 * Undefined for zero, the past and anything that is neither (D54).
 */
export function retryAfterMs(
  header: string | undefined,
  nowMs: number,
  longestMs = LONGEST_RETRY_AFTER_MS,
): number | undefined {
  const text = header?.trim() ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : httpDateMs(text) - nowMs;
  return ms > 0 ? Math.min(ms, longestMs) : undefined;
}

/** Every form of an HTTP date starts with the name of a weekday; anything else is junk. */
function httpDateMs(text: string): number {
  return /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /.test(text) ? Date.parse(text) : Number.NaN;
}

/** Milliseconds before retry `k`, the server's wish included: the longer of the two (D54). */
export function retryDelayMs(
  settings: RetrySettings,
  k: number,
  unit: number,
  wishMs: number | undefined,
): number {
  return Math.max(backoffMs(settings, k, unit), wishMs ?? 0);
}
