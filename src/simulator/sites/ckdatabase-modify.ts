/** `records/modify`, as far as clients that delete, hide or favourite use it (protocol 5.11). */
import { encodeRecord } from '../library/records.js';
import type { RecordContext } from '../library/records-photo.js';
import type { SimZone } from '../library/zone.js';
import {
  BAD_REQUEST,
  failure,
  ok,
  recordFailure,
  ZONE_NOT_FOUND,
  type Answer,
} from './ckdatabase-answers.js';
import { recordContext, zoneOf, type Call } from './ckdatabase-context.js';
import { asList, asObject, asText, type JsonObject } from './ckdatabase-request.js';

/** What each settable field does, on and off. */
const FIELDS: Readonly<Record<string, (zone: SimZone, id: string, on: boolean) => void>> = {
  isDeleted: (zone, id, on) => {
    if (on) zone.trash(id);
    else zone.restore(id);
  },
  isHidden: (zone, id, on) => {
    if (on) zone.hide(id);
    else zone.unhide(id);
  },
  isFavorite: (zone, id, on) => {
    zone.favourite(id, on);
  },
};

function update(zone: SimZone, operation: JsonObject, context: RecordContext) {
  const record = asObject(operation['record']);
  const recordName = asText(record?.['recordName']) ?? '';
  const ref = zone.resolve(recordName);
  if (!ref) {
    return recordFailure(recordName, { serverErrorCode: 'NOT_FOUND', reason: 'Record not found' });
  }
  const fields = Object.entries(asObject(record?.['fields']) ?? {});
  const known = fields.every(([name]) => name in FIELDS);
  if (operation['operationType'] !== 'update' || ref.kind !== 'asset' || !known) {
    return recordFailure(recordName, BAD_REQUEST('Operation not supported'));
  }
  for (const [name, field] of fields) {
    FIELDS[name]?.(zone, recordName, asObject(field)?.['value'] === 1);
  }
  return encodeRecord(zone, ref, context) ?? {};
}

export function modify(call: Call): Answer {
  const zone = zoneOf(call, call.body);
  if (!zone) return failure(call.requestId, ZONE_NOT_FOUND);
  const operations = asList(call.body['operations']);
  if (!operations) return failure(call.requestId, BAD_REQUEST('Missing operations'));
  const context = recordContext(call, call.body);
  const records = operations.map((one) => update(zone, asObject(one) ?? {}, context));
  return ok({ records, ...(call.wantsToken ? { syncToken: zone.syncToken } : {}) });
}
