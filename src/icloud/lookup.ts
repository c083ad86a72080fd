import type { Library } from '../domain/index.js';
import type { CloudKitCall } from './cloudkit-call.js';
import { saysDeleted } from './cloudkit-errors.js';
import { lookupQuery } from './queries.js';
import { readRecords, type WireRecord } from './wire.js';

/** Names of one call; the service takes about twice as many (protocol 5.9). */
export const LOOKUP_BATCH = 100;

export type LookedUp =
  | { readonly status: 'found'; readonly record: WireRecord }
  /** iCloud no longer has it. */
  | { readonly status: 'deleted' }
  /** The server refused or forgot to answer: it says nothing about existence. */
  | { readonly status: 'unknown'; readonly reason: string };

/**
 * Fetches records again by name: one request for each hundred. The result has an entry for every
 * name asked for.
 */
export async function lookupRecords(
  call: CloudKitCall,
  library: Library,
  names: readonly string[],
  desiredKeys: readonly string[],
): Promise<ReadonlyMap<string, LookedUp>> {
  const results = new Map<string, LookedUp>(
    names.map((name) => [name, { status: 'unknown', reason: 'iCloud did not answer for it' }]),
  );
  const unique = [...results.keys()];
  for (let start = 0; start < unique.length; start += LOOKUP_BATCH) {
    const answer = await call({
      database: library.database,
      operation: 'records/lookup',
      zone: library.zone,
      body: lookupQuery(library, unique.slice(start, start + LOOKUP_BATCH), desiredKeys),
    });
    for (const record of readRecords(answer['records'], call.now()).records) {
      if (results.has(record.name)) results.set(record.name, toLookedUp(record));
    }
  }
  return results;
}

function toLookedUp(record: WireRecord): LookedUp {
  const { error, deleted } = record;
  if (deleted || (error !== undefined && saysDeleted(error))) return { status: 'deleted' };
  return error === undefined
    ? { status: 'found', record }
    : { status: 'unknown', reason: `${error.code} ${error.reason}`.trim() };
}
