import {
  accountLocked,
  accountRefused,
  answerUnusable,
  appleRefused,
  repairNeeded,
  requestRejected,
  wrongPassword,
} from '../errors/auth-errors.js';
import type { KeiError } from '../errors/index.js';
import { isHostWithin } from '../http/index.js';
import { parseCodeOptions, type CodeOptions } from './responses.js';
import { withAttempt, withoutThrottle } from './sign-in-limits.js';
import { srpRound, type SrpRound } from './srp-round.js';
import type { AccountWire, Answer } from './wire.js';

/** How a right password was received (protocol 2.6). */
export type SignInOutcome =
  | { readonly kind: 'signed-in' }
  | {
      readonly kind: 'code-needed';
      readonly options: CodeOptions;
      /** The trust token was accepted, but a second proof of the password is wanted (2.8). */
      readonly escrow: boolean;
    };

const WRONG_PASSWORD = '-20101';

/**
 * Signs in with the password, once (protocol 2.1 to 2.6). Throws a typed error for every refusal;
 * only a server failure is `transient`.
 */
export async function signIn(
  wire: AccountWire,
  appleId: string,
  password: Uint8Array,
): Promise<SignInOutcome> {
  const { proof, c } = await challenge(wire, appleId, password);
  const { trustToken } = wire.session;
  wire.update({ limits: withAttempt(wire.session.limits, wire.options.clock.now()) });
  await wire.save();
  const answer = await wire.password(
    'signin/complete',
    {
      accountName: appleId,
      c,
      m1: proof.m1.toString('base64'),
      m2: proof.m2.toString('base64'),
      rememberMe: true,
      trustTokens: trustToken === undefined ? [] : [trustToken],
    },
    '?isRememberMeEnabled=true',
  );
  const status = trueStatus(answer);
  if (status !== 200 && status !== 409 && status !== 412) throw await refusal(wire, answer, status);
  wire.update({ limits: withoutThrottle(wire.session.limits) });
  if (status === 412) await repair(wire);
  await wire.save();
  if (status !== 409) return { kind: 'signed-in' };
  const escrow = trustToken !== undefined && wantsEscrow(answer);
  return { kind: 'code-needed', options: parseCodeOptions(answer.body), escrow };
}

/** True when an answer asks for the second proof of the password (protocol 2.8). */
export function wantsEscrow({ headers }: Answer): boolean {
  return (headers.get('X-Apple-EDP') ?? headers.get('X-Apple-PDP') ?? '') !== '';
}

async function challenge(
  wire: AccountWire,
  appleId: string,
  password: Uint8Array,
): Promise<SrpRound> {
  let round = await srpRound(wire, 'signin/init', appleId, password);
  if ('step' in round && trueStatus(round) === 401) {
    forgetFlow(wire);
    round = await srpRound(wire, 'signin/init', appleId, password);
  }
  if (!('step' in round)) return round;
  const status = trueStatus(round);
  // Init knows nothing about the password, so a 401 that stays says nothing about it either.
  if (status === 401) throw requestRejected(round);
  throw await refusal(wire, round, status);
}

/** A 401 at init means stale state of an earlier flow, not a wrong password (protocol 2.6). */
function forgetFlow(wire: AccountWire): void {
  wire.update({ scnt: undefined, sessionId: undefined });
  wire.options.cookies.remove(({ domain }) => isHostWithin(domain, ['apple.com', 'apple.com.cn']));
}

/** The status that an answer means: some refusals come disguised as a 200 (protocol 2.6). */
function trueStatus({ status, headers, refusal }: Answer): number {
  if (status < 200 || status > 299) return status;
  const hidden = headers.get('X-Apple-I-Rscd');
  if (hidden === '401' || hidden === '403') return Number(hidden);
  if (refusal.errors.some((error) => error.code === WRONG_PASSWORD)) return 401;
  return refusal.failed ? 403 : 200;
}

async function refusal(wire: AccountWire, answer: Answer, status: number): Promise<KeiError> {
  if (status === 429 || status === 503) return wire.throttled(answer);
  if (status >= 500) return answerUnusable(answer);
  if (status === 423) return accountLocked();
  const { errors } = answer.refusal;
  const saysWrong = errors.some((error) => error.code === WRONG_PASSWORD);
  const [other] = errors;
  // A 401 for another reason that Apple names must not be told as a wrong password.
  if (status === 401 && !saysWrong && other !== undefined) {
    return appleRefused(other.code, other.text);
  }
  if (status === 401 || (status === 403 && saysWrong)) return wrongPassword();
  if (status === 403) return accountRefused();
  return status < 400 ? answerUnusable(answer) : requestRejected(answer);
}

/** Lets Apple bring the account up to date; the answer carries the session (protocol 2.6). */
async function repair(wire: AccountWire): Promise<void> {
  const answer = await wire.verify('POST', 'repair/complete', { body: {} });
  if (answer.status === 429 || answer.status === 503) throw await wire.throttled(answer);
  if (answer.status < 200 || answer.status > 299 || answer.refusal.failed) throw repairNeeded();
}
