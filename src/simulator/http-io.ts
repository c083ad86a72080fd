/**
 * The shapes that pass between the simulator's HTTP front (hosts, faults, journal) and the sites
 * that play Apple's services. A site answers with data; how the bytes reach the socket, and what a
 * fault does to them on the way, is the front's business.
 */

/** Which of Apple's services a `Host` header names. */
export type SiteName = 'idmsa' | 'setup' | 'ckdatabase' | 'content';

export interface SimRequest {
  readonly site: SiteName;
  readonly method: string;
  /** Host without port, lower-case, e.g. `p61-ckdatabasews.icloud.com`. */
  readonly host: string;
  /** Path without query, as sent (still percent-encoded). */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  /** Cookies of the request, by name, quotes kept. */
  readonly cookies: ReadonlyMap<string, string>;
}

/** Bytes that are made on demand, so that a library of any size needs no memory for its files. */
export interface ByteSource {
  readonly size: number;
  /** Yields the bytes from `start` (inclusive) to `end` (exclusive), in chunks. */
  read(start: number, end: number): Iterable<Buffer> | AsyncIterable<Buffer>;
}

export interface SimResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Complete `Set-Cookie` header values. */
  readonly setCookies?: readonly string[];
  /** A string or an object is sent as text or JSON; `Content-Length` is set by the front. */
  readonly body?: Buffer | string | ByteSource;
}

/** What a request is about, in the words that faults are scoped by and the journal is read by. */
export interface RequestLabels {
  /** e.g. `records/query`, `changes/zone`, `validate`, `signin/init`; for content `asset`. */
  readonly operation?: string;
  /** CloudKit record type (index) that a query names. */
  readonly recordType?: string;
  readonly zone?: string;
  /** CPLAsset record name whose bytes a content request asks for, and the `res…` prefix. */
  readonly assetId?: string;
  readonly resource?: string;
}

/** One of Apple's services; `undefined` means "I do not know this request" (answered 501). */
export interface Site {
  label?(request: SimRequest): RequestLabels;
  handle(request: SimRequest): SimResponse | undefined | Promise<SimResponse | undefined>;
}

/** What ckdatabase asks of the account: may this request see the library? */
export interface SessionGuard {
  /** The refusal to send, or `undefined` when the request's cookies are good. */
  refuse(request: SimRequest): SimResponse | undefined;
  /** `Set-Cookie` values to add to a good answer (token rotation). */
  renewals(request: SimRequest): readonly string[];
}

/** Simulated time in milliseconds since the epoch. */
export type Now = () => number;
