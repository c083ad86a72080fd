/** `records/lookup`: known records again, with fresh URLs (protocol 5.9). */
import type { RecordRef } from '../library/change-log.js';
import { encodeRecord, prepareRecords } from '../library/records.js';
import {
  BAD_REQUEST,
  failure,
  ok,
  recordFailure,
  ZONE_NOT_FOUND,
  type Answer,
} from './ckdatabase-answers.js';
import { recordContext, zoneOf, type Call } from './ckdatabase-context.js';
import { asList, asObject, asText } from './ckdatabase-request.js';

const LARGEST_LOOKUP = 200;

const NOT_FOUND = { serverErrorCode: 'NOT_FOUND', reason: 'Record not found' } as const;

export async function lookup(call: Call): Promise<Answer> {
  const zone = zoneOf(call, call.body);
  if (!zone) return failure(call.requestId, ZONE_NOT_FOUND);
  const names = asList(call.body['records'])?.map((one) => asText(asObject(one)?.['recordName']));
  if (!names || names.includes(undefined)) {
    return failure(call.requestId, BAD_REQUEST('Missing or malformed records'));
  }
  if (names.length > LARGEST_LOOKUP) {
    return failure(call.requestId, BAD_REQUEST(`More than ${LARGEST_LOOKUP} records in a request`));
  }
  const refusal = zone.takeRefusal('records/lookup');
  if (refusal) return failure(call.requestId, refusal);
  const found = names.map((name = ''): [string, RecordRef | undefined] => [
    name,
    zone.resolve(name),
  ]);
  await prepareRecords(
    zone,
    found.flatMap(([, ref]) => ref ?? []),
  );
  const context = recordContext(call, call.body);
  const records = found.map(([name, ref]) => {
    const error = zone.recordError(name);
    if (error) return recordFailure(name, error);
    const record = ref && encodeRecord(zone, ref, context);
    return record && record['deleted'] !== true ? record : recordFailure(name, NOT_FOUND);
  });
  return ok({ records });
}
