/** The CloudKit photos database (protocol 5 and 6): one site, one function for each operation. */
import type { RequestLabels, SessionGuard, SimRequest, Site } from '../http-io.js';
import type { SimLibrary } from '../library/library.js';
import type { DatabaseName } from '../library/zone-core.js';
import { BAD_REQUEST, failure, toResponse, type Answer } from './ckdatabase-answers.js';
import { changes } from './ckdatabase-changes.js';
import type { Call } from './ckdatabase-context.js';
import { queryBatch } from './ckdatabase-counts.js';
import { lookup } from './ckdatabase-lookup.js';
import { modify } from './ckdatabase-modify.js';
import { query } from './ckdatabase-query.js';
import { asList, asObject, parseBody, readQuery, zoneNameOf } from './ckdatabase-request.js';
import { databaseChanges, listZones } from './ckdatabase-zones.js';

const PATH = /^\/database\/1\/com\.apple\.photos\.cloud\/production\/(private|shared)\/(.+)$/u;

const OPERATIONS: Readonly<Record<string, (call: Call) => Answer | Promise<Answer>>> = {
  'zones/list': listZones,
  'changes/database': databaseChanges,
  'changes/zone': changes,
  'records/query': query,
  'internal/records/query/batch': queryBatch,
  'records/lookup': lookup,
  'records/modify': modify,
};

function route(path: string): { database: DatabaseName; operation: string } | undefined {
  const [, database, operation] = PATH.exec(path) ?? [];
  if (operation === undefined) return undefined;
  return { database: database === 'shared' ? 'shared' : 'private', operation };
}

/** Zone and record type of a request; of a request over several zones, those of the first. */
function labelsOf(request: SimRequest): RequestLabels {
  const routed = route(request.path);
  if (!routed) return {};
  const body = parseBody(request.body) ?? {};
  const first = asObject(asList(body['batch'])?.[0] ?? asList(body['zones'])?.[0]) ?? body;
  const zone = zoneNameOf(first);
  const recordType = readQuery(first)?.recordType;
  return {
    operation: routed.operation,
    ...(zone === undefined ? {} : { zone }),
    ...(recordType === undefined ? {} : { recordType }),
  };
}

/**
 * @param guard decides whether a request may see the library, before anything else
 */
export function createCkDatabaseSite(library: SimLibrary, guard: SessionGuard): Site {
  return {
    label: labelsOf,
    async handle(request) {
      const routed = route(request.path);
      const operation = routed && OPERATIONS[routed.operation];
      if (!operation || request.method !== 'POST') return undefined;
      const refused = guard.refuse(request);
      if (refused) return refused;

      const requestId = library.newRequestId();
      const body = parseBody(request.body);
      const wantsToken = request.query.get('getCurrentSyncToken')?.toLowerCase() === 'true';
      const call = body && { library, database: routed.database, body, wantsToken, requestId };
      const answer = call
        ? await operation(call)
        : failure(requestId, BAD_REQUEST('Request body is not a JSON object'));
      return toResponse(answer, requestId, guard.renewals(request));
    },
  };
}
