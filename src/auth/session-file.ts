import { z } from 'zod';
import type { CodeMethod, Session, SignInLimits } from './session.js';

/*
 * The session file: one JSON object of strings under the names that kei and icloudpd use (protocol
 * 0.3, 4.5). Our own values follow under names of their own, as strings too.
 */

const NAMES = [
  ['sessionToken', 'session_token'],
  ['trustToken', 'trust_token'],
  ['sessionId', 'session_id'],
  ['scnt', 'scnt'],
  ['accountCountry', 'account_country'],
  ['trustEligible', 'trust_eligible'],
  ['rscd', 'apple_rscd'],
  ['ercd', 'apple_ercd'],
] as const;

const fileSchema = z.record(z.string(), z.unknown());

const limitsSchema = z.object({
  attempts: z.array(z.number()),
  notBefore: z.number().optional(),
  throttles: z.number(),
});

const methodSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('device') }),
  z.object({
    kind: z.literal('phone'),
    phone: z.object({
      id: z.number(),
      mode: z.enum(['sms', 'voice']),
      nonFTEU: z.boolean().optional(),
    }),
  }),
]);

export function formatSessionFile(session: Session): string {
  const strings: Record<string, string> = { client_id: session.clientId };
  for (const [key, name] of NAMES) {
    const value = session[key];
    if (value !== undefined) strings[name] = value;
  }
  if (session.pendingCode !== undefined) {
    strings['pending_code'] = JSON.stringify(session.pendingCode);
  }
  strings['sign_in_limits'] = JSON.stringify(session.limits);
  return `${JSON.stringify(strings, undefined, 1)}\n`;
}

/** Undefined when the text is no session file; `newClientId` serves a file without one. */
export function parseSessionFile(text: string, newClientId: string): Session | undefined {
  const strings = parseStrings(text);
  if (strings === undefined) return undefined;
  const session: Writable<Session> = {
    clientId: strings.get('client_id') ?? newClientId,
    limits: parseLimits(strings.get('sign_in_limits')),
  };
  for (const [key, name] of NAMES) {
    const value = strings.get(name);
    if (value !== undefined) session[key] = value;
  }
  const pending = parseMethod(strings.get('pending_code'));
  if (pending !== undefined) session.pendingCode = pending;
  return session;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function parseStrings(text: string): ReadonlyMap<string, string> | undefined {
  const { data } = fileSchema.safeParse(parsed(text));
  if (data === undefined) return undefined;
  const pairs = Object.entries(data).flatMap(([name, value]) =>
    typeof value === 'string' && value !== '' ? [[name, value] as const] : [],
  );
  return new Map(pairs);
}

function parseLimits(text: string | undefined): SignInLimits {
  const { data } = limitsSchema.safeParse(parsed(text));
  if (data === undefined) return { attempts: [], throttles: 0 };
  const { attempts, throttles, notBefore } = data;
  return { attempts, throttles, ...(notBefore === undefined ? {} : { notBefore }) };
}

function parseMethod(text: string | undefined): CodeMethod | undefined {
  const { data } = methodSchema.safeParse(parsed(text));
  if (data?.kind !== 'phone') return data;
  const { id, mode, nonFTEU } = data.phone;
  return { kind: 'phone', phone: { id, mode, ...(nonFTEU === undefined ? {} : { nonFTEU }) } };
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
