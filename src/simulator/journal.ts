import type { Now, RequestLabels, SimRequest, SiteName } from './http-io.js';

/** One request and what became of it. `status` is 0 until (or unless) a status line was sent. */
export interface JournalEntry extends RequestLabels {
  readonly seq: number;
  /** Simulated time, ms since the epoch. */
  readonly at: number;
  readonly site: SiteName | 'unknown';
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly range?: string;
  /** Present when the journal keeps details: lower-case header names, body as text. */
  readonly detail?: {
    readonly query: string;
    readonly headers: Readonly<Record<string, string | undefined>>;
    readonly body: string;
  };
  status: number;
  /** Bytes of the body handed to the connection. */
  bytesSent: number;
  durationMs: number;
  /** The exchange is over … */
  finished: boolean;
  /** … and did not end as HTTP wants it to. */
  aborted: boolean;
  /** Ids of the faults that hit it. */
  faults: readonly string[];
  /** Why a site failed: a defect of the simulator. */
  error?: string;
}

/** Every member given must agree with the entry. */
export type JournalFilter = Partial<
  Pick<
    JournalEntry,
    | 'site'
    | 'method'
    | 'host'
    | 'path'
    | 'operation'
    | 'recordType'
    | 'zone'
    | 'assetId'
    | 'resource'
    | 'status'
    | 'aborted'
    | 'finished'
  >
>;

export interface JournalOptions {
  /** How many of the newest entries are kept; counts go on for ever. Default 10 000. */
  readonly keep?: number;
  /** Keep query, headers and body of each request. */
  readonly details?: boolean;
}

type Matcher = JournalFilter | ((entry: JournalEntry) => boolean);

interface Waiter {
  readonly matches: (entry: JournalEntry) => boolean;
  readonly resolve: (entry: JournalEntry) => void;
}

/** What was asked of the simulator. Memory is bounded by `keep`, whatever the number of requests. */
export class Journal {
  /** Requests that no site knows, or that a site failed on: the first 1 000. */
  readonly unhandled: JournalEntry[] = [];
  /** Requests so far. */
  total = 0;
  private kept: JournalEntry[] = [];
  private readonly tallies = new Map<string, number>();
  private readonly inFlight = new Map<string, number>();
  private readonly peaks = new Map<string, number>();
  private readonly waiters = new Set<Waiter>();
  private readonly listeners = new Set<(entry: JournalEntry) => void>();
  private readonly now: Now;
  private readonly keep: number;
  private readonly details: boolean;

  constructor(now: Now, { keep = 10_000, details = false }: JournalOptions = {}) {
    this.now = now;
    this.keep = keep;
    this.details = details;
  }

  /** The newest entries, oldest first. */
  get entries(): readonly JournalEntry[] {
    return this.kept.slice(-this.keep || this.kept.length);
  }

  /** Notes that a request has arrived. */
  open(
    request: Omit<SimRequest, 'site'> & { site: JournalEntry['site'] },
    labels: RequestLabels,
  ): JournalEntry {
    const { site, method, host, path } = request;
    const range = request.headers['range'];
    const entry: JournalEntry = {
      seq: ++this.total,
      at: this.now(),
      site,
      method,
      host,
      path,
      ...labels,
      ...(range === undefined ? {} : { range }),
      ...(this.details ? { detail: detailOf(request) } : {}),
      status: 0,
      bytesSent: 0,
      durationMs: 0,
      finished: false,
      aborted: false,
      faults: [],
    };
    const running = (this.inFlight.get(site) ?? 0) + 1;
    this.inFlight.set(site, running);
    this.peaks.set(site, Math.max(running, this.peaks.get(site) ?? 0));
    this.remember(entry);
    this.wake(entry);
    return entry;
  }

  /** Notes how a request ended. */
  close(entry: JournalEntry, end: Pick<JournalEntry, 'status' | 'bytesSent' | 'aborted'>): void {
    Object.assign(entry, end, { finished: true, durationMs: this.now() - entry.at });
    this.inFlight.set(entry.site, (this.inFlight.get(entry.site) ?? 1) - 1);
    const key = tallyKey(entry);
    this.tallies.set(key, (this.tallies.get(key) ?? 0) + 1);
    for (const listener of this.listeners) listener(entry);
    this.wake(entry);
  }

  /** A request that nothing answered as Apple would. */
  markUnhandled(entry: JournalEntry, error?: string): void {
    if (error !== undefined) entry.error = error;
    if (this.unhandled.length < 1000) this.unhandled.push(entry);
  }

  filter(matcher: Matcher): JournalEntry[] {
    return this.entries.filter(matcherOf(matcher));
  }

  /** Kept entries that match. Exact for any number of requests with {@link tally}. */
  count(matcher: Matcher = {}): number {
    return this.filter(matcher).length;
  }

  /** Finished requests since the start, whether their entries are kept or not. */
  tally(filter: Pick<JournalFilter, 'site' | 'operation' | 'method' | 'status'> = {}): number {
    let sum = 0;
    for (const [key, count] of this.tallies) if (tallyMatches(key, filter)) sum += count;
    return sum;
  }

  /** All tallies, for people and other processes. */
  summary(): { site: string; operation: string; method: string; status: number; count: number }[] {
    return [...this.tallies].map(([key, count]) => {
      const [site = '', operation = '', method = '', status = ''] = key.split(' ');
      return { site, operation, method, status: Number(status), count };
    });
  }

  /** The most requests that were open at one time. */
  peak(site: JournalEntry['site']): number {
    return this.peaks.get(site) ?? 0;
  }

  /**
   * Resolves with the first kept entry that matches, now or later; an entry is looked at when the
   * request arrives and when it ends. Rejects with what did happen after `timeoutMs`.
   */
  async waitFor(matcher: Matcher, timeoutMs = 10_000): Promise<JournalEntry> {
    const matches = matcherOf(matcher);
    const found = this.entries.find(matches);
    if (found) return found;
    return await new Promise<JournalEntry>((resolve, reject) => {
      const waiter = {
        matches,
        resolve: (entry: JournalEntry) => {
          clearTimeout(timer);
          this.waiters.delete(waiter);
          resolve(entry);
        },
      };
      const timer = setTimeout(() => {
        this.waiters.delete(waiter);
        const last = this.entries.slice(-10).map((entry) => `\n  ${describeEntry(entry)}`);
        reject(new Error(`No such request within ${timeoutMs} ms. Last ones:${last.join('')}`));
      }, timeoutMs);
      this.waiters.add(waiter);
    });
  }

  /** Calls `listener` with each entry when it is finished; returns how to stop. */
  subscribe(listener: (entry: JournalEntry) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Forgets entries and counts. */
  clear(): void {
    this.kept = [];
    this.unhandled.length = 0;
    this.tallies.clear();
    this.peaks.clear();
  }

  private remember(entry: JournalEntry): void {
    if (this.keep === 0) return;
    this.kept.push(entry);
    // Trimmed in bulk: a shift for every request would cost a move of the whole list.
    if (this.kept.length >= 2 * this.keep) this.kept = this.kept.slice(-this.keep);
  }

  private wake(entry: JournalEntry): void {
    for (const waiter of this.waiters) if (waiter.matches(entry)) waiter.resolve(entry);
  }
}

/** `GET cvws.icloud-content.com/B/… 206 1024 bytes`. */
export function describeEntry(entry: JournalEntry): string {
  const { method, host, path, status, bytesSent, aborted } = entry;
  return `${method} ${host}${path} ${status} ${bytesSent} bytes${aborted ? ' aborted' : ''}`;
}

function detailOf(
  request: Pick<SimRequest, 'query' | 'headers' | 'body'>,
): NonNullable<JournalEntry['detail']> {
  return {
    query: request.query.toString(),
    headers: request.headers,
    body: request.body.toString('utf8'),
  };
}

function matcherOf(matcher: Matcher): (entry: JournalEntry) => boolean {
  if (typeof matcher === 'function') return matcher;
  const wanted = Object.entries(matcher);
  return (entry) => wanted.every(([name, value]) => Reflect.get(entry, name) === value);
}

const tallied = ['site', 'operation', 'method', 'status'] as const;

function tallyKey(entry: JournalEntry): string {
  return tallied.map((name) => entry[name] ?? '').join(' ');
}

function tallyMatches(key: string, filter: JournalFilter): boolean {
  const values = key.split(' ');
  return tallied.every(
    (name, i) => filter[name] === undefined || String(filter[name]) === values[i],
  );
}
