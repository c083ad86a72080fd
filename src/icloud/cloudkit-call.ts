import pLimit from 'p-limit';
import type { CloudDatabase } from '../domain/index.js';
import { isKeiError, rethrowIfCancelled, type KeiError } from '../errors/index.js';
import type { RetrySettings } from '../http/retry-policy.js';
import { SharedPause } from '../http/shared-pause.js';
import type { ApiClient, ApiResponse } from '../http/types.js';
import { withRetry } from '../http/with-retry.js';
import type { Clock } from '../platform/clock.js';
import type { Logger } from '../platform/logger.js';
import type { Random } from '../platform/random.js';
import { judgeAnswer, type CallContext } from './cloudkit-errors.js';
import { isObject, readError, type JsonObject, type WireError } from './wire.js';

/** The signed-in account, and what a call needs from the world around it. */
export interface CloudKitAccess {
  readonly api: ApiClient;
  /** `webservices.ckdatabasews.url` of the account as it is now; it may change (protocol 4.4). */
  readonly ckDatabaseUrl: () => string;
  readonly clientId: string;
  readonly dsid: string;
  /** `https://www.icloud.com` or `https://www.icloud.com.cn`. */
  readonly homeOrigin: string;
  /** The account's `iCDPEnabled`: Advanced Data Protection is on. */
  readonly dataProtection: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly retry: RetrySettings;
  readonly signal?: AbortSignal | undefined;
  /**
   * Drops pooled connections and re-reads the account's CloudKit address after a 421 that gives no
   * reason (protocol 4.8).
   */
  readonly refreshRouting?: (() => Promise<void>) | undefined;
  /** Hears how each call ended for good: answered, or given up with this error. */
  readonly ended?: ((error: KeiError | undefined) => void) | undefined;
  /**
   * Sees to the session after a `session` error; `inVain`: it was confirmed for this request before,
   * and the request was refused all the same. Never called twice at the same time, and for a request
   * at most until the session was renewed, or three times when iCloud has answered before.
   */
  readonly recover?: ((error: KeiError, inVain: boolean) => Promise<Recovery>) | undefined;
}

/**
 * What became of a session that was refused: signed in anew, or Apple says that it still accepts it;
 * both are worth repeating the request.
 */
export type Recovery = 'renewed' | 'confirmed' | 'refused';

/** Each operation with the member that lists what was asked for; it may be empty, never absent. */
const ANSWER_LISTS = {
  'zones/list': 'zones',
  'changes/database': 'zones',
  'changes/zone': 'zones',
  'records/query': 'records',
  'records/lookup': 'records',
  'internal/records/query/batch': 'batch',
} as const;

export type CloudKitOperation = keyof typeof ANSWER_LISTS;

export interface CloudKitRequest {
  readonly database: CloudDatabase;
  readonly operation: CloudKitOperation;
  /** The zone that it is about, for errors. */
  readonly zone?: string;
  readonly body: JsonObject;
  /** Finds an error deeper in the body that makes the whole answer useless (EN-4). */
  readonly findError?: (answer: JsonObject) => WireError | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface CloudKitCall {
  /** Sends one request and gives its good answer; every failure is a classified KeiError. */
  (request: CloudKitRequest): Promise<JsonObject>;
  /** The clock by which answers are dated, in milliseconds since 1970. */
  readonly now: () => number;
}

/** What was already done for a request that was refused (protocol 4.8). */
type Tried = Pick<CallContext, 'recovered' | 'rerouted'>;

/** Protocol 9: more get an account throttled. */
const REQUESTS_IN_FLIGHT = 4;

/** Sign-ins for one request of an account that iCloud has answered (RT-32). */
const MOST_RECOVERIES = 3;

/** Known to the web client and to the other clients (protocol 1.1). */
const BUILD = { clientBuildNumber: '2522Project44', clientMasteringNumber: '2522B2' };

/**
 * The one way to the photos database. Transient failures are retried (RT-10, D54) while all callers
 * share a pause; a 421 without a reason refreshes the routing once, a refused session is recovered
 * once, and renewed where Apple called it good and it is refused again (protocol 4.8, RT-13). An account that was answered is in order: another refusal of its session
 * is another loss, and no reason to send a person to its settings. Throws KeiErrors of the kinds transient, session, account, permanent
 * and cancelled.
 */
export function createCloudKitCall(access: CloudKitAccess): CloudKitCall {
  const { api, clock, random, log, retry } = access;
  const lane = pLimit(REQUESTS_IN_FLIGHT);
  const pause = new SharedPause(clock);
  let sessions = 0;
  let wasAnswered = false;
  let recovering: Promise<Recovery> | undefined;
  let lastRecovery: Recovery = 'renewed';

  async function attempt(request: CloudKitRequest, tried: Tried): Promise<JsonObject> {
    const response = await lane(async () => {
      await pause.passed();
      rethrowIfCancelled(request.signal, undefined);
      return api.send({
        method: 'POST',
        url: urlOf(access, request),
        headers: {
          'content-type': 'text/plain',
          origin: access.homeOrigin,
          referer: `${access.homeOrigin}/`,
        },
        body: JSON.stringify(request.body),
        ...(request.signal === undefined ? {} : { signal: request.signal }),
      });
    });
    const body = parseBody(response);
    // What a refusal lacks says nothing: only a good answer is looked into.
    const inner = response.status < 300 ? innerErrorOf(request, body) : undefined;
    const failure = judgeAnswer(response, body, inner, {
      operation: request.operation,
      list: ANSWER_LISTS[request.operation],
      zone: request.zone,
      nowMs: clock.now(),
      dataProtection: access.dataProtection,
      ...tried,
    });
    if (failure !== undefined) throw failure;
    return body ?? {};
  }

  function sendWithRetries(request: CloudKitRequest, tried: Tried): Promise<JsonObject> {
    const { signal } = request;
    return withRetry(
      {
        settings: retry,
        clock,
        random,
        signal,
        onRetry: ({ attempt: number, delayMs, error }) => {
          log.warn(`${error.message} Trying again in ${Math.round(delayMs / 1000)} s.`, {
            attempt: number,
            delayMs,
            code: error.code,
          });
          // For everybody, so only the end of the run ends it, not that of one listing.
          if (error.code === 'CLOUDKIT_THROTTLED') pause.start(delayMs, access.signal);
        },
      },
      () => attempt(request, tried),
    );
  }

  /** One sign-in for all requests that the old session failed. */
  async function recoverSince(session: number, error: KeiError, inVain: boolean) {
    if (access.recover === undefined) return 'refused';
    if (session !== sessions) return lastRecovery;
    recovering ??= access.recover(error, inVain).finally(() => {
      recovering = undefined;
    });
    const recovery = await recovering;
    if (recovery !== 'refused' && session === sessions) {
      sessions += 1;
      lastRecovery = recovery;
    }
    return recovery;
  }

  const call = async (given: CloudKitRequest) => {
    const request = { ...given, signal: eitherSignal(given.signal, access.signal) };
    let rerouted = access.refreshRouting === undefined;
    let recoveries = 0;
    let last: Recovery | undefined;
    for (;;) {
      const session = sessions;
      try {
        const recovered = last === 'renewed' && !wasAnswered;
        const answer = await sendWithRetries(request, { recovered, rerouted });
        wasAnswered = true;
        access.ended?.(undefined);
        return answer;
      } catch (error) {
        rethrowIfCancelled(request.signal, error);
        if (isKeiError(error)) access.ended?.(error);
        if (!isKeiError(error, 'session')) throw error;
        if (error.code === 'CLOUDKIT_MISDIRECTED') {
          rerouted = true;
          await access.refreshRouting?.();
        } else {
          const isUseless = !wasAnswered && last === 'renewed';
          if (isUseless || recoveries >= MOST_RECOVERIES) throw error;
          last = await recoverSince(session, error, !wasAnswered && last === 'confirmed');
          if (last === 'refused') throw error;
          recoveries += 1;
        }
      }
    }
  };
  return Object.assign(call, { now: () => clock.now() });
}

function eitherSignal(
  one: AbortSignal | undefined,
  other: AbortSignal | undefined,
): AbortSignal | undefined {
  return one === undefined || other === undefined ? (one ?? other) : AbortSignal.any([one, other]);
}

function urlOf(access: CloudKitAccess, { database, operation }: CloudKitRequest): string {
  const base = access.ckDatabaseUrl().replace(/\/+$/, '');
  const params = new URLSearchParams({
    clientId: access.clientId,
    dsid: access.dsid,
    remapEnums: 'true',
    getCurrentSyncToken: 'true',
    ...BUILD,
  });
  const path = `database/1/com.apple.photos.cloud/production/${database}/${operation}`;
  return `${base}/${path}?${params.toString()}`;
}

function parseBody(response: ApiResponse): JsonObject | undefined {
  try {
    const body: unknown = JSON.parse(response.text);
    return isObject(body) ? body : undefined;
  } catch {
    return undefined;
  }
}

function innerErrorOf(
  { findError }: CloudKitRequest,
  body: JsonObject | undefined,
): WireError | undefined {
  return body === undefined || readError(body) !== undefined ? undefined : findError?.(body);
}
