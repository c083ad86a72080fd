import { Account, type AccountOptions } from './account/account.js';
import { createSessionGuard } from './account/session-guard.js';
import { Faults } from './faults.js';
import { HttpFront, type FrontOptions } from './http-front.js';
import type { Now, SessionGuard, Site } from './http-io.js';
import { Journal, type JournalOptions } from './journal.js';
import { SeededRandom } from './seeded-random.js';
import { createIdmsaSite } from './sites/idmsa.js';
import { createSetupSite } from './sites/setup.js';

/** The sites that show a library, given what guards it. */
export type LibrarySites = (guard: SessionGuard) => {
  readonly ckdatabase: Site;
  readonly content: Site;
};

export interface FakeICloudOptions {
  readonly account?: AccountOptions;
  readonly sites?: LibrarySites;
  /** 0, the default: any that is free. */
  readonly port?: number;
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string;
  /** PEM; makes the simulator speak TLS. */
  readonly tls?: FrontOptions['tls'];
  /** Simulated time. Default: the wall clock. */
  readonly now?: Now;
  /** Makes tokens, codes and chances repeat. Default: they differ each time. */
  readonly seed?: number | string;
  /** Refuse what Apple refuses although lenient clients send it. Default `true`. */
  readonly strict?: boolean;
  readonly journal?: JournalOptions;
}

const wallClock: Now = () => new Date().getTime();

/**
 * A simulated iCloud: one account behind Apple's host names, on a loopback port. What a test does
 * to it, it says in the field's words: `account.expireSession()`, `faults.next('content', …)`.
 */
export class FakeICloud {
  readonly account: Account;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly port: number;
  /** What `KEI_ICLOUD_ENDPOINT` wants. */
  readonly endpoint: string;
  private readonly front: HttpFront;

  private constructor(parts: {
    account: Account;
    faults: Faults;
    journal: Journal;
    front: HttpFront;
    endpoint: string;
  }) {
    this.account = parts.account;
    this.faults = parts.faults;
    this.journal = parts.journal;
    this.front = parts.front;
    this.port = parts.front.port;
    this.endpoint = parts.endpoint;
  }

  static async start(options: FakeICloudOptions = {}): Promise<FakeICloud> {
    const { now = wallClock, strict = true, host = '127.0.0.1', port = 0, tls } = options;
    const random = new SeededRandom(options.seed);
    const account = new Account(options.account ?? {}, now, random);
    const faults = new Faults(now, new SeededRandom(options.seed));
    const journal = new Journal(now, options.journal);
    const front = await HttpFront.start(
      {
        sites: {
          idmsa: createIdmsaSite(account, { now, random, strict }),
          setup: createSetupSite(account, { now, random }),
          ...options.sites?.(createSessionGuard(account)),
        },
        journal,
        faults,
        now,
        revokeSession: () => {
          account.expireSession();
        },
        ...(tls ? { tls } : {}),
      },
      port,
      host,
    );
    const endpoint = `${tls ? 'https' : 'http'}://${host}:${front.port}`;
    return new FakeICloud({ account, faults, journal, front, endpoint });
  }

  /** Stops listening and drops every connection. */
  async close(): Promise<void> {
    await this.front.close();
  }
}
