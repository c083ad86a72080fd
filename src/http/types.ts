/** Response headers, by case-insensitive name. */
export interface HeaderView {
  get(name: string): string | undefined;
}

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Always one of Apple's own https URLs (D19). */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: HeaderView;
  /** The whole body, size-capped. */
  readonly text: string;
}

/**
 * API calls: cookies of the session attached and taken, 30 s in total, redirects not followed,
 * hosts allow-listed (protocol 0.1, 1.6, spec 3.1). Network failures reject with a `transient`
 * KeiError; a status is never an error here.
 */
export interface ApiClient {
  send(request: ApiRequest): Promise<ApiResponse>;
}

export interface DownloadRequest {
  /** An https URL on an allow-listed download host (EN-32). */
  readonly url: string;
  /** Sends `Range: bytes={n}-` when above 0 (DL-21, case 10). */
  readonly rangeStart: number;
  /** The last byte that is wanted (`Range: bytes={n}-{m}`); all of the rest without it. */
  readonly rangeEnd?: number;
  readonly signal?: AbortSignal;
}

export interface DownloadResponse {
  readonly status: number;
  readonly headers: HeaderView;
  /** The body as it arrives; rejects with a `transient` KeiError when the connection breaks or stalls. */
  readonly body: AsyncIterable<Buffer>;
  /** Drops what is left of the body. */
  discard(): Promise<void>;
}

/**
 * Downloads: no cookies, 30 s to connect, 120 s without a byte, no total limit, at most a few
 * redirects inside the allow-list, `Accept-Encoding: identity` (spec 3.1, protocol 8.2).
 */
export interface DownloadClient {
  get(request: DownloadRequest): Promise<DownloadResponse>;
}
