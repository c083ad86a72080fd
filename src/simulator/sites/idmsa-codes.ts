/** The second factor: codes on devices and phones, and the trusted browser (protocol 3). */

import type { SignIn } from '../account/sign-ins.js';
import type { Phone } from '../account/settings.js';
import type { ProofLevel } from '../account/tokens.js';
import type { SimRequest, SimResponse } from '../http-io.js';
import { asObject, objectIn } from '../responses.js';
import {
  authAnswer,
  refusal,
  regionCookies,
  signInOver,
  type IdmsaContext,
  type IdmsaHandler,
} from './idmsa-answers.js';
import { codeSentBody, optionsJson, optionsPage, securityCodeState } from './idmsa-options.js';

type SignInHandler = (context: IdmsaContext, request: SimRequest, signIn: SignIn) => SimResponse;

/** Runs `handler` for the sign-in whose password was right; 401 without one. */
function withSignIn(handler: SignInHandler): IdmsaHandler {
  return (context, request) => {
    const found = context.account.signIns.find(request);
    if (found === undefined || found.signIn.stage === 'started') return signInOver(context);
    if (context.strict && found.stale) return signInOver(context);
    return handler(context, request, found.signIn);
  };
}

/** `GET {auth}` */
export const options = withSignIn((context, request, signIn) => {
  const accept = request.headers['accept'] ?? '*/*';
  const { optionsForm, optionsStatus } = context.account.settings.twoFactor;
  const asksForJson = accept.includes('application/json') && !accept.includes('text/html');
  const wantsJson = asksForJson && optionsForm === 'asked';
  return authAnswer(context, signIn, optionsStatus, {
    body: wantsJson ? optionsJson(context.account) : optionsPage(context.account),
    contentType: wantsJson ? 'application/json;charset=UTF-8' : 'text/html;charset=UTF-8',
  });
});

/** `PUT verify/trusteddevice/securitycode` */
export const pushToDevices = withSignIn((context, _request, signIn) =>
  push(context, signIn, undefined),
);

/** `PUT verify/trusteddevice`, which current servers do not allow any more. */
export const pushAsBefore = withSignIn((context, _request, signIn) =>
  context.account.settings.twoFactor.style === 'older'
    ? push(context, signIn, codeSentBody(context.account, 'device'))
    : notAllowed(context, signIn),
);

/** `POST verify/trusteddevice` */
export const notAllowedAnyMore = withSignIn((context, _request, signIn) =>
  notAllowed(context, signIn),
);

function notAllowed(context: IdmsaContext, signIn: SignIn): SimResponse {
  return authAnswer(context, signIn, 405, { headers: { Allow: 'OPTIONS' } });
}

function push(context: IdmsaContext, signIn: SignIn, body: unknown): SimResponse {
  const { codes, settings } = context.account;
  if (settings.twoFactor.trustedDevices === 0 || settings.twoFactor.securityKeys.length > 0) {
    return refusal(context, signIn, 412, '-28', 'No trusted device can be reached.');
  }
  if (codes.tooManySent) return tooMany(context, signIn);
  codes.send('device');
  return authAnswer(context, signIn, 202, { body });
}

/** `PUT verify/phone` */
export const sendToPhone = withSignIn((context, request, signIn) => {
  const { codes, settings } = context.account;
  const phone = phoneOf(context, request);
  if (phone === undefined) return wrongPhone(context, signIn);
  if (codes.tooManySent) return tooMany(context, signIn);
  codes.send(phone);
  const body = codeSentBody(context.account, phone);
  return authAnswer(context, signIn, settings.twoFactor.smsSentStatus, { body });
});

/** `POST verify/trusteddevice/securitycode` */
export const submitDeviceCode: IdmsaHandler = (context, request) =>
  submit(context, request, 'device');

/** `POST verify/phone/securitycode` */
export const submitPhoneCode: IdmsaHandler = (context, request) =>
  submit(context, request, phoneOf(context, request)?.id);

function submit(
  context: IdmsaContext,
  request: SimRequest,
  receiver: 'device' | number | undefined,
): SimResponse {
  const { account, strict } = context;
  const found = account.signIns.find(request);
  if (found === undefined || found.signIn.stage === 'started') return signInOver(context);
  const { signIn } = found;
  if (receiver === undefined) return wrongPhone(context, signIn);
  if (account.settings.twoFactor.securityKeys.length > 0) {
    return refusal(context, signIn, 412, '-21668', 'Use a security key to continue.');
  }
  // A stale scnt makes a right code look wrong (protocol 3.3).
  if (strict && found.stale) return wrongCode(context, signIn);
  const { code } = asObject(objectIn(request.body)['securityCode']);
  switch (account.codes.check(receiver, codeText(code, strict))) {
    case 'right':
      return accepted(context, signIn, receiver);
    case 'wrong':
      return wrongCode(context, signIn);
    case 'locked':
      return tooMany(context, signIn);
  }
}

/** Some clients send a code as a number, which loses its leading zeros. */
function codeText(code: unknown, strict: boolean): string {
  if (typeof code === 'number' && !strict) return String(code).padStart(6, '0');
  return typeof code === 'string' ? code : '';
}

function accepted(context: IdmsaContext, signIn: SignIn, receiver: 'device' | number): SimResponse {
  const { account } = context;
  const { escrow, twoFactor } = account.settings;
  if (twoFactor.answer === 'bareConflict') return authAnswer(context, signIn, 409, { body: {} });
  signIn.stage = 'verified';
  signIn.escrowPending = escrow.afterCode;
  const level: ProofLevel = escrow.afterCode ? 'password' : 'verified';
  account.tokens.raise(signIn.sessionTokens, level);
  const extras = {
    ...(twoFactor.answer === 'conflictWithoutToken' ? {} : { token: level }),
    headers: escrow.afterCode ? { [escrow.header]: 'true' } : {},
    setCookies: regionCookies(account),
  };
  const body = {
    authenticationType: 'hsa2',
    trustedDeviceCount: twoFactor.trustedDevices,
    securityCode: { ...securityCodeState(account), valid: true },
  };
  if (twoFactor.answer !== 'accepted') {
    const headers = { ...extras.headers, 'X-Apple-I-Rscd': '409' };
    return authAnswer(context, signIn, 409, { ...extras, headers, body });
  }
  return receiver === 'device'
    ? authAnswer(context, signIn, 204, extras)
    : authAnswer(context, signIn, 200, { ...extras, body });
}

/** `GET 2sv/trust` */
export const trust = withSignIn((context, _request, signIn) => {
  const { account } = context;
  if (account.settings.twoFactor.kind !== 'hsa2') return authAnswer(context, signIn, 404);
  if (signIn.stage !== 'verified' || signIn.escrowPending) {
    return refusal(context, signIn, 401, '-20904', 'The sign-in has not been completed.');
  }
  return authAnswer(context, signIn, 204, {
    token: 'trusted',
    headers: { 'X-Apple-TwoSV-Trust-Token': account.tokens.issueTrust() },
    setCookies: regionCookies(account),
    contentType: 'text/html;charset=UTF-8',
  });
});

/** `POST verify/security/key`: no key that we would know. */
export const securityKey = withSignIn((context, _request, signIn) =>
  refusal(context, signIn, 412, '-21668', 'This security key is not known.'),
);

function phoneOf({ account }: IdmsaContext, request: SimRequest): Phone | undefined {
  const { id } = asObject(objectIn(request.body)['phoneNumber']);
  return account.settings.twoFactor.phones.find((phone) => phone.id === id);
}

function wrongCode(context: IdmsaContext, signIn: SignIn): SimResponse {
  return refusal(context, signIn, 400, '-21669', 'Incorrect verification code.');
}

function wrongPhone(context: IdmsaContext, signIn: SignIn): SimResponse {
  return refusal(context, signIn, 412, '-22406', 'This phone number is not trusted.');
}

/** Too many codes, sent or tried. */
function tooMany(context: IdmsaContext, signIn: SignIn): SimResponse {
  const code = '-22981';
  const message = 'Too many verification codes have been sent. Try again later.';
  return authAnswer(context, signIn, 423, {
    headers: { 'X-Apple-I-Rscd': '423', 'X-Apple-I-Ercd': code },
    body: {
      service_errors: [{ code, title: message, message, suppressDismissal: false }],
      hasError: true,
      securityCode: securityCodeState(context.account),
    },
  });
}
