import {
  accessDenied,
  apiRefused,
  badRequest,
  indexUnsupported,
  misdirected,
  securityKeysOnly,
  serviceFailure,
  sessionExpired,
  sessionRefused,
  throttled,
  zoneNotFound,
  type CloudKitFailure,
} from '../errors/api-errors.js';
import type { KeiError } from '../errors/index.js';
import { retryAfterMs } from '../http/retry-policy.js';
import type { ApiResponse } from '../http/types.js';
import { readReason, textMember, type JsonObject, type WireError } from './wire.js';
import { isPrimaryZone } from './zone-names.js';

/** What a call was about, and what else is needed to judge its answer. */
export interface CallContext {
  readonly operation: string;
  /** The member of a good answer that is an array. */
  readonly list: string;
  readonly zone: string | undefined;
  readonly nowMs: number;
  /** The account said that Advanced Data Protection is on (`iCDPEnabled`). */
  readonly dataProtection: boolean;
  /** This very request already led to a fresh sign-in: another refusal is final (protocol 4.8). */
  readonly recovered: boolean;
  /** It already made the routing be read again: another 421 without a reason is about the session. */
  readonly rerouted: boolean;
}

const LATER_CODES: ReadonlySet<string> = new Set([
  'THROTTLED',
  'TRY_AGAIN_LATER',
  'RETRY_LATER',
  'CAS_OP_LOCK',
]);
const SESSION_CODES: ReadonlySet<string> = new Set([
  'AUTHENTICATION_FAILED',
  'AUTHENTICATION_REQUIRED',
]);
const DELETED_CODES: ReadonlySet<string> = new Set(['NOT_FOUND', 'UNKNOWN_ITEM']);

const SESSION_REASON = /X-APPLE-WEBAUTH|Invalid global session/i;
const ACCESS_REASON = /private db access disabled/i;
const NO_AUTH_METHOD = /no auth method found/i;
const INVALID_INDEX = /Index has invalid data/i;

/** Per record: it no longer exists; every other code says nothing about existence (protocol 5.9). */
export function saysDeleted(error: WireError): boolean {
  return DELETED_CODES.has(error.code);
}

/** Per record: worth asking again later, so a warning and not an error in the log (EN-72). */
export function saysLater(error: WireError): boolean {
  return LATER_CODES.has(error.code) || error.code === 'INTERNAL_ERROR';
}

/**
 * The failure that an answer means, or undefined for a good one. CloudKit may say 200 and mean an
 * error, so the body is judged whatever the status (EN-4, protocol 6.4, 4.8). `inner` is an error
 * deeper in the body that makes the whole answer useless.
 */
export function judgeAnswer(
  response: ApiResponse,
  body: JsonObject | undefined,
  inner: WireError | undefined,
  context: CallContext,
): KeiError | undefined {
  const code = inner?.code ?? (body && errorCodeOf(body));
  const reason =
    inner?.reason ?? (body === undefined ? unreadable(response.text) : readReason(body));
  const failure: CloudKitFailure = {
    operation: context.operation,
    zone: context.zone,
    status: response.status,
    serverCode: code,
    reason: shorten(reason),
    requestId: response.headers.get('x-apple-request-uuid'),
  };
  const wishMs = wishOf(response, body, context.nowMs);
  const byCode = code === undefined ? undefined : judgeCode(code, failure, wishMs, context);
  return byCode ?? judgeStatus(response.status, body, failure, wishMs, context);
}

function sessionFailure(failure: CloudKitFailure, recovered: boolean): KeiError {
  if (!recovered) return sessionExpired(failure);
  return NO_AUTH_METHOD.test(failure.reason) ? securityKeysOnly(failure) : sessionRefused(failure);
}

/** `serverErrorCode`, or what older front ends send in its place (protocol D 13). */
function errorCodeOf(body: JsonObject): string | undefined {
  return textMember(body, 'serverErrorCode') ?? textMember(body, 'errorClass');
}

function judgeCode(
  code: string,
  failure: CloudKitFailure,
  wishMs: number | undefined,
  context: CallContext,
): KeiError | undefined {
  if (LATER_CODES.has(code)) return throttled(failure, wishMs);
  if (code === 'INTERNAL_ERROR') return serviceFailure(failure, wishMs);
  if (code === 'ACCESS_DENIED' || ACCESS_REASON.test(failure.reason)) {
    return accessDenied(failure, context.dataProtection);
  }
  if (SESSION_CODES.has(code)) return sessionFailure(failure, context.recovered);
  if (code === 'ZONE_NOT_FOUND') {
    return zoneNotFound(failure, context.zone === undefined || isPrimaryZone(context.zone));
  }
  if (code === 'BAD_REQUEST') {
    return INVALID_INDEX.test(failure.reason) ? indexUnsupported(failure) : badRequest(failure);
  }
  // An unknown code is judged by its status. Inside a 200 it may pass, and reading again harms nobody.
  if (failure.status >= 300) return undefined;
  return DELETED_CODES.has(code) ? apiRefused(failure) : serviceFailure(failure, wishMs);
}

function judgeStatus(
  status: number,
  body: JsonObject | undefined,
  failure: CloudKitFailure,
  wishMs: number | undefined,
  { recovered, rerouted, list }: CallContext,
): KeiError | undefined {
  if (body !== undefined && SESSION_REASON.test(failure.reason)) {
    return sessionFailure(failure, recovered);
  }
  switch (status) {
    case 401:
    case 403:
    case 450:
      return sessionFailure(failure, recovered);
    case 421:
      return body === undefined && !rerouted
        ? misdirected(failure)
        : sessionFailure(failure, recovered);
    case 429:
    case 503:
      return throttled(failure, wishMs);
    default:
      if (status >= 500) return serviceFailure(failure, wishMs);
      if (status >= 300) return apiRefused(failure);
      // A front-end page, JSON that was cut off (RT-15), or `{}`, which must not end a listing.
      return Array.isArray(body?.[list]) ? undefined : serviceFailure(failure, wishMs);
  }
}

/** Milliseconds that the server wants us to wait: its header, or `retryAfter` seconds of its body. */
function wishOf(
  response: ApiResponse,
  body: JsonObject | undefined,
  nowMs: number,
): number | undefined {
  const seconds = body?.['retryAfter'];
  const fromBody = typeof seconds === 'number' ? retryAfterMs(`${Math.ceil(seconds)}`, nowMs) : 0;
  const fromHeader = retryAfterMs(response.headers.get('retry-after'), nowMs);
  const wish = Math.max(fromBody ?? 0, fromHeader ?? 0);
  return wish > 0 ? wish : undefined;
}

const LONGEST_REASON = 1024;

/** At most 1,024 bytes, never cut inside a character (RT-15). */
/** What begins like JSON and is none was cut off: it holds names and links of photos, and no reason. */
function unreadable(text: string): string {
  return /^\s*[{[]/.test(text) ? 'the answer is cut off' : text;
}

function shorten(text: string): string {
  const bytes = Buffer.from(text.trim());
  if (bytes.length <= LONGEST_REASON) return bytes.toString();
  let end = LONGEST_REASON;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}
