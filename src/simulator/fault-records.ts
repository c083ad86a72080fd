/** Faults inside CloudKit's answers: errors of a zone or a record, empty pages, missing records. */

import type { JsonFault } from './fault-actions.js';
import { asObject, isObject, objectIn, type JsonObject } from './responses.js';
import type { SimRequest } from './http-io.js';

/** The body that the fault makes of `body`, an answer to `request`. */
export function alteredBody(fault: JsonFault, body: Buffer, request: SimRequest): Buffer {
  switch (fault.kind) {
    case 'invalidJson':
      return Buffer.from('{"records":[{"recordName":oops');
    case 'truncatedJson':
      return body.subarray(0, fault.keepBytes ?? Math.floor(body.length / 2));
    case 'zoneError':
      return encode(withZoneErrors(fault, objectIn(body)));
    case 'recordError':
      return encode(withRecordErrors(fault, objectIn(body)));
    case 'emptyPage':
      return encode(emptied(fault.moreComing, objectIn(body), objectIn(request.body)));
    case 'missingRecords': {
      let left = fault.count ?? Infinity;
      const without = (records: readonly JsonObject[]): readonly JsonObject[] =>
        records.filter((record) => !(isWanted(fault, record) && left-- > 0));
      return encode(mapPages(objectIn(body), without));
    }
  }
}

function encode(answer: JsonObject): Buffer {
  return Buffer.from(JSON.stringify(answer));
}

type ErrorFault = JsonFault & { kind: 'zoneError' | 'recordError' };

function errorMembers(fault: ErrorFault): JsonObject {
  const { code, reason = code, retryAfter } = fault;
  return { serverErrorCode: code, reason, ...(retryAfter === undefined ? {} : { retryAfter }) };
}

function withZoneErrors(fault: ErrorFault, answer: JsonObject): JsonObject {
  const count = fault.count ?? Infinity;
  const zones = list(answer['zones']).map((zone, index) =>
    index < count ? { zoneID: zone['zoneID'], ...errorMembers(fault) } : zone,
  );
  return { ...answer, zones };
}

function withRecordErrors(fault: ErrorFault, answer: JsonObject): JsonObject {
  let left = fault.count ?? Infinity;
  return mapPages(answer, (records) =>
    records.map((record) =>
      left-- > 0 ? { recordName: record['recordName'], ...errorMembers(fault) } : record,
    ),
  );
}

/**
 * No records, and for a page of changes the token of the request, so that nothing is skipped by
 * going on. A page of changes asked for without a token is left as it is: there is no token for
 * the beginning.
 */
function emptied(
  moreComing: boolean | null | undefined,
  answer: JsonObject,
  asked: JsonObject,
): JsonObject {
  if (Array.isArray(answer['zones'])) {
    const zones = list(answer['zones']).map((zone) => {
      const zoneName = asObject(zone['zoneID'])['zoneName'];
      const question = list(asked['zones']).find(
        (candidate) => asObject(candidate['zoneID'])['zoneName'] === zoneName,
      );
      const syncToken = question?.['syncToken'];
      if (typeof syncToken !== 'string' || !Array.isArray(zone['records'])) return zone;
      return { ...zone, records: [], syncToken, moreComing: moreComing ?? null };
    });
    return { ...answer, zones };
  }
  const { continuationMarker, ...rest } = mapPages(answer, () => []);
  return moreComing === true && continuationMarker !== undefined
    ? { ...rest, continuationMarker }
    : rest;
}

function isWanted(fault: JsonFault & { kind: 'missingRecords' }, record: JsonObject): boolean {
  const { recordType, names } = fault;
  return (
    (recordType === undefined || record['recordType'] === recordType) &&
    (names === undefined || names.some((name) => name === record['recordName']))
  );
}

/** Applies `change` to every list of records: top level, of each zone, of each batch entry. */
function mapPages(
  answer: JsonObject,
  change: (records: readonly JsonObject[]) => readonly JsonObject[],
): JsonObject {
  const page = (holder: JsonObject): JsonObject =>
    Array.isArray(holder['records'])
      ? { ...holder, records: change(list(holder['records'])) }
      : holder;
  const changed: Record<string, unknown> = { ...page(answer) };
  for (const member of ['zones', 'batch']) {
    if (Array.isArray(answer[member])) changed[member] = list(answer[member]).map(page);
  }
  return changed;
}

function list(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
