import { securityKeys } from '../errors/auth-errors.js';
import { toMethod } from './collect-code.js';
import type { CodeChoice } from './prompt.js';
import { NO_CODE_OPTIONS, type CodeOptions } from './responses.js';
import { readCodeOptions, requestCode } from './two-factor.js';
import type { AccountWire } from './wire.js';

/** `true` for the first trusted number, or the id of one (D26). */
export type SmsWish = number | true;

export type SentCode =
  | { readonly kind: 'sent'; readonly method: CodeChoice }
  | { readonly kind: 'failed'; readonly reason: string };

/**
 * Has a code sent the wanted way, and remembers it for the process that submits it. `known` is what
 * an earlier answer said of the account's numbers.
 */
export async function sendCode(
  wire: AccountWire,
  sms: SmsWish | undefined,
  known?: CodeOptions,
): Promise<SentCode> {
  const method: CodeChoice | undefined =
    sms === undefined ? { kind: 'device' } : await trustedPhone(wire, sms, known);
  if (method === undefined) {
    const which = sms === true ? '' : ` with id ${sms ?? ''}`;
    return { kind: 'failed', reason: `the account has no trusted number${which}` };
  }
  const pendingCode = toMethod(method);
  if ((await requestCode(wire, pendingCode)) !== 'sent') {
    const reason =
      method.kind === 'device'
        ? 'no trusted device can be reached now'
        : `${method.phone.label} cannot be reached now`;
    return { kind: 'failed', reason };
  }
  wire.update({ pendingCode });
  await wire.save();
  return { kind: 'sent', method };
}

/** The options of this account; accounts with security keys end here (protocol 3.8). */
export async function codeOptions(wire: AccountWire, known?: CodeOptions): Promise<CodeOptions> {
  const read = await readCodeOptions(wire);
  if (read?.securityKeys === true) throw securityKeys(read.keyNames);
  const options = read === undefined || read.phones.length === 0 ? known : read;
  return options ?? NO_CODE_OPTIONS;
}

async function trustedPhone(
  wire: AccountWire,
  sms: SmsWish,
  known: CodeOptions | undefined,
): Promise<CodeChoice | undefined> {
  const { phones } = await codeOptions(wire, known);
  const phone = sms === true ? phones[0] : phones.find(({ id }) => id === sms);
  return phone === undefined ? undefined : { kind: 'phone', phone };
}
