import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { KeiError } from '../errors/index.js';
import { allowedUrl, API_HOSTS } from './allowed-hosts.js';
import type { SessionCookies } from './cookie-jar.js';
import { composeDispatcher, scaledTimeout, type Transport } from './dispatcher.js';
import { headerView } from './header-view.js';
import { networkError, requestTimeout } from './network-errors.js';
import type { ApiClient, ApiRequest, ApiResponse } from './types.js';
import { Agent, sendRequest } from './undici.js';
import { USER_AGENT } from './user-agent.js';

const TOTAL_TIMEOUT_MS = 30_000;
/** A page of 200 records with every field is a few MB. */
const LARGEST_BODY = 64 * 1024 * 1024;

export interface ApiClientOptions extends Transport {
  readonly cookies: SessionCookies;
  /** Milliseconds for one request, connection and body included (engine 3.1). */
  readonly timeoutMs?: number;
  readonly maxBodyBytes?: number;
}

/** An ApiClient with its own connections. */
export interface OwnedApiClient extends ApiClient {
  /** Drops the pooled connections, for a 421 of a reused one (protocol 4.8). */
  reconnect(): void;
  close(): Promise<void>;
}

const decompress = promisify(gunzip);

/** The client for sign-in, setup and CloudKit calls; see `ApiClient`. */
export function createApiClient(options: ApiClientOptions): OwnedApiClient {
  const timeoutMs = options.timeoutMs ?? scaledTimeout(TOTAL_TIMEOUT_MS, options);
  const maxBytes = options.maxBodyBytes ?? LARGEST_BODY;
  const open = () => {
    const agent = new Agent({ connect: { timeout: timeoutMs } });
    return { agent, dispatcher: composeDispatcher(agent, options, options.cookies) };
  };
  let connection = open();

  return {
    send: (request) => send(connection.dispatcher, request, timeoutMs, maxBytes),
    reconnect: () => {
      const old = connection;
      connection = open();
      // Requests under way finish on the old connections; nobody needs to wait for that.
      void old.agent.close();
    },
    close: () => connection.agent.destroy(),
  };
}

async function send(
  dispatcher: Dispatcher,
  request: ApiRequest,
  timeoutMs: number,
  maxBytes: number,
): Promise<ApiResponse> {
  const url = allowedUrl(request.url, API_HOSTS);
  if (url === undefined) throw hostRefused(request.url);
  const limit = new AbortController();
  const onAbort = () => {
    limit.abort();
  };
  const timer = setTimeout(onAbort, timeoutMs);
  if (request.signal?.aborted === true) onAbort();
  request.signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const response = await sendRequest(dispatcher, {
      origin: url.origin,
      path: url.pathname + url.search,
      method: request.method,
      headers: {
        'user-agent': USER_AGENT,
        'accept-encoding': 'gzip',
        // Apple wants a length also on a POST or PUT without a body (protocol 3.2).
        ...(request.method !== 'GET' && request.body === undefined
          ? { 'content-length': '0' }
          : {}),
        ...request.headers,
      },
      ...(request.body === undefined ? {} : { body: request.body }),
      signal: limit.signal,
    });
    const headers = headerView(response.headers);
    const raw = await collect(response.body, maxBytes, url.host);
    const text = await decode(raw, headers.get('content-encoding'), maxBytes, url.host);
    return { status: response.statusCode, headers, text };
  } catch (error) {
    const timedOut = limit.signal.aborted && request.signal?.aborted !== true;
    throw timedOut
      ? requestTimeout(url.host, timeoutMs)
      : networkError(error, url.host, request.signal);
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', onAbort);
  }
}

async function collect(
  body: AsyncIterable<Buffer>,
  maxBytes: number,
  host: string,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw bodyTooLarge(host, maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function decode(
  raw: Buffer,
  encoding: string | undefined,
  maxBytes: number,
  host: string,
): Promise<string> {
  if (raw.length === 0 || encoding === undefined || encoding === 'identity') {
    return raw.toString('utf8');
  }
  try {
    return (await decompress(raw, { maxOutputLength: maxBytes })).toString('utf8');
  } catch (error) {
    throw new KeiError({
      code: 'HTTP_ENCODING',
      kind: 'transient',
      message: `The answer of ${host} could not be unpacked (${encoding}).`,
      facts: { host },
      cause: error,
    });
  }
}

function bodyTooLarge(host: string, maxBytes: number): KeiError {
  return new KeiError({
    code: 'HTTP_BODY_TOO_LARGE',
    kind: 'permanent',
    message: `The answer of ${host} is larger than ${Math.round(maxBytes / 1024)} KiB.`,
    hint: 'Report this as a bug.',
    facts: { host },
  });
}

function hostRefused(url: string): KeiError {
  const host = URL.canParse(url) ? new URL(url).host : 'an address that is no URL';
  return new KeiError({
    code: 'HOST_REFUSED',
    kind: 'permanent',
    message: `kei sends nothing to ${host}: it is not one of Apple's hosts.`,
    hint: 'Report this as a bug.',
    facts: { host },
  });
}
