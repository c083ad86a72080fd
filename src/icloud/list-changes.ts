import type { ChangeEvent, Library } from '../domain/index.js';
import { isKeiError } from '../errors/index.js';
import type { Logger } from '../platform/logger.js';
import { albumName, containerKind } from './albums.js';
import { ChangePairing } from './change-pairing.js';
import type { CloudKitCall } from './cloudkit-call.js';
import { saysDeleted } from './cloudkit-errors.js';
import { CHANGE_KEYS } from './desired-keys.js';
import { flagField, referenceField, stringField } from './fields.js';
import { lookupRecords } from './lookup.js';
import { zoneChangesQuery } from './queries.js';
import {
  isObject,
  readError,
  readRecords,
  textMember,
  type JsonObject,
  type WireError,
  type WireRecord,
} from './wire.js';
import { zoneEntries } from './zones.js';

export type ChangesResult =
  /** Everything was delivered; `token` is where the next delta begins. */
  | { readonly status: 'complete'; readonly token: string }
  /** The token is unknown to the server: list the library in full (protocol 6.4). */
  | { readonly status: 'invalid-token' }
  /** The zone is gone, or no longer visible. */
  | { readonly status: 'zone-gone' }
  /** Stopped or failed on the way; every change before `token` was delivered. */
  | { readonly status: 'unfinished'; readonly token: string };

/** Dozens of pages without a change are normal (IN-21); so many with one token lead nowhere. */
const MOST_UNMOVED_PAGES = 200;

/** Refused records that are kept to be asked for again. */
const MOST_REFUSED = 400;

interface ChangesPage {
  readonly records: readonly WireRecord[];
  readonly malformed: number;
  readonly token: string | undefined;
  readonly more: boolean;
}

/**
 * The changes of one library after a zone token (IN-20 to IN-26): consume `events()` once, then read
 * `result()`. A token or zone that the server does not know ends the events quietly and shows in the
 * result; every other failure rejects and leaves the token as it was.
 */
export class ChangeFeed {
  /** Entries that were not even a named record. */
  malformed = 0;
  requests = 0;

  readonly #call: CloudKitCall;
  readonly #library: Library;
  readonly #log: Logger;
  readonly #pairing: ChangePairing;
  readonly #since: string;
  /** Records that came as an error, with its words, and assets that came without their master's name. */
  readonly #refused = new Map<string, string>();
  #result: ChangesResult;

  /** `since` is a zone token; a blank one is invalid and never sent (IN-23, case 78). */
  constructor(call: CloudKitCall, library: Library, since: string, log: Logger) {
    this.#call = call;
    this.#library = library;
    this.#log = log;
    this.#pairing = new ChangePairing(call, library);
    this.#since = since;
    this.#result = { status: 'unfinished', token: since };
  }

  result(): ChangesResult {
    return this.#result;
  }

  /** Masters that no changed asset refers to: ignored (D64). */
  get mastersAlone(): number {
    return this.#pairing.mastersAlone;
  }

  async *events(): AsyncGenerator<ChangeEvent, void> {
    let token = this.#since;
    if (token.trim() === '') {
      this.#result = { status: 'invalid-token' };
      return;
    }
    let unmoved = 0;
    for (;;) {
      const page = await this.#fetchPage(token);
      if (page === undefined) return;
      this.malformed += page.malformed;
      for (const record of page.records) yield* this.#eventsOf(record);
      yield* this.#pairing.flushSurplus();
      unmoved = page.token === undefined || page.token === token ? unmoved + 1 : 0;
      token = page.token ?? token;
      if (page.more && unmoved > MOST_UNMOVED_PAGES) {
        this.#log.warn('iCloud announces more changes but does not deliver them.', {
          zone: this.#library.zone,
        });
        return;
      }
      if (this.#pairing.isSettled && this.#refused.size === 0)
        this.#result = { status: 'unfinished', token };
      if (!page.more) break;
    }
    yield* this.#askAgain();
    yield* this.#pairing.flushAll();
    this.#result = { status: 'complete', token };
  }

  /** One page; undefined when token or zone are unknown, which `result` then says. */
  async #fetchPage(token: string): Promise<ChangesPage | undefined> {
    try {
      this.requests += 1;
      const answer = await this.#call({
        database: this.#library.database,
        operation: 'changes/zone',
        zone: this.#library.zone,
        body: zoneChangesQuery(this.#library, token, CHANGE_KEYS),
        findError: zoneError,
      });
      const zone = zoneOf(answer) ?? {};
      const next = textMember(zone, 'syncToken')?.trim();
      return {
        ...readRecords(zone['records'], this.#call.now()),
        token: next === '' ? undefined : next,
        more: zone['moreComing'] === true,
      };
    } catch (error) {
      const code = isKeiError(error) ? error.code : undefined;
      if (code === 'CLOUDKIT_BAD_REQUEST') this.#result = { status: 'invalid-token' };
      else if (code === 'CLOUDKIT_ZONE_NOT_FOUND') this.#result = { status: 'zone-gone' };
      else throw error;
      return undefined;
    }
  }

  /**
   * One lookup for what the feed refused (EN-72) or told in part (D64): an error does not say whether
   * it hides a photo, an album, or the news that one holds the other. What is refused again is owed.
   */
  async *#askAgain(): AsyncGenerator<ChangeEvent> {
    const names = [...this.#refused.keys()];
    if (names.length === 0) return;
    const found = await lookupRecords(this.#call, this.#library, names, CHANGE_KEYS);
    for (const [name, looked] of found) {
      if (looked.status === 'found') yield* this.#eventsOf(looked.record, true);
      else if (looked.status === 'deleted') yield* this.#goneEvents(name);
    }
    for (const name of names) if (found.get(name)?.status !== 'unknown') this.#refused.delete(name);
    yield* this.#refusedBeyond(0);
  }

  /** Of many refusals only some are asked for again; the rest is owed at once. */
  *#refusedBeyond(most: number): Generator<ChangeEvent> {
    for (const [recordName, reason] of this.#refused) {
      if (this.#refused.size <= most) return;
      this.#refused.delete(recordName);
      yield { kind: 'unresolved', recordName, reason };
    }
  }

  *#goneEvents(name: string): Generator<ChangeEvent> {
    const relation = relationFromName(name);
    if (relation !== undefined) yield { kind: 'relation', ...relation, present: false };
    else yield* this.#pairing.addTombstone(name);
  }

  /** The events of one record, pairs excepted, which come when they are complete (IN-35). */
  *#eventsOf(record: WireRecord, wasLookedUp = false): Generator<ChangeEvent> {
    const { name, error, type, deleted } = record;
    if (error !== undefined && !saysDeleted(error)) {
      this.#refused.set(name, `${error.code} ${error.reason}`.trim());
      yield* this.#refusedBeyond(MOST_REFUSED);
    } else if (deleted || error !== undefined) {
      yield* this.#goneEvents(name);
    } else if (type === 'CPLAsset' && !wasLookedUp && isSparse(record)) {
      this.#refused.set(name, 'it names no master record');
      yield* this.#refusedBeyond(MOST_REFUSED);
    } else if (type === 'CPLAsset') {
      yield* this.#pairing.addAsset(record);
    } else if (type === 'CPLMaster') {
      yield* this.#pairing.addMaster(record);
    } else if (type === 'CPLAlbum') {
      const gone = flagField(record.fields, 'isDeleted');
      const container = containerKind(record);
      yield { kind: 'album', albumId: name, container, name: albumName(record), deleted: gone };
    } else if (type === 'CPLContainerRelation') {
      yield relationEvent(record);
    }
  }
}

/** Without its master's name an asset is only good for what it says against itself (IN-31). */
function isSparse({ fields }: WireRecord): boolean {
  const says = (name: string) => flagField(fields, name);
  const isAgainst = says('isExpunged') || says('isDeleted') || says('isHidden');
  return !isAgainst && referenceField(fields, 'masterRef') === undefined;
}

function zoneOf(answer: JsonObject): JsonObject | undefined {
  return zoneEntries(answer).find(isObject);
}

function zoneError(answer: JsonObject): WireError | undefined {
  const zone = zoneOf(answer);
  return zone === undefined
    ? { code: 'INTERNAL_ERROR', reason: 'the answer holds no zone' }
    : readError(zone);
}

/** `<asset>-IN-<album>`: what is left of a relation that was removed (protocol 6.3). */
function relationFromName(name: string): { assetId: string; albumId: string } | undefined {
  const [, assetId, albumId] = /^(.+)-IN-(.+)$/.exec(name) ?? [];
  return assetId === undefined || albumId === undefined ? undefined : { assetId, albumId };
}

function relationEvent({ name, fields }: WireRecord): ChangeEvent {
  const fromName = relationFromName(name);
  const assetId = stringField(fields, 'itemId') ?? fromName?.assetId;
  const albumId = stringField(fields, 'containerId') ?? fromName?.albumId;
  return assetId === undefined || albumId === undefined
    ? { kind: 'unresolved', recordName: name, reason: 'unparsable_relation_delta' }
    : { kind: 'relation', assetId, albumId, present: !flagField(fields, 'isDeleted') };
}
