import type { Now } from '../http-io.js';
import type { SeededRandom } from '../seeded-random.js';
import type { AccountSettings } from './settings.js';

/**
 * What a sign-in has proved when a session token was issued: the password; the second factor too;
 * or, with `trusted`, that the browser may do without it next time.
 */
export type ProofLevel = 'password' | 'verified' | 'trusted';

type Verdict = 'unknown' | 'expired' | ProofLevel;

const mostTokens = 10_000;

/** Session tokens (`X-Apple-Session-Token`) and trust tokens, with their ends. */
export class Tokens {
  private readonly sessions = new Map<string, { level: ProofLevel; expires: number }>();
  private readonly trusts = new Map<string, { expires: number }>();
  private readonly settings: AccountSettings;
  private readonly now: Now;
  private readonly random: SeededRandom;

  constructor(settings: AccountSettings, now: Now, random: SeededRandom) {
    this.settings = settings;
    this.now = now;
    this.random = random;
  }

  issueSession(level: ProofLevel): string {
    const token = `${this.random.token(72)}==`;
    const expires = this.now() + this.settings.lifetimes.sessionTokenMs;
    remember(this.sessions, token, { level, expires });
    return token;
  }

  /** `HSARMTKNSRVXWFla…SRVX`, the shape Apple's have. */
  issueTrust(): string {
    const token = `HSARMTKNSRVXWFla${this.random.token(96)}SRVX`;
    remember(this.trusts, token, { expires: this.now() + this.settings.lifetimes.trustTokenMs });
    return token;
  }

  sessionLevel(token: unknown): Verdict {
    const found = typeof token === 'string' ? this.sessions.get(token) : undefined;
    if (found === undefined) return 'unknown';
    return this.now() < found.expires ? found.level : 'expired';
  }

  isTrusted(token: unknown): boolean {
    const found = typeof token === 'string' ? this.trusts.get(token) : undefined;
    return found !== undefined && this.now() < found.expires;
  }

  /** What the tokens of a sign-in are worth from now on. */
  raise(tokens: readonly string[], level: ProofLevel): void {
    for (const token of tokens) {
      const found = this.sessions.get(token);
      if (found) found.level = level;
    }
  }

  expireSessions(): void {
    for (const token of this.sessions.values()) token.expires = -Infinity;
  }

  revokeTrust(): void {
    this.trusts.clear();
  }
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > mostTokens && oldest !== undefined) map.delete(oldest);
}
