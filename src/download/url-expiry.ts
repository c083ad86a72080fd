/** A URL is looked up anew when less than this is left, or a tenth of its lifetime (D53). */
const MAX_MARGIN_MS = 60_000;
const MARGIN_SHARE = 0.1;

/** How long a URL without a readable expiry is trusted (protocol 8.1). */
const ASSUMED_LIFETIME_MS = 15 * 60_000;

/** The expiry that a signed URL carries (`e`, Unix seconds), in milliseconds. */
export function expiryOf(url: string): number | undefined {
  const seconds = /[?&]e=(\d{1,12})(?:[&#]|$)/.exec(url)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/**
 * True when a URL that was received at `receivedAtMs` should be looked up anew before it is used at
 * `nowMs` (D53). The lifetime is what was left when it arrived, so a wrong clock on this machine
 * cannot make every fresh URL look expired: one that arrives expired is simply tried.
 */
export function isAboutToExpire(url: string, receivedAtMs: number, nowMs: number): boolean {
  const expiresAtMs = expiryOf(url) ?? receivedAtMs + ASSUMED_LIFETIME_MS;
  const lifetimeMs = expiresAtMs - receivedAtMs;
  if (lifetimeMs <= 0) return false;
  return expiresAtMs - nowMs < Math.min(MAX_MARGIN_MS, lifetimeMs * MARGIN_SHARE);
}

/** True when a signed URL says that its time is over. */
export function hasRunOut(url: string, nowMs: number): boolean {
  const expiresAtMs = expiryOf(url);
  return expiresAtMs !== undefined && expiresAtMs <= nowMs;
}
