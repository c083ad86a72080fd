import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { endpointsFor } from '../../../src/auth/endpoints.js';
import { SessionStore } from '../../../src/auth/session-store.js';
import { newSession } from '../../../src/auth/session.js';
import { AccountWire } from '../../../src/auth/wire.js';
import { createApiClient, SessionCookies } from '../../../src/http/index.js';
import { systemRandom } from '../../../src/platform/random.js';
import { serve } from '../http/serve.js';

export interface ScriptedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: unknown;
}

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

/** The three files of an account in a folder that goes with the test. */
export async function accountPaths() {
  const folder = await mkdtemp(join(tmpdir(), 'kei-auth-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const cookies = join(folder, 'janeexamplecom');
  return { cookies, session: `${cookies}.session`, cache: `${cookies}.cache` };
}

/** A live session against a server that gives the scripted answers, in order; waits take no time. */
export async function scriptedApple(answers: readonly ScriptedAnswer[]) {
  const seen: SeenRequest[] = [];
  const left = [...answers];
  const transport = await serve((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const { method = '', headers } = request;
      const url = `${headers.host ?? ''}${request.url ?? ''}`;
      seen.push({ method, url, headers, body: text === '' ? undefined : JSON.parse(text) });
      const answer = left.shift() ?? { status: 599 };
      const { body } = answer;
      response.writeHead(answer.status, { ...answer.headers });
      response.end(typeof body === 'string' || body === undefined ? body : JSON.stringify(body));
    });
  });
  const slept: number[] = [];
  const clock = {
    now: () => Date.UTC(2026, 0, 1),
    monotonic: () => 0,
    sleep: async (ms: number) => void slept.push(ms),
  };
  const warnings: string[] = [];
  const logger = { ...transport.logger, warn: (message: string) => void warnings.push(message) };
  const cookies = new SessionCookies(clock);
  const client = createApiClient({ ...transport, clock, logger, cookies });
  onTestFinished(() => client.close());
  const store = new SessionStore({ paths: await accountPaths(), clock, logger });
  const wire = new AccountWire(
    { client, cookies, store, endpoints: endpointsFor('com'), clock, random: systemRandom, logger },
    newSession('11111111-2222-4333-8444-555555555555'),
  );
  return { wire, seen, slept, warnings };
}
