import { RENDITION_KEYS, type Asset, type Rendition, type RenditionKey } from '../domain/index.js';

/** Usable: size, type identifier, checksum as sent; unusable: the reason. */
type Packed = readonly [sizeBytes: number, typeId: string, checksum: string | null] | string;

interface PackedRenditions {
  readonly itemType?: string;
  readonly renditions: Readonly<Partial<Record<RenditionKey, Packed>>>;
}

/** What is known of an asset's renditions without their URLs, which do not live long. */
export type StoredRenditions = Pick<Asset, 'itemType' | 'renditions' | 'unusable'>;

/** The renditions that iCloud has of an asset, as text for its row. */
export function packRenditions({ itemType, renditions, unusable }: StoredRenditions): string {
  const packed: Partial<Record<RenditionKey, Packed>> = {};
  for (const [key, { sizeBytes, typeId, checksum }] of renditions) {
    packed[key] = [sizeBytes, typeId, checksum ?? null];
  }
  for (const [key, reason] of unusable) packed[key] ??= reason;
  const all: PackedRenditions = {
    ...(itemType === undefined ? {} : { itemType }),
    renditions: packed,
  };
  return JSON.stringify(all);
}

/**
 * The renditions of a row. A stored rendition has no URL any more; its key stands in, so that no
 * two of one asset look alike by it.
 */
export function unpackRenditions(text: string, masterId: string): StoredRenditions {
  const { itemType, renditions } = JSON.parse(text) as PackedRenditions;
  const usable = new Map<RenditionKey, Rendition>();
  const unusable = new Map<RenditionKey, string>();
  for (const key of RENDITION_KEYS) {
    const packed = renditions[key];
    if (packed === undefined) continue;
    if (typeof packed === 'string') {
      unusable.set(key, packed);
      continue;
    }
    const [sizeBytes, typeId, checksum] = packed;
    usable.set(key, {
      key,
      url: key,
      sizeBytes,
      typeId,
      checksum: checksum ?? undefined,
      width: undefined,
      height: undefined,
      recordName: masterId,
      urlReceivedAtMs: 0,
    });
  }
  return { itemType, renditions: usable, unusable };
}
