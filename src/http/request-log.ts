import type { Dispatcher } from 'undici';
import type { Clock } from '../platform/clock.js';
import type { Logger } from '../platform/logger.js';
import { tapResponse } from './response-tap.js';

/**
 * Logs each request at debug level: method, host, path without query, status, milliseconds. Never
 * a body, a header or a query (protocol 1.6).
 */
export function requestLog(
  logger: Logger,
  clock: Pick<Clock, 'monotonic'>,
): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    const start = clock.monotonic();
    const host = new URL(String(options.origin)).host;
    const [path] = options.path.split('?', 1);
    const log = (fields: { readonly status?: number; readonly failure?: string }) => {
      const ms = Math.round(clock.monotonic() - start);
      logger.debug('http', { method: options.method, host, path, ms, ...fields });
    };
    return dispatch(
      options,
      tapResponse(handler, {
        onStart: (status) => {
          log({ status });
        },
        onFailure: (error) => {
          log({ failure: 'code' in error ? String(error.code) : error.name });
        },
      }),
    );
  };
}
