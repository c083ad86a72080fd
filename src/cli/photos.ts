import type { AccountSession, Authenticator } from '../auth/index.js';
import { dataPaths } from '../config/paths.js';
import { requireUsername } from '../config/required.js';
import { KeiError, isKeiError, type ErrorKind } from '../errors/index.js';
import { transferRetry } from '../http/index.js';
import { createPhotosService, type PhotosService, type Recovery } from '../icloud/index.js';
import { plural } from '../report/format.js';
import type { CommandContext } from './context.js';
import {
  nextCoolDown,
  readCoolDown,
  requireCooledDown,
  wantsCoolDown,
  writeCoolDown,
} from './cool-down.js';
import { createAuthenticator } from './sign-in.js';

/** A signed-in account and its photos. */
export interface SignedIn {
  readonly service: PhotosService;
  /** Signs in again after Apple took the session back; `false` when that did not help (RT-31). */
  readonly reauthenticate: (error: KeiError) => Promise<boolean>;
}

/** Sign-ins in one command after Apple took the session back (RT-32). */
const MAX_REAUTHENTICATIONS = 3;
const TRUST_WARNING_DAYS = 7;
/** Failed sign-ins in which Apple said nothing. */
const PASSING: ReadonlySet<ErrorKind> = new Set(['transient', 'cancelled']);

/**
 * Signs in and runs `use` with the account's photos. Whatever happens, renewed cookies are written
 * back at the end, so that the stored session lives as long as Apple lets it (protocol 1.7). When
 * iCloud slowed the command down until it gave up, later ones leave it in peace for a while.
 */
export async function withPhotos<T>(
  context: CommandContext,
  signal: AbortSignal,
  use: (signedIn: SignedIn) => Promise<T>,
): Promise<T> {
  const { config, host, clock, loopback } = context;
  const path = dataPaths(config.dataDir, requireUsername(context, host.env)).coolDown;
  const before = await readCoolDown(path);
  requireCooledDown(before, clock.now());
  const authenticator = createAuthenticator(context, signal);
  try {
    const account = new LiveAccount(authenticator, await authenticator.login(), context);
    try {
      return await use(account.signedIn(signal));
    } finally {
      await account.persist();
      const error = account.slowedDown;
      const scale = loopback?.timeScale ?? 1;
      const after = error && nextCoolDown(before, error, clock.now(), scale);
      if (before !== undefined || after !== undefined) await writeCoolDown(path, after);
    }
  } finally {
    await authenticator.close();
  }
}

/** The account of a command, whose session may be renewed under way. */
class LiveAccount {
  readonly #authenticator: Authenticator;
  readonly #context: CommandContext;
  #session: AccountSession;
  #renewals = 0;
  #refusal: KeiError | undefined;
  /** iCloud's last word, when it was to slow down. */
  slowedDown: KeiError | undefined;

  constructor(authenticator: Authenticator, session: AccountSession, context: CommandContext) {
    this.#authenticator = authenticator;
    this.#session = session;
    this.#context = context;
    this.#warnOfExpiry();
  }

  signedIn(signal: AbortSignal): SignedIn {
    const { clock, log, host, config } = this.#context;
    const { clientId, dsid, homeOrigin, advancedDataProtection } = this.#session;
    const reauthenticate = (error: KeiError) => this.#reauthenticate(error);
    return {
      reauthenticate,
      service: createPhotosService({
        api: { send: (request) => this.#session.api.send(request) },
        ckDatabaseUrl: () => this.#session.cloudKitUrl,
        clientId,
        dsid,
        homeOrigin,
        dataProtection: advancedDataProtection,
        clock,
        random: host.random,
        log,
        retry: transferRetry(config.download.retry.perTransfer),
        signal,
        recover: (error, inVain) => this.#recover(error, inVain),
        ended: (error) => {
          if (error === undefined) this.#authenticator.sessionWorks();
          this.slowedDown = error !== undefined && wantsCoolDown(error) ? error : undefined;
        },
        refreshRouting: async () => {
          this.#session.reconnect();
          this.#session = await this.#signInAgain();
        },
      }),
    };
  }

  async persist(): Promise<void> {
    try {
      await this.#session.persist();
    } catch (error) {
      if (!isKeiError(error)) throw error;
      this.#context.log.warn('The renewed session could not be saved', { error: error.message });
    }
  }

  /** A refused request of a session that Apple accepts is worth repeating, and no loss (RT-31, RT-32). */
  async #recover(error: KeiError, inVain: boolean): Promise<Recovery> {
    const session = inVain ? undefined : await this.#authenticator.stillSignedIn();
    if (session === undefined) return (await this.#reauthenticate(error)) ? 'renewed' : 'refused';
    this.#session = session;
    return 'confirmed';
  }

  async #reauthenticate(error: KeiError): Promise<boolean> {
    this.#renewals += 1;
    if (this.#renewals > MAX_REAUTHENTICATIONS) throw givingUp(error);
    this.#context.log.warn('Apple ended the session; signing in again', { reason: error.message });
    this.#session = await this.#signInAgain();
    return true;
  }

  /** What Apple says to a sign-in holds for the command: it is not asked again (protocol 4.1, 4.2). */
  async #signInAgain(): Promise<AccountSession> {
    if (this.#refusal !== undefined) throw this.#refusal;
    try {
      return await this.#authenticator.reauthenticate();
    } catch (error) {
      if (isKeiError(error) && !PASSING.has(error.kind)) this.#refusal = error;
      throw error;
    }
  }

  #warnOfExpiry(): void {
    const days = this.#session.trustDaysLeft();
    if (days === undefined || days > TRUST_WARNING_DAYS) return;
    this.#context.log.warn(
      `Apple will ask for a new code in ${plural(Math.max(days, 0), 'day')}; run \`kei login\` before then`,
    );
  }
}

function givingUp(cause: KeiError): KeiError {
  return new KeiError({
    code: 'SESSION_EXPIRED',
    kind: 'session',
    message: `Session expired, giving up after ${MAX_REAUTHENTICATIONS} re-auth attempts`,
    hint: 'Run `kei login` to sign in again, then `kei sync`.',
    cause,
  });
}
