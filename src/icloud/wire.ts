/** A JSON object as it came over the wire: every member is still to be checked. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member as text, or undefined when it is anything else or empty. */
export function textMember(object: JsonObject, name: string): string | undefined {
  const value = object[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** An error that CloudKit attached to a record or a zone inside a good answer (protocol 6.4). */
export interface WireError {
  readonly code: string;
  readonly reason: string;
}

/** One CloudKit record; its fields are read by the functions of `fields.ts` (protocol 7.1). */
export interface WireRecord {
  readonly name: string;
  /** `CPLAsset`, `CPLMaster` …; undefined on tombstones. */
  readonly type: string | undefined;
  readonly fields: JsonObject;
  readonly deleted: boolean;
  readonly changeTag: string | undefined;
  /** When the database got it, in milliseconds. */
  readonly createdMs: number | undefined;
  /** When the database last changed it, in milliseconds: not a date of the photo. */
  readonly modifiedMs: number | undefined;
  /** When the answer that holds it arrived, in milliseconds: its URLs are as old (protocol 8.1). */
  readonly receivedAtMs: number;
  readonly error: WireError | undefined;
}

const NO_FIELDS: JsonObject = {};

/** Reads the error members of an answer, a zone or a record; undefined when it is fine. */
export function readError(object: JsonObject): WireError | undefined {
  const code = textMember(object, 'serverErrorCode');
  if (code === undefined) return undefined;
  return { code, reason: readReason(object) };
}

/** What the server says went wrong, under any of the names that it uses (protocol 6.4, D 13). */
export function readReason(object: JsonObject): string {
  for (const name of ['reason', 'serverErrorMessage', 'error', 'errorClass']) {
    const text = textMember(object, name);
    if (text !== undefined) return text;
  }
  return '';
}

function readRecord(value: unknown, receivedAtMs: number): WireRecord | undefined {
  if (!isObject(value)) return undefined;
  const name = textMember(value, 'recordName');
  if (name === undefined) return undefined;
  return {
    name,
    type: textMember(value, 'recordType'),
    fields: isObject(value['fields']) ? value['fields'] : NO_FIELDS,
    deleted: value['deleted'] === true,
    changeTag: textMember(value, 'recordChangeTag'),
    createdMs: readStamp(value['created']),
    modifiedMs: readStamp(value['modified']),
    receivedAtMs,
    error: readError(value),
  };
}

function readStamp(value: unknown): number | undefined {
  const time = isObject(value) ? value['timestamp'] : undefined;
  return typeof time === 'number' && Number.isFinite(time) ? time : undefined;
}

/**
 * The records of an answer that arrived at `receivedAtMs`; `malformed` counts entries that are not
 * even a named record.
 */
export function readRecords(
  value: unknown,
  receivedAtMs: number,
): {
  readonly records: readonly WireRecord[];
  readonly malformed: number;
} {
  if (!Array.isArray(value)) return { records: [], malformed: 0 };
  const records: WireRecord[] = [];
  for (const entry of value as readonly unknown[]) {
    const record = readRecord(entry, receivedAtMs);
    if (record !== undefined) records.push(record);
  }
  return { records, malformed: value.length - records.length };
}
