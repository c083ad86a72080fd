/** Opening, checking and ending a web session (protocol 4.2, 4.4, 4.10). */

import {
  loginCookies,
  logoutCookies,
  tokenCookie,
  userCookie,
  userValue,
  validateCookies,
} from '../account/cookies.js';
import type { WebSession } from '../account/web-sessions.js';
import type { SimRequest, SimResponse } from '../http-io.js';
import { objectIn } from '../responses.js';
import { accountBody } from './setup-account-body.js';
import { notSignedIn, setupAnswer, type SetupContext } from './setup-answers.js';

/** `POST accountLogin` */
export function accountLogin(context: SetupContext, request: SimRequest): SimResponse {
  const { account, now } = context;
  const { twoFactor, escrow, dataProtection } = account.settings;
  const { dsWebAuthToken, trustToken, extended_login } = objectIn(request.body);
  const level = account.tokens.sessionLevel(dsWebAuthToken);
  if (typeof dsWebAuthToken !== 'string' || level === 'unknown') {
    return setupAnswer(context, 400, { success: false, error: 'Invalid Session Token' });
  }
  if (level === 'expired') return notSignedIn(context, 'Session token has expired');
  // Where a second proof of the password is wanted, a trust token alone opens nothing.
  const bringsTrust = !escrow.withTrustToken && account.tokens.isTrusted(trustToken);
  const trusted = level === 'trusted' || twoFactor.kind === 'off' || bringsTrust;
  const challengeRequired = !trusted && level === 'password';
  const extended = extended_login === true;
  const session = account.web.start({
    sessionToken: dsWebAuthToken,
    trusted,
    extended,
    pcs: !dataProtection.on,
  });
  const body = accountBody(account, { trusted, challengeRequired, extended });
  return setupAnswer(context, 200, body, loginCookies(account, session, now()));
}

/** `POST validate` */
export function validate(context: SetupContext, request: SimRequest): SimResponse {
  const { account } = context;
  const session = signedIn(context, request);
  if (typeof session === 'string') return notSignedIn(context, session);
  const body = accountBody(account, {
    trusted: session.trusted,
    challengeRequired: !session.trusted,
    extended: session.extended,
  });
  return setupAnswer(context, 200, body, validateCookies(account, session));
}

/** `POST logout` */
export function logout(context: SetupContext, request: SimRequest): SimResponse {
  const { account } = context;
  const session = signedIn(context, request);
  if (typeof session === 'string') return notSignedIn(context, session);
  const { trustBrowser, allBrowsers } = objectIn(request.body);
  session.ended = true;
  if (allBrowsers === true) account.web.end();
  if (trustBrowser === false) account.tokens.revokeTrust();
  return setupAnswer(context, 200, { success: true }, logoutCookies(account, session));
}

/** The session of a request's cookies, or why there is none. */
export function signedIn({ account }: SetupContext, request: SimRequest): WebSession | string {
  if (!request.cookies.has(tokenCookie)) return `Missing ${tokenCookie} cookie`;
  if (!request.cookies.has(userCookie)) return `Missing ${userCookie} cookie`;
  const session = account.web.of(request, tokenCookie);
  const isOwner = request.cookies.get(userCookie) === userValue(account);
  if (session === undefined || !isOwner) return 'Failed to validate the credentials from cookie';
  return session;
}
