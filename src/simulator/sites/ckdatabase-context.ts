/** What every operation of the CloudKit service works with. */
import type { SimLibrary } from '../library/library.js';
import type { RecordContext } from '../library/records-photo.js';
import type { SimZone } from '../library/zone.js';
import type { DatabaseName } from '../library/zone-core.js';
import { desiredKeys, zoneNameOf, type JsonObject } from './ckdatabase-request.js';

export interface Call {
  readonly library: SimLibrary;
  readonly database: DatabaseName;
  readonly body: JsonObject;
  /** `getCurrentSyncToken=true`, in any case: answers to queries carry a token. */
  readonly wantsToken: boolean;
  /** Names this answer in headers, errors and download URLs. */
  readonly requestId: string;
}

export function zoneOf(call: Call, request: JsonObject): SimZone | undefined {
  const name = zoneNameOf(request);
  return name === undefined ? undefined : call.library.zone(name, call.database);
}

/** How records are encoded for a request; all URLs of one answer end together. */
export function recordContext(call: Call, request: JsonObject): RecordContext {
  const { library, requestId } = call;
  return {
    wanted: desiredKeys(request),
    expires: Math.floor(library.now() / 1000) + library.tuning.urlLifetimeSeconds,
    signer: { host: library.contentHost, secret: library.secret, requestId },
  };
}
