/**
 * What can go wrong, as data. `docs/simulator.md` has the same list for people who give faults on
 * a command line; `fault-parse.ts` checks what they wrote.
 */

/** The bodies that a 421 comes with (protocol 4.8). */
export type MisdirectedBody = 'noToken' | 'invalidSession' | 'noUser' | 'empty' | 'html';

interface CloudKitError {
  readonly code: string;
  readonly reason?: string;
  /** Seconds. */
  readonly retryAfter?: number;
}

/** Answers given in place of the service's. */
export type AnswerFault =
  | {
      readonly kind: 'status';
      readonly status: number;
      /** Text, or a value sent as JSON. */
      readonly body?: unknown;
      readonly contentType?: string;
      readonly headers?: Readonly<Record<string, string>>;
      /** `Retry-After` in seconds. */
      readonly retryAfter?: number;
      /** `Retry-After` as an HTTP date so many seconds ahead. */
      readonly retryAfterDate?: number;
    }
  | { readonly kind: 'html'; readonly contentType?: string }
  | { readonly kind: 'json'; readonly contentType?: string; readonly body?: unknown }
  | { readonly kind: 'shortBody' }
  | { readonly kind: 'emptyBody' }
  | { readonly kind: 'expiredUrl' }
  | { readonly kind: 'unusableUrl' }
  | { readonly kind: 'misdirected'; readonly body?: MisdirectedBody }
  | ({ readonly kind: 'cloudkitError'; readonly status?: number } & CloudKitError);

/** What happens before the service sees the request. */
export type RequestFault = { readonly kind: 'ignoreRange' } | { readonly kind: 'revokeSession' };

/** Changes to CloudKit's JSON. `count`: how many records or zones are hit; all without it. */
export type JsonFault =
  | ({ readonly kind: 'zoneError' | 'recordError'; readonly count?: number } & CloudKitError)
  | { readonly kind: 'invalidJson' }
  | { readonly kind: 'truncatedJson'; readonly keepBytes?: number }
  | { readonly kind: 'emptyPage'; readonly moreComing?: boolean | null }
  | {
      readonly kind: 'missingRecords';
      readonly recordType?: string;
      readonly names?: readonly string[];
      readonly count?: number;
    };

/** Changes to the bytes and the headers that speak about them. */
export type ByteFault =
  | {
      readonly kind: 'truncate';
      readonly keepBytes?: number;
      readonly cutBytes?: number;
      /** `full` (default) announces the whole length and closes early; `short` what is sent. */
      readonly length?: 'full' | 'short';
    }
  | {
      readonly kind: 'extraBytes';
      readonly count: number;
      /** `true` (default) announces them, `original` does not. */
      readonly length?: 'true' | 'original';
    }
  /** Offsets into the whole resource, whatever the range asked for. */
  | { readonly kind: 'corrupt'; readonly offsets: readonly number[] }
  | {
      readonly kind: 'swap';
      readonly text?: string;
      readonly base64?: string;
      /** The same size as before, filled with this byte. */
      readonly fill?: number;
    }
  | {
      readonly kind: 'contentRange';
      readonly how: 'start' | 'total' | 'missing' | 'malformed' | 'unit';
      readonly by?: number;
    }
  | { readonly kind: 'rangeNotSatisfiable' };

/** How the connection behaves. Bytes are those of the body. */
export type WireFault =
  | { readonly kind: 'delay'; readonly ms: number }
  /** Without `afterBytes` not even a status line is sent. */
  | { readonly kind: 'drop'; readonly afterBytes?: number; readonly how?: 'close' | 'reset' }
  /** For ever without `ms`. */
  | { readonly kind: 'stall'; readonly afterBytes?: number; readonly ms?: number }
  | { readonly kind: 'trickle'; readonly bytes: number; readonly everyMs: number }
  | { readonly kind: 'chunked' };

export type FaultAction = AnswerFault | RequestFault | JsonFault | ByteFault | WireFault;
export type FaultKind = FaultAction['kind'];

function guard<Group extends FaultAction>(
  kinds: Readonly<Record<Group['kind'], true>>,
): (action: FaultAction) => action is Group {
  return (action): action is Group => Object.hasOwn(kinds, action.kind);
}

export const isAnswerFault = guard<AnswerFault>({
  status: true,
  html: true,
  json: true,
  shortBody: true,
  emptyBody: true,
  expiredUrl: true,
  unusableUrl: true,
  misdirected: true,
  cloudkitError: true,
});

export const isJsonFault = guard<JsonFault>({
  zoneError: true,
  recordError: true,
  invalidJson: true,
  truncatedJson: true,
  emptyPage: true,
  missingRecords: true,
});

export const isByteFault = guard<ByteFault>({
  truncate: true,
  extraBytes: true,
  corrupt: true,
  swap: true,
  contentRange: true,
  rangeNotSatisfiable: true,
});

export const isWireFault = guard<WireFault>({
  delay: true,
  drop: true,
  stall: true,
  trickle: true,
  chunked: true,
});
