import { signInThrottled } from '../errors/auth-errors.js';
import type { KeiError } from '../errors/index.js';
import {
  AUTH_RETRY,
  withRetry,
  type ApiClient,
  type ApiRequest,
  type ApiResponse,
  type HeaderView,
  type RetryReport,
  type SessionCookies,
} from '../http/index.js';
import type { Clock } from '../platform/clock.js';
import type { Logger } from '../platform/logger.js';
import type { Random } from '../platform/random.js';
import type { Endpoints } from './endpoints.js';
import { passwordHeaders, setupHeaders, verifyHeaders } from './headers.js';
import { parseJson, parseRefusal, type Refusal } from './responses.js';
import type { SessionStore } from './session-store.js';
import { captureHeaders, type Session } from './session.js';
import { withThrottle } from './sign-in-limits.js';

/** An answer of the sign-in or account service, captured and parsed, not yet judged. */
export interface Answer {
  /** What was asked, e.g. `signin/init`. */
  readonly step: string;
  readonly status: number;
  readonly headers: HeaderView;
  readonly text: string;
  /** Undefined when the text is no JSON. */
  readonly body: unknown;
  readonly refusal: Refusal;
  readonly requestId: string | undefined;
}

export interface WireOptions {
  readonly client: ApiClient;
  readonly cookies: SessionCookies;
  readonly store: SessionStore;
  readonly endpoints: Endpoints;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly signal?: AbortSignal | undefined;
}

/** How long changes that CloudKit makes to cookies may wait before they are written. */
const SAVE_INTERVAL_MS = 30_000;

type SetupBody = Readonly<Record<string, unknown>> | null;

/**
 * The live session: sends requests as it, takes what every answer says about it before anybody
 * looks at the status (protocol 0.3), and writes it down.
 */
export class AccountWire implements ApiClient {
  readonly options: WireOptions;
  #session: Session;
  #saved: { session?: Session; cookies?: number | undefined; at: number } = {
    at: Number.NEGATIVE_INFINITY,
  };

  constructor(options: WireOptions, session: Session) {
    this.options = options;
    this.#session = session;
  }

  get session(): Session {
    return this.#session;
  }

  update(change: Partial<Session>): void {
    this.#session = { ...this.#session, ...change };
  }

  async send(request: ApiRequest): Promise<ApiResponse> {
    const { client, signal } = this.options;
    const response = await client.send(signal === undefined ? request : { signal, ...request });
    this.#session = captureHeaders(this.#session, response.headers);
    return response;
  }

  /** A `signin/*` or `escrow/*` step. */
  password(step: string, body: unknown, query = ''): Promise<Answer> {
    const { endpoints } = this.options;
    return this.#ask(step, {
      method: 'POST',
      url: `${endpoints.auth}/${step}${query}`,
      headers: passwordHeaders(this.#session, endpoints),
      body: JSON.stringify(body),
    });
  }

  /**
   * A `verify/*`, `2sv/*` or `repair/*` step; with an empty step the page of options. Each answer
   * changes `scnt`, and another process may take the next step, so it is written down at once.
   */
  async verify(
    method: ApiRequest['method'],
    step: string,
    { body, accept }: { body?: unknown; accept?: 'application/json' | 'text/html' } = {},
  ): Promise<Answer> {
    const { endpoints } = this.options;
    const answer = await this.#ask(step === '' ? 'auth' : step, {
      method,
      url: step === '' ? endpoints.auth : `${endpoints.auth}/${step}`,
      headers: verifyHeaders(this.#session, endpoints, accept),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    await this.save();
    return answer;
  }

  /** A step of the account service. */
  setup(step: string, body?: SetupBody): Promise<Answer> {
    const { endpoints } = this.options;
    return this.#ask(step, {
      method: 'POST',
      url: `${endpoints.setup}/${step}`,
      headers: setupHeaders(endpoints),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** Repeats an attempt whose failure is `transient` (RT-14). */
  retrying<T>(retries: number, attempt: () => Promise<T>): Promise<T> {
    const { clock, random, signal, logger } = this.options;
    const onRetry = ({ attempt: number, delayMs, error }: RetryReport) => {
      logger.warn(`${error.message} Trying again.`, { attempt: number, delayMs });
    };
    const settings = { ...AUTH_RETRY, retries };
    return withRetry({ settings, clock, random, signal, onRetry }, attempt);
  }

  /** Notes that Apple throttled a sign-in step, so that no run tries again too soon (D58). */
  async throttled({ status, headers }: Answer): Promise<KeiError> {
    const now = this.options.clock.now();
    const limits = withThrottle(this.#session.limits, now, status, headers.get('Retry-After'));
    this.update({ limits });
    await this.save();
    return signInThrottled(limits.notBefore);
  }

  /** Takes over what the store holds. */
  async load(): Promise<void> {
    const stored = await this.options.store.load(this.#session);
    this.#session = stored.session;
    this.options.cookies.load(stored.cookies);
    this.#noteSaved();
  }

  /** Writes the session and its cookies when they changed. */
  async save(): Promise<void> {
    if (!this.#isDirty()) return;
    this.#noteSaved();
    await this.options.store.save(this.#session, this.options.cookies.all());
  }

  /** Writes changes in the background, not too often; `save` writes what was left out. */
  saveSoon(): void {
    const now = this.options.clock.now();
    if (!this.#isDirty() || now - this.#saved.at < SAVE_INTERVAL_MS) return;
    this.save().catch((error: unknown) => {
      this.#saved.cookies = undefined;
      const reason = error instanceof Error ? error.message : String(error);
      this.options.logger.warn('The renewed session could not be stored.', { reason });
    });
  }

  #isDirty(): boolean {
    const { session, cookies } = this.#saved;
    return session !== this.#session || cookies !== this.options.cookies.version;
  }

  #noteSaved(): void {
    const { cookies, clock } = this.options;
    this.#saved = { session: this.#session, cookies: cookies.version, at: clock.now() };
  }

  async #ask(step: string, request: ApiRequest): Promise<Answer> {
    const { status, headers, text } = await this.send(request);
    const body = parseJson(text);
    const requestId = headers.get('X-Apple-I-Request-ID') ?? headers.get('X-Apple-Request-UUID');
    return { step, status, headers, text, body, refusal: parseRefusal(body), requestId };
  }
}
