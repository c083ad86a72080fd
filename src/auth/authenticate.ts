import {
  codeMalformed,
  codeNeeded,
  codeNotRequested,
  codeRefused,
  noCodeMethod,
} from '../errors/auth-errors.js';
import {
  createApiClient,
  SessionCookies,
  type OwnedApiClient,
  type Transport,
} from '../http/index.js';
import type { Random } from '../platform/random.js';
import { accountLogin, TOKEN_COOKIE, validate } from './account-login.js';
import type { AccountSession } from './account-session.js';
import { collectCode } from './collect-code.js';
import { endpointsFor, type AuthDomain } from './endpoints.js';
import { cachedSession, land, type Landing, type LandingEdges } from './landing.js';
import { PasswordSignIn } from './password-sign-in.js';
import type { PasswordSource } from './password-source.js';
import type { CodeChoice, TwoFactorPrompt } from './prompt.js';
import { SessionStore, type SessionPaths } from './session-store.js';
import { codeOptions, sendCode, type SmsWish } from './send-code.js';
import { newSession } from './session.js';
import { normalizeCode, submitCode } from './two-factor.js';
import { AccountWire } from './wire.js';

export interface AuthenticatorOptions {
  readonly appleId: string;
  readonly domain: AuthDomain;
  readonly transport: Transport;
  readonly random: Random;
  readonly paths: SessionPaths;
  readonly password: PasswordSource;
  /** The person at the terminal; absent when nobody is there (D4). */
  readonly prompt?: TwoFactorPrompt | undefined;
  /** Ends every wait and request. */
  readonly signal?: AbortSignal | undefined;
}

/** What a request for a code came to. */
export type CodeRequest =
  | { readonly kind: 'requested'; readonly method: CodeChoice }
  | { readonly kind: 'already-signed-in'; readonly session: AccountSession };

/** What a submitted code came to. */
export interface SubmittedCode {
  readonly kind: 'accepted' | 'already-signed-in';
  readonly session: AccountSession;
}

/** How long a validation that did not help makes the next one pointless. */
const DOUBT_MS = 600_000;
/** How often requests may be refused in a row while Apple says that the session is in order. */
const MOST_IN_VAIN = 2;

/**
 * Gets from whatever is stored to a signed-in account (protocol 0.2, 4.1): the validation cache,
 * the cookies, the session token, and only then the password and a code. Every failure is a typed
 * error; a throttled answer ends the attempt at once. The caller holds the account lock.
 */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #client: OwnedApiClient;
  readonly #store: SessionStore;
  readonly #wire: AccountWire;
  readonly #edges: LandingEdges;
  readonly #password: PasswordSignIn;
  #loaded = false;
  /** When Apple last called the cookies alone good enough. */
  #validatedAt = Number.NEGATIVE_INFINITY;
  /** How often Apple said so since a request was last answered. */
  #saidInVain = 0;
  #running: Promise<AccountSession> | undefined;
  #checking: Promise<unknown> = Promise.resolve();

  constructor(options: AuthenticatorOptions) {
    const { transport, random, paths, domain, signal, prompt } = options;
    const { clock, logger } = transport;
    const cookies = new SessionCookies(clock);
    const client = createApiClient({ ...transport, cookies });
    const store = new SessionStore({ paths, clock, logger });
    const endpoints = endpointsFor(domain);
    this.#options = options;
    this.#client = client;
    this.#store = store;
    this.#wire = new AccountWire(
      { client, cookies, store, endpoints, clock, random, logger, signal },
      newSession(random.uuid()),
    );
    this.#edges = {
      reconnect: () => {
        client.reconnect();
      },
      tell: (line) => {
        if (prompt === undefined) logger.warn(line);
        else prompt.tell(line);
      },
    };
    const { appleId, password } = options;
    this.#password = new PasswordSignIn({
      wire: this.#wire,
      edges: this.#edges,
      appleId,
      password,
    });
  }

  /** Signs in, with as little as is needed. Concurrent calls share one attempt. */
  login(): Promise<AccountSession> {
    return this.#once(async () => (await cachedSession(this.#wire, this.#edges)) ?? this.#signIn());
  }

  /**
   * Signs in again because Apple no longer accepts the session (protocol 4.8). Takes over what
   * another process stored meanwhile, and tries the cookies and the token before the password (D58).
   */
  reauthenticate(): Promise<AccountSession> {
    return this.#once(async () => {
      await this.#store.dropCache();
      // Cookies that were called good a moment ago and still do not work are not asked about again.
      const sinceValidated = this.#options.transport.clock.now() - this.#validatedAt;
      return this.#signIn({ tryCookies: sinceValidated > DOUBT_MS });
    });
  }

  /**
   * The session as it is, if Apple says that it still accepts it: a single request may be refused by
   * mistake. `undefined` when it does not, or said so twice and nothing came of it.
   */
  async stillSignedIn(): Promise<AccountSession | undefined> {
    if (this.#running !== undefined) return this.#running;
    if (this.#saidInVain >= MOST_IN_VAIN) return undefined;
    const checking = this.#checking.then(async () => {
      await this.#refresh();
      await this.#store.dropCache();
      const landed = await this.#tryCookies();
      if (landed?.kind !== 'signed-in') return undefined;
      this.#saidInVain += 1;
      return landed.session;
    });
    this.#checking = checking.catch(() => undefined);
    return checking;
  }

  /** A request was answered: what was said of the session's cookies is true. */
  sessionWorks(): void {
    this.#saidInVain = 0;
  }

  /**
   * Has Apple send a code, to be submitted by a later process (cli 9.2, D26). `sms` asks for a text
   * message to the first trusted number, or to the one with that id.
   */
  async requestCode({ sms }: { readonly sms?: SmsWish } = {}): Promise<CodeRequest> {
    await this.#refresh();
    const landed = await this.#useStored();
    if (landed.kind === 'signed-in') return { kind: 'already-signed-in', session: landed.session };
    if (landed.kind === 'code-needed' && this.#wire.session.pendingCode !== undefined) {
      // The flow that asked for a code may still be open; if it is not, the password opens another.
      const sent = await sendCode(this.#wire, sms);
      if (sent.kind === 'sent') return { kind: 'requested', method: sent.method };
    }
    return this.#password.with(true, async (password) => {
      const result = await this.#password.prove(password, true);
      if (result.kind === 'signed-in') {
        return { kind: 'already-signed-in', session: result.session };
      }
      const sent = await sendCode(this.#wire, sms, result.options);
      if (sent.kind === 'failed') throw noCodeMethod(sent.reason);
      return { kind: 'requested', method: sent.method };
    });
  }

  /** Submits a code that was requested earlier, without having another one sent (protocol 3.3). */
  async submitCode(typed: string): Promise<SubmittedCode> {
    const code = normalizeCode(typed);
    if (code === undefined) throw codeMalformed();
    await this.#refresh();
    const landed = await this.#useStored();
    if (landed.kind === 'signed-in') return { kind: 'already-signed-in', session: landed.session };
    const { scnt, sessionId, pendingCode = { kind: 'device' } } = this.#wire.session;
    if (scnt === undefined && sessionId === undefined) throw codeNotRequested();
    const verdict = await submitCode(this.#wire, pendingCode, code);
    if (verdict.kind === 'expired') throw codeNotRequested();
    if (verdict.kind !== 'accepted') throw codeRefused();
    const session = verdict.escrow
      ? await this.#password.with(undefined, (password) => this.#password.afterCode(password))
      : await this.#password.afterCode(undefined);
    return { kind: 'accepted', session };
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #once(attempt: () => Promise<AccountSession>): Promise<AccountSession> {
    this.#running ??= this.#checking
      .then(() => this.#refresh())
      .then(attempt)
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  /** Reads the files, unless memory is already what they hold. */
  async #refresh(): Promise<void> {
    if (this.#loaded && !(await this.#store.changedOnDisk())) return;
    await this.#wire.load();
    this.#loaded = true;
  }

  async #signIn({ tryCookies } = { tryCookies: true }): Promise<AccountSession> {
    const { prompt } = this.#options;
    const landed = await this.#useStored({ tryCookies });
    if (landed.kind === 'signed-in') return landed.session;
    // The password would only lead to the same question for a code, and use up a sign-in.
    if (prompt === undefined && this.#wire.session.pendingCode !== undefined) throw codeNeeded();
    const attended = prompt !== undefined;
    return this.#password.with(attended, async (password) => {
      const result = await this.#password.prove(password, attended);
      if (result.kind === 'signed-in') return result.session;
      if (prompt === undefined) throw codeNeeded();
      const { phones } = await codeOptions(this.#wire, result.options);
      const { escrow } = await collectCode(this.#wire, prompt, phones);
      return this.#password.afterCode(escrow ? password : undefined);
    });
  }

  /** The cookies, then the session token (protocol 4.1). */
  async #useStored({ tryCookies } = { tryCookies: true }): Promise<Landing> {
    const wire = this.#wire;
    const landed = tryCookies ? await this.#tryCookies() : undefined;
    if (landed?.kind === 'signed-in') return landed;
    if (wire.session.sessionToken === undefined) return { kind: 'expired', status: 0 };
    return land(wire, await accountLogin(wire), this.#edges);
  }

  async #tryCookies(): Promise<Landing | undefined> {
    const wire = this.#wire;
    if (!wire.options.cookies.has(TOKEN_COOKIE)) return undefined;
    const landed = await land(wire, await validate(wire), this.#edges);
    if (landed.kind === 'signed-in') this.#validatedAt = wire.options.clock.now();
    return landed;
  }
}
