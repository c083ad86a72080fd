import type { Now, SimRequest } from '../http-io.js';
import type { SeededRandom } from '../seeded-random.js';
import type { SrpChallenge } from '../srp-server.js';
import type { AccountSettings } from './settings.js';

/** A challenge that has been handed out, under its `c`. Good for one answer. */
export interface OpenChallenge {
  readonly c: string;
  readonly srp: SrpChallenge;
  /** As the client typed it; empty for escrow. */
  readonly accountName: string;
}

/** One sign-in, from init to the trusted browser. */
export interface SignIn {
  readonly sessionId: string;
  /** The latest one; every answer brings a new one. */
  scnt: string;
  /** Session tokens handed out; one client sends them in the place of the session id. */
  readonly sessionTokens: string[];
  stage: 'started' | 'password' | 'verified';
  challenge: OpenChallenge | undefined;
  /** A second proof of the password is wanted before anything else. */
  escrowPending: boolean;
  /** The browser came with a trust token that is still good. */
  broughtTrust: boolean;
  readonly since: number;
}

const mostSignIns = 1000;

/** The sign-ins under way, found by what their requests carry (protocol 0.3, 1.3). */
export class SignIns {
  private readonly byScnt = new Map<string, SignIn>();
  private readonly bySession = new Map<string, SignIn>();
  private readonly byChallenge = new Map<string, SignIn>();
  private readonly open: SignIn[] = [];
  private readonly settings: AccountSettings;
  private readonly now: Now;
  private readonly random: SeededRandom;

  constructor(settings: AccountSettings, now: Now, random: SeededRandom) {
    this.settings = settings;
    this.now = now;
    this.random = random;
  }

  start(): SignIn {
    const signIn: SignIn = {
      sessionId: this.random.token(60),
      scnt: '',
      sessionTokens: [],
      stage: 'started',
      challenge: undefined,
      escrowPending: false,
      broughtTrust: false,
      since: this.now(),
    };
    this.bySession.set(signIn.sessionId, signIn);
    this.open.push(signIn);
    if (this.open.length > mostSignIns) this.forget(this.open.shift());
    return signIn;
  }

  /** A new `scnt`; the earlier ones are still recognised, as stale. */
  rotate(signIn: SignIn): string {
    signIn.scnt = this.random.token(96);
    this.byScnt.set(signIn.scnt, signIn);
    return signIn.scnt;
  }

  /** A `c` that no other challenge has. */
  challenge(signIn: SignIn, srp: SrpChallenge, accountName: string): OpenChallenge {
    const c = `d-${this.random.code()}-${this.random.uuid()}:MSA`;
    signIn.challenge = { c, srp, accountName };
    this.byChallenge.set(c, signIn);
    return signIn.challenge;
  }

  addSessionToken(signIn: SignIn, token: string): void {
    signIn.sessionTokens.push(token);
    this.bySession.set(token, signIn);
  }

  /** Takes the sign-in's challenge for `c`; a second time there is none. */
  redeem(c: unknown): { signIn: SignIn; challenge: OpenChallenge } | undefined {
    const signIn = typeof c === 'string' ? this.byChallenge.get(c) : undefined;
    if (signIn?.challenge === undefined || signIn.challenge.c !== c) return undefined;
    const { challenge } = signIn;
    signIn.challenge = undefined;
    return this.isOver(signIn) ? undefined : { signIn, challenge };
  }

  /**
   * The sign-in that a request continues, by `scnt` and session id. `stale` when only an earlier
   * `scnt` was sent; `undefined` when the two disagree, are unknown, or the sign-in is over.
   */
  find(request: SimRequest): { signIn: SignIn; stale: boolean } | undefined {
    const scnt = request.headers['scnt'];
    const session = request.headers['x-apple-id-session-id'];
    const byScnt = scnt === undefined ? undefined : this.byScnt.get(scnt);
    const bySession = session === undefined ? undefined : this.bySession.get(session);
    const signIn = byScnt ?? bySession;
    if (signIn === undefined || this.isOver(signIn)) return undefined;
    if (byScnt && bySession && byScnt !== bySession) return undefined;
    return { signIn, stale: signIn.scnt !== scnt };
  }

  /** Does the request carry an `scnt` that we have never handed out, or of a sign-in that is over? */
  isStrange(request: SimRequest): boolean {
    return request.headers['scnt'] !== undefined && this.find(request) === undefined;
  }

  /** Ends all sign-ins under way, as waiting too long does. */
  expire(): void {
    while (this.open.length > 0) this.forget(this.open.shift());
    this.byScnt.clear();
    this.byChallenge.clear();
  }

  private isOver(signIn: SignIn): boolean {
    return this.now() - signIn.since >= this.settings.lifetimes.signInMs;
  }

  private forget(signIn: SignIn | undefined): void {
    for (const map of [this.byScnt, this.bySession, this.byChallenge]) {
      for (const [key, value] of map) if (value === signIn) map.delete(key);
    }
  }
}
