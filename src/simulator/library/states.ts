/** What the library knows about one master, asset, album or other record. States never change. */
import type { Content } from './content.js';

/** Resources by the prefix of their fields (protocol 7.2). */
export type ResourcePrefix =
  | 'resOriginal'
  | 'resOriginalAlt'
  | 'resOriginalVidCompl'
  | 'resJPEGFull'
  | 'resJPEGLarge'
  | 'resJPEGMed'
  | 'resJPEGThumb'
  | 'resVidFull'
  | 'resVidMed'
  | 'resVidSmall'
  | 'resSidecar';

export interface Resource {
  readonly content: Content;
  /** Uniform type identifier, e.g. `public.heic`. */
  readonly type: string;
  readonly width: number;
  readonly height: number;
  /** What the record says instead of the truth. */
  readonly claims?: {
    readonly size?: number;
    /** First byte of the checksum, where it is not 0x01. */
    readonly scheme?: number;
    readonly withoutUrl?: boolean;
    readonly withoutChecksum?: boolean;
    /** The checksum of other bytes, 21 of them. */
    readonly checksum?: Buffer;
  };
}

export type Resources = Readonly<Partial<Record<ResourcePrefix, Resource>>>;

/** Fields to replace in a record as it is sent; `undefined` leaves the field out. */
export type FieldPatch = Readonly<Record<string, unknown>>;

export interface Place {
  readonly latitude: number;
  readonly longitude: number;
  readonly altitude?: number;
}

interface Stamps {
  /** Database times in milliseconds, not photo times. */
  readonly createdAt: number;
  readonly modifiedAt: number;
  /** Place in the change log of the latest change; the change tag is made from it. */
  readonly changedAt: number;
}

export interface MasterState extends Stamps {
  readonly slot: number;
  readonly fileName: string | undefined;
  readonly itemType: string;
  /** 1 image, 2 video. */
  readonly dataClassType: number;
  readonly orientation: number;
  readonly resources: Resources;
  readonly trashedAt?: number | undefined;
  readonly purged?: boolean;
  /** The asset that shows this master, where it is not the one of the same slot. */
  readonly shownBy?: string;
  /** `absent`: no record anywhere. `unlisted`: lookups find it, listings leave it out. */
  readonly missing?: 'absent' | 'unlisted';
  readonly patch?: FieldPatch | undefined;
}

export type Subtype = 'none' | 'live' | 'panorama' | 'screenshot' | 'slomo' | 'timelapse';

export interface AssetState extends Stamps {
  readonly slot: number;
  readonly recordName: string;
  readonly masterSlot: number;
  /** Milliseconds; absent for assets without a capture date. */
  readonly assetDate: number | undefined;
  readonly addedDate: number;
  /** Seconds east of UTC. */
  readonly timeZoneOffset: number | undefined;
  readonly timeZoneName: string | undefined;
  readonly isVideo: boolean;
  readonly isAnimated: boolean;
  readonly subtype: Subtype;
  /** Bits: 2 portrait, 4 long exposure. */
  readonly renderType: number;
  readonly durationMs: number;
  readonly orientation: number;
  readonly favourite: boolean;
  readonly hidden: boolean;
  readonly trashedAt?: number | undefined;
  /** Shared libraries: 0 moved back to somebody's personal library, 1 deleted. */
  readonly trashReason?: number | undefined;
  readonly deletedBy?: string | undefined;
  readonly purged?: boolean;
  readonly burstId: string | undefined;
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly keywords: readonly string[] | undefined;
  readonly place: Place | undefined;
  /** How `locationEnc` is written, where it is not the usual binary property list. */
  readonly placeForm?: 'xml' | 'lng' | undefined;
  /** Set on edited assets, e.g. `com.apple.photo`. */
  readonly adjustmentType: string | undefined;
  /** The renditions of an edit. */
  readonly resources: Resources;
  readonly patch?: FieldPatch | undefined;
}

export interface AlbumState extends Stamps {
  readonly recordName: string;
  readonly name: string | undefined;
  /** 0 album, 3 folder, 6 smart album. */
  readonly albumType: number;
  readonly parentId: string | undefined;
  readonly position: number;
  readonly deleted: boolean;
}

export interface RelationState extends Stamps {
  readonly slot: number;
  readonly albumId: string;
  readonly position: number;
  readonly removed: boolean;
}

/** Records that no client reads but every delta contains. */
export interface OtherState extends Stamps {
  readonly recordName: string;
  readonly recordType: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const TRASH_DAYS = 30;
export const DAY_MS = 86_400_000;

/** When a trashed item leaves Recently Deleted. */
export function expungedAt(trashedAt: number): number {
  return trashedAt + TRASH_DAYS * DAY_MS;
}
