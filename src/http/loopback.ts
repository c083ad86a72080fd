import type { Dispatcher } from 'undici';
import { KeiError } from '../errors/index.js';
import { withHeader } from './request-headers.js';

/** Where every request goes instead of Apple (D19), and how much shorter the waits are (D28). */
export interface LoopbackEndpoint {
  readonly origin: string;
  /** Factor for every wait and time-out: 1 is real time, 0.01 makes a second 10 ms. */
  readonly timeScale: number;
}

const LOOPBACK_NAMES = new Set(['localhost', '[::1]']);

function isLoopbackHost(hostname: string): boolean {
  return LOOPBACK_NAMES.has(hostname) || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function isEndpoint(url: URL): boolean {
  return (
    url.protocol === 'http:' &&
    isLoopbackHost(url.hostname) &&
    url.username === '' &&
    url.password === '' &&
    url.pathname === '/' &&
    url.search === ''
  );
}

/**
 * Reads `KEI_ICLOUD_ENDPOINT` and, only together with it, `KEI_TIME_SCALE` (D19, D28). An address
 * that is not plain http on a loopback host is a config error, since the endpoint receives the
 * password.
 */
export function readLoopback(
  env: Readonly<Record<string, string | undefined>>,
): LoopbackEndpoint | undefined {
  const value = env['KEI_ICLOUD_ENDPOINT'];
  if (value === undefined || value === '') return undefined;
  if (!URL.canParse(value) || !isEndpoint(new URL(value))) {
    throw new KeiError({
      code: 'CONFIG_ENDPOINT_NOT_LOOPBACK',
      kind: 'config',
      message: 'KEI_ICLOUD_ENDPOINT is not an address of this computer.',
      hint: 'Use http://127.0.0.1:PORT, or unset the variable to talk to Apple.',
    });
  }
  return { origin: new URL(value).origin, timeScale: readTimeScale(env['KEI_TIME_SCALE']) };
}

function readTimeScale(value: string | undefined): number {
  if (value === undefined || value === '') return 1;
  const scale = Number(value);
  if (!(scale > 0 && scale <= 1)) {
    throw new KeiError({
      code: 'CONFIG_TIME_SCALE',
      kind: 'config',
      message: 'KEI_TIME_SCALE is not a number above 0 and up to 1.',
      hint: 'Unset it for real time.',
    });
  }
  return scale;
}

/** Sends the bytes of every request to `origin`, with the real host in `Host` (D19). */
export function loopback(origin: string): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    const host = new URL(String(options.origin)).host;
    return dispatch(
      { ...options, origin, headers: withHeader(options.headers, 'host', host) },
      handler,
    );
  };
}
