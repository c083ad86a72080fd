import type { CloudDatabase, Library, ZoneId } from '../domain/index.js';
import { primaryLibraryMissing } from '../errors/api-errors.js';
import { isKeiError, type KeiError } from '../errors/index.js';
import type { Logger } from '../platform/logger.js';
import type { CloudKitCall } from './cloudkit-call.js';
import { zonesQuery } from './queries.js';
import { isObject, readError, textMember, type JsonObject } from './wire.js';
import { isPrimaryZone, isSharedZone } from './zone-names.js';

/** One entry of `zones/list` or `changes/database`; undefined for zones that are no photo library. */
export function toLibrary(entry: unknown, database: CloudDatabase): Library | undefined {
  if (!isObject(entry) || entry['deleted'] === true || readError(entry) !== undefined) {
    return undefined;
  }
  const zoneId = toZoneId(entry['zoneID']);
  if (zoneId === undefined) return undefined;
  const zone = zoneId.zoneName;
  // The personal library is always in the private database (protocol 5.2).
  if (isPrimaryZone(zone) && database === 'private') {
    return { kind: 'primary', zone, zoneId, database };
  }
  return isSharedZone(zone) ? { kind: 'shared', zone, zoneId, database } : undefined;
}

function toZoneId(value: unknown): ZoneId | undefined {
  if (!isObject(value)) return undefined;
  const zoneName = textMember(value, 'zoneName');
  const ownerRecordName = textMember(value, 'ownerRecordName');
  const zoneType = textMember(value, 'zoneType');
  return zoneName === undefined
    ? undefined
    : {
        zoneName,
        ...(ownerRecordName === undefined ? {} : { ownerRecordName }),
        ...(zoneType === undefined ? {} : { zoneType }),
      };
}

/** The entries of the `zones` member. */
export function zoneEntries(answer: JsonObject): readonly unknown[] {
  const zones = answer['zones'];
  return Array.isArray(zones) ? zones : [];
}

/** What `zones/list` or `changes/database` say, all pages together. */
export interface ZonePages {
  readonly entries: readonly unknown[];
  /** Database token behind the last page. */
  readonly token: string | undefined;
  /** False when the server announced more and gave no way to it. */
  readonly complete: boolean;
}

/** Asks for pages of zones while `moreComing` says that there are more (protocol 5.2, 6.1). */
export async function allZones(
  call: CloudKitCall,
  database: CloudDatabase,
  operation: 'zones/list' | 'changes/database',
  since: string | undefined,
): Promise<ZonePages> {
  const entries: unknown[] = [];
  let token = since;
  for (;;) {
    const answer = await call({ database, operation, body: zonesQuery(token) });
    entries.push(...zoneEntries(answer));
    const next = textMember(answer, 'syncToken');
    const more = answer['moreComing'] === true;
    const stuck = next === undefined || next === token;
    token = next ?? token;
    if (!more || stuck) return { entries, token, complete: !more };
  }
}

/**
 * The photo libraries of the account, the personal one first, each with the database that listed it
 * (protocol 5.2, D78). Two requests, more only while the server says so. Throws an `account` error when the personal library is missing.
 *
 * `needsShared` false means that the caller only wants the personal library: the shared database
 * may then refuse to answer, which is logged.
 */
export async function listLibraries(
  call: CloudKitCall,
  needsShared: boolean,
  log: Logger,
): Promise<readonly Library[]> {
  const zonesOf = async (database: CloudDatabase) => {
    const { entries } = await allZones(call, database, 'zones/list', undefined);
    return entries.map((entry) => toLibrary(entry, database));
  };
  const sharedZones = async () => {
    try {
      return await zonesOf('shared');
    } catch (error) {
      if (needsShared || !saysNothingOfTheAccount(error)) throw error;
      log.warn('The libraries that others share with you could not be listed', {
        error: error.message,
      });
      return [];
    }
  };
  const lists = await Promise.all([zonesOf('private'), sharedZones()]);
  const byZone = new Map<string, Library>();
  for (const library of lists.flat()) {
    if (library !== undefined && !byZone.has(library.zone)) byZone.set(library.zone, library);
  }
  const libraries = [...byZone.values()];
  const primary = libraries.filter(({ kind }) => kind === 'primary');
  if (primary.length === 0) throw primaryLibraryMissing();
  return [...primary, ...libraries.filter(({ kind }) => kind === 'shared')];
}

/** A shared database that does not exist or answer; sign-in and account are judged elsewhere. */
function saysNothingOfTheAccount(error: unknown): error is KeiError {
  return (
    isKeiError(error, 'permanent', 'transient') ||
    (isKeiError(error) && error.code === 'CLOUDKIT_ZONE_NOT_FOUND')
  );
}
