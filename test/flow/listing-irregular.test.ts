import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Asset } from '../../src/domain/index.js';
import { photo, video, type AssetSpec, type Irregular } from '../../src/simulator/library/index.js';
import { photosBench, type PhotosBench } from '../support/photos-bench.js';

const PLACE = { latitude: 48.5, longitude: 2.25, altitude: 35 };

/** Each irregularity of protocol 7.8, and what becomes of the photo. */
const CASES: readonly (readonly [Irregular, Omit<AssetSpec, 'kind'>, (asset: Asset) => void])[] = [
  ['original-without-url', {}, ({ unusable, renditions }) => {
    expect([...unusable.keys()]).toEqual(['original']);
    expect(renditions.has('thumb')).toBe(true);
  }],
  ['original-missing', {}, ({ unusable, renditions }) => {
    expect(unusable.size).toBe(0);
    expect([...renditions.keys()]).toEqual(['medium', 'thumb']);
  }],
  ['original-null', {}, ({ unusable }) => {
    expect([...unusable.keys()]).toEqual(['original']);
  }],
  ['alternative-null', { raw: 'original', name: 'R.DNG' }, ({ unusable, renditions }) => {
    expect(unusable.size).toBe(0);
    expect(renditions.has('original')).toBe(true);
    expect(renditions.has('alternative')).toBe(false);
  }],
  ['alternative-without-url', { raw: 'original', name: 'R.DNG' }, ({ unusable, renditions }) => {
    expect([...unusable.keys()]).toEqual(['alternative']);
    expect(renditions.has('original')).toBe(true);
  }],
  ['checksum-missing', {}, ({ renditions }) => {
    expect(renditions.get('original')).toMatchObject({ checksum: undefined });
  }],
  ['checksum-other-scheme', {}, ({ renditions }) => {
    expect(Buffer.from(renditions.get('original')?.checksum ?? '', 'base64')[0]).toBe(0x81);
  }],
  ['size-wrong', {}, ({ renditions }) => {
    expect(renditions.get('original')?.sizeBytes).toBe(1_000_001);
  }],
  ['plain-filename', {}, ({ fileName }) => {
    expect(fileName).toBe('plain-filename.JPG');
  }],
  ['untyped-filename', {}, ({ fileName }) => {
    expect(fileName).toBe('untyped-filename.JPG');
  }],
  ['filename-bad-base64', {}, ({ fileName, renditions }) => {
    expect(fileName).toBeUndefined();
    expect(renditions.has('original')).toBe(true);
  }],
  ['filename-not-utf8', {}, ({ fileName }) => {
    expect(fileName).toBeUndefined();
  }],
  ['filename-empty', {}, ({ fileName }) => {
    expect(fileName).toBeUndefined();
  }],
  ['item-type-missing', {}, ({ kind, itemType }) => {
    expect([kind, itemType]).toEqual(['image', undefined]);
  }],
  ['item-type-without-value', {}, ({ kind, itemType }) => {
    expect([kind, itemType]).toEqual(['image', undefined]);
  }],
  ['item-type-unknown', {}, ({ kind, itemType }) => {
    expect([kind, itemType]).toEqual(['image', 'com.example.unheard-of']);
  }],
  ['item-type-of-a-movie', {}, ({ renditions }) => {
    expect(renditions.get('original')?.typeId).toBe('public.jpeg');
  }],
  ['unknown-field-type', { orientation: 6 }, ({ metadata }) => {
    expect(metadata.orientation).toBe(6);
  }],
  ['date-out-of-range', {}, ({ capturedAtMs }) => {
    expect(capturedAtMs).toBeUndefined();
  }],
  ['date-null', {}, ({ capturedAtMs }) => {
    expect(capturedAtMs).toBeUndefined();
  }],
  ['flags-null', {}, (asset) => {
    expect(asset).toMatchObject({ isDeleted: false, isHidden: false, isFavorite: false });
  }],
  ['flag-as-text', {}, ({ isDeleted }) => {
    expect(isDeleted).toBe(false);
  }],
  ['location-xml', { location: PLACE }, ({ metadata }) => {
    expect(metadata).toMatchObject(PLACE);
  }],
  ['location-lng', { location: PLACE }, ({ metadata }) => {
    expect(metadata).toMatchObject(PLACE);
  }],
  ['location-damaged', { location: PLACE }, ({ metadata }) => {
    expect(metadata).not.toHaveProperty('latitude');
  }],
  ['keywords-empty', { keywords: ['a'] }, ({ metadata }) => {
    expect(metadata).not.toHaveProperty('keywords');
  }],
  ['keywords-damaged', { keywords: ['a'] }, ({ metadata }) => {
    expect(metadata).not.toHaveProperty('keywords');
  }],
  ['caption-empty', { title: 'a' }, ({ metadata }) => {
    expect(metadata).not.toHaveProperty('title');
  }],
]; // prettier-ignore

describe('protocol 7.8: irregular records', () => {
  let bench: PhotosBench;
  let assets: ReadonlyMap<string, Asset>;
  const ids = new Map<string, string>();

  beforeAll(async () => {
    bench = await photosBench((library) => {
      for (const [irregular, spec] of CASES) {
        ids.set(irregular, library.add(photo({ name: `${irregular}.JPG`, ...spec, irregular })));
      }
      ids.set('movie', library.add(video({ name: 'M.MOV', irregular: 'item-type-of-an-image' })));
      ids.set('nameless', library.add(photo({ name: null, takenAt: null })));
      ids.set('long', library.add(photo({ name: `${'漢'.repeat(200)}/🏖\u0007.JPG` })));
    });
    const { items } = await bench.list();
    assets = new Map(
      items.flatMap((item) => (item.kind === 'asset' ? [[item.asset.assetId, item.asset]] : [])),
    );
  });
  afterAll(() => bench.close());

  const assetOf = (name: string): Asset => {
    const asset = assets.get(ids.get(name) ?? '');
    if (asset === undefined) throw new Error(`${name} was not listed`);
    return asset;
  };

  test('none hides another', () => {
    expect(assets.size).toBe(CASES.length + 3);
  });

  test.each(CASES)('%s', (irregular, _, check) => {
    check(assetOf(irregular));
  });

  test('a movie of an image type keeps the type of its bytes', () => {
    expect(assetOf('movie').renditions.get('original')?.typeId).toBe('com.apple.quicktime-movie');
  });

  test('D68: without name and date', () => {
    expect(assetOf('nameless')).toMatchObject({ fileName: undefined, capturedAtMs: undefined });
  });

  test('a hostile name arrives as it is', () => {
    expect(assetOf('long').fileName).toBe(`${'漢'.repeat(200)}/🏖\u0007.JPG`);
  });
});
