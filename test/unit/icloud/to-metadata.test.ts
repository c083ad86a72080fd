import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readKeywords, readLocation } from '../../../src/icloud/binary-plist.js';
import { toMetadata } from '../../../src/icloud/to-metadata.js';
import type { JsonObject } from '../../../src/icloud/wire.js';
import { enc, examplePair, int, rawAsset, rawMaster, wire } from './records.js';

function metadataOf(assetFields: JsonObject, masterFields: JsonObject = {}) {
  return toMetadata(wire(rawAsset('A', 'M', assetFields)), wire(rawMaster('M', masterFields)));
}

const xml = (body: string) =>
  enc(`<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict>${body}</dict></plist>`);

describe('protocol 7.6: locations', () => {
  test.each<[string, JsonObject, object]>([
    [
      'an XML property list',
      { locationEnc: xml('<key>lat</key><real>-33.5</real>\n<key>lon</key><real>151.2</real>') },
      { latitude: -33.5, longitude: 151.2 },
    ],
    [
      'lng in place of lon',
      { locationEnc: xml('<key>lat</key><integer>1</integer><key>lng</key><real>2.5</real>') },
      { latitude: 1, longitude: 2.5 },
    ],
    [
      'plain fields when there is no property list',
      {
        locationLatitude: { value: 1.5, type: 'DOUBLE' },
        locationLongitude: { value: 2, type: 'DOUBLE' },
      },
      { latitude: 1.5, longitude: 2 },
    ],
    [
      'the second form when the first is damaged',
      {
        locationEnc: enc('bplist00 broken'),
        locationV2Enc: xml('<key>lat</key><real>1</real><key>lon</key><real>2</real>'),
      },
      { latitude: 1, longitude: 2 },
    ],
  ])('%s', (_, fields, expected) => {
    expect(metadataOf(fields)).toMatchObject(expected);
  });

  test.each<[string, unknown]>([
    ['damaged XML', enc('<?xml version="1.0"?><plist><dict><key>lat</key>')],
    ['not a place on Earth', xml('<key>lat</key><real>91</real><key>lon</key><real>0</real>')],
    ['not a number', xml('<key>lat</key><real>nan</real><key>lon</key><real>0</real>')],
    ['half a place', xml('<key>lat</key><real>9</real>')],
    ['bad base64', { value: '???', type: 'ENCRYPTED_BYTES' }],
    ['empty', { value: '', type: 'ENCRYPTED_BYTES' }],
  ])('%s is no location', (_, field) => {
    const metadata = metadataOf({ locationEnc: field });
    expect(metadata).not.toHaveProperty('latitude');
    expect(metadata).not.toHaveProperty('longitude');
  });

  test('no bytes make the readers throw', () => {
    const location = examplePair()[1]['fields'] as Record<string, { value: string }>;
    const sound = Buffer.from(location['locationEnc']!.value, 'base64');
    fc.assert(
      fc.property(
        fc.nat(sound.length - 1),
        fc.nat(255),
        fc.nat(sound.length),
        (at, byte, length) => {
          const bytes = Buffer.from(sound.subarray(0, length));
          if (at < bytes.length) bytes[at] = byte;
          readLocation(bytes);
          readKeywords(bytes);
        },
      ),
    );
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        readLocation(Buffer.from(bytes));
        readKeywords(Buffer.from(bytes));
      }),
    );
  });
});

describe('protocol 7.5, 7.8: words', () => {
  test.each<[string, JsonObject]>([
    [
      'an empty keyword list',
      {
        keywordsEnc: {
          value: 'YnBsaXN0MDCgCAAAAAAAAAEBAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAJ',
          type: 'ENCRYPTED_BYTES',
        },
      },
    ],
    ['damaged keywords', { keywordsEnc: enc('bplist00') }],
    ['a title of no bytes', { captionEnc: { value: '', type: 'ENCRYPTED_BYTES' } }],
    ['null', { captionEnc: null, extendedDescEnc: { value: null }, keywordsEnc: null }],
  ])('%s is none', (_, fields) => {
    const metadata = metadataOf(fields);
    expect(metadata).not.toHaveProperty('keywords');
    expect(metadata).not.toHaveProperty('title');
    expect(metadata).not.toHaveProperty('description');
  });

  test('text that is not UTF-8 is kept as well as it can be', () => {
    const field = { value: Buffer.from([0x61, 0xff]).toString('base64'), type: 'ENCRYPTED_BYTES' };
    expect(metadataOf({ captionEnc: field }).title).toBe('a\uFFFD');
  });

  test('a time zone name', () => {
    expect(metadataOf({ timeZoneNameEnc: { value: 'QXNpYS9UYWlwZWk=' } }).timeZoneName).toBe(
      'Asia/Taipei',
    );
  });
});

describe('protocol 7.5: numbers', () => {
  test.each<[JsonObject, string | undefined]>([
    [{ assetSubtypeV2: int(0) }, undefined],
    [{ assetSubtypeV2: int(1) }, 'panorama'],
    [{ assetSubtypeV2: int(2) }, 'live_photo'],
    [{ assetSubtypeV2: int(3) }, 'screenshot'],
    [{ assetSubtypeV2: int(101) }, 'slo_mo'],
    [{ assetSubtypeV2: int(102) }, 'timelapse'],
    [{ assetSubtypeV2: int(77) }, 'unknown_77'],
    [{ assetSubtype: int(101) }, 'slo_mo'],
    [{}, undefined],
  ])('the subtype is an enumeration: %j', (fields, expected) => {
    expect(metadataOf(fields).subtype).toBe(expected);
  });

  test('orientation falls back to the original and must be one of EXIF', () => {
    expect(metadataOf({ orientation: int(3) }, { originalOrientation: int(6) }).orientation).toBe(
      3,
    );
    expect(metadataOf({ orientation: int(0) }, { originalOrientation: int(6) }).orientation).toBe(
      6,
    );
    expect(metadataOf({ orientation: int(9) })).not.toHaveProperty('orientation');
  });

  test('duration is in milliseconds', () => {
    expect(metadataOf({ duration: int(789_582) }).durationMs).toBe(789_582);
  });

  test('provider fields keep their raw values', () => {
    const fields = { adjustmentType: { value: 'odd', type: 'MYSTERY' }, burstFlags: null };
    expect(metadataOf(fields, { dataClassType: int(1) }).providerData).toEqual({
      adjustmentType: 'odd',
      dataClassType: 1,
    });
  });
});
