import { accountThrottled, consentMissing } from '../errors/auth-errors.js';
import { parseConsent, type ConsentAnswer } from './responses.js';
import type { AccountWire, Answer } from './wire.js';

const POLL_MS = 5_000;
/** Five minutes in all for each of the two waits. */
const POLLS = 60;

/**
 * Under Advanced Data Protection a trusted device has to hand over the keys of the photos, which
 * come as cookies (protocol 4.9). Asks for the user's approval, waits for it at most five minutes,
 * and throws an `account` error when it does not come. `tell` says what the user has to do.
 */
export async function obtainDeviceConsent(
  wire: AccountWire,
  tell: (line: string) => void,
): Promise<void> {
  const state = await ask(wire, 'requestWebAccessState');
  if (state.isICDRSDisabled === false) return;
  if (state.isDeviceConsentedForPCS !== true) {
    await ask(wire, 'enableDeviceConsentForPCS');
    tell('Approve the request for temporary access to iCloud data on one of your Apple devices.');
    await poll(wire, 'nobody approved it on a device.', async () => {
      const { isDeviceConsentedForPCS } = await ask(wire, 'requestWebAccessState');
      return isDeviceConsentedForPCS === true;
    });
  }
  let said = 'the device did not hand over the keys.';
  await poll(
    wire,
    () => said,
    async () => {
      const answer = await ask(wire, 'requestPCS', {
        appName: 'photos',
        derivedFromUserAction: true,
      });
      said = answer.message ?? said;
      return answer.status === 'success';
    },
  );
  await wire.save();
}

async function poll(
  wire: AccountWire,
  reason: string | (() => string),
  done: () => Promise<boolean>,
): Promise<void> {
  const { clock, signal } = wire.options;
  for (let polls = 0; polls < POLLS; polls += 1) {
    if (await done()) return;
    await clock.sleep(POLL_MS, signal);
  }
  throw consentMissing(typeof reason === 'string' ? reason : reason());
}

async function ask(
  wire: AccountWire,
  step: string,
  body?: Readonly<Record<string, unknown>>,
): Promise<ConsentAnswer> {
  const answer: Answer = await wire.setup(step, body);
  if (answer.status === 429 || answer.status === 503) throw accountThrottled(answer.status);
  const parsed = parseConsent(answer.text);
  if (answer.status !== 200 || parsed === undefined) {
    throw consentMissing(parsed?.message ?? `Apple answered HTTP ${answer.status}.`);
  }
  return parsed;
}
