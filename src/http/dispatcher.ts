import type { Dispatcher } from 'undici';
import type { Clock } from '../platform/clock.js';
import type { Logger } from '../platform/logger.js';
import type { SessionCookies } from './cookie-jar.js';
import { cookies } from './cookies.js';
import { loopback, type LoopbackEndpoint } from './loopback.js';
import { requestLog } from './request-log.js';

/** What every connection of a run has in common. */
export interface Transport {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Set in tests and the demo only (D19). */
  readonly loopback?: LoopbackEndpoint | undefined;
}

/** No scaled time-out is shorter, or a busy machine would fail requests that are fine. */
const SHORTEST_TIMEOUT_MS = 2_000;

/** A network time-out under the time scale of a loopback run (D28). */
export function scaledTimeout(ms: number, transport: Pick<Transport, 'loopback'>): number {
  const scale = transport.loopback?.timeScale ?? 1;
  return Math.max(ms * scale, Math.min(ms, SHORTEST_TIMEOUT_MS));
}

/** The layers of a request, outermost last: cookies, log, loopback, connection. */
export function composeDispatcher(
  agent: Dispatcher,
  transport: Transport,
  jar?: SessionCookies,
): Dispatcher {
  const layers: Dispatcher.DispatcherComposeInterceptor[] = [];
  if (transport.loopback !== undefined) layers.push(loopback(transport.loopback.origin));
  layers.push(requestLog(transport.logger, transport.clock));
  if (jar !== undefined) layers.push(cookies(jar));
  return agent.compose(layers);
}
