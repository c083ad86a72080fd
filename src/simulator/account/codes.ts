import type { Now } from '../http-io.js';
import type { SeededRandom } from '../seeded-random.js';
import type { AccountSettings, Phone } from './settings.js';

/** A code that has been sent and can still be used. */
export interface PendingCode {
  readonly code: string;
  readonly to: 'device' | Phone;
  readonly at: number;
}

export type CodeVerdict = 'right' | 'wrong' | 'locked';

/** Codes on their way to devices and phones: single use, the newest of a receiver counts. */
export class CodeBook {
  private readonly pending = new Map<'device' | number, PendingCode>();
  private readonly listeners = new Set<(code: PendingCode) => void>();
  private readonly settings: AccountSettings;
  private readonly now: Now;
  private readonly random: SeededRandom;
  private sent = 0;
  private wrong = 0;

  constructor(settings: AccountSettings, now: Now, random: SeededRandom) {
    this.settings = settings;
    this.now = now;
    this.random = random;
  }

  /** Too many codes were sent; no more for now. */
  get tooManySent(): boolean {
    return this.sent >= this.settings.twoFactor.maxCodesSent;
  }

  /** Too many wrong ones were tried. */
  get locked(): boolean {
    return this.wrong >= this.settings.twoFactor.maxWrongCodes;
  }

  /** Sends a new code, which makes the receiver's earlier one worthless. */
  send(to: 'device' | Phone): PendingCode {
    this.sent += 1;
    const code = this.settings.twoFactor.fixedCode ?? this.random.code();
    const pending = { code, to, at: this.now() };
    const receiver = to === 'device' ? 'device' : to.id;
    // Removed first, so that the newest code is the last of the map.
    this.pending.delete(receiver);
    this.pending.set(receiver, pending);
    for (const listener of this.listeners) listener(pending);
    return pending;
  }

  /** Checks a code against the receiver's newest; a right one is used up. */
  check(receiver: 'device' | number, code: string): CodeVerdict {
    if (this.locked) return 'locked';
    if (this.latest(receiver)?.code === code) {
      this.pending.delete(receiver);
      this.sent = 0;
      this.wrong = 0;
      return 'right';
    }
    this.wrong += 1;
    return this.wrong >= this.settings.twoFactor.maxWrongCodes ? 'locked' : 'wrong';
  }

  /** The code that `receiver` would accept now. */
  latest(receiver: 'device' | number): PendingCode | undefined {
    const found = this.pending.get(receiver);
    const isFresh = found && this.now() - found.at < this.settings.lifetimes.codeMs;
    return isFresh ? found : undefined;
  }

  /** The newest code of any receiver. */
  newest(): PendingCode | undefined {
    return [...this.pending.values()]
      .filter((code) => this.now() - code.at < this.settings.lifetimes.codeMs)
      .at(-1);
  }

  /** Ends a lock-out. */
  unlock(): void {
    this.sent = 0;
    this.wrong = 0;
  }

  /** Calls `listener` with every code that is sent; returns how to stop. */
  subscribe(listener: (code: PendingCode) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
