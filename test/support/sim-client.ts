/** Talks to the simulator's sites directly, as its HTTP front does, without HTTP. */
import type { SessionGuard, SimRequest, SimResponse, Site } from '../../src/simulator/http-io.js';
import { SimLibrary, type LibraryOptions } from '../../src/simulator/library/library.js';
import { createCkDatabaseSite } from '../../src/simulator/sites/ckdatabase.js';
import { createContentSite } from '../../src/simulator/sites/content.js';

export const OPEN_DOOR: SessionGuard = { refuse: () => undefined, renewals: () => [] };

export interface WireField {
  value?: unknown;
  type?: string;
}

export interface WireRecord {
  recordName: string;
  recordType: string | null;
  deleted?: boolean;
  recordChangeTag?: string;
  expirationTime?: number;
  serverErrorCode?: string;
  reason?: string;
  fields: Record<string, WireField | null>;
}

export interface WirePage {
  records: WireRecord[];
  continuationMarker?: string;
  syncToken?: string;
}

export interface WireZone extends WirePage {
  zoneID: { zoneName: string; ownerRecordName: string; zoneType: string };
  moreComing?: boolean | null;
  deleted?: boolean;
  serverErrorCode?: string;
  reason?: string;
  retryAfter?: number;
}

/** Everything any operation answers. */
export interface WireAnswer extends WirePage {
  zones: WireZone[];
  batch: (WirePage & { serverErrorCode?: string })[];
  moreComing?: boolean;
  serverErrorCode?: string;
  reason?: string;
}

export function simRequest(over: Partial<SimRequest>): SimRequest {
  return {
    site: 'ckdatabase',
    method: 'POST',
    host: 'p61-ckdatabasews.icloud.com',
    path: '/',
    query: new URLSearchParams(),
    headers: {},
    body: Buffer.alloc(0),
    cookies: new Map(),
    ...over,
  };
}

export async function readBody(response: SimResponse): Promise<Buffer> {
  const { body = '' } = response;
  if (typeof body === 'string') return Buffer.from(body);
  if (Buffer.isBuffer(body)) return body;
  const parts: Buffer[] = [];
  for await (const part of body.read(0, body.size)) parts.push(part);
  return Buffer.concat(parts);
}

/** A library with a clock that a test moves, and the two sites over it. */
export function simClient(options: Partial<LibraryOptions> = {}) {
  const clock = { now: Date.parse('2025-06-01T12:00:00Z') };
  const library = new SimLibrary({ now: () => clock.now, ...options });
  return { clock, library, ...clientOf(library) };
}

export function clientOf(library: SimLibrary, guard = OPEN_DOOR) {
  const database = createCkDatabaseSite(library, guard);
  const content = createContentSite(library);

  async function call(
    operation: string,
    body: unknown,
    over: { database?: string; token?: boolean } = {},
  ) {
    const query = new URLSearchParams(over.token ? { getCurrentSyncToken: 'True' } : {});
    const response = await handle(
      database,
      simRequest({
        path: `/database/1/com.apple.photos.cloud/production/${over.database ?? 'private'}/${operation}`,
        query,
        body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
      }),
    );
    const json = JSON.parse((await readBody(response)).toString('utf8')) as WireAnswer;
    return { status: response.status, json };
  }

  const filter = (fieldName: string, value: unknown) => ({
    fieldName,
    comparator: 'EQUALS',
    fieldValue: { type: typeof value === 'number' ? 'INT64' : 'STRING', value },
  });

  /** One page of a listing. */
  async function page(
    recordType: string,
    over: {
      rank?: number;
      direction?: string;
      limit?: number;
      marker?: string;
      zone?: string;
      database?: string;
      keys?: string[];
      filters?: Record<string, unknown>;
    } = {},
  ): Promise<WirePage> {
    const { rank = 0, direction = 'ASCENDING', limit = 200, zone = 'PrimarySync' } = over;
    const filterBy = [
      filter('startRank', rank),
      filter('direction', direction),
      ...Object.entries(over.filters ?? {}).map(([name, value]) => filter(name, value)),
    ];
    const { status, json } = await call(
      'records/query',
      {
        query: { recordType, filterBy },
        resultsLimit: limit,
        zoneID: { zoneName: zone },
        ...(over.keys ? { desiredKeys: over.keys } : {}),
        ...(over.marker ? { continuationMarker: over.marker } : {}),
      },
      { token: true, ...(over.database ? { database: over.database } : {}) },
    );
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(json)}`);
    return json;
  }

  async function get(url: string, headers: Record<string, string> = {}, method = 'GET') {
    const parsed = new URL(url);
    const response = await handle(
      content,
      simRequest({
        site: 'content',
        method,
        host: parsed.host,
        path: parsed.pathname,
        query: parsed.searchParams,
        headers,
      }),
    );
    return { ...response, bytes: await readBody(response) };
  }

  return { database, content, call, page, get };
}

async function handle(site: Site, request: SimRequest): Promise<SimResponse> {
  const response = await site.handle(request);
  if (!response) throw new Error(`The site does not know ${request.method} ${request.path}`);
  return response;
}

/** All pages of a listing by rank, advancing by the assets received. */
export async function pagesByRank(
  fetch: (rank: number) => Promise<WirePage>,
  count = Number.MAX_SAFE_INTEGER,
): Promise<WirePage[]> {
  const pages: WirePage[] = [];
  for (let rank = 0; pages.length < count;) {
    const page = await fetch(rank);
    if (page.records.length === 0) break;
    pages.push(page);
    rank += page.records.filter((record) => record.recordType === 'CPLAsset').length;
  }
  return pages;
}

export async function pagesByMarker(
  fetch: (marker: string | undefined) => Promise<WirePage>,
): Promise<WirePage[]> {
  const pages: WirePage[] = [];
  for (let marker: string | undefined; ;) {
    const page = await fetch(marker);
    pages.push(page);
    marker = page.continuationMarker;
    if (marker === undefined) return pages;
  }
}

export const namesOf = (records: readonly WireRecord[], type: string) =>
  records.filter((record) => record.recordType === type).map((record) => record.recordName);

/** The value of a field of any type. */
export const valueOf = (record: WireRecord | undefined, field: string): unknown =>
  record?.fields[field]?.value;

export interface WireResource {
  fileChecksum?: string;
  size: number;
  downloadURL?: string;
}

export const resourceOf = (record: WireRecord | undefined, prefix = 'resOriginal') =>
  valueOf(record, `${prefix}Res`) as WireResource;

export const urlOf = (record: WireRecord | undefined, prefix = 'resOriginal'): string =>
  String(resourceOf(record, prefix).downloadURL);

/** The record name of the master that an asset shows. */
export const masterRefOf = (record: WireRecord | undefined): string =>
  (valueOf(record, 'masterRef') as { recordName: string }).recordName;
