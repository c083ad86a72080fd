import { isKeiError, type ErrorKind } from '../errors/index.js';

/** The table of exit codes (cli 1.5, decisions D3-D6). */
export const EXIT = {
  ok: 0,
  failure: 1,
  partial: 2,
  auth: 3,
  account: 4,
  usage: 64,
  killed: 130,
} as const;

const BY_KIND: Readonly<Record<ErrorKind, number>> = {
  usage: EXIT.usage,
  config: EXIT.failure,
  auth: EXIT.auth,
  'two-factor': EXIT.auth,
  account: EXIT.account,
  session: EXIT.auth,
  lock: EXIT.auth,
  transient: EXIT.failure,
  item: EXIT.failure,
  disk: EXIT.failure,
  state: EXIT.failure,
  permanent: EXIT.failure,
  blocked: EXIT.failure,
  cancelled: EXIT.ok,
  bug: EXIT.failure,
};

/** The exit code that an error which ended a command stands for. */
export function exitCodeOf(error: unknown): number {
  return isKeiError(error) ? BY_KIND[error.kind] : EXIT.failure;
}
