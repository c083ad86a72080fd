import { describe, expect, it } from 'vitest';
import type { Asset, AssetSource, MediaKind, SmartFolderName } from '../../../src/domain/index.js';
import { compileGlobs, filterAsset, type FilterSettings } from '../../../src/select/index.js';
import { asset, rendition } from '../../support/assets.js';

const WHOLE: AssetSource = { kind: 'all' };
const ALBUM: AssetSource = { kind: 'album', album: { id: 'A1', name: 'Kids', folders: [] } };
const smart = (name: SmartFolderName): AssetSource => ({ kind: 'smart-folder', name });
const settings: FilterSettings = {
  media: ['photos', 'videos', 'live-photos'],
  livePhotoMode: 'both',
  bounds: { fromMs: undefined, untilMs: undefined },
  isExcludedName: () => false,
};
const filter = (
  one: Asset,
  changed: Partial<FilterSettings> = {},
  source: AssetSource = WHOLE,
  filed: readonly string[] = [],
): string | undefined =>
  filterAsset(one, source, (id) => filed.includes(id), { ...settings, ...changed });

const photo = asset({}, [rendition('original')]);
const live = asset({}, [rendition('original'), rendition('live_original')]);
const video = asset({ kind: 'video' }, [rendition('original')]);

describe('cli 4.4: filters', () => {
  it.each<[string, Asset, readonly MediaKind[], string | undefined]>([
    ['a photo', photo, ['photos'], undefined],
    ['a photo', photo, ['videos', 'live-photos'], 'by_media_type'],
    ['a video', video, ['videos'], undefined],
    ['a video', video, ['photos', 'live-photos'], 'by_media_type'],
    ['a Live Photo', live, ['live-photos'], undefined],
    ['a Live Photo', live, ['photos', 'videos'], 'by_media_type'],
  ])('%s among %j media', (_what, one, media, expected) => {
    expect(filter(one, { media })).toBe(expected);
  });

  it('leaves out Live Photos alone under live_photo_mode skip', () => {
    expect(filter(live, { livePhotoMode: 'skip' })).toBe('by_live_photo');
    expect(filter(photo, { livePhotoMode: 'skip' })).toBeUndefined();
  });

  it('leaves members of selected albums out of the unfiled pass only', () => {
    expect(filter(photo, {}, WHOLE, ['REC1'])).toBe('by_excluded_album');
    expect(filter(photo, {}, WHOLE, ['REC2'])).toBeUndefined();
    expect(filter(photo, {}, ALBUM, ['REC1'])).toBeUndefined();
    expect(filter(photo, {}, smart('Favorites'), ['REC1'])).toBeUndefined();
  });

  it('4.7: compares instants, both bounds included', () => {
    const at = (capturedAtMs: number | undefined): string | undefined =>
      filter({ ...photo, capturedAtMs }, { bounds: { fromMs: 1000, untilMs: 2000 } });
    expect([999, 1000, 1500, 2000, 2001].map(at)).toEqual([
      'by_date_range',
      undefined,
      undefined,
      undefined,
      'by_date_range',
    ]);
    expect(at(undefined)).toBe('by_date_range');
    expect(filter({ ...photo, capturedAtMs: undefined })).toBeUndefined();
  });

  it('4.8: tests the name as iCloud stores it, else the fingerprint name', () => {
    const isExcludedName = compileGlobs(['*中文*', '40ad193b3384.jpg', 'IMG_0001.JPEG']);
    const named = (fileName: string | undefined): string | undefined =>
      filter({ ...photo, fileName, masterId: 'AY6c+BsE0jjaXx9tmVGJM1D2VcEO' }, { isExcludedName });
    expect(named('IMG_中文_7409.JPG')).toBe('by_filename');
    expect(named(undefined)).toBe('by_filename');
    expect(named('IMG_0001.jpeg')).toBe('by_filename');
    expect(named('IMG_0001.JPG')).toBeUndefined();
  });

  it.each<[AssetSource, string | undefined, string | undefined]>([
    [WHOLE, 'hidden', 'hidden'],
    [ALBUM, 'hidden', 'hidden'],
    [smart('Favorites'), 'hidden', 'hidden'],
    [smart('Hidden'), undefined, 'hidden'],
    [smart('Recently Deleted'), undefined, undefined],
  ])('4.2: hidden and deleted assets in %j', (source, ofHidden, ofDeleted) => {
    expect(filter({ ...photo, isHidden: true }, {}, source)).toBe(ofHidden);
    expect(filter({ ...photo, isDeleted: true }, {}, source)).toBe(ofDeleted);
  });

  it('counts the first reason that applies', () => {
    const reasons: string[] = [];
    let one: Asset = {
      ...live,
      assetId: '',
      isHidden: true,
      capturedAtMs: 5,
    };
    const strict: Partial<FilterSettings> = {
      media: ['photos'],
      livePhotoMode: 'skip',
      bounds: { fromMs: 10, untilMs: undefined },
      isExcludedName: () => true,
    };
    const next = (
      changed: Partial<Asset>,
      relaxed: Partial<FilterSettings> = {},
      filed = true,
    ): void => {
      one = { ...one, ...changed };
      Object.assign(strict, relaxed);
      reasons.push(filter(one, strict, WHOLE, filed ? [one.assetId] : []) ?? 'kept');
    };
    next({});
    next({ assetId: 'REC1' });
    next({ isHidden: false });
    next({}, {}, false);
    next({}, { media: ['live-photos'] }, false);
    next({}, { livePhotoMode: 'both' }, false);
    next({ capturedAtMs: 10 }, {}, false);
    next({}, { isExcludedName: () => false }, false);
    expect(reasons).toEqual([
      ...['malformed', 'hidden', 'by_excluded_album', 'by_media_type', 'by_live_photo'],
      ...['by_date_range', 'by_filename', 'kept'],
    ]);
  });
});
