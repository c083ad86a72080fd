/** `records/query`: indexing state, listings, albums, counts (protocol 5.3 to 5.8). */
import { relationName } from '../library/album-store.js';
import type { RecordRef } from '../library/change-log.js';
import { encodeRecord, prepareRecords, type EncodedRecord } from '../library/records.js';
import type { RecordContext } from '../library/records-photo.js';
import type { SimZone } from '../library/zone.js';
import {
  BAD_REQUEST,
  failure,
  INVALID_INDEX,
  ok,
  recordFailure,
  rootFolder,
  serviceRecord,
  ZONE_NOT_FOUND,
  type Answer,
} from './ckdatabase-answers.js';
import { recordContext, zoneOf, type Call } from './ckdatabase-context.js';
import { countRecords } from './ckdatabase-counts.js';
import { indexOfQuery, type IndexRequest } from './ckdatabase-indexes.js';
import { fingerprint, readMarker, writeMarker, type PageEnd } from './ckdatabase-marker.js';
import { cutPage, LARGEST_PAGE, type Page, type Sequence } from './ckdatabase-page.js';
import { asCount, asText, readQuery, type JsonObject, type Query } from './ckdatabase-request.js';

/** What a query answers, before it becomes JSON. */
interface Rows {
  readonly records: readonly EncodedRecord[];
  readonly marker?: string;
}

const ROOT_FOLDERS = ['----Root-Folder----', '----Project-Root-Folder----'] as const;
/** Zones that say they are indexed and have no index (protocol D 8). */
const NO_LISTINGS = /^(?:CMM-|SharedCollection-|AppLibrarySync-)/u;

export async function query(call: Call): Promise<Answer> {
  const { body, requestId } = call;
  const zone = zoneOf(call, body);
  if (!zone) return failure(requestId, ZONE_NOT_FOUND);
  const parsed = readQuery(body);
  if (!parsed) return failure(requestId, BAD_REQUEST('Missing or malformed query'));
  const refusal = zone.takeRefusal('records/query');
  if (refusal) return failure(requestId, refusal);
  const token = call.wantsToken ? { syncToken: zone.syncToken } : {};
  const rows = await rowsOf(call, zone, parsed);
  if (!('records' in rows)) return failure(requestId, rows);
  const { records, marker } = rows;
  call.library.scans.pageAnswered(zone.name, parsed.recordType);
  return ok({ records, ...(marker === undefined ? {} : { continuationMarker: marker }), ...token });
}

type ServiceFault = ReturnType<typeof BAD_REQUEST>;

async function rowsOf(call: Call, zone: SimZone, parsed: Query): Promise<Rows | ServiceFault> {
  const { recordType, filters } = parsed;
  if (recordType === 'CheckIndexingState') return { records: [indexingState(call, zone)] };
  if (NO_LISTINGS.test(zone.name)) return INVALID_INDEX;
  if (recordType === 'HyperionIndexCountLookup') {
    return { records: countRecords(call.library, zone, filters.get('indexCountID')) };
  }
  const index = indexOfQuery(recordType, filters, call.library.tuning.newerSmartAlbums);
  if (!index) return BAD_REQUEST(`Did not find record type: ${recordType}`);
  if (index === 'invalid') return INVALID_INDEX;
  if (zone.name.startsWith('SharedSync-') && index.kind !== 'listing') return INVALID_INDEX;
  if (index.kind === 'albums') return albums(call, zone, parsed);
  return listing(call, zone, parsed, index);
}

function indexingState(call: Call, zone: SimZone): EncodedRecord {
  const { state, progress } = zone.indexing;
  return serviceRecord(zone.zoneId, call.library.now(), {
    recordName: `_${call.requestId}`,
    recordType: 'CheckIndexingState',
    fields: {
      progress: { value: progress, type: 'INT64' },
      state: { value: state, type: 'STRING' },
    },
  });
}

function sequenceOf(zone: SimZone, request: Exclude<IndexRequest, { kind: 'albums' }>): Sequence {
  const container = request.kind === 'container';
  const index = container
    ? zone.albumListing(request.albumId, request.byPosition)
    : zone.listings.get(request.id);
  const { state, progress } = zone.indexing;
  const share = state === 'FINISHED' ? 1 : progress / 100;
  return {
    index,
    length: Math.floor(index.length * share),
    dateOf: (slot) => index.dateAt(slot),
    refsOf: (slot) => refsOf(zone, slot, request),
    descendingFrom: request.kind === 'listing' && request.id === 'deleted' ? 'end' : 'rank',
  };
}

function refsOf(
  zone: SimZone,
  slot: number,
  request: Exclude<IndexRequest, { kind: 'albums' }>,
): RecordRef[] {
  const refs: RecordRef[] = [{ kind: 'asset', slot }];
  const masterSlot = zone.assets.masterSlotOf(slot);
  const withMaster = request.kind === 'container' || request.withMasters;
  if (withMaster && zone.assets.isListed(masterSlot)) {
    refs.push({ kind: 'master', slot: masterSlot });
  }
  if (request.kind === 'container') {
    const assetName = zone.assets.assetName(slot) ?? '';
    refs.push({ kind: 'relation', name: relationName(assetName, request.albumId) });
  }
  return refs;
}

/** The one photo that a filter on `recordName` names. */
function onePhoto(zone: SimZone, sequence: Sequence, recordName: string): Page {
  const slot = zone.assets.assetSlot(recordName);
  if (slot === undefined) return { refs: [] };
  const { date } = zone.assets.facts(slot);
  const rank = sequence.index.rankOf({ date, slot });
  if (sequence.index.slotAt(rank) !== slot) return { refs: [] };
  return cutPage(
    { ...sequence, length: rank + 1 },
    { startRank: rank, descending: false, limit: 3 },
  );
}

function limitOf(body: JsonObject): number {
  return Math.max(0, asCount(body['resultsLimit']) ?? LARGEST_PAGE);
}

/** The marker's end, or the fault that it belongs to another query. */
function pageEnd(body: JsonObject, mark: Buffer): PageEnd | ServiceFault | undefined {
  const text = asText(body['continuationMarker']);
  if (text === undefined) return undefined;
  return readMarker(mark, text) ?? BAD_REQUEST('Invalid continuation marker');
}

async function listing(
  call: Call,
  zone: SimZone,
  { recordType, filters }: Query,
  index: Exclude<IndexRequest, { kind: 'albums' }>,
): Promise<Rows | ServiceFault> {
  const sequence = sequenceOf(zone, index);
  const mark = fingerprint(zone.name, recordType, [...filters].toSorted());
  const after = pageEnd(call.body, mark);
  if (after && 'serverErrorCode' in after) return after;
  const only = asText(filters.get('recordName'));
  const page =
    only === undefined
      ? cutPage(sequence, {
          startRank: asCount(filters.get('startRank')) ?? 0,
          descending: filters.get('direction') === 'DESCENDING',
          limit: limitOf(call.body),
          ...(after ? { after } : {}),
        })
      : onePhoto(zone, sequence, only);
  await prepareRecords(zone, page.refs);
  const records = encodeAll(zone, page.refs, recordContext(call, call.body));
  return { records, ...(page.end ? { marker: writeMarker(mark, page.end) } : {}) };
}

/** Records of a page; those that a test made fail come as errors. */
export function encodeAll(
  zone: SimZone,
  refs: readonly RecordRef[],
  context: RecordContext,
): EncodedRecord[] {
  return refs.flatMap((ref) => {
    const name = zone.nameOf(ref);
    const error = zone.recordError(name);
    const record = error ? recordFailure(name, error) : encodeRecord(zone, ref, context);
    return record ? [record] : [];
  });
}

function albums(call: Call, zone: SimZone, { filters }: Query): Rows | ServiceFault {
  const parentId = asText(filters.get('parentId'));
  const context = recordContext(call, call.body);
  const mark = fingerprint(zone.name, 'albums', parentId ?? null);
  const after = pageEnd(call.body, mark);
  if (after && 'serverErrorCode' in after) return after;
  const refs = zone.albums
    .children(parentId)
    .map(({ recordName }): RecordRef => ({ kind: 'album', name: recordName }));
  const roots = parentId === undefined ? ROOT_FOLDERS : [];
  const start = after?.slot ?? 0;
  const end = start + Math.min(limitOf(call.body), LARGEST_PAGE);
  const top = roots
    .map((name, position) => rootFolder(name, zone.zoneId, position))
    .slice(start, end);
  const rest = refs.slice(Math.max(0, start - roots.length), Math.max(0, end - roots.length));
  const more = end < roots.length + refs.length;
  return {
    records: [...top, ...encodeAll(zone, rest, context)],
    ...(more ? { marker: writeMarker(mark, { slot: end, date: 0, recordsSent: 0 }) } : {}),
  };
}
