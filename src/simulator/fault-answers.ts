/** Faults that answer in place of the service. */

import type { AnswerFault, MisdirectedBody } from './fault-actions.js';
import type { Now, SimRequest, SimResponse } from './http-io.js';
import { json } from './responses.js';

/** The answer that the fault gives. */
export function replacement(action: AnswerFault, request: SimRequest, now: Now): SimResponse {
  switch (action.kind) {
    case 'status':
      return statusAnswer(action, now);
    case 'html':
      return typed(200, action.contentType ?? 'text/html; charset=UTF-8', errorPage);
    case 'json':
      return typed(
        200,
        action.contentType ?? 'application/json; charset=UTF-8',
        JSON.stringify(action.body ?? { error: 'Service unavailable', success: false }),
      );
    case 'shortBody':
      return typed(200, 'application/octet-stream', '{"error":"Denied"}'.slice(0, 17));
    case 'emptyBody':
      return typed(200, 'application/octet-stream', '');
    case 'expiredUrl':
      return typed(410, 'text/plain', '');
    case 'unusableUrl':
      return json(400, {});
    case 'misdirected':
      return misdirected(action.body ?? 'noToken', request);
    case 'cloudkitError':
      return cloudKitError(action);
  }
}

const errorPage =
  '<!DOCTYPE html><html><head><title>Service Unavailable</title></head>' +
  '<body><h1>Service Unavailable</h1><p>Please try again later.</p></body></html>';

function typed(status: number, contentType: string, body: string): SimResponse {
  return { status, headers: { 'Content-Type': contentType }, body };
}

function statusAnswer(action: AnswerFault & { kind: 'status' }, now: Now): SimResponse {
  const { status, body, retryAfter, retryAfterDate } = action;
  const isText = body === undefined || typeof body === 'string';
  const headers: Record<string, string> = {
    'Content-Type':
      action.contentType ?? (isText ? 'text/plain;charset=UTF-8' : 'application/json'),
  };
  if (retryAfter !== undefined) headers['Retry-After'] = String(retryAfter);
  if (retryAfterDate !== undefined) {
    headers['Retry-After'] = new Date(now() + retryAfterDate * 1000).toUTCString();
  }
  Object.assign(headers, action.headers);
  return { status, headers, body: isText ? (body ?? '') : JSON.stringify(body) };
}

const missing = (cookie: string): string => `Missing X-APPLE-WEBAUTH-${cookie} cookie`;

/** 421 in the words of the service that the request went to (protocol 4.4, 4.8). */
function misdirected(kind: MisdirectedBody, request: SimRequest): SimResponse {
  switch (kind) {
    case 'empty':
      return typed(421, 'text/plain', '');
    case 'html':
      return typed(421, 'text/html', '<html><body><h1>421 Misdirected Request</h1></body></html>');
    case 'noToken':
    case 'noUser':
    case 'invalidSession': {
      const error = kind === 'invalidSession' ? 2 : 1;
      const reason =
        kind === 'invalidSession'
          ? 'Invalid global session'
          : missing(kind === 'noToken' ? 'TOKEN' : 'USER');
      return request.site === 'setup'
        ? json(421, { success: false, requestInfo: [], trustTokens: [], error: reason })
        : json(421, { reason, error });
    }
  }
}

/** An error of the whole answer (protocol 6.4, D.13). */
function cloudKitError(action: AnswerFault & { kind: 'cloudkitError' }): SimResponse {
  const { code, reason = code, retryAfter, status = 200 } = action;
  return json(status, {
    uuid: '5f0c6a10-0000-4000-8000-000000000001',
    serverErrorCode: code,
    reason,
    errorClass: code,
    error: code,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}
