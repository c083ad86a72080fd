import type { Rendition, RenditionKey } from './rendition.js';

/** One photo or video of a library: a CPLAsset record with the CPLMaster that it references. */
export interface Asset {
  /** CPLAsset record name: the identity in state (D30). */
  readonly assetId: string;
  /** CPLMaster record name: used where icloudpd's names need an id (D30). */
  readonly masterId: string;
  /** Zone name. */
  readonly zone: string;
  /** Decoded original file name, or `undefined` when missing or undecodable (EN-34). */
  readonly fileName: string | undefined;
  /** `itemType` of the master (a UTI), when present. */
  readonly itemType: string | undefined;
  /** D39. */
  readonly kind: 'image' | 'video';
  /** An image with at least one live video rendition, usable or not (EN-36). */
  readonly isLivePhoto: boolean;
  /** Capture instant in milliseconds since 1970 UTC; `undefined` when missing or absurd (D87, D88). */
  readonly capturedAtMs: number | undefined;
  /** When it was added to the library, in milliseconds. */
  readonly addedAtMs: number | undefined;
  /** Seconds east of UTC at capture, as sent. */
  readonly timeZoneOffsetSeconds: number | undefined;
  readonly isFavorite: boolean;
  readonly isHidden: boolean;
  readonly isDeleted: boolean;
  readonly renditions: ReadonlyMap<RenditionKey, Rendition>;
  /** Renditions whose resource is present but unusable (no URL, no size, foreign host …) (D67). */
  readonly unusable: ReadonlyMap<RenditionKey, string>;
  readonly metadata: AssetMetadata;
}

/** Everything else that is captured for state, sidecars and EXIF (spec 6.6). Absent is not empty. */
export interface AssetMetadata {
  readonly title?: string;
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly latitude?: number;
  readonly longitude?: number;
  readonly altitude?: number;
  readonly orientation?: number;
  /** Length of a video in milliseconds. */
  readonly durationMs?: number;
  readonly width?: number;
  readonly height?: number;
  /** Enumeration of `assetSubtypeV2` in words, e.g. `live_photo`, `screenshot`, `slo_mo`. */
  readonly subtype?: string;
  readonly burstId?: string;
  readonly timeZoneName?: string;
  readonly modifiedAtMs?: number;
  readonly deletedAtMs?: number;
  /** Raw values of the provider fields of spec 6.6, kept as JSON-ready data. */
  readonly providerData?: Readonly<Record<string, unknown>>;
}
