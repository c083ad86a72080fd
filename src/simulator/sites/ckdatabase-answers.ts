/** Answers of the CloudKit service: envelopes, headers, and errors in Apple's words (protocol 6.4). */
import type { SimResponse } from '../http-io.js';
import type { EncodedRecord } from '../library/records.js';
import type { ServiceError } from '../library/zone-core.js';
import { changeTag } from '../library/records.js';

/** An answer as a value; errors of a whole request carry their HTTP status. */
export interface Answer {
  readonly status: number;
  readonly body: object;
}

export function ok(body: object): Answer {
  return { status: 200, body };
}

const STATUS: Readonly<Record<string, number>> = {
  BAD_REQUEST: 400,
  ZONE_NOT_FOUND: 404,
  THROTTLED: 503,
  TRY_AGAIN_LATER: 503,
  ACCESS_DENIED: 403,
  INTERNAL_ERROR: 500,
};

/** The members that say what went wrong, for a request, a zone or a record. */
export function errorMembers(error: ServiceError): Record<string, unknown> {
  const { serverErrorCode, reason, retryAfter } = error;
  return { serverErrorCode, reason, ...(retryAfter === undefined ? {} : { retryAfter }) };
}

/** An error for the whole request. */
export function failure(requestId: string, error: ServiceError): Answer {
  const { serverErrorCode } = error;
  return {
    status: error.status ?? STATUS[serverErrorCode] ?? 200,
    body: {
      uuid: requestId,
      ...errorMembers(error),
      errorClass: serverErrorCode,
      error: serverErrorCode,
    },
  };
}

export const BAD_REQUEST = (reason: string): ServiceError => ({
  serverErrorCode: 'BAD_REQUEST',
  reason,
});

export const ZONE_NOT_FOUND: ServiceError = {
  serverErrorCode: 'ZONE_NOT_FOUND',
  reason: 'Zone does not exist',
};

export const INVALID_INDEX = BAD_REQUEST('Index has invalid data');

export function recordFailure(recordName: string, error: ServiceError): EncodedRecord {
  return { recordName, ...errorMembers(error) };
}

/** A record that the service makes up: indexing state, counts. */
export function serviceRecord(
  zoneID: object,
  now: number,
  record: { recordName: string; recordType: string; fields: object },
): EncodedRecord {
  const stamp = { timestamp: now, userRecordName: '_10', deviceID: '1' };
  return {
    ...record,
    pluginFields: {},
    recordChangeTag: '0',
    created: stamp,
    modified: stamp,
    deleted: false,
    zoneID,
  };
}

/** Records that every top-level album query begins with; they are in no log. */
export function rootFolder(recordName: string, zoneID: object, position: number): EncodedRecord {
  const integer = (value: number) => ({ value, type: 'INT64' });
  const stamp = { timestamp: 1_428_692_188_711, userRecordName: '_10', deviceID: '1' };
  return {
    recordName,
    recordType: 'CPLAlbum',
    fields: {
      albumType: integer(3),
      position: integer(position),
      sortType: integer(0),
      sortTypeExt: integer(0),
      sortAscending: integer(1),
      recordModificationDate: { value: stamp.timestamp, type: 'TIMESTAMP' },
    },
    pluginFields: {},
    recordChangeTag: changeTag(0),
    created: stamp,
    modified: stamp,
    deleted: false,
    zoneID,
  };
}

export function toResponse(
  { status, body }: Answer,
  requestId: string,
  setCookies: readonly string[],
): SimResponse {
  return {
    status,
    headers: {
      'Content-Type': 'application/json; charset=UTF-8',
      'X-Apple-CloudKit-Version': '1.0',
      'X-Apple-Request-UUID': requestId,
      'x-apple-user-partition': '61',
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Allow-Origin': 'https://www.icloud.com',
      'Access-Control-Expose-Headers': 'X-Apple-Request-UUID,X-Responding-Instance,Via',
      'Strict-Transport-Security': 'max-age=31536000; includeSubDomains;',
    },
    setCookies,
    body: JSON.stringify(body),
  };
}
