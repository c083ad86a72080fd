import type { HeaderView } from '../http/index.js';

/** How a code was last asked for, so that a later process submits it the same way (D26). */
export type CodeMethod =
  { readonly kind: 'device' } | { readonly kind: 'phone'; readonly phone: PhoneRoute };

/** What Apple needs to know a trusted number by (protocol 3.4). */
export interface PhoneRoute {
  readonly id: number;
  readonly mode: 'sms' | 'voice';
  /** Sent back only when the option carried it. */
  readonly nonFTEU?: boolean;
}

/** Limits that outlive a process (D58); times in milliseconds since 1970. */
export interface SignInLimits {
  /** Password sign-ins of the last hour. */
  readonly attempts: readonly number[];
  readonly notBefore?: number;
  /** Throttled answers in a row; each doubles the wait. */
  readonly throttles: number;
}

/** Everything that is kept between requests and runs besides cookies (protocol 0.3). */
export interface Session {
  /** `auth-` and a lower-case UUID; made once, kept for ever (protocol 1.2). */
  readonly clientId: string;
  readonly sessionToken?: string | undefined;
  readonly trustToken?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly scnt?: string | undefined;
  readonly accountCountry?: string | undefined;
  readonly trustEligible?: string | undefined;
  readonly rscd?: string | undefined;
  readonly ercd?: string | undefined;
  /** Set from the moment Apple asks for a code until this computer is trusted. */
  readonly pendingCode?: CodeMethod | undefined;
  readonly limits: SignInLimits;
}

const FROM_HEADERS = [
  ['sessionToken', 'X-Apple-Session-Token'],
  ['trustToken', 'X-Apple-TwoSV-Trust-Token'],
  ['sessionId', 'X-Apple-ID-Session-Id'],
  ['scnt', 'scnt'],
  ['accountCountry', 'X-Apple-ID-Account-Country'],
  ['trustEligible', 'X-Apple-TwoSV-Trust-Eligible'],
  ['rscd', 'X-Apple-I-Rscd'],
  ['ercd', 'X-Apple-I-Ercd'],
] as const;

/** The session after an answer's headers, whatever its status (protocol 0.3, 1.5). */
export function captureHeaders(session: Session, headers: HeaderView): Session {
  let captured = session;
  for (const [key, header] of FROM_HEADERS) {
    const value = headers.get(header) ?? '';
    if (value !== '' && value !== captured[key]) captured = { ...captured, [key]: value };
  }
  return captured;
}

/** A session for an account that never signed in here. */
export function newSession(uuid: string): Session {
  return { clientId: `auth-${uuid.toLowerCase()}`, limits: { attempts: [], throttles: 0 } };
}
