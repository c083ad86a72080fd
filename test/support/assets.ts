import type {
  Asset,
  ChosenRendition,
  PhotoOptions,
  Rendition,
  RenditionKey,
} from '../../src/domain/index.js';

/** Facts of one rendition; what a test leaves out does not matter to it. */
export function rendition(
  key: RenditionKey,
  typeId = 'public.jpeg',
  facts: Partial<Rendition> = {},
): Rendition {
  return {
    key,
    url: `https://cvws.icloud-content.com/B/${key}/\${f}`,
    sizeBytes: 800,
    checksum: undefined,
    typeId,
    width: undefined,
    height: undefined,
    recordName: 'MASTER1',
    // Far ahead, so never too old: a test that is about the age of a URL gives its own.
    urlReceivedAtMs: 9e14,
    ...facts,
  };
}

/** An asset `REC1` with the given renditions. */
export function asset(facts: Partial<Asset> = {}, renditions: readonly Rendition[] = []): Asset {
  return {
    assetId: 'REC1',
    masterId: 'MASTER1',
    zone: 'PrimarySync',
    fileName: 'IMG_1.JPG',
    itemType: undefined,
    kind: 'image',
    isLivePhoto: renditions.some(({ key }) => key.startsWith('live_')),
    capturedAtMs: Date.UTC(2024, 2, 15, 10),
    addedAtMs: undefined,
    timeZoneOffsetSeconds: undefined,
    isFavorite: false,
    isHidden: false,
    isDeleted: false,
    renditions: new Map(renditions.map((one) => [one.key, one])),
    unusable: new Map(),
    metadata: {},
    ...facts,
  };
}

/** `[photos]` as an empty configuration has it (cli 2.4). */
export const defaultPhotos: PhotoOptions = {
  resolution: 'original',
  liveResolution: 'original',
  livePhotoMode: 'both',
  livePhotoMovFilenamePolicy: 'suffix',
  edited: false,
  alternative: false,
  rawPolicy: 'as-is',
  fileMatchPolicy: 'name-size-dedup-with-suffix',
  forceResolution: false,
  keepUnicodeInFilenames: false,
};

/** The primary of an asset, without asking the selection rules. */
export function primary(one: Rendition): ChosenRendition {
  return { role: 'primary', rendition: one, key: one.key };
}
