import { describe, expect, it } from 'vitest';
import type { Asset, PhotoOptions, Rendition, RenditionKey } from '../../../src/domain/index.js';
import { chooseRenditions, type RenditionChoice } from '../../../src/select/index.js';
import { asset, defaultPhotos, rendition } from '../../support/assets.js';

const DNG = 'com.adobe.raw-image';
const choose = (one: Asset, options: Partial<PhotoOptions> = {}): RenditionChoice =>
  chooseRenditions(one, { ...defaultPhotos, ...options });
const roles = (choice: RenditionChoice): readonly string[] =>
  choice.chosen.map(({ role, key }) => `${role}:${key}`);
const withKeys = (...keys: readonly RenditionKey[]): Asset =>
  asset(
    {},
    keys.map((key) => rendition(key)),
  );
const broken = (key: RenditionKey): ReadonlyMap<RenditionKey, string> =>
  new Map([[key, 'it has no download URL']]);
const everything = { edited: true, alternative: true } as const;

describe('cli 7.1: slots and their order', () => {
  const live = withKeys(
    ...(['original', 'medium', 'adjusted', 'alternative', 'thumb'] as const),
    ...(['live_original', 'live_medium', 'live_thumb', 'live_adjusted'] as const),
  );
  const photo = withKeys('original', 'alternative', 'adjusted', 'medium');

  it.each<[string, Asset, Partial<PhotoOptions>, readonly string[]]>([
    [
      'a photo',
      photo,
      everything,
      ['primary:original', 'edited:adjusted', 'alternative:alternative'],
    ],
    [
      'a Live Photo: no alternative',
      live,
      everything,
      ['primary:original', 'edited:adjusted', 'live-edited:live_adjusted', 'live:live_original'],
    ],
    ['nothing beyond the defaults', live, {}, ['primary:original', 'live:live_original']],
    [
      'D11: image-only drops the edited MOV',
      live,
      { edited: true, livePhotoMode: 'image-only' },
      ['primary:original', 'edited:adjusted'],
    ],
    [
      'D11: video-only drops the edited still',
      live,
      { edited: true, livePhotoMode: 'video-only' },
      ['live-edited:live_adjusted', 'live:live_original'],
    ],
    ['skip', live, { ...everything, livePhotoMode: 'skip' }, []],
    ['modes do not touch ordinary stills', photo, { livePhotoMode: 'skip' }, ['primary:original']],
    [
      'resolutions of both parts',
      live,
      { resolution: 'thumb', liveResolution: 'medium' },
      ['primary:thumb', 'live:live_medium'],
    ],
    ['small MOV', live, { liveResolution: 'thumb' }, ['primary:original', 'live:live_thumb']],
    [
      'resolution none keeps the MOV',
      live,
      { resolution: 'none', edited: true },
      ['edited:adjusted', 'live-edited:live_adjusted', 'live:live_original'],
    ],
    [
      'resolution none without an edit',
      withKeys('original'),
      { resolution: 'none', edited: true },
      [],
    ],
    [
      'fall back to the originals',
      withKeys('original', 'live_original'),
      { resolution: 'medium', liveResolution: 'medium' },
      ['primary:original', 'live:live_original'],
    ],
    [
      'force_resolution rules both slots',
      withKeys('original', 'live_original'),
      { resolution: 'medium', liveResolution: 'medium', forceResolution: true },
      [],
    ],
    ['no original at all', withKeys('adjusted'), {}, []],
    ['no fallback from original', withKeys('medium', 'thumb'), {}, []],
  ])('%s', (_case, one, options, expected) => {
    const choice = choose(one, options);
    expect(roles(choice)).toEqual(expected);
    expect(choice.empty).toEqual([]);
    expect(choice.unusable).toEqual([]);
  });
});

describe('cli 7.5: RAW policy', () => {
  const pair = (original: string, alternative: string): Asset =>
    asset({}, [
      rendition('original', original),
      rendition('alternative', alternative),
      rendition('medium'),
    ]);

  it.each<[string, string, PhotoOptions['rawPolicy'], RenditionKey]>([
    ['public.jpeg', DNG, 'as-is', 'original'],
    ['public.jpeg', DNG, 'prefer-raw', 'alternative'],
    ['public.jpeg', DNG, 'prefer-jpeg', 'original'],
    [DNG, 'public.jpeg', 'as-is', 'original'],
    [DNG, 'public.jpeg', 'prefer-raw', 'original'],
    [DNG, 'public.jpeg', 'prefer-jpeg', 'alternative'],
    ['public.jpeg', 'public.heic', 'prefer-raw', 'original'],
  ])('%s with %s under %s', (original, alternative, rawPolicy, expected) => {
    const one = pair(original, alternative);
    const other = expected === 'original' ? 'alternative' : 'original';
    expect(roles(choose(one, { rawPolicy, alternative: true }))).toEqual([
      `primary:${expected}`,
      `alternative:${other}`,
    ]);
    expect(roles(choose(one, { rawPolicy, resolution: 'medium' }))).toEqual(['primary:medium']);
    expect(roles(choose(one, { rawPolicy, resolution: 'thumb' }))).toEqual([`primary:${expected}`]);
  });

  it('needs both renditions', () => {
    const raw = asset({}, [rendition('original', DNG)]);
    expect(roles(choose(raw, { rawPolicy: 'prefer-jpeg' }))).toEqual(['primary:original']);
    const alone = asset({}, [rendition('alternative', DNG)]);
    expect(roles(choose(alone, { rawPolicy: 'prefer-raw' }))).toEqual([]);
  });
});

describe('cli 7.1: no second copy of the same content', () => {
  const url = 'https://cvws.icloud-content.com/B/same/${f}';
  it.each<[string, Partial<Rendition>, Partial<Rendition>, number]>([
    ['one URL', { url }, { url }, 1],
    ['one checksum and size', { checksum: 'AX' }, { checksum: 'AX' }, 1],
    ['one checksum, two sizes', { checksum: 'AX' }, { checksum: 'AX', sizeBytes: 9 }, 2],
    ['no checksums', {}, {}, 2],
  ])('%s', (_case, original, adjusted, count) => {
    const one = asset({}, [
      rendition('original', 'public.jpeg', original),
      rendition('adjusted', 'public.jpeg', adjusted),
    ]);
    expect(choose(one, { edited: true }).chosen).toHaveLength(count);
  });
});

describe('D80: size 0 in iCloud', () => {
  it('is named, not downloaded, and not replaced by something else', () => {
    const one = asset({}, [
      rendition('original'),
      rendition('medium', 'public.jpeg', { sizeBytes: 0 }),
    ]);
    const choice = choose(one, { resolution: 'medium' });
    expect(choice.chosen).toEqual([]);
    expect(choice.empty.map(({ role, key }) => [role, key])).toEqual([['primary', 'medium']]);
  });
});

describe('D67: present but unusable', () => {
  it('is a problem, not an absence: nothing falls back', () => {
    const one = asset({ unusable: broken('medium') }, [rendition('original')]);
    expect(choose(one, { resolution: 'medium' })).toEqual({
      chosen: [],
      empty: [],
      unusable: [{ role: 'primary', key: 'medium', reason: 'it has no download URL' }],
    });
    expect(choose(one).unusable).toEqual([]);
  });

  it.each<[RenditionKey, Partial<PhotoOptions>, string]>([
    ['adjusted', { edited: true }, 'edited'],
    ['alternative', { alternative: true }, 'alternative'],
  ])('counts for %s too, and leaves the primary alone', (key, options, role) => {
    const one = asset({ unusable: broken(key) }, [rendition('original')]);
    const choice = choose(one, options);
    expect(roles(choice)).toEqual(['primary:original']);
    expect(choice.unusable).toMatchObject([{ role, key }]);
    expect(choose(one).unusable).toEqual([]);
  });

  it('does not take an unusable MOV for a missing one', () => {
    const one = asset({ isLivePhoto: true, unusable: broken('live_original') }, [
      rendition('original'),
    ]);
    const choice = choose(one);
    expect(roles(choice)).toEqual(['primary:original']);
    expect(choice.unusable).toMatchObject([{ role: 'live', key: 'live_original' }]);
  });

  it('says that the RAW policy could not be followed, and takes what there is', () => {
    const one = asset({ unusable: broken('alternative') }, [
      rendition('original'),
      rendition('medium'),
    ]);
    const choice = choose(one, { rawPolicy: 'prefer-raw', alternative: true });
    expect(roles(choice)).toEqual(['primary:original']);
    expect(choice.unusable).toMatchObject([{ role: 'primary', key: 'alternative' }]);
    expect(choose(one, { rawPolicy: 'prefer-raw', resolution: 'medium' }).unusable).toEqual([]);
  });
});
