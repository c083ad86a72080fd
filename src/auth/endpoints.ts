/** `[auth].domain`: where the account lives. */
export type AuthDomain = 'com' | 'cn';

/** Base URLs and origins of one region (protocol 0.1). */
export interface Endpoints {
  readonly domain: AuthDomain;
  /** Sign-in. The global host for both regions: the Chinese one answers 503 often. */
  readonly auth: string;
  /** `Origin` of the password steps (protocol 1.3). */
  readonly authOrigin: string;
  /** `Origin` of everything else, and the OAuth redirect. */
  readonly home: string;
  readonly setup: string;
}

const AUTH = {
  auth: 'https://idmsa.apple.com/appleauth/auth',
  authOrigin: 'https://idmsa.apple.com',
};

const BY_DOMAIN: Readonly<Record<AuthDomain, Endpoints>> = {
  com: {
    ...AUTH,
    domain: 'com',
    home: 'https://www.icloud.com',
    setup: 'https://setup.icloud.com/setup/ws/1',
  },
  cn: {
    ...AUTH,
    domain: 'cn',
    home: 'https://www.icloud.com.cn',
    setup: 'https://setup.icloud.com.cn/setup/ws/1',
  },
};

export function endpointsFor(domain: AuthDomain): Endpoints {
  return BY_DOMAIN[domain];
}
