import type { Endpoints } from './endpoints.js';
import type { Session } from './session.js';

/** Identifies icloud.com, the same in both regions (protocol 1.1). */
const WIDGET_KEY = 'd39ba9916b7251055b22c7f910e2ea796ee65e98b2ddecea8f5dde8d9d1a815d';

type Headers = Readonly<Record<string, string>>;

function originHeaders(origin: string): Headers {
  return { Origin: origin, Referer: `${origin}/` };
}

/** What every sign-in request carries: the smallest set known to work at each step (protocol 1.3). */
function oauthHeaders(session: Session, endpoints: Endpoints): Headers {
  return {
    'Content-Type': 'application/json',
    'X-Apple-OAuth-Client-Id': WIDGET_KEY,
    'X-Apple-OAuth-Client-Type': 'firstPartyAuth',
    'X-Apple-OAuth-Redirect-URI': endpoints.home,
    'X-Apple-OAuth-Require-Grant-Code': 'true',
    'X-Apple-OAuth-Response-Mode': 'web_message',
    'X-Apple-OAuth-Response-Type': 'code',
    'X-Apple-OAuth-State': session.clientId,
    'X-Apple-Widget-Key': WIDGET_KEY,
    ...(session.scnt === undefined ? {} : { scnt: session.scnt }),
    ...(session.sessionId === undefined ? {} : { 'X-Apple-ID-Session-Id': session.sessionId }),
  };
}

/** For `signin/*` and `escrow/*`. */
export function passwordHeaders(session: Session, endpoints: Endpoints): Headers {
  return {
    ...oauthHeaders(session, endpoints),
    ...originHeaders(endpoints.authOrigin),
    Accept: 'application/json, text/javascript',
  };
}

/** For `verify/*`, `2sv/trust` and `repair/*`, whose origin must agree with the redirect URI. */
export function verifyHeaders(
  session: Session,
  endpoints: Endpoints,
  accept: 'application/json' | 'text/html' = 'application/json',
): Headers {
  return {
    ...oauthHeaders(session, endpoints),
    ...originHeaders(endpoints.home),
    Accept: accept,
  };
}

/** For `setup/*` (protocol 1.4). */
export function setupHeaders(endpoints: Endpoints): Headers {
  return {
    ...originHeaders(endpoints.home),
    'Content-Type': 'application/json',
    Accept: 'application/json',
  };
}
