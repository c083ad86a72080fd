import type { AuthDomain } from './endpoints.js';
import type { AccountData, ServiceError } from './responses.js';

/** What an account body means for kei. */
export type AccountState =
  | { readonly kind: 'ready'; readonly dsid: string; readonly cloudKitUrl: string }
  | { readonly kind: 'refused'; readonly error: ServiceError }
  | { readonly kind: 'wrong-domain'; readonly domain: AuthDomain }
  | { readonly kind: 'code-needed' }
  | { readonly kind: 'two-step' }
  | { readonly kind: 'terms' }
  | { readonly kind: 'web-access-off' }
  | { readonly kind: 'protected-without-web-access' }
  /** Advanced Data Protection: a trusted device has to hand over keys first (protocol 4.9). */
  | { readonly kind: 'consent-needed'; readonly dsid: string; readonly cloudKitUrl: string }
  | { readonly kind: 'no-photos' };

/** What the cookies of the session say beside the account body. */
export interface CookieFacts {
  /** `X-APPLE-WEBAUTH-TOKEN`, the one that CloudKit checks. */
  readonly token: boolean;
  /** `X-APPLE-WEBAUTH-PCS-Photos`. */
  readonly photoKeys: boolean;
}

/**
 * Judges an account body in the order of protocol 4.3, except that a body which says that web access
 * is off is believed before a missing cookie is read as unaccepted terms.
 */
export function accountState(
  account: AccountData,
  domain: AuthDomain,
  cookies: CookieFacts,
): AccountState {
  const { refusal, cloudKit, dsid } = account;
  if (refusal.failed) {
    return { kind: 'refused', error: refusal.errors[0] ?? { code: '?', text: 'no reason given' } };
  }
  const lives = domainOf(account.domainToUse);
  if (lives !== undefined && lives !== domain) return { kind: 'wrong-domain', domain: lives };
  if (!account.trustedBrowser || account.challengeRequired) {
    if (account.hsaVersion === 2) return { kind: 'code-needed' };
    if (account.hsaVersion >= 1) return { kind: 'two-step' };
  }
  if (account.termsNeeded || account.repairNeeded) return { kind: 'terms' };
  if (account.webAccessAllowed === false) {
    return {
      kind: account.advancedDataProtection ? 'protected-without-web-access' : 'web-access-off',
    };
  }
  if (!cookies.token) return { kind: 'terms' };
  if (dsid === undefined || cloudKit?.active !== true) {
    return { kind: account.advancedDataProtection ? 'protected-without-web-access' : 'no-photos' };
  }
  const keysMissing = account.advancedDataProtection && cloudKit.pcsRequired && !cookies.photoKeys;
  return { kind: keysMissing ? 'consent-needed' : 'ready', dsid, cloudKitUrl: cloudKit.url };
}

/** `iCloud.com` and `iCloud.com.cn`, in any case (protocol 4.6). */
function domainOf(domainToUse: string | undefined): AuthDomain | undefined {
  const name = domainToUse?.toLowerCase();
  if (name === 'icloud.com') return 'com';
  return name === 'icloud.com.cn' ? 'cn' : undefined;
}
