import { createApiClient, SessionCookies, type OwnedApiClient } from '../../src/http/index.js';
import {
  createPhotosService,
  type CloudKitAccess,
  type ListingItem,
  type ListingOptions,
  type ListingResult,
  type PhotosService,
} from '../../src/icloud/index.js';
import type { AssetSource, ChangeEvent, Library } from '../../src/domain/index.js';
import { systemClock } from '../../src/platform/clock.js';
import { silentLogger } from '../../src/platform/logger.js';
import { systemRandom } from '../../src/platform/random.js';
import { loginCookies } from '../../src/simulator/account/cookies.js';
import { FakeICloud } from '../../src/simulator/fake-icloud.js';
import { SimLibrary, type LibraryOptions } from '../../src/simulator/library/index.js';

/** A photos service that talks over HTTP to a simulated library, with a session that is signed in. */
export interface PhotosBench {
  readonly icloud: FakeICloud;
  readonly library: SimLibrary;
  readonly photos: PhotosService;
  /** The personal library, listed once. */
  readonly primary: Library;
  readonly list: (source?: AssetSource, options?: Partial<ListingOptions>) => Promise<Listed>;
  /** The changes of the personal library since a zone token. */
  readonly changesSince: (token: string) => Promise<Changed>;
  /** CloudKit requests so far, of one operation or of all. */
  readonly requests: (operation?: string) => number;
  /** Signs in again. */
  readonly renewSession: () => void;
  readonly close: () => Promise<void>;
}

export interface Listed {
  readonly items: readonly ListingItem[];
  /** Record names of the assets, in order. */
  readonly ids: readonly string[];
  readonly result: ListingResult;
}

export interface Changed {
  readonly events: readonly ChangeEvent[];
  readonly feed: ReturnType<PhotosService['listChanges']>;
}

export interface BenchOptions {
  readonly library?: Partial<LibraryOptions>;
  readonly access?: (client: OwnedApiClient) => Partial<CloudKitAccess>;
}

export async function photosBench(
  prepare: (library: SimLibrary) => void,
  options: BenchOptions = {},
): Promise<PhotosBench> {
  const clock = systemClock(0.001);
  const icloud = await FakeICloud.start({
    journal: { details: true },
    library: (basics) => {
      const library = new SimLibrary({ ...basics, seed: 1, ...options.library });
      prepare(library);
      return library;
    },
  });
  const cookies = new SessionCookies(clock);
  const renewSession = () => {
    const { account } = icloud;
    const session = account.web.start({
      sessionToken: 'session',
      trusted: true,
      extended: true,
      pcs: true,
    });
    cookies.take('https://setup.icloud.com/', loginCookies(account, session, clock.now()));
  };
  renewSession();
  const client = createApiClient({
    clock,
    logger: silentLogger,
    loopback: { origin: icloud.endpoint, timeScale: 1 },
    cookies,
  });
  const photos = createPhotosService({
    api: client,
    ckDatabaseUrl: () => `https://p${icloud.account.partition}-ckdatabasews.icloud.com:443`,
    clientId: 'auth-11111111-2222-4333-8444-555555555555',
    dsid: '12345678901',
    homeOrigin: 'https://www.icloud.com',
    dataProtection: false,
    clock,
    random: systemRandom,
    log: silentLogger,
    retry: { retries: 3, baseMs: 2000, maxMs: 60_000 },
    ...options.access?.(client),
  });
  const [primary] = await photos.listLibraries({ needsShared: true });
  if (primary === undefined) throw new Error('no library');

  return {
    icloud,
    library: icloud.library,
    photos,
    primary,
    list: async (source = { kind: 'all' }, more = {}) => {
      const listing = photos.listAssets({ library: primary, source, ...more });
      const items: ListingItem[] = [];
      for await (const item of listing.items()) items.push(item);
      const ids = items.flatMap((item) => (item.kind === 'asset' ? [item.asset.assetId] : []));
      return { items, ids, result: listing.result() };
    },
    changesSince: async (token) => {
      const feed = photos.listChanges(primary, token);
      const events: ChangeEvent[] = [];
      for await (const event of feed.events()) events.push(event);
      return { events, feed };
    },
    renewSession,
    requests: (operation) =>
      icloud.journal.entries.filter(
        (entry) =>
          entry.site === 'ckdatabase' && (operation === undefined || entry.operation === operation),
      ).length,
    close: async () => {
      await client.close();
      await icloud.close();
    },
  };
}
