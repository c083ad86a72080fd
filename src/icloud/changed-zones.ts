import type { CloudDatabase } from '../domain/index.js';
import { isKeiError } from '../errors/index.js';
import type { CloudKitCall } from './cloudkit-call.js';
import { changedZonesQuery } from './queries.js';
import { isObject, textMember } from './wire.js';
import { isPrimaryZone, isSharedZone } from './zone-names.js';
import { zoneEntries } from './zones.js';

export type ChangedZones =
  | {
      readonly status: 'known';
      /** Names of the photo libraries that may hold changes, deleted ones included. */
      readonly zones: ReadonlySet<string>;
      /** Database token for the next question; never a zone token (IN-24). */
      readonly token: string | undefined;
    }
  /** The server does not know the token: drop it and sync all libraries. */
  | { readonly status: 'invalid-token' };

/**
 * The cheapest "anything new?" (protocol 6.1, D63): which photo libraries of a database changed since
 * a database token, all of them without one. One request, more only while the server says so.
 */
export async function changedZones(
  call: CloudKitCall,
  database: CloudDatabase,
  since: string | undefined,
): Promise<ChangedZones> {
  const zones = new Set<string>();
  let token = since?.trim() === '' ? undefined : since;
  for (;;) {
    let answer;
    try {
      answer = await call({
        database,
        operation: 'changes/database',
        body: changedZonesQuery(token),
      });
    } catch (error) {
      const isBadToken = isKeiError(error) && error.code === 'CLOUDKIT_BAD_REQUEST';
      if (isBadToken && token !== undefined) return { status: 'invalid-token' };
      throw error;
    }
    for (const entry of zoneEntries(answer)) {
      const zoneId = isObject(entry) ? entry['zoneID'] : undefined;
      const name = isObject(zoneId) ? (textMember(zoneId, 'zoneName') ?? '') : '';
      if (isPrimaryZone(name) || isSharedZone(name)) zones.add(name);
    }
    const next = textMember(answer, 'syncToken');
    const isDone = answer['moreComing'] !== true || next === undefined || next === token;
    token = next ?? token;
    if (isDone) return { status: 'known', zones, token };
  }
}
