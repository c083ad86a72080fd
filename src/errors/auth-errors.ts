import { KeiError } from './kei-error.js';

/*
 * What can go wrong between a password and an account session. One factory for each cause, each
 * with the remedy in one sentence (D6). `requestId` is Apple's, to quote when asking for help.
 */

export function wrongPassword(): KeiError {
  return new KeiError({
    code: 'AUTH_WRONG_PASSWORD',
    kind: 'auth',
    message: 'Apple says that the Apple ID or the password is wrong.',
    hint: 'Check [auth].username and the password; kei does not try a refused password again by itself.',
  });
}

export function noPassword(detail: string, hint: string): KeiError {
  return new KeiError({ code: 'AUTH_NO_PASSWORD', kind: 'auth', message: detail, hint });
}

export function accountRefused(): KeiError {
  return new KeiError({
    code: 'AUTH_REFUSED',
    kind: 'account',
    message:
      'Apple does not permit this sign-in: the account is locked or the Apple ID is unknown.',
    hint: 'Check [auth].username, and unlock the account at https://iforgot.apple.com.',
  });
}

export function accountLocked(): KeiError {
  return new KeiError({
    code: 'AUTH_LOCKED',
    kind: 'account',
    message: 'Apple locked this account after too many attempts.',
    hint: 'Wait a few hours, or unlock it at https://iforgot.apple.com; trying again prolongs the lock.',
  });
}

export function codesLocked(): KeiError {
  return new KeiError({
    code: 'AUTH_CODES_LOCKED',
    kind: 'account',
    message: 'Apple accepts no more verification codes for now: too many were sent or tried.',
    hint: 'Wait a few hours, then run kei login.',
  });
}

/** Apple refused a sign-in because of its rate limit (protocol 9); `until` in ms since 1970. */
export function signInThrottled(until: number): KeiError {
  const time = new Date(until).toISOString();
  return new KeiError({
    code: 'AUTH_THROTTLED',
    kind: 'blocked',
    message: `Apple takes no sign-ins from here for now; kei will not sign in before ${time}.`,
    hint: 'Wait until then: every try prolongs the block.',
    facts: { notBefore: until },
  });
}

/** The unattended limit of password sign-ins is used up (D58); `until` in ms since 1970. */
export function signInBudgetUsed(until: number): KeiError {
  const time = new Date(until).toISOString();
  return new KeiError({
    code: 'AUTH_BUDGET_USED',
    kind: 'blocked',
    message: `kei signed in with the password 3 times within an hour and stops until ${time}.`,
    hint: 'Run kei login at a terminal to sign in now and see what Apple asks for.',
    facts: { notBefore: until },
  });
}

/** An account call was throttled; nothing else is tried, least of all the password (protocol 4.1). */
export function accountThrottled(status: number): KeiError {
  return new KeiError({
    code: 'ACCOUNT_THROTTLED',
    kind: 'blocked',
    message: `Apple's account service is busy or throttles this account (HTTP ${status}).`,
    hint: 'Run kei again in half an hour.',
    facts: { status },
  });
}

export function codeNeeded(): KeiError {
  return new KeiError({
    code: 'AUTH_CODE_NEEDED',
    kind: 'two-factor',
    message: 'Apple asks for a verification code, and nobody is here to type it.',
    hint: 'Run kei login get-code, then kei login submit-code CODE.',
  });
}

export function codeRefused(): KeiError {
  return new KeiError({
    code: 'AUTH_CODE_REFUSED',
    kind: 'auth',
    message: 'Apple refused the verification code.',
    hint: 'Run kei login get-code for a new one; only the newest code works.',
  });
}

export function codeMalformed(): KeiError {
  return new KeiError({
    code: 'AUTH_CODE_MALFORMED',
    kind: 'usage',
    message: 'A verification code has exactly six digits.',
    hint: 'Type the six digits that Apple shows or sends.',
  });
}

export function codeNotRequested(): KeiError {
  return new KeiError({
    code: 'AUTH_CODE_NOT_REQUESTED',
    kind: 'auth',
    message: 'No sign-in is waiting for a verification code, or it expired.',
    hint: 'Run kei login get-code, then kei login submit-code CODE.',
  });
}

export function noCodeMethod(detail: string): KeiError {
  return new KeiError({
    code: 'AUTH_CODE_NOT_SENT',
    kind: 'auth',
    message: `Apple sent no verification code: ${detail}.`,
    hint:
      'Use kei login get-code --sms for a text message, or a trusted device: ' +
      'Settings, your name, Sign-In & Security, Get Verification Code.',
  });
}

/** @param names the registered keys, as Apple names them; may be empty */
export function securityKeys(names: readonly string[]): KeiError {
  const which = names.length === 0 ? '' : ` (${names.join(', ')})`;
  return new KeiError({
    code: 'AUTH_SECURITY_KEYS',
    kind: 'account',
    message: `This account signs in with security keys${which}, which kei cannot use.`,
    hint:
      'Remove the keys at https://account.apple.com under Sign-In and Security, ' +
      'or use an account without them.',
  });
}

export function twoStepVerification(): KeiError {
  return new KeiError({
    code: 'AUTH_TWO_STEP',
    kind: 'account',
    message: "This account uses Apple's old two-step verification, which kei does not support.",
    hint: 'Turn on two-factor authentication at https://account.apple.com, then run kei login.',
  });
}

export function termsNeeded(): KeiError {
  return new KeiError({
    code: 'AUTH_TERMS',
    kind: 'account',
    message: 'Apple wants the account holder to accept new terms or to review the account.',
    hint: 'Sign in once at https://www.icloud.com, accept what is asked, then run kei again.',
  });
}

export function repairNeeded(): KeiError {
  return new KeiError({
    code: 'AUTH_REPAIR',
    kind: 'account',
    message: 'The password is right, but Apple wants the account to be updated first.',
    hint: 'Sign in once at https://account.apple.com and at https://www.icloud.com, then run kei again.',
  });
}

export function webAccessOff(): KeiError {
  return new KeiError({
    code: 'AUTH_WEB_ACCESS_OFF',
    kind: 'account',
    message: 'Access to iCloud data on the web is turned off for this account.',
    hint:
      'Turn it on: on an iPhone, Settings, your name, iCloud, Access iCloud Data on the Web; ' +
      'then run kei again.',
  });
}

export function advancedDataProtection(): KeiError {
  return new KeiError({
    code: 'AUTH_ADVANCED_DATA_PROTECTION',
    kind: 'account',
    message:
      'Advanced Data Protection is on and access to iCloud data on the web is off, ' +
      'so Apple does not serve the photos.',
    hint:
      'On an iPhone, under Settings, your name, iCloud: turn on Access iCloud Data on the Web, ' +
      'or turn off Advanced Data Protection; then run kei again.',
  });
}

/** @param detail what Apple last said, or that nobody approved */
export function consentMissing(detail: string): KeiError {
  return new KeiError({
    code: 'AUTH_CONSENT',
    kind: 'account',
    message: `Advanced Data Protection is on and access was not approved in time: ${detail}`,
    hint: 'Run kei login and approve the request on a trusted device, or turn off Advanced Data Protection.',
  });
}

/** @param domain the setting that the account needs */
export function wrongDomain(domain: 'com' | 'cn'): KeiError {
  return new KeiError({
    code: 'AUTH_WRONG_DOMAIN',
    kind: 'config',
    message: `This account lives in the other iCloud region; [auth].domain must be "${domain}".`,
    hint: `Set domain = "${domain}" under [auth], then run kei login.`,
    facts: { domain },
  });
}

export function photosUnavailable(): KeiError {
  return new KeiError({
    code: 'AUTH_NO_PHOTOS',
    kind: 'account',
    message: 'This account has no iCloud Photos service.',
    hint: 'Sign in once at https://www.icloud.com, open Photos there, then run kei again.',
  });
}

/** Signed in, code accepted, and Apple still does not trust this computer. */
export function notTrusted(): KeiError {
  return new KeiError({
    code: 'AUTH_NOT_TRUSTED',
    kind: 'auth',
    message: 'Apple accepted the code but still does not trust this computer.',
    hint: 'Run kei login again.',
  });
}

/** The account service refuses a session that was just made with the right password. */
export function sessionRefused(status: number): KeiError {
  return new KeiError({
    code: 'AUTH_SESSION_REFUSED',
    kind: 'auth',
    message: `Apple accepted the password but refused the session (HTTP ${status}).`,
    hint: 'Sign in once at https://www.icloud.com to see what Apple asks for, then run kei login.',
    facts: { status },
  });
}

/** Apple named an error of its own; its text is shown, its number kept. */
export function appleRefused(code: string, text: string): KeiError {
  return new KeiError({
    code: 'AUTH_APPLE_ERROR',
    kind: 'account',
    message: `Apple refused the sign-in: ${text} (${code})`,
    hint: 'Sign in once at https://www.icloud.com to see what Apple asks for, then run kei login.',
    facts: { appleCode: code },
  });
}

export interface UnexpectedAnswer {
  /** What was asked, e.g. `signin/init`. */
  readonly step: string;
  readonly status: number;
  readonly requestId?: string | undefined;
}

/** A refusal that says nothing about the account: our request was wrong (400, 404, 405). */
export function requestRejected({ step, status, requestId }: UnexpectedAnswer): KeiError {
  return new KeiError({
    code: 'AUTH_REJECTED',
    kind: 'permanent',
    message: `Apple rejected the request ${step} (HTTP ${status}).`,
    hint: 'Try again later; if it stays, report it as a bug with the request id.',
    facts: { step, status, requestId },
  });
}

/** A server failure, or an answer that is not what the step promises. */
export function answerUnusable({ step, status, requestId }: UnexpectedAnswer): KeiError {
  return new KeiError({
    code: 'AUTH_ANSWER_UNUSABLE',
    kind: 'transient',
    message: `Apple's answer to ${step} cannot be used (HTTP ${status}).`,
    hint: 'Apple may have trouble; run kei again later.',
    facts: { step, status, requestId },
  });
}
