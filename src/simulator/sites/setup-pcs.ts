/** The keys to encrypted data, for accounts with Advanced Data Protection (protocol 4.9). */

import { loginCookie, photoKeyCookies, tokenCookie } from '../account/cookies.js';
import type { SimRequest, SimResponse } from '../http-io.js';
import { notSignedIn, setupAnswer, type SetupContext } from './setup-answers.js';
import { signedIn } from './setup-session.js';

/** `POST requestWebAccessState` */
export function requestWebAccessState(context: SetupContext, request: SimRequest): SimResponse {
  const session = signedIn(context, request);
  if (typeof session === 'string') return notSignedIn(context, session);
  const { dataProtection } = context.account.settings;
  if (session.consentPolls !== undefined) session.consentPolls += 1;
  const { approvesAfterPolls } = dataProtection;
  if (approvesAfterPolls !== 'never' && (session.consentPolls ?? -1) >= approvesAfterPolls) {
    dataProtection.consented = true;
  }
  return setupAnswer(context, 200, {
    isICDRSDisabled: dataProtection.on,
    isDeviceConsentedForPCS: dataProtection.consented,
  });
}

/** `POST enableDeviceConsentForPCS` */
export function enableDeviceConsent(context: SetupContext, request: SimRequest): SimResponse {
  const session = signedIn(context, request);
  if (typeof session === 'string') return notSignedIn(context, session);
  session.consentPolls ??= 0;
  return setupAnswer(context, 200, { isDeviceConsentNotificationSent: true });
}

/** `POST requestPCS` */
export function requestPcs(context: SetupContext, request: SimRequest): SimResponse {
  const { account } = context;
  // Terms to accept leave a session without the TOKEN cookie (protocol 4.7).
  if (!request.cookies.has(tokenCookie) && account.web.of(request, loginCookie)) {
    return setupAnswer(context, 500, { success: false, error: `Missing ${tokenCookie} cookie` });
  }
  const session = signedIn(context, request);
  if (typeof session === 'string') return notSignedIn(context, session);
  const { consented, pcsAfterPolls } = account.settings.dataProtection;
  session.pcsPolls += 1;
  const isReady = consented && pcsAfterPolls !== 'never' && session.pcsPolls >= pcsAfterPolls;
  if (!isReady) {
    const message =
      session.pcsPolls === 1
        ? 'Requested the device to upload cookies.'
        : 'Cookies not available yet on server.';
    return setupAnswer(context, 200, { isWebAccessAllowed: true, status: 'failure', message });
  }
  session.pcs = true;
  const body = { isWebAccessAllowed: true, status: 'success', message: 'Cookies attached.' };
  return setupAnswer(context, 200, body, photoKeyCookies(account, session));
}
