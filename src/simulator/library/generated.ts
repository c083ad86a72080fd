/**
 * A block of assets that nobody wrote down: each is worked out from the block's seed and its number
 * when somebody asks, so a million of them take no memory and no time to add.
 */
import type { MediaSpec } from '../media/file.js';
import { mix } from '../media/seeded.js';
import { makeContent, type Content } from './content.js';
import { DigestTable } from './digest-table.js';
import { numberOf, uuidOf } from './record-names.js';
import {
  DAY_MS,
  type AssetState,
  type MasterState,
  type Resource,
  type Subtype,
} from './states.js';
import { TRAIT } from './traits.js';

export interface GeneratedOptions {
  readonly count: number;
  readonly seed?: number;
  /** Bytes of an original: one number, or smallest and largest. */
  readonly sizes?: number | readonly [smallest: number, largest: number];
  /** Capture dates run evenly from the first to the last, in milliseconds. */
  readonly from?: number;
  readonly to?: number;
  /** Shares from 0 to 1. */
  readonly videos?: number;
  readonly live?: number;
  readonly favourites?: number;
  readonly hidden?: number;
  readonly trashed?: number;
  /** With previews (`resJPEGMed`, `resJPEGThumb`), as Apple's records have; default true. */
  readonly previews?: boolean;
}

const SCENES = 16;
const DEFAULT_FROM = Date.UTC(2012, 0, 1, 9);
const DEFAULT_TO = Date.UTC(2025, 11, 31, 18);
const DEFAULT_SIZES = [2_400, 4_800] as const;
const SHARE = 0x1_0000_0000;

/** What follows a block's prefix in the content ids of its assets. */
const CONTENT_ID = /^(\d+)\.(original|live)$/u;

export class GeneratedBlock {
  readonly count: number;
  private readonly seed: number;
  private readonly options: GeneratedOptions;
  private readonly from: number;
  private readonly step: number;
  private originals: DigestTable | undefined;
  private companions: DigestTable | undefined;
  private readonly previews = new Map<string, Content>();
  private readonly base: number;
  private readonly logStart: number;
  private readonly idPrefix: string;

  /**
   * @param base slot of the first asset and of the first master
   * @param logStart position in the change log of the first master; its asset comes next
   * @param idPrefix what the content ids of this block begin with
   */
  constructor(options: GeneratedOptions, base: number, logStart: number, idPrefix: string) {
    this.base = base;
    this.logStart = logStart;
    this.idPrefix = idPrefix;
    this.count = options.count;
    this.options = options;
    this.seed = mix(options.seed ?? 1, 0x6b6569);
    this.from = options.from ?? DEFAULT_FROM;
    this.step = ((options.to ?? DEFAULT_TO) - this.from) / Math.max(1, options.count);
  }

  /** Capture dates ascend with the number. */
  dateOf(index: number): number {
    const jitter = (mix(this.seed, index) / SHARE) * 0.9;
    return Math.floor(this.from + (index + jitter) * this.step);
  }

  addedOf(index: number): number {
    return this.dateOf(index) + 90_000;
  }

  trashedOf(index: number): number | undefined {
    if ((this.traitsOf(index) & TRAIT.trashed) === 0) return undefined;
    const end = this.from + this.step * this.count;
    return end - (mix(this.seed ^ 3, index) % 20) * DAY_MS;
  }

  traitsOf(index: number): number {
    const { videos = 0, live = 0, favourites = 0, hidden = 0, trashed = 0 } = this.options;
    const kind = mix(this.seed ^ 1, index) / SHARE;
    const mark = mix(this.seed ^ 2, index) / SHARE;
    let bits = 0;
    if (kind < videos) bits |= TRAIT.video;
    else if (kind < videos + live) bits |= TRAIT.live;
    if (mark < trashed) bits |= TRAIT.trashed;
    else if (mark < trashed + hidden) bits |= TRAIT.hidden;
    else if (mark < trashed + hidden + favourites) bits |= TRAIT.favourite;
    return bits;
  }

  nameOf(index: number): string {
    return uuidOf(index, this.seed);
  }

  find(recordName: string): number | undefined {
    const index = numberOf(recordName, this.seed);
    return index !== undefined && index < this.count ? index : undefined;
  }

  /** The number of the master whose original has this checksum, when it was ever told to anybody. */
  findByChecksum(checksum: Buffer): number | undefined {
    return this.originals?.find(checksum);
  }

  /** Checksum of an original, which names its master. */
  checksumOf(index: number): Buffer {
    return this.original(index).checksum();
  }

  asset(index: number): AssetState {
    const traits = this.traitsOf(index);
    const trashedAt = this.trashedOf(index);
    const isVideo = (traits & TRAIT.video) !== 0;
    const subtype: Subtype = (traits & TRAIT.live) !== 0 ? 'live' : 'none';
    const added = this.addedOf(index);
    return {
      slot: this.base + index,
      masterSlot: this.base + index,
      recordName: this.nameOf(index),
      createdAt: added,
      modifiedAt: added,
      changedAt: this.logStart + index * 2 + 1,
      assetDate: this.dateOf(index),
      addedDate: added,
      timeZoneOffset: 3600,
      timeZoneName: 'Europe/Berlin',
      isVideo,
      isAnimated: false,
      subtype,
      renderType: 0,
      durationMs: isVideo ? 1000 : 0,
      orientation: 1,
      favourite: (traits & TRAIT.favourite) !== 0,
      hidden: (traits & TRAIT.hidden) !== 0,
      ...(trashedAt === undefined ? {} : { trashedAt, trashReason: 1 }),
      burstId: undefined,
      title: undefined,
      description: undefined,
      keywords: undefined,
      place: undefined,
      adjustmentType: undefined,
      resources: {},
    };
  }

  master(index: number): MasterState {
    const traits = this.traitsOf(index);
    const trashedAt = this.trashedOf(index);
    const isVideo = (traits & TRAIT.video) !== 0;
    const isLive = (traits & TRAIT.live) !== 0;
    const type = isVideo ? 'com.apple.quicktime-movie' : 'public.jpeg';
    const added = this.addedOf(index);
    const scene = mix(this.seed ^ 4, index) % SCENES;
    const resource = (content: Content, uti: string, width: number): Resource => ({
      content,
      type: uti,
      width,
      height: Math.round(width * 0.75),
    });
    return {
      slot: this.base + index,
      createdAt: added,
      modifiedAt: added,
      changedAt: this.logStart + index * 2,
      fileName: `IMG_${String((index % 9999) + 1).padStart(4, '0')}.${isVideo ? 'MOV' : 'JPG'}`,
      itemType: type,
      dataClassType: isVideo ? 2 : 1,
      orientation: 1,
      resources: {
        resOriginal: resource(this.original(index), type, 64),
        ...(isLive
          ? {
              resOriginalVidCompl: resource(
                this.companion(index),
                'com.apple.quicktime-movie',
                192,
              ),
            }
          : {}),
        ...(this.options.previews === false
          ? {}
          : {
              resJPEGMed: resource(this.preview(scene, 56), 'public.jpeg', 56),
              resJPEGThumb: resource(this.preview(scene, 40), 'public.jpeg', 40),
            }),
      },
      ...(trashedAt === undefined ? {} : { trashedAt }),
    };
  }

  /** The content of an id, when it is one of this block. */
  content(id: string): Content | undefined {
    if (!id.startsWith(this.idPrefix)) return undefined;
    const own = id.slice(this.idPrefix.length);
    const [, number, role] = CONTENT_ID.exec(own) ?? [];
    const index = Number(number);
    if (role === undefined || index >= this.count) return this.previews.get(own);
    return role === 'live' ? this.companion(index) : this.original(index);
  }

  /** Even numbers; the odd ones are for the videos of Live Photos. */
  private contentSeed(index: number): number {
    return (this.seed >>> 4) * 0x20_0000 + index * 2;
  }

  private sizeOf(index: number): number {
    const { sizes = DEFAULT_SIZES } = this.options;
    if (typeof sizes === 'number') return sizes;
    const [smallest, largest] = sizes;
    return smallest + (mix(this.seed ^ 5, index) % (largest - smallest + 1));
  }

  private original(index: number): Content {
    const isVideo = (this.traitsOf(index) & TRAIT.video) !== 0;
    const scene = mix(this.seed ^ 4, index) % SCENES;
    const content = makeContent(`${this.idPrefix}${index}.original`, {
      format: isVideo ? 'mov' : 'jpeg',
      seed: this.contentSeed(index),
      scene,
      size: isVideo ? Math.max(this.sizeOf(index), 6_000) : this.sizeOf(index),
    });
    this.originals ??= new DigestTable(this.count);
    return remembered(content, this.originals, index);
  }

  private companion(index: number): Content {
    const spec: MediaSpec = {
      format: 'mov',
      seed: this.contentSeed(index) + 1,
      scene: mix(this.seed ^ 4, index) % SCENES,
      contentIdentifier: this.nameOf(index),
    };
    this.companions ??= new DigestTable(this.count);
    return remembered(makeContent(`${this.idPrefix}${index}.live`, spec), this.companions, index);
  }

  private preview(scene: number, width: number): Content {
    const id = `${scene}.preview${width}`;
    let content = this.previews.get(id);
    if (!content) {
      const spec = {
        format: 'jpeg',
        seed: -1 - scene,
        scene,
        width,
        height: width * 0.75,
      } as const;
      content = makeContent(this.idPrefix + id, spec);
      this.previews.set(id, content);
    }
    return content;
  }
}

/** A content whose checksum is kept in `table` instead of in the content, which is made anew each time. */
function remembered(content: Content, table: DigestTable, index: number): Content {
  return {
    id: content.id,
    get size() {
      return content.size;
    },
    bytes: () => content.bytes(),
    checksum: () => table.at(index, () => content.checksum()),
    prepare: () => (table.has(index) ? undefined : content.prepare()),
  };
}
