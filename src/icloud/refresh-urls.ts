import type { Asset, Library, Rendition } from '../domain/index.js';
import type { Clock } from '../platform/clock.js';
import type { CloudKitCall } from './cloudkit-call.js';
import { RESOURCE_KEYS } from './desired-keys.js';
import { LOOKUP_BATCH, lookupRecords, type LookedUp } from './lookup.js';
import { readRendition } from './renditions-of.js';

export type FreshRendition =
  | { readonly status: 'fresh'; readonly rendition: Rendition }
  /** iCloud no longer has the record, or the rendition on it. */
  | { readonly status: 'gone' }
  | { readonly status: 'unusable'; readonly reason: string };

/** Long enough for the downloads of a stale page to ask together, too short for anyone to notice. */
const GATHER_MS = 50;

interface Batch {
  readonly names: Set<string>;
  /** Ends the gathering early. */
  readonly full: AbortController;
  readonly result: Promise<ReadonlyMap<string, LookedUp>>;
}

/**
 * Fresh download URLs by lookup of the records that carry them (protocol 8.4, D53). Questions that
 * come within a moment of each other share one request for up to a hundred records (D59).
 */
export class UrlRefresher {
  readonly #call: CloudKitCall;
  readonly #clock: Clock;
  /** The batch that still gathers names, for each zone. */
  readonly #gathering = new Map<string, Batch>();

  constructor(call: CloudKitCall, clock: Clock) {
    this.#call = call;
    this.#clock = clock;
  }

  /** Size and checksum may differ from before: the record may have changed meanwhile (D51). */
  async refresh(
    library: Library,
    kind: Asset['kind'],
    { key, recordName }: Pick<Rendition, 'key' | 'recordName'>,
  ): Promise<FreshRendition> {
    const looked = (await this.#lookup(library, recordName)).get(recordName);
    if (looked?.status !== 'found') {
      return looked?.status === 'unknown'
        ? { status: 'unusable', reason: looked.reason }
        : { status: 'gone' };
    }
    const read = readRendition(key, kind, looked.record);
    switch (read.status) {
      case 'usable':
        return { status: 'fresh', rendition: read.rendition };
      case 'unusable':
        return read;
      case 'absent':
        return { status: 'gone' };
    }
  }

  #lookup(library: Library, name: string): Promise<ReadonlyMap<string, LookedUp>> {
    const batch = this.#gathering.get(library.zone) ?? this.#open(library);
    batch.names.add(name);
    if (batch.names.size >= LOOKUP_BATCH) {
      this.#gathering.delete(library.zone);
      batch.full.abort();
    }
    return batch.result;
  }

  #open(library: Library): Batch {
    const names = new Set<string>();
    const full = new AbortController();
    const gathered = this.#clock.sleep(GATHER_MS, full.signal).catch(() => undefined);
    const result = gathered.then(() => {
      if (this.#gathering.get(library.zone) === batch) this.#gathering.delete(library.zone);
      return lookupRecords(this.#call, library, [...names], RESOURCE_KEYS);
    });
    const batch: Batch = { names, full, result };
    this.#gathering.set(library.zone, batch);
    return batch;
  }
}
