import type { CloudDatabase } from '../domain/index.js';
import { isKeiError } from '../errors/index.js';
import type { CloudKitCall } from './cloudkit-call.js';
import { isObject, textMember } from './wire.js';
import { isPrimaryZone, isSharedZone } from './zone-names.js';
import { allZones } from './zones.js';

export type ChangedZones =
  | {
      /** `incomplete`: the server knows of more and does not say what (IN-62). */
      readonly status: 'known' | 'incomplete';
      /** Names of the photo libraries that may hold changes, deleted ones included. */
      readonly zones: ReadonlySet<string>;
      /** Those of them that are no longer there. */
      readonly gone: ReadonlySet<string>;
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
  const token = since?.trim() === '' ? undefined : since;
  try {
    const answer = await allZones(call, database, 'changes/database', token);
    const isPhotos = (name: string) => isPrimaryZone(name) || isSharedZone(name);
    const names = answer.entries.map(zoneNameOf).filter(isPhotos);
    const gone = answer.entries.filter((entry) => isObject(entry) && entry['deleted'] === true);
    return {
      status: answer.complete ? 'known' : 'incomplete',
      zones: new Set(names),
      gone: new Set(gone.map(zoneNameOf)),
      token: answer.token,
    };
  } catch (error) {
    const isBadToken = isKeiError(error) && error.code === 'CLOUDKIT_BAD_REQUEST';
    if (isBadToken && token !== undefined) return { status: 'invalid-token' };
    throw error;
  }
}

function zoneNameOf(entry: unknown): string {
  const zoneId = isObject(entry) ? entry['zoneID'] : undefined;
  return isObject(zoneId) ? (textMember(zoneId, 'zoneName') ?? '') : '';
}
