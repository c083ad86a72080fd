import { RENDITION_KEYS, type Asset, type Rendition, type RenditionKey } from '../domain/index.js';

/** Usable: size, type identifier, checksum as sent, 1 on the asset's own record; unusable: the reason. */
type Packed =
  readonly [sizeBytes: number, typeId: string, checksum: string | null, ofAsset?: 0 | 1] | string;

interface PackedRenditions {
  readonly itemType?: string;
  readonly renditions: Readonly<Partial<Record<RenditionKey, Packed>>>;
}

/** What is known of an asset's renditions without their URLs, which do not live long. */
export interface StoredRenditions extends Pick<Asset, 'itemType' | 'renditions' | 'unusable'> {
  /** Which record carries each is known, so that fresh URLs can be asked for. */
  readonly canBeRefreshed: boolean;
}

/** The renditions that iCloud has of an asset, as text for its row. */
export function packRenditions({ assetId, itemType, renditions, unusable }: Asset): string {
  const packed: Partial<Record<RenditionKey, Packed>> = {};
  for (const [key, { sizeBytes, typeId, checksum, recordName }] of renditions) {
    packed[key] = [sizeBytes, typeId, checksum ?? null, recordName === assetId ? 1 : 0];
  }
  for (const [key, reason] of unusable) packed[key] ??= reason;
  const all: PackedRenditions = {
    ...(itemType === undefined ? {} : { itemType }),
    renditions: packed,
  };
  return JSON.stringify(all);
}

/**
 * The renditions of a row. A stored rendition has no URL any more, and was received in 1970; its key
 * stands in, so that no two of one asset look alike by it.
 */
export function unpackRenditions(
  text: string,
  { assetId, masterId }: Pick<Asset, 'assetId' | 'masterId'>,
): StoredRenditions {
  const { itemType, renditions } = JSON.parse(text) as PackedRenditions;
  const usable = new Map<RenditionKey, Rendition>();
  const unusable = new Map<RenditionKey, string>();
  let canBeRefreshed = true;
  for (const key of RENDITION_KEYS) {
    const packed = renditions[key];
    if (packed === undefined) continue;
    if (typeof packed === 'string') {
      unusable.set(key, packed);
      continue;
    }
    const [sizeBytes, typeId, checksum, ofAsset] = packed;
    canBeRefreshed &&= ofAsset !== undefined;
    usable.set(key, {
      key,
      url: key,
      sizeBytes,
      typeId,
      checksum: checksum ?? undefined,
      width: undefined,
      height: undefined,
      recordName: ofAsset === 1 ? assetId : masterId,
      urlReceivedAtMs: 0,
    });
  }
  return { itemType, renditions: usable, unusable, canBeRefreshed };
}
