import { hostOf, partitionOf, regionOf } from '../hosts.js';
import type { SessionGuard, SimRequest, SimResponse } from '../http-io.js';
import { json } from '../responses.js';
import type { Account } from './account.js';
import { pcsPhotosCookie, renewedToken, tokenCookie, userCookie, userValue } from './cookies.js';

/** Decides for CloudKit whether a request's cookies open the library (protocol 4.8, 4.9). */
export function createSessionGuard(account: Account): SessionGuard {
  return {
    refuse: (request) => refusalOf(account, request),
    renewals(request) {
      const session = account.web.of(request, tokenCookie);
      const { rotateTokenEvery } = account.settings;
      if (session === undefined || rotateTokenEvery === 0) return [];
      session.answers += 1;
      return session.answers % rotateTokenEvery === 0 ? [renewedToken(account, session)] : [];
    },
  };
}

function refusalOf(account: Account, request: SimRequest): SimResponse | undefined {
  const host = hostOf(request.host);
  if (partitionOf(host) !== account.partition || regionOf(host) !== account.region) {
    return { status: 421, headers: { 'Content-Type': 'text/plain' }, body: '' };
  }
  const token = request.cookies.get(tokenCookie);
  if (token === undefined) return missing('TOKEN');
  if (account.settings.webAccess !== 'on' || !request.cookies.has(userCookie)) {
    return missing('USER');
  }
  const session = account.web.unseal(tokenCookie, token);
  if (!session?.trusted || request.cookies.get(userCookie) !== userValue(account)) {
    return json(421, { reason: 'Invalid global session', error: 2 });
  }
  if (account.settings.dataProtection.on && !account.web.of(request, pcsPhotosCookie)) {
    return json(403, {
      uuid: session.id,
      serverErrorCode: 'ACCESS_DENIED',
      reason: 'private db access disabled for this account',
      errorClass: 'ACCESS_DENIED',
      error: 'ACCESS_DENIED',
    });
  }
  return undefined;
}

function missing(cookie: 'TOKEN' | 'USER'): SimResponse {
  return json(421, { reason: `Missing X-APPLE-WEBAUTH-${cookie} cookie`, error: 1 });
}
