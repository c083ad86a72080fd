import { describe, expect, it } from 'vitest';
import { accountState } from '../../../src/auth/account-state.js';
import { parseAccount } from '../../../src/auth/responses.js';

const URL = 'https://p61-ckdatabasews.icloud.com:443';
const good = {
  dsInfo: { dsid: '1', hsaVersion: 2, isWebAccessAllowed: true, iCDPEnabled: false },
  webservices: { ckdatabasews: { pcsRequired: true, url: URL, status: 'active' } },
  hsaTrustedBrowser: true,
  hsaChallengeRequired: false,
};
const protectedAccount = { ...good, iCDPEnabled: true };
const noWebAccess = { ...good.dsInfo, isWebAccessAllowed: false };

function stateOf(body: unknown, cookies = { token: true, photoKeys: true }) {
  const account = parseAccount(body);
  return account === undefined ? undefined : accountState(account, 'com', cookies).kind;
}

describe('protocol 4.3: the flags of an account, in order', () => {
  it.each<[string, object, string]>([
    ['trusted', good, 'ready'],
    [
      'without a second factor',
      { ...good, dsInfo: { ...good.dsInfo, hsaVersion: 0 }, hsaTrustedBrowser: false },
      'ready',
    ],
    ['challenge required', { ...good, hsaChallengeRequired: true }, 'code-needed'],
    ['untrusted browser', { ...good, hsaTrustedBrowser: false }, 'code-needed'],
    ['flags missing', { ...good, hsaTrustedBrowser: undefined }, 'code-needed'],
    [
      'two-step',
      { ...good, dsInfo: { ...good.dsInfo, hsaVersion: 1 }, hsaTrustedBrowser: false },
      'two-step',
    ],
    ['errors first', { ...good, hsaTrustedBrowser: false, hasError: true }, 'refused'],
    ['other region', { domainToUse: 'iCloud.com.cn' }, 'wrong-domain'],
    ['own region, any case', { ...good, domainToUse: 'ICLOUD.COM' }, 'ready'],
    ['terms', { ...good, termsUpdateNeeded: true }, 'terms'],
    ['repair', { ...good, isRepairNeeded: true }, 'terms'],
    ['web access off', { ...good, dsInfo: noWebAccess }, 'web-access-off'],
    [
      'web access off with ADP',
      { ...protectedAccount, dsInfo: noWebAccess },
      'protected-without-web-access',
    ],
    ['no CloudKit', { ...good, webservices: {} }, 'no-photos'],
    [
      'CloudKit not active',
      { ...good, webservices: { ckdatabasews: { url: URL, status: 'down' } } },
      'no-photos',
    ],
    ['ADP with keys', protectedAccount, 'ready'],
  ])('%s', (_name, body, kind) => {
    expect(stateOf(body)).toBe(kind);
  });

  it('protocol 4.7: a login without the token cookie means unaccepted terms', () => {
    expect(stateOf(good, { token: false, photoKeys: false })).toBe('terms');
  });

  it('protocol 4.9: keys are asked for only under Advanced Data Protection', () => {
    expect(stateOf(protectedAccount, { token: true, photoKeys: false })).toBe('consent-needed');
    expect(stateOf(good, { token: true, photoKeys: false })).toBe('ready');
  });
});
