import type { AssetSource, Library } from '../domain/index.js';
import { isKeiError, rethrowIfCancelled } from '../errors/index.js';
import type { Logger } from '../platform/logger.js';
import type { CloudKitCall } from './cloudkit-call.js';
import { intField } from './fields.js';
import { countQuery, indexOf } from './queries.js';
import { isObject, readError, readRecords } from './wire.js';

/** Entries of one batch request, as many as other requests take records. */
const LARGEST_BATCH = 200;

/**
 * How many assets iCloud counts in each source, in the order given; undefined where the count failed
 * (EN-40, EN-41, protocol 5.6). One request for each 200; when that fails, one for each source.
 * Counts lag behind and are hints only (EN-43). Session and account errors are thrown.
 */
export async function countAssets(
  call: CloudKitCall,
  library: Library,
  sources: readonly AssetSource[],
  log: Logger,
): Promise<readonly (number | undefined)[]> {
  const countIds = sources.map((source) => indexOf(source).countId);
  const counts: (number | undefined)[] = [];
  for (let start = 0; start < countIds.length; start += LARGEST_BATCH) {
    counts.push(
      ...(await countBatch(call, library, countIds.slice(start, start + LARGEST_BATCH), log)),
    );
  }
  return counts;
}

async function countBatch(
  call: CloudKitCall,
  library: Library,
  countIds: readonly string[],
  log: Logger,
): Promise<readonly (number | undefined)[]> {
  const together = await tryCount(call, library, countIds, log);
  if (together !== undefined || countIds.length <= 1) {
    return together ?? countIds.map(() => undefined);
  }
  const counts: (number | undefined)[] = [];
  for (const countId of countIds) {
    counts.push((await tryCount(call, library, [countId], log))?.[0]);
  }
  return counts;
}

async function tryCount(
  call: CloudKitCall,
  library: Library,
  countIds: readonly string[],
  log: Logger,
): Promise<readonly (number | undefined)[] | undefined> {
  try {
    const answer = await call({
      database: library.database,
      operation: 'internal/records/query/batch',
      zone: library.zone,
      body: countQuery(library, countIds),
    });
    const batch: readonly unknown[] = Array.isArray(answer['batch']) ? answer['batch'] : [];
    return countIds.map((_, position) => readCount(batch[position]));
  } catch (error) {
    rethrowIfCancelled(undefined, error);
    if (isKeiError(error, 'session', 'account')) throw error;
    log.debug('Counting failed; progress will have no total.', {
      zone: library.zone,
      error: error instanceof Error ? error.message : String(error),
    });
    return undefined;
  }
}

/** A missing record or field means 0; an error or a missing entry means unknown. */
function readCount(entry: unknown): number | undefined {
  if (!isObject(entry) || readError(entry) !== undefined) return undefined;
  const [record] = readRecords(entry['records'], 0).records;
  if (record?.error !== undefined) return undefined;
  return intField(record?.fields ?? {}, 'itemCount') ?? 0;
}
