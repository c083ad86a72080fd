/** Faults that come as JSON: from a file, a command line, or the control endpoint. */

import type { FaultKind } from './fault-actions.js';
import type { FaultSpec } from './faults.js';

type FieldType =
  | 'number'
  | 'string'
  | 'boolean'
  | 'any'
  | 'numbers'
  | 'strings'
  | 'headers'
  | 'boolean|null'
  | 'number|numbers'
  | readonly string[];
type Fields = Readonly<Record<string, FieldType>>;

const actionFields: Readonly<Record<FaultKind, { required?: Fields; optional?: Fields }>> = {
  status: {
    required: { status: 'number' },
    optional: {
      body: 'any',
      contentType: 'string',
      headers: 'headers',
      retryAfter: 'number',
      retryAfterDate: 'number',
    },
  },
  html: { optional: { contentType: 'string' } },
  json: { optional: { contentType: 'string', body: 'any' } },
  shortBody: {},
  emptyBody: {},
  expiredUrl: {},
  unusableUrl: {},
  misdirected: { optional: { body: ['noToken', 'invalidSession', 'noUser', 'empty', 'html'] } },
  ignoreRange: {},
  revokeSession: {},
  truncate: { optional: { keepBytes: 'number', cutBytes: 'number', length: ['full', 'short'] } },
  extraBytes: { required: { count: 'number' }, optional: { length: ['true', 'original'] } },
  corrupt: { required: { offsets: 'numbers' } },
  swap: { optional: { text: 'string', base64: 'string', fill: 'number' } },
  contentRange: {
    required: { how: ['start', 'total', 'missing', 'malformed', 'unit'] },
    optional: { by: 'number' },
  },
  rangeNotSatisfiable: {},
  cloudkitError: {
    required: { code: 'string' },
    optional: { reason: 'string', retryAfter: 'number', status: 'number' },
  },
  zoneError: {
    required: { code: 'string' },
    optional: { reason: 'string', retryAfter: 'number', count: 'number' },
  },
  recordError: {
    required: { code: 'string' },
    optional: { reason: 'string', retryAfter: 'number', count: 'number' },
  },
  invalidJson: {},
  truncatedJson: { optional: { keepBytes: 'number' } },
  emptyPage: { optional: { moreComing: 'boolean|null' } },
  missingRecords: { optional: { recordType: 'string', names: 'strings', count: 'number' } },
  delay: { required: { ms: 'number' } },
  drop: { optional: { afterBytes: 'number', how: ['close', 'reset'] } },
  stall: { optional: { afterBytes: 'number', ms: 'number' } },
  trickle: { required: { bytes: 'number', everyMs: 'number' } },
  chunked: {},
};

const scopeFields: Fields = {
  site: 'strings',
  method: 'strings',
  host: 'strings',
  path: 'strings',
  operation: 'strings',
  recordType: 'strings',
  zone: 'strings',
  assetId: 'strings',
  resource: 'strings',
  resumed: 'boolean',
};

const timingFields: Fields = {
  first: 'number',
  after: 'number',
  nth: 'number|numbers',
  every: 'number',
  probability: 'number',
  fromMs: 'number',
  untilMs: 'number',
  per: ['asset', 'path'],
};

/** One fault or a list of them. Throws an `Error` whose sentence says which member is wrong. */
export function parseFaults(value: unknown): FaultSpec[] {
  return (Array.isArray(value) ? value : [value]).map((item, index) => {
    const where = Array.isArray(value) ? `fault ${index + 1}` : 'fault';
    return parseFault(item, where);
  });
}

function parseFault(value: unknown, where: string): FaultSpec {
  const fault = recordOf(value, where);
  check(fault, where, {}, { name: 'string', when: 'any', timing: 'any', action: 'any' });
  if (fault['when'] !== undefined) {
    check(recordOf(fault['when'], `${where}.when`), `${where}.when`, {}, scopeFields);
  }
  if (fault['timing'] !== undefined) {
    check(recordOf(fault['timing'], `${where}.timing`), `${where}.timing`, {}, timingFields);
  }
  const action = recordOf(fault['action'], `${where}.action`);
  const { kind, ...members } = action;
  if (!isKind(kind)) {
    const known = Object.keys(actionFields).join(', ');
    throw new Error(`${where}.action.kind must be one of ${known}.`);
  }
  const { required = {}, optional = {} } = actionFields[kind];
  check(members, `${where}.action`, required, optional);
  // Every member has just been checked against the same table that the types were written from.
  return value as FaultSpec;
}

function isKind(value: unknown): value is FaultKind {
  return typeof value === 'string' && Object.hasOwn(actionFields, value);
}

function recordOf(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw new Error(`${where} must be an object.`);
}

function check(
  members: Readonly<Record<string, unknown>>,
  where: string,
  required: Fields,
  optional: Fields,
): void {
  for (const name of Object.keys(required)) {
    if (members[name] === undefined) throw new Error(`${where}.${name} is missing.`);
  }
  for (const [name, value] of Object.entries(members)) {
    const type = required[name] ?? optional[name];
    if (type === undefined) throw new Error(`${where}.${name} is not known.`);
    if (value !== undefined && !fits(value, type)) {
      const expected = typeof type === 'string' ? type : `one of ${type.join(', ')}`;
      throw new Error(`${where}.${name} must be ${expected}.`);
    }
  }
}

function fits(value: unknown, type: FieldType): boolean {
  const isStrings = (list: unknown): boolean =>
    Array.isArray(list) && list.every((item) => typeof item === 'string');
  const isNumbers = (list: unknown): boolean =>
    Array.isArray(list) && list.every((item) => typeof item === 'number');
  switch (type) {
    case 'any':
      return true;
    case 'number':
    case 'string':
    case 'boolean':
      return typeof value === type;
    case 'numbers':
      return isNumbers(value);
    case 'number|numbers':
      return typeof value === 'number' || isNumbers(value);
    case 'strings':
      return typeof value === 'string' || isStrings(value);
    case 'boolean|null':
      return value === null || typeof value === 'boolean';
    case 'headers':
      return typeof value === 'object' && value !== null && isStrings(Object.values(value));
    default:
      return typeof value === 'string' && type.includes(value);
  }
}
