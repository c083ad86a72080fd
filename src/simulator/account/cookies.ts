/** The cookies of a web session, named and formed as Apple's (protocol 1.7, 4.2, D.5). */

import type { Account } from './account.js';
import type { WebSession } from './web-sessions.js';

export const tokenCookie = 'X-APPLE-WEBAUTH-TOKEN';
export const userCookie = 'X-APPLE-WEBAUTH-USER';
export const loginCookie = 'X-APPLE-DS-WEB-SESSION-TOKEN';
export const pcsPhotosCookie = 'X-APPLE-WEBAUTH-PCS-Photos';

const day = 24 * 60 * 60 * 1000;
const pcsServices = [
  'Documents',
  'Photos',
  'Cloudkit',
  'Safari',
  'Mail',
  'Notes',
  'News',
  'Sharing',
] as const;

/** `"v=1:s=1:d=12345678901"`, quotes included. */
export function userValue(account: Account): string {
  return `"v=1:s=1:d=${account.dsid}"`;
}

/** What accountLogin sets. */
export function loginCookies(account: Account, session: WebSession, now: number): string[] {
  const jar = new CookieWriter(account, session);
  const browser = account.dsid.padEnd(27, 'K').slice(0, 27);
  const cookies = [
    jar.cookie('X-APPLE-UNIQUE-CLIENT-ID', '"Cw=="'),
    jar.sealed('X-APPLE-WEBAUTH-LOGIN', 'v=1:t=Cw==BST_', '~~'),
    jar.sealed('X-APPLE-WEBAUTH-VALIDATE', 'v=1:t=Cw==BST_', '~~'),
    session.trusted
      ? jar.deletion('X-APPLE-WEBAUTH-HSA-LOGIN')
      : jar.sealed('X-APPLE-WEBAUTH-HSA-LOGIN', 'v=2:t=Cw==BST_', '~~'),
    jar.cookie(userCookie, userValue(account), jar.sessionEnd()),
    jar.sealed(`X_APPLE_WEB_KB-${browser}`, 'v=1:t=Cw==BST_', '~~', now + 60 * day),
    jar.login(),
  ];
  if (!session.trusted) return cookies;
  const trustEnd = now + account.settings.lifetimes.trustTokenMs;
  cookies.push(jar.sealed('X-APPLE-WEBAUTH-HSA-TRUST', 'v=2:t=', '', trustEnd));
  // Terms to accept: the cookie that opens the services is withheld (protocol 4.7).
  if (account.settings.termsPending) {
    return [...cookies, jar.sealed('X-APPLE-WEBAUTH-REPAIR', 'v=1:t=', '')];
  }
  return [...cookies, jar.token(), ...(session.pcs ? jar.pcs(pcsServices) : [])];
}

/** What validate re-issues. */
export function validateCookies(account: Account, session: WebSession): string[] {
  const jar = new CookieWriter(account, session);
  return [
    ...(session.pcs ? jar.pcs(pcsServices) : []),
    jar.sealed('X-APPLE-WEBAUTH-VALIDATE', 'v=1:t=EQ==BST_', '~~'),
    jar.token(),
    jar.login(),
  ];
}

/** What CloudKit re-issues now and then. */
export function renewedToken(account: Account, session: WebSession): string {
  return new CookieWriter(account, session).token();
}

/** What requestPCS hands out for photos. */
export function photoKeyCookies(account: Account, session: WebSession): string[] {
  return new CookieWriter(account, session).pcs(['Photos', 'Sharing']);
}

/** What logout takes away. */
export function logoutCookies(account: Account, session: WebSession): string[] {
  const jar = new CookieWriter(account, session);
  return [tokenCookie, 'X-APPLE-WEBAUTH-LOGIN', 'X-APPLE-WEBAUTH-VALIDATE'].map((name) =>
    jar.deletion(name),
  );
}

class CookieWriter {
  private readonly account: Account;
  private readonly session: WebSession;

  constructor(account: Account, session: WebSession) {
    this.account = account;
    this.session = session;
  }

  /** One `Set-Cookie` value, without spaces after its semicolons; session cookie without `ends`. */
  cookie(name: string, value: string, ends?: number): string {
    const domain = this.account.region === 'cn' ? '.icloud.com.cn' : '.icloud.com';
    const expires = ends === undefined ? '' : `Expires=${netscapeDate(ends)};`;
    return `${name}=${value};${expires}Path=/;Domain=${domain};Secure;HttpOnly`;
  }

  /** A value that proves the session, in quotes. */
  sealed(name: string, before: string, after: string, ends?: number): string {
    const { web } = this.account;
    const proof = web.seal(this.session, name, ends ?? web.expiry());
    return this.cookie(name, `"${before}${proof}${after}"`, ends);
  }

  token(): string {
    return this.sealed(tokenCookie, 'v=2:t=EQ==BST_', '~~', this.sessionEnd());
  }

  login(): string {
    return this.sealed(loginCookie, '', '=', this.account.web.expiry());
  }

  pcs(services: readonly string[]): string[] {
    return services.map((service) =>
      this.sealed(`X-APPLE-WEBAUTH-PCS-${service}`, '', '=', this.account.web.expiry()),
    );
  }

  deletion(name: string): string {
    return this.cookie(name, '', 1000);
  }

  /** About 30 days with `extended_login`, else the end of the browser's session. */
  sessionEnd(): number | undefined {
    return this.session.extended ? this.account.web.expiry() : undefined;
  }
}

/** `Fri, 12-Jan-2024 05:06:31 GMT`. */
function netscapeDate(ms: number): string {
  return new Date(ms).toUTCString().replace(/(\d\d) (\w{3}) (\d{4})/, '$1-$2-$3');
}
