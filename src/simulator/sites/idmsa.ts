import type { Account } from '../account/account.js';
import type { Now, SimRequest, SimResponse, Site } from '../http-io.js';
import type { SeededRandom } from '../seeded-random.js';
import {
  authAnswer,
  malformed,
  signInCookies,
  unavailable,
  type IdmsaContext,
  type IdmsaHandler,
} from './idmsa-answers.js';
import {
  notAllowedAnyMore,
  options,
  pushAsBefore,
  pushToDevices,
  securityKey,
  sendToPhone,
  submitDeviceCode,
  submitPhoneCode,
  trust,
} from './idmsa-codes.js';
import { complete, escrowComplete, escrowInit, init, repair } from './idmsa-password.js';

export interface SignInSiteOptions {
  readonly now: Now;
  readonly random: SeededRandom;
  readonly strict: boolean;
}

const base = '/appleauth/auth';
const widgetKey = 'd39ba9916b7251055b22c7f910e2ea796ee65e98b2ddecea8f5dde8d9d1a815d';

const handlers: Readonly<Record<string, IdmsaHandler>> = {
  'POST signin/init': init,
  'POST signin/complete': complete,
  'POST repair/complete': repair,
  'POST escrow/init': escrowInit,
  'POST escrow/complete': escrowComplete,
  'GET options': options,
  'PUT verify/trusteddevice/securitycode': pushToDevices,
  'POST verify/trusteddevice/securitycode': submitDeviceCode,
  'PUT verify/trusteddevice': pushAsBefore,
  'POST verify/trusteddevice': notAllowedAnyMore,
  'PUT verify/phone': sendToPhone,
  'POST verify/phone/securitycode': submitPhoneCode,
  'POST verify/security/key': securityKey,
  'GET 2sv/trust': trust,
  // Retired: a plain password is answered by the block that clients fear (protocol 2.7).
  'POST signin': unavailable,
  'POST federate': (context) => authAnswer(context, undefined, 200, { body: {} }),
  'GET authorize/signin': page,
  'GET signin': page,
};

/** The pages that a browser would load first; some clients do for the cookie (protocol 2.1). */
function page(context: IdmsaContext): SimResponse {
  return authAnswer(context, context.account.signIns.start(), 200, {
    body: '<!DOCTYPE html><html><head><title>Sign in to Apple Account</title></head></html>',
    contentType: 'text/html;charset=UTF-8',
    setCookies: signInCookies(context).slice(0, 1),
  });
}

function operationOf({ path }: SimRequest): string | undefined {
  if (!path.startsWith(base)) return undefined;
  return path.slice(base.length).replace(/^\/|\/$/g, '') || 'options';
}

/** Calls that browsers make by navigation, without the widget's headers. */
const needsNoWidget = /^(authorize\/signin|signin|federate)$/;

/** The sign-in service of `idmsa.apple.com` (protocol 2 and 3). */
export function createIdmsaSite(account: Account, settings: SignInSiteOptions): Site {
  const context: IdmsaContext = { account, ...settings };
  return {
    label(request) {
      const operation = operationOf(request);
      return operation === undefined ? {} : { operation };
    },
    handle(request) {
      const operation = operationOf(request);
      if (operation === undefined) return undefined;
      const handler = handlers[`${request.method} ${operation}`];
      if (handler && context.strict && !needsNoWidget.test(operation) && !isWidget(request)) {
        return malformed(context, 'The widget key or the OAuth state is missing.');
      }
      return handler?.(context, request);
    },
  };
}

/** Does the request introduce itself as icloud.com does (protocol 1.2, 1.3)? */
function isWidget({ headers }: SimRequest): boolean {
  const state = headers['x-apple-oauth-state'];
  return (
    headers['x-apple-widget-key'] === widgetKey &&
    headers['x-apple-oauth-client-id'] === widgetKey &&
    state !== undefined &&
    state !== widgetKey
  );
}
