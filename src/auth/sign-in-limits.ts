import { retryAfterMs } from '../http/index.js';
import type { SignInLimits } from './session.js';

const HOUR_MS = 3_600_000;
/** Password sign-ins that kei makes in a rolling hour while nobody watches (D58). */
const UNATTENDED_PER_HOUR = 3;
const FIRST_WAIT_MS = 1_800_000;
const LONGEST_WAIT_MS = 6 * HOUR_MS;

/** Why, and until when (ms since 1970), no password sign-in may be made now. */
export type SignInBlock =
  | { readonly reason: 'throttled'; readonly until: number }
  | { readonly reason: 'budget'; readonly until: number };

/** The stored not-before time binds everybody, the budget only unattended runs (D58). */
export function signInBlock(
  limits: SignInLimits,
  now: number,
  attended: boolean,
): SignInBlock | undefined {
  if (limits.notBefore !== undefined && limits.notBefore > now) {
    return { reason: 'throttled', until: limits.notBefore };
  }
  const recent = recentAttempts(limits, now);
  const oldest = recent.at(-UNATTENDED_PER_HOUR);
  if (attended || oldest === undefined) return undefined;
  return { reason: 'budget', until: oldest + HOUR_MS };
}

/** The limits once a password proof is about to be sent. */
export function withAttempt(limits: SignInLimits, now: number): SignInLimits {
  return { ...limits, attempts: [...recentAttempts(limits, now), now] };
}

/** The limits after Apple throttled: 30 min doubling to 6 h, or what it asks for (protocol 9). */
export function withThrottle(
  limits: SignInLimits,
  now: number,
  status: number,
  retryAfter: string | undefined,
): SignInLimits & { readonly notBefore: number } {
  const wait = Math.min(FIRST_WAIT_MS * 2 ** limits.throttles, LONGEST_WAIT_MS);
  const wish = retryAfterMs(retryAfter, now, LONGEST_WAIT_MS);
  // A 429 says how long its limit lasts; a 503 is a block whose end Apple does not name.
  const waitMs = status === 429 ? (wish ?? wait) : Math.max(wish ?? 0, wait);
  return { ...limits, notBefore: now + waitMs, throttles: limits.throttles + 1 };
}

/** The limits after a sign-in that Apple answered. */
export function withoutThrottle({ attempts }: SignInLimits): SignInLimits {
  return { attempts, throttles: 0 };
}

/** A time in the future is a clock that was set back; it must not block for long. */
function recentAttempts({ attempts }: SignInLimits, now: number): number[] {
  return attempts.filter((time) => time > now - HOUR_MS && time <= now);
}
