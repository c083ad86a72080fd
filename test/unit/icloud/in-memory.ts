import type { Library } from '../../../src/domain/index.js';
import { cancelled } from '../../../src/errors/index.js';
import type { ApiRequest, ApiResponse } from '../../../src/http/types.js';
import type { CloudKitAccess, CloudKitCall } from '../../../src/icloud/cloudkit-call.js';
import { createCloudKitCall } from '../../../src/icloud/cloudkit-call.js';
import type { Clock } from '../../../src/platform/clock.js';
import { silentLogger } from '../../../src/platform/logger.js';
import { systemRandom } from '../../../src/platform/random.js';

export const PRIMARY: Library = {
  kind: 'primary',
  zone: 'PrimarySync',
  zoneId: { zoneName: 'PrimarySync', ownerRecordName: '_owner', zoneType: 'REGULAR_CUSTOM_ZONE' },
  database: 'private',
};

export interface Answer {
  readonly status?: number;
  readonly body?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface SentRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A clock whose sleeps pass at once; `sleeps` are their lengths in milliseconds. */
export function instantClock(): Clock & { readonly sleeps: number[] } {
  let now = Date.UTC(2026, 0, 1);
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => now,
    monotonic: () => now,
    sleep: async (ms, signal) => {
      if (signal?.aborted === true) throw cancelled();
      sleeps.push(ms);
      now += ms;
    },
  };
}

/** Answers requests in order from a list, or by a function. */
export function scripted(
  answers: readonly Answer[] | ((request: SentRequest, number: number) => Answer),
  options: Partial<CloudKitAccess> = {},
): {
  readonly call: CloudKitCall;
  readonly sent: SentRequest[];
  readonly clock: ReturnType<typeof instantClock>;
} {
  const sent: SentRequest[] = [];
  const clock = instantClock();
  const send = async (request: ApiRequest): Promise<ApiResponse> => {
    const seen = {
      url: new URL(request.url),
      headers: request.headers ?? {},
      body: JSON.parse(request.body ?? 'null') as unknown,
    };
    sent.push(seen);
    const answer =
      typeof answers === 'function' ? answers(seen, sent.length) : answers[sent.length - 1];
    if (answer === undefined) throw new Error(`unexpected request ${sent.length}: ${request.url}`);
    const headers = answer.headers ?? {};
    return {
      status: answer.status ?? 200,
      headers: { get: (name) => headers[name.toLowerCase()] },
      text: answer.text ?? JSON.stringify(answer.body),
    };
  };
  const call = createCloudKitCall({
    api: { send },
    ckDatabaseUrl: () => 'https://p61-ckdatabasews.icloud.com:443',
    clientId: 'auth-11111111-2222-4333-8444-555555555555',
    dsid: '12345678901',
    homeOrigin: 'https://www.icloud.com',
    dataProtection: false,
    clock,
    random: { ...systemRandom, unit: () => 0 },
    log: silentLogger,
    retry: { retries: 3, baseMs: 5000, maxMs: 60_000 },
    ...options,
  });
  return { call, sent, clock };
}
