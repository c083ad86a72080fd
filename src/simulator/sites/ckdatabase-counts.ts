/** Counts of indexes (protocol 5.6), alone or in batches. */
import type { SimLibrary } from '../library/library.js';
import type { EncodedRecord } from '../library/records.js';
import type { SimZone } from '../library/zone.js';
import {
  errorMembers,
  BAD_REQUEST,
  failure,
  ok,
  serviceRecord,
  ZONE_NOT_FOUND,
  type Answer,
} from './ckdatabase-answers.js';
import { zoneOf, type Call } from './ckdatabase-context.js';
import { indexOfCount } from './ckdatabase-indexes.js';
import { asList, asObject, asText, readQuery, type JsonObject } from './ckdatabase-request.js';

function countOf(zone: SimZone, countId: string): number | undefined {
  const index = indexOfCount(countId);
  if (!index) return undefined;
  if (index.kind === 'listing') return zone.listings.get(index.id).length;
  if (index.kind === 'container') return zone.albumListing(index.albumId, false).length;
  return [...zone.albums.all()].filter((album) => !album.deleted).length;
}

/** One record for each count id that names an index. */
export function countRecords(
  library: SimLibrary,
  zone: SimZone,
  countIds: unknown,
): EncodedRecord[] {
  const ids = (asList(countIds) ?? [countIds]).flatMap((id) => asText(id) ?? []);
  return ids.flatMap((recordName) => {
    const value = zone.countLie(recordName) ?? countOf(zone, recordName);
    if (value === undefined) return [];
    const fields = { itemCount: { value, type: 'INT64' } };
    const recordType = 'IndexCountResult';
    return [serviceRecord(zone.zoneId, library.now(), { recordName, recordType, fields })];
  });
}

function oneCount(call: Call, entry: JsonObject): object {
  const zone = zoneOf(call, entry);
  const parsed = readQuery(entry);
  if (!zone) return errorMembers(ZONE_NOT_FOUND);
  if (!parsed) return errorMembers(BAD_REQUEST('Missing or malformed query'));
  const refusal = zone.takeRefusal('internal/records/query/batch');
  if (refusal) return errorMembers(refusal);
  return {
    records: countRecords(call.library, zone, parsed.filters.get('indexCountID')),
    ...(call.wantsToken ? { syncToken: zone.syncToken } : {}),
  };
}

export function queryBatch(call: Call): Answer {
  const batch = asList(call.body['batch']);
  if (!batch) return failure(call.requestId, BAD_REQUEST('Missing batch'));
  return ok({ batch: batch.map((entry) => oneCount(call, asObject(entry) ?? {})) });
}
