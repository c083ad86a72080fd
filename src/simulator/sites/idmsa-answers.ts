/** The headers, cookies and error bodies that Apple's sign-in service answers with (protocol 2). */

import type { Account } from '../account/account.js';
import type { SignIn } from '../account/sign-ins.js';
import type { ProofLevel } from '../account/tokens.js';
import type { Now, SimRequest, SimResponse } from '../http-io.js';
import type { SeededRandom } from '../seeded-random.js';

export interface IdmsaContext {
  readonly account: Account;
  readonly random: SeededRandom;
  readonly now: Now;
  /**
   * Refuse what Apple refuses and lenient clients still send: a stale `scnt`, SRP proofs without
   * padding, calls without the widget key.
   */
  readonly strict: boolean;
}

export type IdmsaHandler = (context: IdmsaContext, request: SimRequest) => SimResponse;

interface AuthExtras {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly setCookies?: readonly string[];
  readonly contentType?: string;
  /** Hand out a new session token of this worth. */
  readonly token?: ProofLevel;
}

/** An answer within a sign-in: it always brings a new `scnt`, whatever its status. */
export function authAnswer(
  context: IdmsaContext,
  signIn: SignIn | undefined,
  status: number,
  extras: AuthExtras = {},
): SimResponse {
  const { account, random } = context;
  const headers: Record<string, string> = {
    'Cache-Control': 'no-cache, no-store',
    'Content-Type': extras.contentType ?? 'application/json;charset=UTF-8',
    Server: 'Apple',
    'X-Apple-I-Request-ID': random.uuid(),
    'X-BuildVersion': 'R4_1',
  };
  if (signIn) headers['scnt'] = account.signIns.rotate(signIn);
  if (signIn && signIn.stage !== 'started') Object.assign(headers, sessionHeaders(context, signIn));
  if (signIn && extras.token) {
    const token = account.tokens.issueSession(extras.token);
    account.signIns.addSessionToken(signIn, token);
    headers['X-Apple-Session-Token'] = token;
    headers['X-Apple-OAuth-Grant-Code'] = random.token(24);
  }
  Object.assign(headers, extras.headers);
  return {
    status,
    headers,
    ...(extras.setCookies ? { setCookies: extras.setCookies } : {}),
    ...(extras.body === undefined ? {} : { body: bodyText(extras.body) }),
  };
}

function bodyText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function sessionHeaders({ account, random }: IdmsaContext, signIn: SignIn): Record<string, string> {
  return {
    'X-Apple-ID-Session-Id': signIn.sessionId,
    'X-Apple-ID-Account-Country': account.country,
    'X-Apple-TwoSV-Trust-Eligible': 'true',
    'X-Apple-Auth-Attributes': random.token(48),
  };
}

/** Error answers carry their status and code in headers too. */
export function refusal(
  context: IdmsaContext,
  signIn: SignIn | undefined,
  status: number,
  code: string,
  message: string,
  spelling: 'serviceErrors' | 'service_errors' = 'service_errors',
): SimResponse {
  const error = { code, title: message, message, suppressDismissal: false };
  return authAnswer(context, signIn, status, {
    body: { [spelling]: [error], hasError: true },
    headers: { 'X-Apple-I-Rscd': String(status), 'X-Apple-I-Ercd': code },
  });
}

/** No sign-in goes with the request, or one that is over. */
export function signInOver(context: IdmsaContext): SimResponse {
  const message = 'Your session has timed out. Sign in to continue.';
  return refusal(context, undefined, 401, '-20904', message);
}

export function malformed(context: IdmsaContext, message: string): SimResponse {
  return refusal(context, undefined, 400, '-20102', message, 'serviceErrors');
}

/** The block of a throttled service: not JSON, and no hint when it ends. */
export function unavailable(): SimResponse {
  return {
    status: 503,
    headers: { 'Content-Type': 'text/plain', Server: 'Apple' },
    body: 'Service Temporarily Unavailable',
  };
}

/** Cookies of a sign-in whose password was right (protocol D.2). */
export function signInCookies({ random, account }: IdmsaContext): string[] {
  return [
    `aasp=${random.token(48)}; Domain=idmsa.apple.com; Path=/; Secure; HttpOnly`,
    `acn01=${random.token(32)}; Domain=apple.com; Path=/; Secure; HttpOnly`,
    ...regionCookies(account),
  ];
}

export function regionCookies(account: Account): string[] {
  return [
    'dslang=US-EN; Domain=apple.com; Path=/; Secure; HttpOnly',
    `site=${account.country}; Domain=apple.com; Path=/; Secure; HttpOnly`,
  ];
}
