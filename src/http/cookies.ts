import type { Dispatcher } from 'undici';
import type { SessionCookies } from './cookie-jar.js';
import { withHeader } from './request-headers.js';
import { tapResponse } from './response-tap.js';

/**
 * Sends the session's cookies and takes the answer's, from every host and whatever the status
 * (protocol 0.3, 1.7). Works on the real https URL, so `Secure` cookies travel even when the bytes
 * go to a loopback address.
 */
export function cookies(jar: SessionCookies): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    const url = new URL(options.path, String(options.origin)).href;
    const header = jar.headerFor(url);
    return dispatch(
      header === undefined
        ? options
        : { ...options, headers: withHeader(options.headers, 'cookie', header) },
      tapResponse(handler, {
        onStart: (_status, received) => {
          const { 'set-cookie': set, date } = received;
          if (set === undefined) return;
          jar.take(url, [set].flat(), [date].flat()[0]);
        },
      }),
    );
  };
}
