import type { Account } from '../account/account.js';
import { loginCookie } from '../account/cookies.js';
import { regionOf } from '../hosts.js';
import type { SimRequest, SimResponse, Site } from '../http-io.js';
import { json, objectIn } from '../responses.js';
import { notSignedIn, setupAnswer, type SetupContext, type SetupHandler } from './setup-answers.js';
import { enableDeviceConsent, requestPcs, requestWebAccessState } from './setup-pcs.js';
import { accountLogin, logout, validate } from './setup-session.js';
import { listDevices, sendVerificationCode, validateVerificationCode } from './setup-two-step.js';

const base = '/setup/ws/1/';
const termsVersion = '2026.1';

const handlers: Readonly<Record<string, SetupHandler>> = {
  'POST accountLogin': accountLogin,
  'POST validate': validate,
  'POST logout': logout,
  'GET listDevices': listDevices,
  'POST sendVerificationCode': sendVerificationCode,
  'POST validateVerificationCode': validateVerificationCode,
  'POST requestWebAccessState': requestWebAccessState,
  'POST enableDeviceConsentForPCS': enableDeviceConsent,
  'POST requestPCS': requestPcs,
  'GET getTerms': getTerms,
  'POST getTerms': getTerms,
  'GET repairDone': repairDone,
  'POST repairDone': repairDone,
};

/** The account service of `setup.icloud.com`, and the home page (protocol 4). */
export function createSetupSite(
  account: Account,
  options: Pick<SetupContext, 'now' | 'random'>,
): Site {
  const context: SetupContext = { account, ...options };
  return {
    label: ({ path }) => (path.startsWith(base) ? { operation: path.slice(base.length) } : {}),
    handle(request) {
      if (request.path === '/' && request.host.includes('www.')) return homePage();
      if (!request.path.startsWith(base)) return undefined;
      const operation = request.path.slice(base.length);
      const handler = handlers[`${request.method} ${operation}`];
      if (handler === undefined) return undefined;
      const isLogin = operation === 'accountLogin' || operation === 'validate';
      if (isLogin && regionOf(request.host) !== account.region) return otherRegion(account);
      return handler(context, request);
    },
  };
}

/** The account lives elsewhere (protocol 4.6, D.5). */
function otherRegion({ region, settings }: Account): SimResponse {
  const domainToUse = region === 'cn' ? 'iCloud.com.cn' : 'iCloud.com';
  return json(settings.redirectStatus, { domainToUse });
}

function homePage(): SimResponse {
  return {
    status: 200,
    headers: { 'Content-Type': 'text/html; charset=UTF-8' },
    body: '<!DOCTYPE html><html><head><title>iCloud</title></head><body></body></html>',
  };
}

/** `getTerms` */
function getTerms(context: SetupContext, request: SimRequest): SimResponse {
  if (!context.account.web.of(request, loginCookie)) {
    return notSignedIn(context, `Missing ${loginCookie} cookie`);
  }
  return setupAnswer(context, 200, { iCloudTerms: { version: termsVersion, text: 'Be kind.' } });
}

/** `repairDone`: the owner accepts the terms. */
function repairDone(context: SetupContext, request: SimRequest): SimResponse {
  if (!context.account.web.of(request, loginCookie)) {
    return notSignedIn(context, `Missing ${loginCookie} cookie`);
  }
  const isAccepted = objectIn(request.body)['acceptedICloudTerms'] === termsVersion;
  if (isAccepted) context.account.settings.termsPending = false;
  return setupAnswer(context, 200, { success: isAccepted });
}
