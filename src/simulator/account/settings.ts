/** How an account behaves: everything a test or a command line may switch. */

import type { SrpProtocol } from '../srp-server.js';

export interface Phone {
  /** As the options list it; not always 1 (protocol 3.4). */
  readonly id: number;
  /** In full; clients only see the last two digits. */
  readonly number: string;
  readonly mode: 'sms' | 'voice';
  readonly nonFTEU?: boolean;
}

export interface TwoFactorSettings {
  /** `hsa2` two-factor, `hsa1` the retired two-step verification, `off` neither. */
  kind: 'hsa2' | 'hsa1' | 'off';
  /**
   * `current`: a code appears only after `PUT verify/trusteddevice/securitycode`.
   * `older`: the 409 pushes one by itself and `PUT verify/trusteddevice` still works.
   */
  style: 'current' | 'older';
  /**
   * The answer to a right code. `accepted`: 204 (200 for a phone); `conflict`: 409 with
   * `valid: true` and a new session token; `conflictWithoutToken`: 409 with `valid: true` only;
   * `bareConflict`: 409 that accepts nothing, as on accounts that want the bridge.
   */
  answer: 'accepted' | 'conflict' | 'conflictWithoutToken' | 'bareConflict';
  /** Of the options; 409 has been seen with a usable body. */
  optionsStatus: 200 | 409;
  /** The form of the options, or a page whatever was asked for. */
  optionsForm: 'asked' | 'page';
  /** Of the request for an SMS; 409 has been seen with the message sent all the same. */
  smsSentStatus: 200 | 409;
  trustedDevices: number;
  phones: readonly Phone[];
  /** Where the options keep the phone numbers (protocol 3.1, in its order). */
  layout: 'bridge' | 'classic' | 'top' | 'flat';
  /** Names of security keys; with any, codes are refused (protocol 3.8). */
  securityKeys: readonly string[];
  /** Every code is this one. */
  fixedCode: string | undefined;
  maxCodesSent: number;
  maxWrongCodes: number;
}

/** When a second proof of the password is asked for (protocol 2.8). */
export interface EscrowSettings {
  withTrustToken: boolean;
  afterCode: boolean;
  /** The header also accompanies a request for a code, where it means nothing. */
  withCodeRequest: boolean;
  header: 'X-Apple-EDP' | 'X-Apple-PDP';
}

export interface DataProtectionSettings {
  /** Advanced Data Protection is on. */
  on: boolean;
  /** The owner has approved the browser on a device … */
  consented: boolean;
  /** … or does, once asked, when the state has been looked at so often. */
  approvesAfterPolls: number | 'never';
  /** `requestPCS` succeeds with this poll. */
  pcsAfterPolls: number | 'never';
}

export interface Lifetimes {
  sessionTokenMs: number;
  trustTokenMs: number;
  /** Of the cookies that setup and CloudKit check. */
  webSessionMs: number;
  signInMs: number;
  codeMs: number;
}

export interface AccountSettings {
  protocol: SrpProtocol;
  /** `true`: B starts with a zero byte; `false`: it does not; `undefined`: as it comes. */
  leadingZeroB: boolean | undefined;
  /** Status of an Apple ID that does not exist: 401 at complete, or 403 at init. */
  unknownAccount: 401 | 403;
  locked: 403 | 423 | undefined;
  /** Password right, but the account must be repaired first (412), which then works or fails. */
  repair: 'none' | 'works' | 'fails';
  /** Answer an init that comes with an unknown `scnt` by 401 (protocol 2.6). */
  refuseStaleInit: boolean;
  /** Serve init as `text/html`, as recorded. */
  initAsHtml: boolean;
  /** Password sign-ins in a rolling hour before 503. */
  maxSignIns: number;
  twoFactor: TwoFactorSettings;
  escrow: EscrowSettings;
  dataProtection: DataProtectionSettings;
  /**
   * Access to iCloud data on the web: `off` says so in the account, `hidden` only shows in
   * CloudKit's refusals.
   */
  webAccess: 'on' | 'off' | 'hidden';
  termsPending: boolean;
  /** Status of the answer that names the other region. */
  redirectStatus: 200 | 302;
  /** Every n-th CloudKit answer re-issues the TOKEN cookie; 0: none does. */
  rotateTokenEvery: number;
  lifetimes: Lifetimes;
}

const day = 24 * 60 * 60 * 1000;

export function defaultSettings(): AccountSettings {
  return {
    protocol: 's2k',
    leadingZeroB: undefined,
    unknownAccount: 401,
    locked: undefined,
    repair: 'none',
    refuseStaleInit: false,
    initAsHtml: false,
    maxSignIns: Infinity,
    twoFactor: {
      kind: 'hsa2',
      style: 'current',
      answer: 'conflict',
      optionsStatus: 200,
      optionsForm: 'asked',
      smsSentStatus: 200,
      trustedDevices: 2,
      phones: [{ id: 3, number: '+1 (555) 010-0142', mode: 'sms', nonFTEU: false }],
      layout: 'classic',
      securityKeys: [],
      fixedCode: undefined,
      maxCodesSent: 20,
      maxWrongCodes: 5,
    },
    escrow: {
      withTrustToken: false,
      afterCode: false,
      withCodeRequest: false,
      header: 'X-Apple-EDP',
    },
    dataProtection: { on: false, consented: true, approvesAfterPolls: 1, pcsAfterPolls: 1 },
    webAccess: 'on',
    termsPending: false,
    redirectStatus: 200,
    rotateTokenEvery: 5,
    lifetimes: {
      sessionTokenMs: 60 * day,
      trustTokenMs: 90 * day,
      webSessionMs: 30 * day,
      signInMs: 60 * 60 * 1000,
      codeMs: 10 * 60 * 1000,
    },
  };
}
