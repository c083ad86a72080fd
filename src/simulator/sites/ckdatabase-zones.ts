/** `zones/list` and `changes/database`: which zones there are, and which changed (protocol 5.2, 6.1). */
import type { ZoneCore } from '../library/zone-core.js';
import { BAD_REQUEST, failure, ok, type Answer } from './ckdatabase-answers.js';
import type { Call } from './ckdatabase-context.js';
import { asText } from './ckdatabase-request.js';

function zoneEntry(zone: ZoneCore): object {
  return { zoneID: zone.zoneId, syncToken: zone.syncToken, deleted: zone.removed };
}

/** A page of the zones that changed after the token of the request; without one, of all zones. */
function zonePage({ library, database, body, requestId }: Call, withRemoved: boolean): Answer {
  const token = asText(body['syncToken']);
  const since = token === undefined ? { at: 0 } : library.readDatabaseToken(database, token);
  if (typeof since === 'string') return failure(requestId, BAD_REQUEST(since));
  const changed = library
    .zonesChangedSince(database, since.at)
    .filter(({ zone }) => (withRemoved && token !== undefined) || !zone.removed);
  const page = changed.slice(0, library.tuning.zonesPerPage);
  const moreComing = page.length < changed.length;
  const end = moreComing ? page.at(-1)?.at : undefined;
  return ok({
    syncToken: library.databaseToken(database, end),
    moreComing,
    zones: page.map(({ zone }) => zoneEntry(zone)),
  });
}

export function listZones(call: Call): Answer {
  return zonePage(call, false);
}

export function databaseChanges(call: Call): Answer {
  const answer = zonePage(call, true);
  call.library.scans.pageAnswered('', 'changes/database');
  return answer;
}
