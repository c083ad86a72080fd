/** What a caller may do about a failure; the layers above read only this (architecture 7). */
export type ErrorKind =
  /** A bad flag or argument: exit 64. */
  | 'usage'
  /** A file or value of the configuration is wrong: exit 1. */
  | 'config'
  /** Wrong password, no password, code refused: exit 3. */
  | 'auth'
  /** A code is needed and nobody is there to ask: exit 3 with the recovery commands (D4). */
  | 'two-factor'
  /** The Apple account needs a person: exit 4 (D6). */
  | 'account'
  /** 401, 403, persistent 421: re-authenticate. */
  | 'session'
  /** Worth trying again after a delay. */
  | 'transient'
  /** This one asset cannot be had; the run goes on. */
  | 'item'
  /** ENOSPC, EACCES, EROFS, EIO: stop starting new work (D57). */
  | 'disk'
  | 'state'
  /** Another kei holds the account: exit 3. */
  | 'lock'
  /** Apple refuses in a way that trying again does not cure: exit 1. */
  | 'permanent'
  /** Nothing may be asked of Apple before some time: the command ends at once, exit 1 (D58). */
  | 'blocked'
  | 'cancelled'
  /** Anything unclassified: a stack trace is allowed only here. */
  | 'bug';

/** Facts that callers branch on and logs show; never secrets. */
export type ErrorFacts = Readonly<Record<string, string | number | boolean | undefined>>;

export interface KeiErrorOptions {
  readonly code: string;
  readonly kind: ErrorKind;
  /** What happened, to which file or setting: one sentence. */
  readonly message: string;
  /** What to do now: one sentence. */
  readonly hint?: string | undefined;
  readonly facts?: ErrorFacts;
  readonly cause?: unknown;
}

/** The one error class that reaches users. `code` is stable; `kind` decides reaction and exit code. */
export class KeiError extends Error {
  override readonly name: string = 'KeiError';
  readonly code: string;
  readonly kind: ErrorKind;
  readonly hint: string | undefined;
  readonly facts: ErrorFacts;

  constructor(options: KeiErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.kind = options.kind;
    this.hint = options.hint;
    this.facts = options.facts ?? {};
  }
}

/** True for a `KeiError`, optionally of one of the given kinds. */
export function isKeiError(error: unknown, ...kinds: readonly ErrorKind[]): error is KeiError {
  return error instanceof KeiError && (kinds.length === 0 || kinds.includes(error.kind));
}
