import { answerUnusable } from '../errors/auth-errors.js';
import { isKeiError } from '../errors/index.js';
import { AUTH_RETRY } from '../http/index.js';
import type { AccountWire } from './wire.js';

/** Old two-step accounts have nothing to trust (protocol 3.6). */
const NOTHING_TO_TRUST = 404;

/**
 * Has Apple trust this computer, so that the next sign-in needs no code (protocol 3.6). A failure
 * is only reported: whether the sign-in is valid all the same, accountLogin tells.
 */
export async function trustThisComputer(wire: AccountWire): Promise<void> {
  const { logger } = wire.options;
  const warning =
    'Apple does not trust this computer yet; the next sign-in will need a code again.';
  try {
    const { status } = await wire.retrying(AUTH_RETRY.retries, async () => {
      const answer = await wire.verify('GET', '2sv/trust');
      if (answer.status >= 500 && answer.status !== 503) throw answerUnusable(answer);
      return answer;
    });
    await wire.save();
    const trusted = status >= 200 && status < 300;
    if (!trusted && status !== NOTHING_TO_TRUST) logger.warn(warning, { status });
  } catch (error) {
    if (!isKeiError(error, 'transient')) throw error;
    logger.warn(warning, { reason: error.message });
  }
}
