/** What the second factor can be: the options page, its JSON form, and the bodies that repeat it. */

import type { Account } from '../account/account.js';
import type { Phone } from '../account/settings.js';
import type { JsonObject } from '../responses.js';

/** A phone as clients see it: all but the last two digits hidden. */
function phoneView({ id, number, mode, nonFTEU }: Phone): JsonObject {
  const digits = number.replace(/\D/g, '');
  const lastTwoDigits = digits.slice(-2);
  return {
    id,
    numberWithDialCode: `+${digits.charAt(0)} (•••) •••-••${lastTwoDigits}`,
    obfuscatedNumber: `(•••) •••-••${lastTwoDigits}`,
    lastTwoDigits,
    pushMode: mode,
    ...(nonFTEU === undefined ? {} : { nonFTEU }),
  };
}

export function securityCodeState({ codes }: Account): JsonObject {
  return {
    length: 6,
    tooManyCodesSent: codes.tooManySent,
    tooManyCodesValidated: codes.locked,
    securityCodeLocked: codes.locked,
    securityCodeCooldown: false,
  };
}

/** The body of a 409 at sign-in: a code is wanted, or a security key. */
export function challengeBody(account: Account): JsonObject {
  const { style } = account.settings.twoFactor;
  return {
    authType: 'hsa2',
    ...(style === 'current' ? { authenticationType: 'hsa2' } : {}),
    ...securityKeyMembers(account),
  };
}

function securityKeyMembers({ settings }: Account): JsonObject {
  const { securityKeys } = settings.twoFactor;
  if (securityKeys.length === 0) return {};
  return {
    keyNames: securityKeys,
    fsaChallenge: {
      challenge: 'c2ltdWxhdGVkLWNoYWxsZW5nZS1vZi1hLWtleQ',
      keyHandles: securityKeys.map((name) => Buffer.from(name).toString('base64url')),
      rpId: 'apple.com',
    },
  };
}

function phoneVerification(account: Account): JsonObject {
  const [first] = account.settings.twoFactor.phones;
  return {
    ...(first ? { trustedPhoneNumber: phoneView(first) } : {}),
    trustedPhoneNumbers: account.settings.twoFactor.phones.map(phoneView),
    securityCode: securityCodeState(account),
    authenticationType: 'hsa2',
    hsa2Account: true,
    restrictedAccount: false,
  };
}

/** `Accept: application/json`: the flat form, or one level down with the layout `top`. */
export function optionsJson(account: Account): JsonObject {
  const { layout, trustedDevices } = account.settings.twoFactor;
  const common = {
    authenticationType: 'hsa2',
    trustedDeviceCount: trustedDevices,
    securityCode: securityCodeState(account),
    ...securityKeyMembers(account),
  };
  return layout === 'top'
    ? { ...common, phoneNumberVerification: phoneVerification(account) }
    : { ...phoneVerification(account), ...common };
}

/** `Accept: text/html`: a page with the options among its scripts (protocol 3.1). */
export function optionsPage(account: Account): string {
  return [
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="UTF-8"><title>Apple Account</title>',
    script('pre', { module: 'widget/auth/loader' }),
    '</head><body><div id="content"></div>',
    script('boot_args', bootArgs(account)),
    script('post', { additional: { canRoute2sv: true } }),
    '</body></html>\n',
  ].join('\n');
}

function script(name: string, content: JsonObject): string {
  // A "<" in the JSON could end the script early.
  const text = JSON.stringify(content).replaceAll('<', '\\u003c');
  return `<script type="application/json" class="${name}">${text}</script>`;
}

function bootArgs(account: Account): JsonObject {
  const { layout, trustedDevices } = account.settings.twoFactor;
  const verification = phoneVerification(account);
  if (layout === 'flat') return verification;
  if (layout === 'top') return { phoneNumberVerification: verification };
  const isBridge = layout === 'bridge';
  return {
    direct: {
      authUserType: 'hsa2',
      hasTrustedDevices: trustedDevices > 0,
      ...(isBridge ? { authInitialRoute: 'auth/bridge/step' } : {}),
      sourceAppId: 1159,
      authFactors: ['robocall', 'sms', 'generatedcode'],
      twoSV: {
        supportedPushModes: ['voice', 'sms'],
        authenticationType: 'hsa2',
        ...securityKeyMembers(account),
        ...(isBridge
          ? {
              phoneNumberVerification: { ...verification, trustedPhoneNumbers: [] },
              bridgeInitiateData: bridgeData(verification),
            }
          : { phoneNumberVerification: verification }),
      },
    },
  };
}

function bridgeData(verification: JsonObject): JsonObject {
  return {
    webSocketUrl: 'websocket.push.apple.com',
    apnsTopic: 'com.apple.idmsauthwidget',
    apnsEnvironment: 'prod',
    phoneNumberVerification: verification,
  };
}

/** What older servers answer to a request for a code. */
export function codeSentBody(account: Account, to: 'device' | Phone): JsonObject {
  const verification = phoneVerification(account);
  if (to !== 'device') return { ...verification, trustedPhoneNumber: phoneView(to) };
  return {
    trustedDeviceCount: account.settings.twoFactor.trustedDevices,
    securityCode: securityCodeState(account),
    phoneNumberVerification: verification,
  };
}
