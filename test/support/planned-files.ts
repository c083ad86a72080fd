import type { Asset, PlannedFile, Rendition } from '../../src/domain/index.js';

/** A rendition as the listing gives it, with what the test cares about filled in. */
export function aRendition(overrides: Partial<Rendition> = {}): Rendition {
  return {
    key: 'original',
    url: 'https://cvws.icloud-content.com/B/file',
    sizeBytes: 1000,
    checksum: undefined,
    typeId: 'public.jpeg',
    width: undefined,
    height: undefined,
    recordName: 'MASTER',
    ...overrides,
  };
}

/** An asset of the personal library. */
export function anAsset(overrides: Partial<Asset> = {}): Asset {
  return {
    assetId: 'ASSET',
    masterId: 'MASTER',
    zone: 'PrimarySync',
    fileName: 'IMG_0001.JPG',
    itemType: 'public.jpeg',
    kind: 'image',
    isLivePhoto: false,
    capturedAtMs: Date.UTC(2020, 4, 17, 10, 30),
    addedAtMs: undefined,
    timeZoneOffsetSeconds: undefined,
    isFavorite: false,
    isHidden: false,
    isDeleted: false,
    renditions: new Map(),
    unusable: new Map(),
    metadata: {},
    ...overrides,
  };
}

/** A file that is planned for `path`. */
export function aPlannedFile(
  path: string,
  rendition: Partial<Rendition> = {},
  asset: Partial<Asset> = {},
): PlannedFile {
  return { asset: anAsset(asset), rendition: aRendition(rendition), role: 'primary', path };
}
