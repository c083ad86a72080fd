/** Which requests a fault is about. */

import type { RequestLabels, SimRequest } from './http-io.js';

type OneOrMore = string | readonly string[];

/** Every member given must agree; a list means "one of". */
export interface FaultScope {
  readonly site?: OneOrMore;
  readonly method?: OneOrMore;
  readonly host?: OneOrMore;
  /** A piece of the path. */
  readonly path?: OneOrMore;
  readonly operation?: OneOrMore;
  readonly recordType?: OneOrMore;
  readonly zone?: OneOrMore;
  readonly assetId?: OneOrMore;
  readonly resource?: OneOrMore;
  /** `true`: only requests with a `Range` that does not start at 0; `false`: only the others. */
  readonly resumed?: boolean;
}

export function inScope(scope: FaultScope, request: SimRequest, labels: RequestLabels): boolean {
  return (
    names(scope.site, request.site) &&
    names(scope.method, request.method) &&
    names(scope.host, request.host) &&
    contains(scope.path, request.path) &&
    names(scope.operation, labels.operation) &&
    names(scope.recordType, labels.recordType) &&
    names(scope.zone, labels.zone) &&
    names(scope.assetId, labels.assetId) &&
    names(scope.resource, labels.resource) &&
    (scope.resumed === undefined || scope.resumed === isResumed(request))
  );
}

function names(wanted: OneOrMore | undefined, value: string | undefined): boolean {
  if (wanted === undefined) return true;
  if (value === undefined) return false;
  return typeof wanted === 'string' ? wanted === value : wanted.includes(value);
}

function contains(wanted: OneOrMore | undefined, path: string): boolean {
  if (wanted === undefined) return true;
  return typeof wanted === 'string'
    ? path.includes(wanted)
    : wanted.some((piece) => path.includes(piece));
}

function isResumed(request: SimRequest): boolean {
  const range = request.headers['range'];
  return range !== undefined && !range.startsWith('bytes=0-');
}
