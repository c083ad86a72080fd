import {
  advancedDataProtection,
  appleRefused,
  photosUnavailable,
  termsNeeded,
  twoStepVerification,
  webAccessOff,
  wrongDomain,
} from '../errors/auth-errors.js';
import type { KeiError } from '../errors/index.js';
import { PHOTO_KEYS_COOKIE, TOKEN_COOKIE, type AccountAnswer } from './account-login.js';
import { accountSession, type AccountSession } from './account-session.js';
import { accountState, type AccountState } from './account-state.js';
import { obtainDeviceConsent } from './device-consent.js';
import { parseAccount, type AccountData } from './responses.js';
import type { AccountWire } from './wire.js';

/** Where an answer of the account service leaves the sign-in. */
export type Landing =
  | { readonly kind: 'signed-in'; readonly session: AccountSession }
  | { readonly kind: 'code-needed' }
  | { readonly kind: 'expired'; readonly status: number };

export interface LandingEdges {
  readonly reconnect: () => void;
  /** Says what the user has to do on a device. */
  readonly tell: (line: string) => void;
}

/** Judges an account answer, waits for consent where Apple wants it, and stores a good session. */
export async function land(
  wire: AccountWire,
  answer: AccountAnswer,
  edges: LandingEdges,
): Promise<Landing> {
  if (answer.kind === 'expired') return answer;
  const state = stateOf(wire, answer.account);
  if (state.kind === 'code-needed') {
    await wire.save();
    return { kind: 'code-needed' };
  }
  if (state.kind === 'consent-needed') {
    await obtainDeviceConsent(wire, edges.tell);
  } else if (state.kind !== 'ready') {
    await wire.save();
    throw stateError(state);
  }
  wire.update({ pendingCode: undefined });
  await wire.save();
  await wire.options.store.writeCache(answer.body);
  const { advancedDataProtection: protectedData } = answer.account;
  const facts = { ...state, advancedDataProtection: protectedData };
  return { kind: 'signed-in', session: accountSession(wire, facts, edges.reconnect) };
}

/** The account of a validation that is less than ten minutes old (protocol 4.1). */
export async function cachedSession(
  wire: AccountWire,
  edges: LandingEdges,
): Promise<AccountSession | undefined> {
  const account = parseAccount(await wire.options.store.readCache());
  if (account === undefined) return undefined;
  const state = stateOf(wire, account);
  if (state.kind !== 'ready') return undefined;
  const facts = { ...state, advancedDataProtection: account.advancedDataProtection };
  return accountSession(wire, facts, edges.reconnect);
}

function stateOf(wire: AccountWire, account: AccountData): AccountState {
  const { cookies, endpoints } = wire.options;
  return accountState(account, endpoints.domain, {
    token: cookies.has(TOKEN_COOKIE),
    photoKeys: cookies.has(PHOTO_KEYS_COOKIE),
  });
}

type BadState = Exclude<AccountState, { kind: 'ready' | 'code-needed' | 'consent-needed' }>;

function stateError(state: BadState): KeiError {
  switch (state.kind) {
    case 'refused':
      return appleRefused(state.error.code, state.error.text);
    case 'wrong-domain':
      return wrongDomain(state.domain);
    case 'two-step':
      return twoStepVerification();
    case 'terms':
      return termsNeeded();
    case 'web-access-off':
      return webAccessOff();
    case 'protected-without-web-access':
      return advancedDataProtection();
    case 'no-photos':
      return photosUnavailable();
  }
}
