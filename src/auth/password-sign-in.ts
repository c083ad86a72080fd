import {
  notTrusted,
  securityKeys,
  sessionRefused,
  signInBudgetUsed,
  signInThrottled,
} from '../errors/auth-errors.js';
import { AUTH_RETRY } from '../http/index.js';
import { accountLogin } from './account-login.js';
import type { AccountSession } from './account-session.js';
import { proveEscrow } from './escrow.js';
import { land, type LandingEdges } from './landing.js';
import type { PasswordSource } from './password-source.js';
import type { CodeOptions } from './responses.js';
import { signInBlock } from './sign-in-limits.js';
import { signIn } from './sign-in.js';
import { trustThisComputer } from './trust.js';
import type { AccountWire } from './wire.js';

/** How far the password got. */
export type PasswordResult =
  | { readonly kind: 'signed-in'; readonly session: AccountSession }
  | { readonly kind: 'code-needed'; readonly options: CodeOptions | undefined };

export interface PasswordSignInDeps {
  readonly wire: AccountWire;
  readonly edges: LandingEdges;
  readonly appleId: string;
  readonly password: PasswordSource;
}

/** What is done with the password, and with what follows from it (protocol 2, 3.6). */
export class PasswordSignIn {
  readonly #deps: PasswordSignInDeps;

  constructor(deps: PasswordSignInDeps) {
    this.#deps = deps;
  }

  /**
   * Runs `use` with the password and wipes it. `attended` tells whether a person waits, which lifts
   * the hourly budget; undefined where no sign-in is made with it.
   */
  async with<T>(attended: boolean | undefined, use: (password: Buffer) => Promise<T>): Promise<T> {
    if (attended !== undefined) this.#checkLimits(attended);
    const password = await this.#deps.password.get();
    try {
      return await use(password);
    } finally {
      password.fill(0);
    }
  }

  /** The password, up to the point where a code is needed (protocol 2). */
  async prove(password: Buffer, attended: boolean): Promise<PasswordResult> {
    const { wire, edges, appleId } = this.#deps;
    const outcome = await wire.retrying(AUTH_RETRY.retries, () => {
      this.#checkLimits(attended);
      return signIn(wire, appleId, password);
    });
    const options = outcome.kind === 'code-needed' ? outcome.options : undefined;
    if (options?.securityKeys === true) throw securityKeys(options.keyNames);
    if (outcome.kind === 'signed-in' || (outcome.escrow && (await proveEscrow(wire, password)))) {
      const landed = await land(wire, await accountLogin(wire), edges);
      if (landed.kind === 'signed-in') return landed;
      const refused = landed.kind === 'expired' && outcome.kind === 'signed-in';
      if (refused) throw sessionRefused(landed.status);
    }
    wire.update({ pendingCode: { kind: 'device' } });
    await wire.save();
    return { kind: 'code-needed', options };
  }

  /**
   * Trust and the account, once a code was accepted. The password is given when Apple wants its
   * second proof, which comes first (protocol 2.8, 3.6).
   */
  async afterCode(password: Buffer | undefined): Promise<AccountSession> {
    const { wire, edges } = this.#deps;
    if (password !== undefined) await proveEscrow(wire, password);
    await trustThisComputer(wire);
    const landed = await land(wire, await accountLogin(wire), edges);
    if (landed.kind === 'signed-in') return landed.session;
    throw landed.kind === 'code-needed' ? notTrusted() : sessionRefused(landed.status);
  }

  #checkLimits(attended: boolean): void {
    const { session, options } = this.#deps.wire;
    const block = signInBlock(session.limits, options.clock.now(), attended);
    if (block === undefined) return;
    throw block.reason === 'throttled'
      ? signInThrottled(block.until)
      : signInBudgetUsed(block.until);
  }
}
