import { isKeiError } from '../errors/index.js';
import { srpRound } from './srp-round.js';
import type { AccountWire, Answer } from './wire.js';

/**
 * Proves the password a second time (protocol 2.8): same exchange, empty account name, and the
 * session key is sent. False when Apple does not accept it; the sign-in then goes on with a code.
 */
export async function proveEscrow(wire: AccountWire, password: Uint8Array): Promise<boolean> {
  try {
    const round = await srpRound(wire, 'escrow/init', '', password);
    if ('step' in round) return await refused(wire, round);
    const { proof, c } = round;
    const answer = await wire.password('escrow/complete', {
      m1: proof.m1.toString('base64'),
      m2: proof.m2.toString('base64'),
      c,
      k: proof.sessionKey.toString('base64'),
    });
    await wire.save();
    const accepted = answer.status >= 200 && answer.status < 300 && !answer.refusal.failed;
    return accepted || (await refused(wire, answer));
  } catch (error) {
    if (!isKeiError(error, 'transient')) throw error;
    wire.options.logger.warn('The second proof of the password failed.', { reason: error.message });
    return false;
  }
}

async function refused(wire: AccountWire, answer: Answer): Promise<false> {
  const { status, step } = answer;
  if (status === 429 || status === 503) throw await wire.throttled(answer);
  wire.options.logger.warn('Apple refused the second proof of the password.', { step, status });
  return false;
}
