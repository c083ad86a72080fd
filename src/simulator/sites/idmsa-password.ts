/** Proving the password: sign-in, repair and escrow (protocol 2.1 to 2.8). */

import type { SignIn } from '../account/sign-ins.js';
import type { SimRequest, SimResponse } from '../http-io.js';
import { objectIn, type JsonObject } from '../responses.js';
import { SrpChallenge, toNumber } from '../srp-server.js';
import {
  authAnswer,
  malformed,
  refusal,
  signInCookies,
  signInOver,
  unavailable,
  type IdmsaContext,
} from './idmsa-answers.js';
import { challengeBody } from './idmsa-options.js';

const hour = 60 * 60 * 1000;

/** `POST signin/init` */
export function init(context: IdmsaContext, request: SimRequest): SimResponse {
  const { account } = context;
  const { settings } = account;
  const body = objectIn(request.body);
  if (settings.refuseStaleInit && account.signIns.isStrange(request)) return signInOver(context);
  if (isThrottled(context)) return unavailable();
  if (settings.locked !== undefined) return lockedOut(context, settings.locked);
  if (settings.unknownAccount === 403 && !account.isCalled(body['accountName'])) {
    const message = 'Your Apple Account or password was incorrect.';
    return refusal(context, undefined, 403, '-20101', message, 'serviceErrors');
  }
  const contentType = settings.initAsHtml ? 'text/html;charset=UTF-8' : undefined;
  return challenge(context, account.signIns.start(), body, contentType);
}

/** Answers with salt, B and `c` for the client's A. */
function challenge(
  context: IdmsaContext,
  signIn: SignIn,
  body: JsonObject,
  contentType?: string,
): SimResponse {
  const { account, random, strict } = context;
  const { verifier, settings } = account;
  const { a, accountName, protocols } = body;
  if (typeof a !== 'string' || typeof accountName !== 'string' || !Array.isArray(protocols)) {
    return malformed(context, 'a, accountName and protocols are required.');
  }
  if (!protocols.includes(verifier.protocol)) {
    return malformed(context, `This account needs the protocol ${verifier.protocol}.`);
  }
  // A B without leading zero suits the clients that would hash it without.
  const leadingZero = settings.leadingZeroB ?? (strict ? undefined : false);
  const A = Buffer.from(a, 'base64');
  let srp: SrpChallenge;
  try {
    srp = new SrpChallenge(verifier, A, toNumber(random.bytes(32)), leadingZero);
  } catch {
    return malformed(context, 'a is not a valid public value.');
  }
  const { c } = account.signIns.challenge(signIn, srp, accountName);
  return authAnswer(context, signIn, 200, {
    ...(contentType === undefined ? {} : { contentType }),
    body: {
      iteration: verifier.iteration,
      salt: verifier.salt.toString('base64'),
      protocol: verifier.protocol,
      version: 1,
      b: srp.B.toString('base64'),
      c,
    },
  });
}

/** `POST signin/complete` */
export function complete(context: IdmsaContext, request: SimRequest): SimResponse {
  const { account, strict } = context;
  const body = objectIn(request.body);
  const redeemed = account.signIns.redeem(body['c']);
  if (redeemed === undefined) return signInOver(context);
  const { signIn, challenge: open } = redeemed;
  if (strict && request.headers['scnt'] !== signIn.scnt) return signInOver(context);
  account.signInTimes.push(context.now());
  const isProven = open.srp
    .proofs(open.accountName, !strict)
    .some(({ m1, m2 }) => isProof(body['m1'], m1) && isProof(body['m2'], m2));
  const isOwner = account.isCalled(open.accountName) && body['accountName'] === open.accountName;
  if (!isProven || !isOwner) return wrongPassword(context, signIn);
  if (account.settings.locked !== undefined) return lockedOut(context, account.settings.locked);
  signIn.stage = 'password';
  const trustTokens: unknown[] = Array.isArray(body['trustTokens']) ? body['trustTokens'] : [];
  signIn.broughtTrust = trustTokens.some((token) => account.tokens.isTrusted(token));
  if (account.settings.repair === 'none') return signedIn(context, signIn);
  return authAnswer(context, signIn, 412, {
    token: 'password',
    body: { authType: account.settings.twoFactor.kind === 'hsa2' ? 'hsa2' : 'sa' },
    setCookies: signInCookies(context),
    headers: { 'X-Apple-Repair-Session-Token': context.random.token(24) },
  });
}

/** The password was right: is that enough? */
function signedIn(context: IdmsaContext, signIn: SignIn): SimResponse {
  const { account } = context;
  const { twoFactor, escrow } = account.settings;
  const setCookies = signInCookies(context);
  if (twoFactor.kind !== 'hsa2') {
    const isOff = twoFactor.kind === 'off';
    const body = { authType: isOff ? 'sa' : 'hsa' };
    const token = isOff ? 'trusted' : 'password';
    return authAnswer(context, signIn, 200, { token, body, setCookies });
  }
  if (signIn.broughtTrust && !escrow.withTrustToken) {
    signIn.stage = 'verified';
    const body = { authType: 'hsa2' };
    const headers = { Location: '/auth' };
    return authAnswer(context, signIn, 200, { token: 'trusted', body, headers, setCookies });
  }
  signIn.escrowPending = signIn.broughtTrust;
  const pushesItself = twoFactor.style === 'older' && twoFactor.trustedDevices > 0;
  if (pushesItself && !signIn.broughtTrust && !account.codes.tooManySent) {
    account.codes.send('device');
  }
  const wantsProof = signIn.escrowPending || escrow.withCodeRequest;
  return authAnswer(context, signIn, 409, {
    token: 'password',
    body: challengeBody(account),
    headers: { 'X-Apple-I-Rscd': '409', ...(wantsProof ? { [escrow.header]: 'true' } : {}) },
    setCookies,
  });
}

/** `POST repair/complete` */
export function repair(context: IdmsaContext, request: SimRequest): SimResponse {
  const { account } = context;
  const signIn = account.signIns.find(request)?.signIn;
  if (signIn?.stage !== 'password') return signInOver(context);
  if (account.settings.repair !== 'works') {
    return refusal(context, signIn, 412, '-20750', 'Sign in at account.apple.com to continue.');
  }
  const token = account.settings.twoFactor.kind === 'off' ? 'trusted' : 'password';
  return authAnswer(context, signIn, 200, { token, body: {} });
}

/** `POST escrow/init`: the same challenge again, for an empty account name. */
export function escrowInit(context: IdmsaContext, request: SimRequest): SimResponse {
  const found = current(context, request);
  if (found === undefined) return signInOver(context);
  return challenge(context, found, objectIn(request.body));
}

/** `POST escrow/complete` */
export function escrowComplete(context: IdmsaContext, request: SimRequest): SimResponse {
  const { account, strict } = context;
  const body = objectIn(request.body);
  const signIn = current(context, request);
  const redeemed = account.signIns.redeem(body['c']);
  if (signIn === undefined || redeemed?.signIn !== signIn) return signInOver(context);
  const { srp, accountName } = redeemed.challenge;
  const isProven = srp
    .proofs('', !strict)
    .some(
      ({ m1, m2, k }) =>
        isProof(body['m1'], m1) && isProof(body['m2'], m2) && isProof(body['k'], k),
    );
  if (!isProven || accountName !== '') return wrongPassword(context, signIn);
  signIn.escrowPending = false;
  if (signIn.broughtTrust) signIn.stage = 'verified';
  const proven = signIn.stage === 'verified' ? 'verified' : 'password';
  const token = signIn.broughtTrust ? 'trusted' : proven;
  return authAnswer(context, signIn, 200, { token, body: {} });
}

/** The sign-in that a request continues with an `scnt` that is good enough. */
function current({ account, strict }: IdmsaContext, request: SimRequest): SignIn | undefined {
  const found = account.signIns.find(request);
  if (found === undefined || (strict && found.stale)) return undefined;
  return found.signIn.stage === 'started' ? undefined : found.signIn;
}

function isProof(sent: unknown, expected: Buffer): boolean {
  return typeof sent === 'string' && Buffer.from(sent, 'base64').equals(expected);
}

function isThrottled({ account, now }: IdmsaContext): boolean {
  const { signInTimes, settings } = account;
  while (signInTimes[0] !== undefined && now() - signInTimes[0] >= hour) signInTimes.shift();
  return signInTimes.length >= settings.maxSignIns;
}

function wrongPassword(context: IdmsaContext, signIn: SignIn): SimResponse {
  const message = 'Enter the email or phone number and password for your Apple Account.';
  return refusal(context, signIn, 401, '-20101', message, 'serviceErrors');
}

function lockedOut(context: IdmsaContext, status: 403 | 423): SimResponse {
  const message = 'This Apple Account has been locked for security reasons.';
  return refusal(context, undefined, status, '-20209', message, 'serviceErrors');
}
