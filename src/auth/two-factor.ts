import { accountRefused, answerUnusable, codesLocked } from '../errors/auth-errors.js';
import { isKeiError } from '../errors/index.js';
import { parseCodeOptionsPage, parseCodeState, type CodeOptions } from './responses.js';
import type { CodeMethod, PhoneRoute } from './session.js';
import { wantsEscrow } from './sign-in.js';
import type { AccountWire, Answer } from './wire.js';

const DEVICE = 'verify/trusteddevice/securitycode';
const PHONE = 'verify/phone';
const WRONG_CODE = '-21669';

/**
 * Reads how this account can receive a code (protocol 3.1), the page first because it names every
 * route, then JSON. Undefined when Apple does not say: the device code works without it.
 */
export async function readCodeOptions(wire: AccountWire): Promise<CodeOptions | undefined> {
  let options: CodeOptions | undefined;
  for (const accept of ['text/html', 'application/json'] as const) {
    try {
      const { text } = await wire.verify('GET', '', { accept });
      options = parseCodeOptionsPage(text);
    } catch (error) {
      if (!isKeiError(error, 'transient')) throw error;
      wire.options.logger.warn('The ways to receive a code could not be read.', {
        reason: error.message,
      });
    }
    if (options !== undefined && (options.phones.length > 0 || options.securityKeys)) break;
  }
  return options;
}

/** What became of a request for a code. */
export type CodeRequestResult = 'sent' | 'unavailable' | 'expired';

/**
 * Has Apple show or send a code. Every call makes earlier codes useless, so never call it once the
 * user has typed one (protocol 3.2).
 */
export async function requestCode(
  wire: AccountWire,
  method: CodeMethod,
): Promise<CodeRequestResult> {
  const answer =
    method.kind === 'device'
      ? await wire.verify('PUT', DEVICE)
      : await wire.verify('PUT', PHONE, { body: phoneBody(method.phone) });
  await rethrowBlocked(wire, answer);
  const state = parseCodeState(answer.body);
  if (answer.status === 423 || state.tooManySent || state.locked) throw codesLocked();
  if (answer.status === 401) return 'expired';
  if (answer.refusal.failed) return 'unavailable';
  const delivered =
    (answer.status >= 200 && answer.status < 300) ||
    // Messages were seen to arrive although Apple answered 409 (protocol 3.4).
    (method.kind === 'phone' && answer.status === 409);
  return delivered ? 'sent' : 'unavailable';
}

/** What became of a submitted code (protocol 3.3). */
export type CodeVerdict =
  | { readonly kind: 'accepted'; readonly escrow: boolean }
  | { readonly kind: 'wrong' }
  /** This way of receiving codes is not the one that Apple waits for. */
  | { readonly kind: 'other-method' }
  | { readonly kind: 'expired' };

/** @param code six digits, see `normalizeCode` */
export async function submitCode(
  wire: AccountWire,
  method: CodeMethod,
  code: string,
): Promise<CodeVerdict> {
  const tokenBefore = wire.session.sessionToken;
  const securityCode = { code };
  const answer =
    method.kind === 'device'
      ? await wire.verify('POST', DEVICE, { body: { securityCode } })
      : await wire.verify('POST', `${PHONE}/securitycode`, {
          body: { ...phoneBody(method.phone), securityCode },
        });
  await rethrowBlocked(wire, answer);
  return judge(answer, tokenBefore);
}

function judge(answer: Answer, tokenBefore: string | undefined): CodeVerdict {
  const { status, headers, refusal } = answer;
  const state = parseCodeState(answer.body);
  const saysWrong =
    refusal.errors.some((error) => error.code === WRONG_CODE) ||
    headers.get('X-Apple-I-Ercd') === WRONG_CODE;
  if (status === 423) throw codesLocked();
  if (!saysWrong && !refusal.failed) {
    const token = headers.get('X-Apple-Session-Token');
    const newToken = token !== undefined && token !== '' && token !== tokenBefore;
    const accepted =
      [200, 202, 204].includes(status) || (status === 409 && (state.valid || newToken));
    if (accepted) return { kind: 'accepted', escrow: wantsEscrow(answer) };
  }
  if (state.locked) throw codesLocked();
  if (status === 401 && !saysWrong) return { kind: 'expired' };
  if (status === 412 || (status === 409 && !saysWrong)) return { kind: 'other-method' };
  if (status >= 500) throw answerUnusable(answer);
  if (status === 403 && !saysWrong) throw accountRefused();
  return { kind: 'wrong' };
}

/** The six digits of what a user typed; undefined when there are more or fewer (protocol 3.3). */
export function normalizeCode(typed: string): string | undefined {
  const digits = typed.replace(/[^0-9]/g, '');
  return digits.length === 6 ? digits : undefined;
}

function phoneBody({ id, mode, nonFTEU }: PhoneRoute) {
  return { phoneNumber: { id, ...(nonFTEU === undefined ? {} : { nonFTEU }) }, mode };
}

async function rethrowBlocked(wire: AccountWire, answer: Answer): Promise<void> {
  if (answer.status === 429 || answer.status === 503) throw await wire.throttled(answer);
}
