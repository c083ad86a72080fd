import type { Dispatcher } from 'undici';
import { KeiError } from '../errors/index.js';
import { allowedUrl, DOWNLOAD_HOSTS } from './allowed-hosts.js';
import { composeDispatcher, scaledTimeout, type Transport } from './dispatcher.js';
import { headerView } from './header-view.js';
import { networkError } from './network-errors.js';
import type { DownloadClient, DownloadRequest, DownloadResponse } from './types.js';
import { Agent, sendRequest } from './undici.js';
import { USER_AGENT } from './user-agent.js';

const CONNECT_TIMEOUT_MS = 30_000;
const IDLE_TIMEOUT_MS = 120_000;
const KEEP_ALIVE_MS = 90_000;
const MAX_REDIRECTS = 3;
/** Bytes that may wait between the socket and the reader of one download. */
const HIGH_WATER_MARK = 256 * 1024;
/** An abandoned body is read this far so that its connection can be used again. */
const DISCARD_LIMIT = 64 * 1024;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export interface DownloadClientOptions extends Transport {
  readonly connectTimeoutMs?: number;
  /** Milliseconds without a single byte (DL-1). */
  readonly idleTimeoutMs?: number;
}

export interface OwnedDownloadClient extends DownloadClient {
  close(): Promise<void>;
}

type Answer = Dispatcher.ResponseData;

/** The client for file content, apart from API calls (DL-2); see `DownloadClient`. */
export function createDownloadClient(options: DownloadClientOptions): OwnedDownloadClient {
  const idleMs = options.idleTimeoutMs ?? scaledTimeout(IDLE_TIMEOUT_MS, options);
  const agent = new Agent({
    connect: { timeout: options.connectTimeoutMs ?? scaledTimeout(CONNECT_TIMEOUT_MS, options) },
    headersTimeout: idleMs,
    bodyTimeout: idleMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
  });
  const dispatcher = composeDispatcher(agent, options);
  return {
    get: (request) => get(dispatcher, request),
    close: () => agent.destroy(),
  };
}

async function get(dispatcher: Dispatcher, request: DownloadRequest): Promise<DownloadResponse> {
  let url = checked(request.url);
  for (let redirects = 0; ; redirects += 1) {
    const answer = await ask(dispatcher, url, request);
    const headers = headerView(answer.headers);
    const location = headers.get('location');
    if (!REDIRECTS.has(answer.statusCode) || location === undefined) {
      return {
        status: answer.statusCode,
        headers,
        body: withPlainErrors(answer.body, url.host, request.signal),
        discard: () => discard(answer),
      };
    }
    await discard(answer);
    if (redirects === MAX_REDIRECTS) throw tooManyRedirects(url.host);
    url = checked(location, url);
  }
}

async function ask(dispatcher: Dispatcher, url: URL, request: DownloadRequest): Promise<Answer> {
  try {
    return await sendRequest(dispatcher, {
      origin: url.origin,
      path: url.pathname + url.search,
      method: 'GET',
      headers: {
        'user-agent': USER_AGENT,
        accept: '*/*',
        'accept-encoding': 'identity',
        ...rangeHeader(request),
      },
      highWaterMark: HIGH_WATER_MARK,
      signal: request.signal ?? null,
    });
  } catch (error) {
    throw networkError(error, url.host, request.signal);
  }
}

function rangeHeader({ rangeStart, rangeEnd }: DownloadRequest): { readonly range?: string } {
  if (rangeStart === 0 && rangeEnd === undefined) return {};
  return { range: `bytes=${rangeStart}-${rangeEnd ?? ''}` };
}

/** The body with its connection failures in plain words; adds no step of its own for each chunk. */
function withPlainErrors(
  body: AsyncIterable<Buffer>,
  host: string,
  signal: AbortSignal | undefined,
): AsyncIterable<Buffer> {
  return {
    [Symbol.asyncIterator]: () => {
      const chunks = body[Symbol.asyncIterator]();
      return {
        next: () =>
          chunks.next().catch((error: unknown) => {
            throw networkError(error, host, signal);
          }),
        return: async () => {
          await chunks.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

async function discard({ body }: Answer): Promise<void> {
  try {
    await body.dump({ limit: DISCARD_LIMIT });
  } catch {
    // Nobody wants these bytes, so it does not matter how their connection ended.
  }
}

function checked(text: string, base?: URL): URL {
  const absolute = URL.canParse(text, base?.href) ? new URL(text, base?.href) : undefined;
  const url = absolute === undefined ? undefined : allowedUrl(absolute.href, DOWNLOAD_HOSTS);
  if (url !== undefined) return url;
  const where = absolute?.origin ?? 'an address that is no URL';
  throw new KeiError({
    code: 'HOST_REFUSED',
    kind: 'item',
    message: `kei downloads nothing from ${where}: it is not one of Apple's https download hosts.`,
    hint: 'If this is one of your own photos, report it as a bug.',
    facts: { host: absolute?.host },
  });
}

function tooManyRedirects(host: string): KeiError {
  return new KeiError({
    code: 'TOO_MANY_REDIRECTS',
    kind: 'transient',
    message: `${host} redirected a download more than ${MAX_REDIRECTS} times.`,
    facts: { host },
  });
}
