import { accountThrottled, answerUnusable, requestRejected } from '../errors/auth-errors.js';
import { isKeiError } from '../errors/index.js';
import { AUTH_RETRY } from '../http/index.js';
import { parseAccount, type AccountData } from './responses.js';
import type { AccountWire, Answer } from './wire.js';

/** The account, or that the session does not reach it any more. */
export type AccountAnswer =
  | { readonly kind: 'account'; readonly account: AccountData; readonly body: unknown }
  | { readonly kind: 'expired'; readonly status: number };

/** The cookie that CloudKit checks. */
export const TOKEN_COOKIE = 'X-APPLE-WEBAUTH-TOKEN';
/** Set instead of it when the user has to act at icloud.com (protocol 4.7). */
const REPAIR_COOKIE = 'X-APPLE-WEBAUTH-REPAIR';
/** Keys to services; under Advanced Data Protection a device has to hand them over (4.9). */
const KEY_COOKIES = 'X-APPLE-WEBAUTH-PCS-';

/** The cookie without which photos stay locked. */
export const PHOTO_KEYS_COOKIE = `${KEY_COOKIES}Photos`;

/** True for a cookie by which accountLogin says what the session may do. */
function isVerdict(name: string): boolean {
  return name === TOKEN_COOKIE || name === REPAIR_COOKIE || name.startsWith(KEY_COOKIES);
}

/** Asks whether the stored cookies still work, and renews them (protocol 4.4). */
export async function validate(wire: AccountWire): Promise<AccountAnswer> {
  const answer = await wire.retrying(AUTH_RETRY.retries, async () =>
    judge(await wire.setup('validate', null)),
  );
  // An error inside a 200 says that the cookies are of no use; the token may still be.
  const refused = answer.kind === 'account' && answer.account.refusal.failed;
  return refused ? { kind: 'expired', status: 200 } : answer;
}

/** Turns the session token into cookies and the account (protocol 4.2). */
export async function accountLogin(wire: AccountWire): Promise<AccountAnswer> {
  // What the answer does not set must not be taken for its own (protocol 4.7, 4.9).
  wire.options.cookies.remove(({ name }) => isVerdict(name));
  try {
    return await wire.retrying(1, async () => {
      const { accountCountry, sessionToken, trustToken } = wire.session;
      const answer = await wire.setup('accountLogin', {
        accountCountryCode: accountCountry ?? '',
        dsWebAuthToken: sessionToken ?? '',
        extended_login: true,
        trustToken: trustToken ?? '',
      });
      return judge(answer);
    });
  } catch (error) {
    // A 500 that stays may be the token's fault: a password sign-in is worth one try (protocol 4.2).
    if (isKeiError(error, 'transient') && error.facts['status'] === 500) {
      return { kind: 'expired', status: 500 };
    }
    throw error;
  }
}

const EXPIRED: ReadonlySet<number> = new Set([400, 401, 403, 421, 450]);

function judge(answer: Answer): AccountAnswer {
  const { status, body } = answer;
  if (status === 429 || status === 503) throw accountThrottled(status);
  if (status >= 500) throw answerUnusable(answer);
  if (EXPIRED.has(status)) return { kind: 'expired', status };
  const account = parseAccount(body);
  if (status >= 400) throw requestRejected(answer);
  if (account === undefined || !saysSomething(account)) throw answerUnusable(answer);
  return { kind: 'account', account, body };
}

/** False for a JSON object that is no account: some front end answered instead of the service. */
function saysSomething(account: AccountData): boolean {
  return (
    account.dsid !== undefined ||
    account.domainToUse !== undefined ||
    account.refusal.failed ||
    account.termsNeeded ||
    account.repairNeeded
  );
}
