import type { Library } from '../domain/index.js';
import { isKeiError } from '../errors/index.js';
import type { Logger } from '../platform/logger.js';
import type { CloudKitCall } from './cloudkit-call.js';
import { intField, stringField } from './fields.js';
import { indexingQuery } from './queries.js';
import { readRecords, textMember, type JsonObject } from './wire.js';

/** Whether a zone's indexes are complete, and the zone's sync token at that moment (D60). */
export interface IndexingState {
  /** `FINISHED`, `RUNNING`, `NOT_FINISHED`, or undefined when the server does not say. */
  readonly state: string | undefined;
  readonly finished: boolean;
  /** Percent. */
  readonly progress: number | undefined;
  /** Zone token as sent; may be blank. */
  readonly syncToken: string | undefined;
}

/**
 * Asks once per library before it is listed (EN-2, protocol 5.3): one request. A scan made while not
 * finished is incomplete, so its token must not become the baseline.
 */
export async function checkIndexing(
  call: CloudKitCall,
  library: Library,
  log: Logger,
): Promise<IndexingState> {
  const answer = await askIndexing(call, library, log);
  const fields = readRecords(answer['records'], call.now()).records[0]?.fields ?? {};
  const state = stringField(fields, 'state');
  const progress = intField(fields, 'progress');
  return {
    state,
    finished: state === 'FINISHED',
    progress,
    syncToken: textMember(answer, 'syncToken'),
  };
}

/** A zone that does not know the question says nothing about its indexes; the listing may work. */
async function askIndexing(call: CloudKitCall, library: Library, log: Logger): Promise<JsonObject> {
  try {
    return await call({
      database: library.database,
      operation: 'records/query',
      zone: library.zone,
      body: indexingQuery(library),
    });
  } catch (error) {
    if (!isKeiError(error) || !QUESTION_REFUSED.has(error.code)) throw error;
    log.warn(`iCloud does not say whether ${library.zone} is indexed.`, { error: error.message });
    return {};
  }
}

const QUESTION_REFUSED: ReadonlySet<string> = new Set([
  'CLOUDKIT_BAD_REQUEST',
  'CLOUDKIT_INDEX_UNSUPPORTED',
]);
