import type { Logger } from '../platform/logger.js';
import { ReadAhead } from './read-ahead.js';
import type { WireRecord } from './wire.js';

/** One answer of an index, as it came. */
export interface RawPage {
  readonly records: readonly WireRecord[];
  /** Entries that are not even a named record. */
  readonly malformed: number;
  readonly syncToken: string | undefined;
  /** The server says that rows follow (`continuationMarker`). */
  readonly more: boolean;
  /** Only the names of the records were asked for. */
  readonly namesOnly: boolean;
}

export interface RankedRecord {
  readonly record: WireRecord;
  readonly rank: number;
}

/** A page that brought something new. */
export interface AssetPage {
  /** Everything on it, rows of the page before included: for pairing. */
  readonly records: readonly WireRecord[];
  /** Assets in the order of their ranks, without the rows that were read again. */
  readonly assets: readonly RankedRecord[];
  /** Records that the server could not deliver, each once (EN-72). */
  readonly errors: readonly WireRecord[];
  readonly namesOnly: boolean;
}

/** A page for its consumer. */
export interface OpenPage extends AssetPage {
  /** What it led to, for iterating: the next page is asked for in time for its last item. */
  readonly using: <T>(items: readonly T[]) => Iterable<T>;
}

export interface PagingOptions {
  readonly fetchPage: (startRank: number, signal: AbortSignal) => Promise<RawPage>;
  readonly assetsPerPage: number;
  /** What the index should hold, if somebody counts; resolves to undefined when that failed. */
  readonly total?: Promise<number | undefined> | undefined;
  /** Ends after this many assets: the newest, in an index by date. */
  readonly limit?: number | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Logger;
}

/** Rows read twice at each page boundary, so that deletions meanwhile hide none (protocol 5.4). */
const OVERLAP = 5;
/** Pages before a boundary that are searched when more than the overlap has gone. */
const STEPS_BACK = 2;
/** Consecutive empty pages that end a stream of which the count says more (EN-15). */
const EMPTY_PAGES = 5;

/**
 * Walks an index by rank, newest first, one request ahead of its consumer, and not far ahead of a
 * slow one.
 *
 * Each request begins a few rows before the end of the last one. As long as a page shows a row that
 * is already known, nothing lies unread between the two, whatever was deleted in between; a page that
 * shows none sends the walk back until it meets known ground. So memory holds the names of the last
 * pages only. The end is a page without new rows; when the count disagrees, the ranks behind it are
 * probed, and what lay before a find is read again (EN-15, D64).
 */
export class RankWalk {
  /** Token of the first answer: the state of the zone before anything was read (D60). */
  firstToken: string | undefined;
  /** Token of the latest answer that had one: the same while nothing changes. */
  lastToken: string | undefined;
  /** True once the natural end was reached. */
  ended = false;
  /** True when a boundary could not be proven gapless: scan again next time (D66). */
  scanChanged = false;
  malformed = 0;
  requests = 0;
  /** Distinct rows delivered, by rank. */
  delivered = 0;
  /** Assets that the count promised and the walk did not meet (EN-52). */
  shortfall = 0;

  readonly #options: PagingOptions;
  readonly #readAhead: ReadAhead;
  readonly #abandon = new AbortController();
  /** Names of the last pages, oldest first. */
  readonly #known = new Set<string>();

  constructor(options: PagingOptions) {
    this.#options = options;
    this.#readAhead = new ReadAhead(options.now);
  }

  /** The pages; to be consumed once. A failed request rejects, and then `ended` stays false. */
  async *pages(): AsyncGenerator<OpenPage, void> {
    const walk = this.#walk();
    let ahead: ReturnType<typeof walk.next> | undefined;
    const readAhead = () => {
      ahead ??= walk.next();
      // A failure of the page ahead is met when its turn comes.
      ahead.catch(() => undefined);
      return ahead;
    };
    try {
      for (;;) {
        const { done, value } = await readAhead();
        if (done === true) return;
        ahead = undefined;
        // Names do not age as links do.
        if (value.namesOnly || this.#readAhead.isDue(value.assets.length)) void readAhead();
        yield { ...value, using: (items) => this.#readAhead.paced(items, () => void readAhead()) };
      }
    } finally {
      this.#abandon.abort();
    }
  }

  async *#walk(): AsyncGenerator<AssetPage, void> {
    const { assetsPerPage, limit = Infinity, log } = this.#options;
    let rank = 0;
    let overlap = 0;
    /** Ranks below this are known not to be the end, although pages there were empty. */
    let probedUpTo = 0;
    /** Consecutive pages that had records, but none that is new. */
    let stale = 0;
    while (this.delivered < limit) {
      const read = await this.#readFrom(rank, overlap);
      const { page, size, end, more } = read;
      overlap = Math.min(OVERLAP, Math.floor(size / 2));
      if (page.assets.length + page.errors.length > 0) {
        stale = 0;
        this.delivered += page.assets.length;
        yield page;
        if (!more && (await this.#countIsMet())) break;
        rank = end;
      } else if (end !== rank && stale < EMPTY_PAGES) {
        // Known ground that ends elsewhere than it did, or no assets at all (EN-12): go on from there.
        if (size === 0) log.warn('A page of the listing held no assets.', { rank });
        stale += 1;
        yield page;
        rank = end;
      } else if (rank < probedUpTo) {
        rank = Math.min(rank + assetsPerPage, probedUpTo);
        overlap = 0;
      } else {
        const found = await this.#probeBehind(read);
        if (found === undefined) break;
        probedUpTo = found;
        rank = end;
      }
    }
    this.ended = this.delivered < limit;
  }

  /** The page at `rank`, from known ground on where some is expected. */
  async #readFrom(rank: number, overlap: number): Promise<ReadPage> {
    const direct = await this.#fetch(rank - overlap, rank);
    if (overlap === 0 || direct.touchesKnown) return this.#remember(direct);
    for (let step = 1; step <= STEPS_BACK; step += 1) {
      const start = Math.max(0, rank - overlap - step * this.#options.assetsPerPage);
      const earlier = await this.#fetch(start, rank);
      if (earlier.touchesKnown) return this.#remember(earlier);
      if (start === 0) break;
    }
    this.scanChanged = true;
    this.#options.log.warn(
      'The library changed so much during the listing that rows may be missed.',
      {
        rank,
      },
    );
    return this.#remember(direct);
  }

  async #fetch(start: number, rank: number): Promise<ReadPage> {
    const { fetchPage } = this.#options;
    const raw = await this.#readAhead.timed(() => fetchPage(start, this.#abandon.signal));
    this.requests += 1;
    this.malformed += raw.malformed;
    if (this.requests === 1) this.firstToken = raw.syncToken;
    this.lastToken = raw.syncToken ?? this.lastToken;
    const rows = raw.records.filter(({ type }) => type === 'CPLAsset');
    const masters = raw.records.filter(({ type }) => type === 'CPLMaster');
    const isKnown = ({ name }: WireRecord) => this.#known.has(name);
    const firstNew = rows.findIndex((row) => !isKnown(row));
    const assets = rows
      .map((record, position) => ({ record, rank: start + position }))
      .slice(firstNew === -1 ? rows.length : firstNew)
      .filter(({ record }) => record.error === undefined);
    const errors = raw.records.filter((record) => record.error !== undefined && !isKnown(record));
    const advance =
      rows.length > 0 ? rows.length : raw.records.length > 0 ? Math.max(masters.length, 1) : 0;
    return {
      page: { records: raw.records, assets, errors, namesOnly: raw.namesOnly },
      size: rows.length,
      end: Math.max(start + advance, rows.length > 0 ? 0 : rank),
      more: raw.more,
      touchesKnown: rows.some(isKnown),
    };
  }

  #remember(read: ReadPage): ReadPage {
    for (const { name } of [...read.page.assets.map(({ record }) => record), ...read.page.errors]) {
      // Deleted first, so that a row read again counts as one of the last.
      this.#known.delete(name);
      this.#known.add(name);
    }
    const limit = (STEPS_BACK + 1) * this.#options.assetsPerPage;
    for (const name of this.#known) {
      if (this.#known.size <= limit) break;
      this.#known.delete(name);
    }
    return read;
  }

  /** A count that the walk has passed is behind or missing, and says nothing about the end (5.6). */
  async #countIsMet(): Promise<boolean> {
    return (await this.#options.total) === this.delivered;
  }

  async #countIsReached(): Promise<boolean> {
    const total = await this.#options.total;
    return total !== undefined && this.delivered >= total;
  }

  /**
   * Looks for rows behind the apparent end, when the server or the count says that there are more,
   * or the count failed (D64); the rank where some are, or undefined for the end.
   */
  async #probeBehind({ end, more, page }: ReadPage): Promise<number | undefined> {
    const { assetsPerPage, total } = this.#options;
    if (!more && (total === undefined || (await this.#countIsReached()))) return undefined;
    const emptySoFar = page.records.length === 0 ? 1 : 0;
    const probes = [];
    for (let empty = emptySoFar; empty < EMPTY_PAGES; empty += 1) {
      probes.push(end + empty * assetsPerPage);
    }
    // Last, once more the end itself: an answer that was empty by mistake must not hide the rest.
    for (const rank of [...probes, end]) {
      const probe = await this.#fetch(rank, rank);
      if (probe.page.assets.length > 0) return rank;
    }
    this.shortfall = Math.max(0, ((await total) ?? 0) - this.delivered);
    return undefined;
  }
}

interface ReadPage {
  readonly page: AssetPage;
  /** Rows that take up a rank. */
  readonly size: number;
  /** The first rank behind it. */
  readonly end: number;
  readonly more: boolean;
  /** Shows a row that was read before. */
  readonly touchesKnown: boolean;
}
