/** Reads the JSON of CloudKit requests: unknown data in, plain values or nothing out. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

export function asList(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function asCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined;
}

export function parseBody(body: Buffer): JsonObject | undefined {
  try {
    return asObject(JSON.parse(body.toString('utf8')) as unknown);
  } catch {
    return undefined;
  }
}

/** `desiredKeys` as a set; absent or empty means all. */
export function desiredKeys(request: JsonObject): ReadonlySet<string> | undefined {
  const keys = asList(request['desiredKeys'])?.flatMap((key) => asText(key) ?? []);
  return keys && keys.length > 0 ? new Set(keys) : undefined;
}

export function zoneNameOf(request: JsonObject): string | undefined {
  return asText(asObject(request['zoneID'])?.['zoneName']);
}

export interface Query {
  readonly recordType: string;
  /** Values of the filters by field name; clients send one filter or a list of them. */
  readonly filters: ReadonlyMap<string, unknown>;
}

export function readQuery(request: JsonObject): Query | undefined {
  const query = asObject(request['query']);
  const recordType = asText(query?.['recordType']);
  if (!query || recordType === undefined) return undefined;
  const given = query['filterBy'];
  const filters = new Map<string, unknown>();
  for (const filter of asList(given) ?? (given === undefined ? [] : [given])) {
    const fields = asObject(filter);
    const name = asText(fields?.['fieldName']);
    if (name === undefined) return undefined;
    filters.set(name, asObject(fields?.['fieldValue'])?.['value']);
  }
  return { recordType, filters };
}
