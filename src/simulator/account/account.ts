import type { Now } from '../http-io.js';
import type { SeededRandom } from '../seeded-random.js';
import { enroll, type PasswordVerifier, type SrpProtocol } from '../srp-server.js';
import { CodeBook, type PendingCode } from './codes.js';
import { defaultSettings, type AccountSettings, type TwoFactorSettings } from './settings.js';
import { SignIns } from './sign-ins.js';
import { Tokens } from './tokens.js';
import { WebSessions } from './web-sessions.js';

export interface AccountOptions {
  readonly appleId?: string;
  readonly password?: string;
  readonly fullName?: string;
  readonly dsid?: string;
  /** ISO 3166 alpha-3. */
  readonly country?: string;
  /** Where the account lives. */
  readonly region?: 'com' | 'cn';
  /** The number in `p61-ckdatabasews…`. */
  readonly partition?: number;
  readonly protocol?: SrpProtocol;
  /** PBKDF2 rounds. */
  readonly iteration?: number;
  /** `off`: the password is enough. */
  readonly twoFactor?: Partial<TwoFactorSettings> | 'off';
}

/** An Apple Account: what it is, how it behaves, and what it has handed out. */
export class Account {
  readonly appleId: string;
  readonly password: string;
  readonly fullName: string;
  readonly dsid: string;
  readonly country: string;
  region: 'com' | 'cn';
  partition: number;
  readonly settings: AccountSettings;
  readonly codes: CodeBook;
  readonly signIns: SignIns;
  readonly tokens: Tokens;
  readonly web: WebSessions;
  /** Times of password sign-ins, oldest first. */
  readonly signInTimes: number[] = [];
  private readonly random: SeededRandom;
  private readonly iteration: number;
  private readonly verifiers = new Map<SrpProtocol, PasswordVerifier>();

  constructor(options: AccountOptions, now: Now, random: SeededRandom) {
    this.appleId = options.appleId ?? 'jane.appleseed@example.com';
    this.password = options.password ?? 'Tr0ub4dor&3-horse';
    this.fullName = options.fullName ?? 'Jane Appleseed';
    this.dsid = options.dsid ?? '12345678901';
    this.country = options.country ?? 'USA';
    this.region = options.region ?? 'com';
    this.partition = options.partition ?? 61;
    this.iteration = options.iteration ?? 20_064;
    this.random = random;
    this.settings = defaultSettings();
    if (options.protocol !== undefined) this.settings.protocol = options.protocol;
    if (options.twoFactor === 'off') this.settings.twoFactor.kind = 'off';
    else this.requireTwoFactor(options.twoFactor);
    this.codes = new CodeBook(this.settings, now, random);
    this.signIns = new SignIns(this.settings, now, random);
    this.tokens = new Tokens(this.settings, now, random);
    this.web = new WebSessions(this.settings, now, random);
  }

  /** What the server knows of the password; derived once for each protocol. */
  get verifier(): PasswordVerifier {
    const { protocol } = this.settings;
    const known = this.verifiers.get(protocol);
    if (known) return known;
    const salt = Buffer.from(this.random.bytes(16));
    const verifier = enroll(this.password, salt, this.iteration, protocol);
    this.verifiers.set(protocol, verifier);
    return verifier;
  }

  isCalled(accountName: unknown): boolean {
    return (
      typeof accountName === 'string' && accountName.toLowerCase() === this.appleId.toLowerCase()
    );
  }

  /** Switches two-factor authentication on, `older` meaning push by itself and a plain 204. */
  requireTwoFactor(changes: Partial<TwoFactorSettings> = {}): void {
    const style = changes.style ?? this.settings.twoFactor.style;
    const answer = style === 'older' ? 'accepted' : 'conflict';
    Object.assign(this.settings.twoFactor, { kind: 'hsa2', answer }, changes);
  }

  /** Cookies are refused from now on; the session token still opens a new web session. */
  expireSession(): void {
    this.web.end();
  }

  /** The session token is refused too: only a password sign-in helps. */
  expireSessionToken(): void {
    this.web.end();
    this.tokens.expireSessions();
  }

  /** The browser must prove the second factor at its next sign-in. */
  revokeTrust(): void {
    this.tokens.revokeTrust();
  }

  /** As when the owner removes the browser from the account: nothing it holds is good any more. */
  removeBrowser(): void {
    this.expireSessionToken();
    this.revokeTrust();
    this.signIns.expire();
  }

  lock(status: 403 | 423 = 403): void {
    this.settings.locked = status;
  }

  unlock(): void {
    this.settings.locked = undefined;
    this.codes.unlock();
  }

  /** Moves the account's data: CloudKit is reached under another host from the next login on. */
  movePartition(partition: number): void {
    this.partition = partition;
  }

  /** The code that a device (or the phone with that id) shows now, if any. */
  pendingCode(receiver?: 'device' | number): PendingCode | undefined {
    return receiver === undefined ? this.codes.newest() : this.codes.latest(receiver);
  }

  /** A code made by hand: Settings, Sign-In & Security, Get Verification Code. */
  generateCode(): string {
    return this.codes.send('device').code;
  }
}
