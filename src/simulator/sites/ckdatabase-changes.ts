/** `changes/zone`: the deltas of zones, by token (protocol 6.2). */
import { refKey, type RecordRef } from '../library/change-log.js';
import type { LibraryTuning } from '../library/library.js';
import { prepareRecords } from '../library/records.js';
import type { SimZone } from '../library/zone.js';
import {
  BAD_REQUEST,
  errorMembers,
  failure,
  ok,
  ZONE_NOT_FOUND,
  type Answer,
} from './ckdatabase-answers.js';
import { recordContext, zoneOf, type Call } from './ckdatabase-context.js';
import { LARGEST_PAGE } from './ckdatabase-page.js';
import { encodeAll } from './ckdatabase-query.js';
import { asCount, asList, asObject, asText, type JsonObject } from './ckdatabase-request.js';

const END_OF_DELTA = {
  false: { moreComing: false },
  null: { moreComing: null },
  absent: {},
} as const;

/** Where a delta goes on: `end` is the token "" that asks for nothing. */
function startOf(zone: SimZone, token: string | undefined) {
  if (token === undefined) return { at: 0, history: true };
  if (token === '') return { at: zone.log.length, history: false };
  const position = zone.readToken(token);
  return typeof position === 'string' ? position : { at: position.at, history: false };
}

function isNoRelation({ kind }: RecordRef): boolean {
  return kind !== 'relation';
}

/** What changed, with the masters that a delta of this form tells of besides. */
function withMasters(
  zone: SimZone,
  refs: readonly RecordRef[],
  form: LibraryTuning['mastersInDeltas'],
): readonly RecordRef[] {
  if (form === 'changed') return refs;
  const told = new Map<string, RecordRef>();
  for (const ref of refs) {
    const slot = ref.kind === 'asset' ? zone.assets.asset(ref.slot)?.masterSlot : undefined;
    const master = slot === undefined ? [] : [{ kind: 'master', slot } as const];
    for (const one of form === 'before' ? [...master, ref] : [ref, ...master]) {
      told.set(refKey(one), told.get(refKey(one)) ?? one);
    }
  }
  return [...told.values()];
}

async function zoneChanges(call: Call, entry: JsonObject): Promise<object> {
  const zone = zoneOf(call, entry);
  if (!zone) return { zoneID: entry['zoneID'], ...errorMembers(ZONE_NOT_FOUND) };
  const refusal = zone.takeRefusal('changes/zone');
  const start = startOf(zone, asText(entry['syncToken']));
  const fault = refusal ?? (typeof start === 'string' ? BAD_REQUEST(start) : undefined);
  if (fault || typeof start === 'string') {
    return { zoneID: zone.zoneId, ...errorMembers(fault ?? ZONE_NOT_FOUND) };
  }
  const limit = asCount(entry['resultsLimit']) ?? asCount(call.body['resultsLimit']);
  const size = Math.min(Math.max(1, limit ?? LARGEST_PAGE), LARGEST_PAGE);
  const empty = start.history && call.library.tuning.emptyFirstHistoryPage;
  const end = empty ? start.at : Math.min(start.at + size, zone.log.length);
  const told = call.library.tuning.relationsInDeltas ? () => true : isNoRelation;
  const changed = zone.log.read(start.at, end).map(({ ref }) => ref);
  const refs = withMasters(zone, changed.filter(told), call.library.tuning.mastersInDeltas);
  await prepareRecords(zone, refs);
  const keys = entry['desiredKeys'] === undefined ? call.body : entry;
  const records = encodeAll(zone, refs, recordContext(call, keys));
  const more = end < zone.log.length;
  const answer = {
    zoneID: zone.zoneId,
    syncToken: zone.tokenAt(end),
    ...(more ? { moreComing: true } : END_OF_DELTA[call.library.tuning.lastPageMoreComing]),
    records,
  };
  call.library.scans.pageAnswered(zone.name, 'changes/zone');
  return answer;
}

export async function changes(call: Call): Promise<Answer> {
  const entries = asList(call.body['zones'])?.map(asObject);
  if (!entries || entries.includes(undefined)) {
    return failure(call.requestId, BAD_REQUEST('Missing or malformed zones'));
  }
  const zones: object[] = [];
  for (const entry of entries) zones.push(await zoneChanges(call, entry ?? {}));
  return ok({ zones });
}
