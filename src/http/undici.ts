import type { Dispatcher } from 'undici';
import apiRequest from 'undici/lib/api/api-request.js';
import Agent from 'undici/lib/dispatcher/agent.js';

// The package's own entry also loads fetch, WebSocket, caches and mocks, and with them the undici
// that Node has inside: a fifth of the time that kei needs to start.

export { Agent };

/** Sends one request through `dispatcher`; resolves once the headers of its answer are there. */
export function sendRequest(
  dispatcher: Dispatcher,
  options: Dispatcher.RequestOptions,
): Promise<Dispatcher.ResponseData> {
  return apiRequest.call(dispatcher, options);
}
