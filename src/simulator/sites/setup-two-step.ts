/** The retired two-step verification: codes by SMS through setup (protocol 3.9). */

import { loginCookie } from '../account/cookies.js';
import type { Phone } from '../account/settings.js';
import type { SimRequest, SimResponse } from '../http-io.js';
import { objectIn } from '../responses.js';
import { notSignedIn, setupAnswer, type SetupContext } from './setup-answers.js';

const missingLogin = `Missing ${loginCookie} cookie`;

/** `GET listDevices` */
export function listDevices(context: SetupContext, request: SimRequest): SimResponse {
  const { account } = context;
  if (!account.web.of(request, loginCookie)) return notSignedIn(context, missingLogin);
  const devices = account.settings.twoFactor.phones.map(({ id, number }) => ({
    deviceType: 'SMS',
    areaCode: '',
    phoneNumber: number.slice(-2).padStart(9, '*'),
    deviceId: String(id),
  }));
  return setupAnswer(context, 200, { devices });
}

/** `POST sendVerificationCode` */
export function sendVerificationCode(context: SetupContext, request: SimRequest): SimResponse {
  const { account } = context;
  if (!account.web.of(request, loginCookie)) return notSignedIn(context, missingLogin);
  const phone = phoneOf(context, request);
  if (phone) account.codes.send(phone);
  return setupAnswer(context, 200, { success: phone !== undefined });
}

/** `POST validateVerificationCode` */
export function validateVerificationCode(context: SetupContext, request: SimRequest): SimResponse {
  const { account } = context;
  const session = account.web.of(request, loginCookie);
  if (session === undefined) return notSignedIn(context, missingLogin);
  const phone = phoneOf(context, request);
  const { verificationCode, trustBrowser } = objectIn(request.body);
  const code = typeof verificationCode === 'string' ? verificationCode : '';
  if (phone === undefined || account.codes.check(phone.id, code) !== 'right') {
    return setupAnswer(context, 200, {
      success: false,
      errorTitle: 'Invalid Code',
      errorMessage: 'The code you entered is not valid.',
      errorCode: -21669,
    });
  }
  account.tokens.raise([session.sessionToken], trustBrowser === true ? 'trusted' : 'verified');
  return setupAnswer(context, 200, { success: true });
}

function phoneOf({ account }: SetupContext, request: SimRequest): Phone | undefined {
  const { deviceId } = objectIn(request.body);
  return account.settings.twoFactor.phones.find(({ id }) => String(id) === deviceId);
}
