import type { ApiClient } from '../http/index.js';
import type { AccountWire } from './wire.js';

/** A signed-in account, for everything that talks to CloudKit. */
export interface AccountSession {
  readonly dsid: string;
  /** The `clientId` parameter of CloudKit calls. */
  readonly clientId: string;
  /** Base URL of CloudKit for this account; may change with every sign-in (protocol 4.4). */
  readonly cloudKitUrl: string;
  /** `Origin` of CloudKit calls. */
  readonly homeOrigin: string;
  /** False means: an `ACCESS_DENIED` has another cause than Advanced Data Protection (4.9). */
  readonly advancedDataProtection: boolean;
  /** Sends with the session's cookies, and keeps those that an answer renews. */
  readonly api: ApiClient;
  /** Drops the pooled connections, for a 421 of a reused one (protocol 4.8). */
  reconnect(): void;
  /** Whole days until this computer needs a new code, as far as a cookie tells (protocol 3.6). */
  trustDaysLeft(): number | undefined;
  /** Writes what the answers of the run renewed; call it at the end of a run. */
  persist(): Promise<void>;
}

export interface AccountFacts {
  readonly dsid: string;
  readonly cloudKitUrl: string;
  readonly advancedDataProtection: boolean;
}

const TRUST_COOKIE = 'X-APPLE-WEBAUTH-HSA-TRUST';
const DAY_MS = 86_400_000;

export function accountSession(
  wire: AccountWire,
  facts: AccountFacts,
  reconnect: () => void,
): AccountSession {
  const { cookies, clock, endpoints } = wire.options;
  return {
    dsid: facts.dsid,
    cloudKitUrl: facts.cloudKitUrl,
    advancedDataProtection: facts.advancedDataProtection,
    clientId: wire.session.clientId,
    homeOrigin: endpoints.home,
    api: {
      send: async (request) => {
        const response = await wire.send(request);
        wire.saveSoon();
        return response;
      },
    },
    reconnect,
    trustDaysLeft: () => {
      const expiries = cookies
        .all()
        .flatMap(({ name, expires }) => (name.startsWith(TRUST_COOKIE) ? (expires ?? []) : []));
      if (expiries.length === 0) return undefined;
      return Math.floor((Math.max(...expiries) - clock.now()) / DAY_MS);
    },
    persist: () => wire.save(),
  };
}
