/** From a request to its delivery: the site's answer, and what the faults make of it. */

import { deliveryOf, type Delivery } from './delivery.js';
import { isAnswerFault } from './fault-actions.js';
import { replacement } from './fault-answers.js';
import { disturb } from './fault-delivery.js';
import type { Fault } from './faults.js';
import type { Now, SimRequest, Site } from './http-io.js';

export interface ExchangeContext {
  readonly now: Now;
  /** Ends the account's web sessions, for the fault of that name. */
  readonly revokeSession: () => void;
}

/** `undefined` when the site does not know the request. */
export async function exchange(
  request: SimRequest,
  site: Site,
  faults: readonly Fault[],
  context: ExchangeContext,
): Promise<Delivery | undefined> {
  const actions = faults.map((fault) => fault.action);
  if (actions.some(({ kind }) => kind === 'revokeSession')) context.revokeSession();
  const ignoresRange = actions.some(({ kind }) => kind === 'ignoreRange');
  const answer = actions.find(isAnswerFault);
  const response = answer
    ? replacement(answer, request, context.now)
    : await site.handle(ignoresRange ? withoutRange(request) : request);
  if (response === undefined) return undefined;
  const delivery = deliveryOf(response);
  for (const action of actions) await disturb(delivery, action, request);
  return delivery;
}

function withoutRange(request: SimRequest): SimRequest {
  return { ...request, headers: { ...request.headers, range: undefined, 'if-range': undefined } };
}
