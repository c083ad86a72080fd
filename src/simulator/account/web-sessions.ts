import { createHmac } from 'node:crypto';
import type { Now, SimRequest } from '../http-io.js';
import type { SeededRandom } from '../seeded-random.js';
import type { AccountSettings } from './settings.js';

/** What an accountLogin opened, and cookies prove. */
export interface WebSession {
  readonly id: string;
  /** The session token that opened it. */
  readonly sessionToken: string;
  /** Second factor done: only then is there a TOKEN cookie. */
  trusted: boolean;
  /** `extended_login`: the cookies have a date; else they end with the browser. */
  readonly extended: boolean;
  /** PCS cookies are issued: always without Advanced Data Protection. */
  pcs: boolean;
  pcsPolls: number;
  /** Looks at the state since the owner was asked to approve; `undefined` before. */
  consentPolls: number | undefined;
  /** CloudKit answers, for the rotation of the TOKEN cookie. */
  answers: number;
  ended: boolean;
}

const mostSessions = 10_000;

/**
 * Web sessions and the values that stand for them in cookies. A value carries its own date and a
 * seal, so that any number of re-issued ones needs no memory.
 */
export class WebSessions {
  private readonly sessions = new Map<string, WebSession>();
  private readonly settings: AccountSettings;
  private readonly now: Now;
  private readonly random: SeededRandom;
  private readonly key: Buffer;

  constructor(settings: AccountSettings, now: Now, random: SeededRandom) {
    this.settings = settings;
    this.now = now;
    this.random = random;
    this.key = Buffer.from(random.bytes(32));
  }

  start(facts: Pick<WebSession, 'sessionToken' | 'trusted' | 'extended' | 'pcs'>): WebSession {
    const session: WebSession = {
      ...facts,
      id: this.random.uuid(),
      pcsPolls: 0,
      consentPolls: undefined,
      answers: 0,
      ended: false,
    };
    this.sessions.set(session.id, session);
    const [oldest] = this.sessions.keys();
    if (this.sessions.size > mostSessions && oldest !== undefined) this.sessions.delete(oldest);
    return session;
  }

  /** A value for the cookie `name` of `session`, good until `expires` (ms). */
  seal(session: WebSession, name: string, expires: number): string {
    const content = `${session.id}.${expires.toString(36)}.${this.random.token(6)}`;
    return `${content}.${this.sign(name, content)}`;
  }

  /** The session of a sealed value; `undefined` when it is forged, out of date or ended. */
  unseal(name: string, value: string | undefined): WebSession | undefined {
    // Values stand in quotes, some between a version and two tildes: `"v=2:t=EQ==…~~"`.
    const sealed = /([0-9a-f-]{36}\.[0-9a-z]+\.[\w-]+)\.([\w-]{22})/.exec(value ?? '');
    const [, content = '', signature] = sealed ?? [];
    if (signature === undefined || signature !== this.sign(name, content)) return undefined;
    const [id = '', expires = ''] = content.split('.');
    const session = this.sessions.get(id);
    const isOver = this.now() >= parseInt(expires, 36);
    return session === undefined || session.ended || isOver ? undefined : session;
  }

  /** The session that `cookie` of the request proves. */
  of(request: SimRequest, cookie: string): WebSession | undefined {
    return this.unseal(cookie, request.cookies.get(cookie));
  }

  /** When a cookie issued now ends. */
  expiry(): number {
    return this.now() + this.settings.lifetimes.webSessionMs;
  }

  /** Ends all sessions: their cookies are worth nothing from now on. */
  end(): void {
    for (const session of this.sessions.values()) session.ended = true;
  }

  private sign(name: string, content: string): string {
    const seal = createHmac('sha256', this.key).update(`${name} ${content}`).digest('base64url');
    return seal.slice(0, 22);
  }
}
