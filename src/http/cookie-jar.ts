import { Cookie, CookieJar, MemoryCookieStore } from 'tough-cookie';
import type { Clock } from '../platform/clock.js';

/** One cookie with everything that decides where and how long it is sent. */
export interface StoredCookie {
  readonly name: string;
  /** As Apple sent it, literal quotes included (protocol 1.7). */
  readonly value: string;
  readonly domain: string;
  readonly path: string;
  /** True when the cookie goes to `domain` only, not to hosts below it. */
  readonly hostOnly: boolean;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  /** Milliseconds since 1970; absent for a session cookie. */
  readonly expires?: number;
}

/**
 * The cookies of one session (protocol 1.7). Domain and path matching are tough-cookie's; expiry
 * follows the clock that is passed in. Session cookies are kept like the others.
 */
export class SessionCookies {
  readonly #clock: Pick<Clock, 'now'>;
  #jar = emptyJar();
  #version = 0;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Grows whenever a cookie is added, changed or removed. */
  get version(): number {
    return this.#version;
  }

  /** The `Cookie` header for a URL, or undefined when no cookie matches. */
  headerFor(url: string): string | undefined {
    const cookies = this.#jar.getCookiesSync(url, { expire: false }).filter(this.#isLive);
    if (cookies.length === 0) return undefined;
    return cookies.map((cookie) => cookie.cookieString()).join('; ');
  }

  /**
   * Takes the `Set-Cookie` headers of an answer; what cannot be parsed or does not fit is ignored.
   * `date`, the server's own, tells how far off this computer's clock is: a cookie then lives as
   * long here as it does there, as in browsers.
   */
  take(url: string, setCookies: readonly string[], date?: string): void {
    const now = new Date(this.#clock.now());
    const serverMs = Date.parse(date ?? '');
    const aheadMs = Number.isNaN(serverMs) ? 0 : now.getTime() - serverMs;
    for (const header of setCookies) {
      const cookie = Cookie.parse(header, { loose: true });
      if (cookie === undefined) continue;
      if (typeof cookie.maxAge === 'number') {
        cookie.expires = new Date(now.getTime() + cookie.maxAge * 1000);
      } else if (cookie.expires instanceof Date) {
        cookie.expires = new Date(cookie.expires.getTime() + aheadMs);
      }
      cookie.maxAge = null;
      // An empty value deletes, like an Expires in the past (protocol 1.7).
      if (cookie.value === '' || cookie.value === '""') cookie.expires = new Date(0);
      if (this.#jar.setCookieSync(cookie, url, { loose: true, ignoreError: true, now })) {
        this.#version += 1;
      }
    }
  }

  /** Every live cookie, to be stored. */
  all(): StoredCookie[] {
    return this.#cookies().filter(this.#isLive).flatMap(toStored);
  }

  /** True when a live cookie whose name starts with `prefix` exists. */
  has(prefix: string): boolean {
    return this.all().some((cookie) => cookie.name.startsWith(prefix));
  }

  /** Replaces all cookies by stored ones, leaving out those that expired meanwhile. */
  load(cookies: readonly StoredCookie[]): void {
    this.#jar = emptyJar();
    this.#version += 1;
    for (const stored of cookies) {
      const cookie = fromStored(stored);
      if (!this.#isLive(cookie)) continue;
      this.#jar.setCookieSync(cookie, `https://${stored.domain}${stored.path}`, {
        loose: true,
        ignoreError: true,
      });
    }
  }

  /** Drops the cookies that satisfy `matches`. */
  remove(matches: (cookie: StoredCookie) => boolean): void {
    this.load(this.all().filter((cookie) => !matches(cookie)));
  }

  readonly #isLive = (cookie: Cookie): boolean =>
    !(cookie.expires instanceof Date) || cookie.expires.getTime() > this.#clock.now();

  #cookies(): Cookie[] {
    const { cookies } = this.#jar.serializeSync() ?? { cookies: [] };
    return cookies.flatMap((serialized) => Cookie.fromJSON(serialized) ?? []);
  }
}

function emptyJar(): CookieJar {
  return new CookieJar(new MemoryCookieStore(), { looseMode: true });
}

function toStored(cookie: Cookie): StoredCookie[] {
  if (cookie.domain === null) return [];
  return [
    {
      name: cookie.key,
      value: cookie.value,
      domain: cookie.domain,
      path: cookie.path ?? '/',
      hostOnly: cookie.hostOnly ?? false,
      secure: cookie.secure,
      httpOnly: cookie.httpOnly,
      ...(cookie.expires instanceof Date ? { expires: cookie.expires.getTime() } : {}),
    },
  ];
}

function fromStored(stored: StoredCookie): Cookie {
  return new Cookie({
    key: stored.name,
    value: stored.value,
    // A host-only cookie has no Domain of its own; it takes the host of the URL it is set for.
    domain: stored.hostOnly ? null : stored.domain,
    path: stored.path,
    secure: stored.secure,
    httpOnly: stored.httpOnly,
    expires: stored.expires === undefined ? 'Infinity' : new Date(stored.expires),
  });
}
