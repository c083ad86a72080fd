import type { Account } from '../account/account.js';
import type { Now, SimRequest, SimResponse } from '../http-io.js';
import { json, type JsonObject } from '../responses.js';
import type { SeededRandom } from '../seeded-random.js';
import { configBag } from './setup-account-body.js';

export interface SetupContext {
  readonly account: Account;
  readonly now: Now;
  readonly random: SeededRandom;
}

export type SetupHandler = (context: SetupContext, request: SimRequest) => SimResponse;

export function setupAnswer(
  { account, random }: SetupContext,
  status: number,
  body: JsonObject,
  setCookies: readonly string[] = [],
): SimResponse {
  const headers = {
    'Access-Control-Allow-Credentials': 'true',
    'Access-Control-Allow-Origin': `https://www.icloud.com${account.region === 'cn' ? '.cn' : ''}`,
    'Cache-Control': 'no-cache, no-store, private',
    Server: 'AppleHttpServer/78689afb4479',
    'X-Apple-Request-UUID': random.uuid(),
    'x-apple-user-partition': String(account.partition),
  };
  return json(status, body, { headers, setCookies });
}

/** 421: the session is no good (protocol 4.4, D.6). */
export function notSignedIn(context: SetupContext, error: string): SimResponse {
  return setupAnswer(context, 421, {
    success: false,
    requestInfo: [],
    configBag: configBag(context.account),
    trustTokens: [],
    error,
  });
}
