import { Account, type AccountOptions } from './account/account.js';
import { createSessionGuard } from './account/session-guard.js';
import { createControl } from './control.js';
import { Faults } from './faults.js';
import { HttpFront, type FrontOptions } from './http-front.js';
import type { Now } from './http-io.js';
import { Journal, type JournalOptions } from './journal.js';
import { SimLibrary, type LibraryOptions } from './library/index.js';
import { SeededRandom } from './seeded-random.js';
import { createCkDatabaseSite } from './sites/ckdatabase.js';
import { createContentSite } from './sites/content.js';
import { createIdmsaSite } from './sites/idmsa.js';
import { createSetupSite } from './sites/setup.js';

export interface FakeICloudOptions {
  readonly account?: AccountOptions;
  /** A library, or how to make one for this simulator. Default: an empty one. */
  readonly library?: SimLibrary | ((options: LibraryBasics) => SimLibrary);
  /** 0, the default: any that is free. */
  readonly port?: number;
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string;
  /** PEM; makes the simulator speak TLS. */
  readonly tls?: NonNullable<FrontOptions['tls']>;
  /** Simulated time. Default: the wall clock. */
  readonly now?: Now;
  /** Makes tokens, codes and chances repeat. Default: they differ each time. */
  readonly seed?: number | string;
  /** Refuse what Apple refuses although lenient clients send it. Default `true`. */
  readonly strict?: boolean;
  readonly journal?: JournalOptions;
}

/** What a library has to agree on with the rest of the simulator. */
export type LibraryBasics = Required<Pick<LibraryOptions, 'now' | 'contentHost'>>;

interface Parts {
  readonly account: Account;
  readonly library: SimLibrary;
  readonly faults: Faults;
  readonly journal: Journal;
}

const wallClock: Now = () => new Date().getTime();

/**
 * A simulated iCloud: one account and its photo library behind Apple's host names, on a loopback
 * port. What happens to it is said in the field's words: `account.expireSession()`,
 * `library.add(photo({ live: true }))`, `faults.next('content', { kind: 'drop', afterBytes: 100 })`.
 */
export class FakeICloud implements Parts {
  readonly account: Account;
  readonly library: SimLibrary;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly port: number;
  /** What `KEI_ICLOUD_ENDPOINT` wants. */
  readonly endpoint: string;
  private readonly front: HttpFront;

  private constructor(parts: Parts, front: HttpFront, endpoint: string) {
    this.account = parts.account;
    this.library = parts.library;
    this.faults = parts.faults;
    this.journal = parts.journal;
    this.front = front;
    this.port = front.port;
    this.endpoint = endpoint;
  }

  static async start(options: FakeICloudOptions = {}): Promise<FakeICloud> {
    const { now = wallClock, strict = true, host = '127.0.0.1', port = 0, tls } = options;
    const random = new SeededRandom(options.seed);
    const account = new Account(options.account ?? {}, now, random);
    const parts: Parts = {
      account,
      library: libraryOf(options.library, now, account.region),
      faults: new Faults(now, new SeededRandom(options.seed)),
      journal: new Journal(now, options.journal),
    };
    const { library, journal, faults } = parts;
    if (strict) library.tuning.refuseContentCookies = true;
    const front = await HttpFront.start(
      {
        sites: {
          idmsa: createIdmsaSite(account, { now, random, strict }),
          setup: createSetupSite(account, { now, random }),
          ckdatabase: createCkDatabaseSite(library, createSessionGuard(account)),
          content: createContentSite(library),
        },
        journal,
        faults,
        now,
        control: createControl(parts),
        revokeSession: () => {
          account.expireSession();
        },
        ...(tls ? { tls } : {}),
      },
      port,
      host,
    );
    const endpoint = `${tls ? 'https' : 'http'}://${host}:${front.port}`;
    return new FakeICloud(parts, front, endpoint);
  }

  /** Stops listening and drops every connection. */
  async close(): Promise<void> {
    await this.front.close();
  }
}

function libraryOf(
  given: FakeICloudOptions['library'],
  now: Now,
  region: Account['region'],
): SimLibrary {
  if (given instanceof SimLibrary) return given;
  const contentHost = `cvws.icloud-content.com${region === 'cn' ? '.cn' : ''}`;
  return given ? given({ now, contentHost }) : new SimLibrary({ now, contentHost });
}
