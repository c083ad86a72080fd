import { describe, expect, test } from 'vitest';
import { toAsset } from '../../../src/icloud/to-asset.js';
import type { JsonObject } from '../../../src/icloud/wire.js';
import {
  base64,
  enc,
  examplePair,
  int,
  rawAsset,
  rawMaster,
  RECEIVED_AT_MS,
  resource,
  str,
  wire,
} from './records.js';

function decode(masterFields: JsonObject = {}, assetFields: JsonObject = {}) {
  return toAsset(
    'PrimarySync',
    wire(rawAsset('ASSET', 'MASTER', assetFields)),
    wire(rawMaster('MASTER', masterFields)),
  );
}

describe('the complete pair of protocol 7.9', () => {
  const [master, asset] = examplePair();
  const decoded = toAsset('PrimarySync', wire(asset), wire(master));

  test('D30: identity, name, dates and flags', () => {
    expect(decoded).toMatchObject({
      assetId: 'AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE',
      masterId: 'ARqdPZjFmdSZOG/4FrBl60A1BEXf',
      zone: 'PrimarySync',
      fileName: 'IMG_0212.HEIC',
      itemType: 'public.heic',
      kind: 'image',
      isLivePhoto: true,
      capturedAtMs: 1_775_211_630_000,
      addedAtMs: 1_775_211_640_061,
      timeZoneOffsetSeconds: 7200,
      isFavorite: true,
      isHidden: false,
      isDeleted: false,
    });
  });

  test('EN-30: its renditions', () => {
    expect([...decoded.renditions.keys()]).toEqual(['original', 'live_original']);
    expect(decoded.renditions.get('original')).toEqual({
      key: 'original',
      url: expect.stringContaining('/${f}?o=AuExample') as string,
      sizeBytes: 12,
      checksum: 'ARqdPZjFmdSZOG/4FrBl60A1BEXf',
      typeId: 'public.heic',
      width: 4032,
      height: 3024,
      recordName: 'ARqdPZjFmdSZOG/4FrBl60A1BEXf',
      urlReceivedAtMs: RECEIVED_AT_MS,
    });
    expect(decoded.renditions.get('live_original')).toMatchObject({
      sizeBytes: 11,
      typeId: 'com.apple.quicktime-movie',
      checksum: 'ATfdNlDyKqdxGGXncyadIh4P8HA8',
    });
    expect(decoded.unusable.size).toBe(0);
  });

  test('engine 6.6: its metadata', () => {
    expect(decoded.metadata).toEqual({
      title: 'Eiffel Tower',
      description: 'Été à Paris',
      keywords: ['paris', 'holiday'],
      latitude: 48.85837,
      longitude: 2.294481,
      altitude: 35,
      orientation: 6,
      durationMs: 0,
      width: 4032,
      height: 3024,
      subtype: 'live_photo',
      modifiedAtMs: 1_775_211_640_123,
      providerData: {
        recordChangeTag: '1k2g',
        dataClassType: 1,
        burstFlags: 0,
        assetHDRType: 0,
        adjustmentRenderType: 0,
        vidComplDurValue: 2_940_000_000,
        vidComplDurScale: 1_000_000_000,
        vidComplDispValue: 1_470_000_000,
        vidComplDispScale: 1_000_000_000,
        vidComplVisibilityState: 0,
        customRenderedValue: 0,
        assetSubtype: 0,
      },
    });
  });
});

describe('EN-34, case 67: file names', () => {
  test.each<[string, unknown, string | undefined]>([
    ['base64', enc('Ünïcode 🏖.heic'), 'Ünïcode 🏖.heic'],
    ['unpadded base64', { value: 'YS5qcGc', type: 'ENCRYPTED_BYTES' }, 'a.jpg'],
    ['plain text', str('IMG 1.JPG'), 'IMG 1.JPG'],
    ['no type means base64', { value: base64('x.png') }, 'x.png'],
    ['unknown type', { value: 'x.png', type: 'BYTES' }, undefined],
    ['bad base64', { value: 'no base64!', type: 'ENCRYPTED_BYTES' }, undefined],
    ['not UTF-8', { value: '/////w==', type: 'ENCRYPTED_BYTES' }, undefined],
    ['empty', { value: '', type: 'ENCRYPTED_BYTES' }, undefined],
    ['null value', { value: null, type: 'ENCRYPTED_BYTES' }, undefined],
    ['null', null, undefined],
    ['number', { value: 5, type: 'ENCRYPTED_BYTES' }, undefined],
    ['hostile names are kept for naming to clean', enc('../../etc/passwd\n'), '../../etc/passwd\n'],
  ])('%s', (_, field, expected) => {
    expect(decode({ filenameEnc: field }).fileName).toBe(expected);
  });

  test('D68: a nameless asset is still an asset', () => {
    const asset = decode({ filenameEnc: undefined, itemType: undefined });
    expect(asset).toMatchObject({ assetId: 'ASSET', fileName: undefined, itemType: undefined });
    expect(asset.renditions.has('original')).toBe(true);
  });
});

describe('EN-35, D87, D88, cases 65 and 66: capture dates', () => {
  test.each<[unknown, number | undefined]>([
    [undefined, undefined],
    [null, undefined],
    [{ value: null }, undefined],
    [{ value: 'soon', type: 'TIMESTAMP' }, undefined],
    [{ value: 1e300, type: 'TIMESTAMP' }, undefined],
    [{ value: Infinity, type: 'TIMESTAMP' }, undefined],
    [{ value: NaN, type: 'TIMESTAMP' }, undefined],
    [{ value: 253_402_300_800_000, type: 'TIMESTAMP' }, undefined],
    [{ value: 253_402_300_799_999, type: 'TIMESTAMP' }, 253_402_300_799_999],
    [{ value: -62_135_596_800_001, type: 'TIMESTAMP' }, undefined],
    [{ value: -1000, type: 'TIMESTAMP' }, -1000],
    [{ value: 0, type: 'TIMESTAMP' }, 0],
  ])('%j', (field, expected) => {
    expect(decode({}, { assetDate: field }).capturedAtMs).toBe(expected);
  });
});

describe('EN-31, EN-37, D67, case 36: renditions that cannot be used', () => {
  test.each<[string, JsonObject, RegExp]>([
    ['no URL', resource('resOriginal', { url: undefined }), /no download URL/],
    ['empty URL', resource('resOriginal', { url: '' }), /no download URL/],
    [
      'plain http',
      resource('resOriginal', { url: 'http://cvws.icloud-content.com/a' }),
      /content host/,
    ],
    ['foreign host', resource('resOriginal', { url: 'https://icloud.com.evil.net/a' }), /host/],
    [
      'foreign host that begins like ours',
      resource('resOriginal', { url: 'https://icloud-content.com.evil.example/a' }),
      /host/,
    ],
    ['an API host', resource('resOriginal', { url: 'https://www.icloud.com/a' }), /host/],
    ['no size', resource('resOriginal', { size: undefined }), /no size/],
    ['negative size', resource('resOriginal', { size: -1 }), /no size/],
    ['no type', { resOriginalFileType: undefined }, /no file type/],
    ['empty type', resource('resOriginal', { type: '' }), /no file type/],
    ['null original', { resOriginalRes: null }, /no value/],
    ['null value', { resOriginalRes: { value: null } }, /no value/],
    ['no object', { resOriginalRes: { value: 'x', type: 'ASSETID' } }, /malformed/],
  ])('%s', (_, fields, reason) => {
    const asset = decode({ ...fields, ...resource('resJPEGThumb') });
    expect(asset.renditions.has('original')).toBe(false);
    expect(asset.unusable.get('original')).toMatch(reason);
    expect(asset.renditions.has('thumb')).toBe(true);
  });

  test('an original that is not there at all is absent, not unusable', () => {
    const asset = decode({ resOriginalRes: undefined });
    expect(asset.renditions.size + asset.unusable.size).toBe(0);
  });

  test('case 70: a null alternative is no alternative', () => {
    const asset = decode({ resOriginalAltRes: { value: null } });
    expect(asset.renditions.has('original')).toBe(true);
    expect(asset.unusable.size).toBe(0);
  });

  test('D38: a missing checksum does not make it unusable', () => {
    const asset = decode(resource('resOriginal', { checksum: undefined }));
    expect(asset.renditions.get('original')).toMatchObject({ checksum: undefined, sizeBytes: 12 });
  });

  test('D80: an empty file is a rendition of size 0', () => {
    expect(decode(resource('resOriginal', { size: 0 })).renditions.get('original')?.sizeBytes).toBe(
      0,
    );
  });
});

describe('EN-30: which record carries a rendition', () => {
  test("the asset's rendition of an edit wins over the master's", () => {
    const asset = decode(resource('resJPEGMed', { size: 1 }), {
      ...resource('resJPEGMed', { size: 2 }),
      ...resource('resJPEGFull', { size: 3, type: 'public.heic' }),
    });
    expect(asset.renditions.get('medium')).toMatchObject({ sizeBytes: 2, recordName: 'ASSET' });
    expect(asset.renditions.get('adjusted')).toMatchObject({ sizeBytes: 3, typeId: 'public.heic' });
    expect(asset.renditions.get('original')?.recordName).toBe('MASTER');
  });

  test('protocol 7.8: a RAW alternative does not depend on an adjustment', () => {
    const raw = resource('resOriginalAlt', { type: 'com.adobe.raw-image', size: 9 });
    expect(decode(raw).renditions.get('alternative')?.sizeBytes).toBe(9);
    expect(
      decode(raw, { adjustmentType: str('com.apple.photo') }).renditions.get('alternative')?.typeId,
    ).toBe('com.adobe.raw-image');
  });

  test("protocol 7.8: a rendition's own type counts, whatever the item type says", () => {
    const asset = decode(resource('resOriginal', { type: 'com.apple.quicktime-movie' }));
    expect(asset.renditions.get('original')?.typeId).toBe('com.apple.quicktime-movie');
  });

  test('EN-36: a video with live fields is a plain video', () => {
    const asset = decode({
      itemType: str('com.apple.quicktime-movie'),
      ...resource('resVidMed', { type: 'public.mpeg-4' }),
      ...resource('resOriginalVidCompl', { type: 'com.apple.quicktime-movie' }),
    });
    expect(asset).toMatchObject({ kind: 'video', isLivePhoto: false });
    expect([...asset.renditions.keys()]).toEqual(['original', 'medium']);
  });

  test('EN-36: a live video without URL still makes a Live Photo', () => {
    const asset = decode(resource('resOriginalVidCompl', { url: undefined }));
    expect(asset.isLivePhoto).toBe(true);
    expect(asset.unusable.has('live_original')).toBe(true);
  });
});

describe('IN-30, protocol 6.3: flags', () => {
  test.each([undefined, null, { value: null }, int(0), str('1'), { value: true }])(
    '%j is off',
    (field) => {
      expect(
        decode({}, { isDeleted: field, isHidden: field, isFavorite: field, isExpunged: field }),
      ).toMatchObject({
        isDeleted: false,
        isHidden: false,
        isFavorite: false,
      });
    },
  );

  test('1 is on, and a purge is a deletion', () => {
    expect(decode({}, { isHidden: int(1), isDeleted: int(1) })).toMatchObject({
      isHidden: true,
      isDeleted: true,
    });
    expect(decode({}, { isExpunged: int(1) }).isDeleted).toBe(true);
  });
});

test('records without fields decode', () => {
  const bare = { recordName: 'A', recordType: 'CPLAsset' };
  const asset = toAsset('PrimarySync', wire(bare), wire({ ...bare, recordName: 'M' }));
  expect(asset).toMatchObject({ assetId: 'A', masterId: 'M', kind: 'video', metadata: {} });
});
