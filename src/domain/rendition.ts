/** The downloadable renditions of an asset (spec EN-30). The same words are stored in the state. */
export const RENDITION_KEYS = [
  'original',
  'alternative',
  'adjusted',
  'medium',
  'thumb',
  'live_original',
  'live_adjusted',
  'live_medium',
  'live_thumb',
] as const;

export type RenditionKey = (typeof RENDITION_KEYS)[number];

/** One usable rendition: it has a size, a URL, a type, and usually a checksum (spec EN-31, D38). */
export interface Rendition {
  readonly key: RenditionKey;
  /** Signed, short-lived, opaque: used as received (protocol 8.1). */
  readonly url: string;
  /** Exact byte count of the download; 0 means the file is empty in iCloud (D80). */
  readonly sizeBytes: number;
  /** Apple's `fileChecksum` as sent (base64), or `undefined` when the record has none (D38). */
  readonly checksum: string | undefined;
  /** Uniform type identifier, e.g. `public.heic`. */
  readonly typeId: string;
  readonly width: number | undefined;
  readonly height: number | undefined;
  /** The record that carries it, for `records/lookup` of a fresh URL (protocol 8.4). */
  readonly recordName: string;
  /** When the URL arrived, in milliseconds; all URLs of one answer expire together (protocol 8.1). */
  readonly urlReceivedAtMs: number;
}
