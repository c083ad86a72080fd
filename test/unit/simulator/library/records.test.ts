import { parseBuffer } from 'bplist-parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { photo, video } from '../../../../src/simulator/library/builder.js';
import type { Irregular } from '../../../../src/simulator/library/irregular.js';
import { binaryPlist, xmlPlist } from '../../../../src/simulator/library/plist.js';
import { numberOf, uuidOf } from '../../../../src/simulator/library/record-names.js';
import { resourceOf, simClient, valueOf, type WireRecord } from '../../../support/sim-client.js';

const ALL = 'CPLAssetAndMasterByAssetDateWithoutHiddenOrDeleted';

async function recordsOf(spec: Parameters<typeof photo>[0], make = photo) {
  const { library, page } = simClient();
  library.add(make(spec));
  const { records } = await page(ALL);
  const find = (type: string) => records.find((record) => record.recordType === type);
  return { master: find('CPLMaster'), asset: find('CPLAsset') };
}

interface Found {
  master: WireRecord | undefined;
  asset: WireRecord | undefined;
}

const decoded = (record: WireRecord | undefined, field: string) =>
  Buffer.from(String(valueOf(record, field)), 'base64');

describe('records', () => {
  it('protocol 7.4, 7.5: a described Live Photo', async () => {
    const { master, asset } = await recordsOf({
      name: 'Café 🎉.HEIC',
      live: true,
      favourite: true,
      takenAt: '2026-04-03T10:20:30Z',
      timeZoneOffset: 28_800,
      timeZoneName: 'Asia/Taipei',
      title: 'Eiffel Tower',
      description: 'Été à Paris',
      keywords: ['paris', 'été'],
      location: { latitude: 48.85837, longitude: 2.294481 },
    });
    expect(decoded(master, 'filenameEnc').toString()).toBe('Café 🎉.HEIC');
    expect(master?.fields).toMatchObject({
      itemType: { value: 'public.heic', type: 'STRING' },
      dataClassType: { value: 1, type: 'INT64' },
      resOriginalFileType: { value: 'public.heic' },
      resOriginalVidComplFileType: { value: 'com.apple.quicktime-movie' },
    });
    expect(asset?.fields).toMatchObject({
      assetDate: { value: Date.parse('2026-04-03T10:20:30Z'), type: 'TIMESTAMP' },
      timeZoneOffset: { value: 28_800, type: 'INT64' },
      isFavorite: { value: 1 },
      assetSubtypeV2: { value: 2 },
      masterRef: {
        type: 'REFERENCE',
        value: { recordName: master?.recordName, action: 'DELETE_SELF' },
      },
    });
    expect(decoded(asset, 'captionEnc').toString()).toBe('Eiffel Tower');
    expect(decoded(asset, 'extendedDescEnc').toString()).toBe('Été à Paris');
    expect(valueOf(asset, 'timeZoneNameEnc')).toBe('QXNpYS9UYWlwZWk=');
    expect(parseBuffer(decoded(asset, 'keywordsEnc'))).toEqual([['paris', 'été']]);
    expect(parseBuffer(decoded(asset, 'locationEnc'))[0]).toMatchObject({
      lat: 48.85837,
      lon: 2.294481,
      speed: -1,
      timestamp: new Date('2026-04-03T10:20:30Z'),
    });
  });

  it('protocol 7.5: a video has its length in milliseconds', async () => {
    const { master, asset } = await recordsOf({ name: 'A.MOV', durationSeconds: 12.5 }, video);
    expect(valueOf(asset, 'duration')).toBe(12_500);
    expect(valueOf(master, 'dataClassType')).toBe(2);
  });

  it('protocol 7.2: RAW and JPEG, either as the original', async () => {
    const raw = await recordsOf({ name: 'A.DNG', raw: 'original' });
    expect(valueOf(raw.master, 'resOriginalFileType')).toBe('com.adobe.raw-image');
    expect(valueOf(raw.master, 'resOriginalAltFileType')).toBe('public.jpeg');
    const jpeg = await recordsOf({ name: 'A.JPG', raw: 'alternative' });
    expect(valueOf(jpeg.master, 'resOriginalFileType')).toBe('public.jpeg');
    expect(valueOf(jpeg.master, 'resOriginalAltFileType')).toBe('com.adobe.raw-image');
  });

  it('protocol 7.1: the change tag is another after every change', async () => {
    const { library, page } = simClient();
    const id = library.add(photo());
    const tags = new Set<string | undefined>();
    for (const favourite of [true, false, true]) {
      library.primary.favourite(id, favourite);
      tags.add((await page(ALL)).records[1]?.recordChangeTag);
    }
    expect(tags.size).toBe(3);
  });

  it('the exact bytes of a test are the file', async () => {
    const content = Buffer.from('hello world\n');
    const { master } = await recordsOf({ content });
    expect(resourceOf(master)).toMatchObject({
      size: 12,
      fileChecksum: 'ARqdPZjFmdSZOG/4FrBl60A1BEXf',
    });
    expect(master?.recordName).toBe('ARqdPZjFmdSZOG/4FrBl60A1BEXf');
  });

  it('two masters of equal bytes have names of their own', async () => {
    const { library, page } = simClient();
    const content = Buffer.from('the same');
    library.add(photo({ content }));
    library.add(photo({ content }));
    const { records } = await page(ALL);
    expect(new Set(records.map((record) => record.recordName)).size).toBe(4);
  });
});

describe('protocol 7.8: irregular records', () => {
  const cases: [Irregular, (found: Found) => unknown, unknown][] = [
    ['original-without-url', ({ master }) => 'downloadURL' in resourceOf(master), false],
    ['original-missing', ({ master }) => master?.fields['resOriginalRes'], undefined],
    ['original-null', ({ master }) => master?.fields['resOriginalRes'], null],
    ['checksum-missing', ({ master }) => resourceOf(master).fileChecksum, undefined],
    ['size-wrong', ({ master }) => resourceOf(master).size, 1_000_001],
    [
      'plain-filename',
      ({ master }) => master?.fields['filenameEnc'],
      { value: 'A.JPG', type: 'STRING' },
    ],
    ['untyped-filename', ({ master }) => master?.fields['filenameEnc'], { value: 'QS5KUEc=' }],
    ['filename-bad-base64', ({ master }) => valueOf(master, 'filenameEnc'), '*** not base64 ***'],
    ['filename-not-utf8', ({ master }) => decoded(master, 'filenameEnc').toString('hex'), 'fffe49'],
    ['filename-empty', ({ master }) => valueOf(master, 'filenameEnc'), ''],
    ['item-type-missing', ({ master }) => master?.fields['itemType'], undefined],
    ['item-type-without-value', ({ master }) => master?.fields['itemType'], { type: 'STRING' }],
    ['item-type-unknown', ({ master }) => valueOf(master, 'itemType'), 'com.example.unheard-of'],
    ['unknown-field-type', ({ asset }) => asset?.fields['orientation']?.type, 'INT64_TRIPLE'],
    ['date-null', ({ asset }) => asset?.fields['assetDate'], null],
    ['flags-null', ({ asset }) => asset?.fields['isDeleted'], null],
    ['flag-as-text', ({ asset }) => valueOf(asset, 'isDeleted'), '1'],
    ['keywords-empty', ({ asset }) => parseBuffer(decoded(asset, 'keywordsEnc')), [[]]],
    ['caption-empty', ({ asset }) => valueOf(asset, 'captionEnc'), ''],
    ['master-absent', ({ master }) => master, undefined],
    ['master-not-in-listing', ({ master }) => master, undefined],
    ['master-reference-missing', ({ asset }) => asset?.fields['masterRef'], undefined],
  ];
  it.each(cases)('%s', async (irregular, read, expected) => {
    expect(read(await recordsOf({ name: 'A.JPG', irregular }))).toEqual(expected);
  });

  it('checksum-other-scheme: 21 bytes that begin otherwise, also in the name of the master', async () => {
    const { master } = await recordsOf({ irregular: 'checksum-other-scheme' });
    const sum = Buffer.from(resourceOf(master).fileChecksum ?? '', 'base64');
    expect([sum.length, sum[0]]).toEqual([21, 0x81]);
    expect(master?.recordName).toBe(resourceOf(master).fileChecksum);
  });

  it('date-out-of-range: a year of five digits', async () => {
    const { asset } = await recordsOf({ irregular: 'date-out-of-range' });
    expect(new Date(Number(valueOf(asset, 'assetDate'))).getUTCFullYear()).toBeGreaterThan(9999);
  });

  it('several at once, and fields of a test’s own', async () => {
    const { master, asset } = await recordsOf({
      name: null,
      takenAt: null,
      timeZoneOffset: null,
      irregular: ['item-type-missing', 'location-xml'],
      location: { latitude: 1, longitude: 2 },
      patch: { asset: { isHidden: { value: 7 } } },
    });
    expect(master?.fields).not.toHaveProperty('filenameEnc');
    expect(master?.fields).not.toHaveProperty('itemType');
    expect(asset?.fields).not.toHaveProperty('assetDate');
    expect(asset?.fields).not.toHaveProperty('timeZoneOffset');
    expect(valueOf(asset, 'isHidden')).toBe(7);
    expect(decoded(asset, 'locationEnc').toString()).toMatch(/^<\?xml[^]*<key>lon<\/key><real>2</u);
  });

  it('location-lng: the other spelling of longitude', async () => {
    const location = { latitude: 1, longitude: 2 };
    const { asset } = await recordsOf({ irregular: 'location-lng', location });
    expect(parseBuffer(decoded(asset, 'locationEnc'))[0]).toMatchObject({ lng: 2 });
  });
});

describe('property lists', () => {
  it('a reader finds what was written', () => {
    const leaf = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    );
    // The reader builds plain objects, in which this one key is no member.
    const key = fc.string().filter((text) => text !== '__proto__');
    fc.assert(
      fc.property(
        fc.dictionary(key, fc.oneof(leaf, fc.array(leaf, { maxLength: 20 }))),
        (value) => {
          const [read] = parseBuffer(binaryPlist(value)) as unknown[];
          expect(Object.entries(read as object)).toEqual(Object.entries(value));
        },
      ),
    );
  });

  it('XML escapes what it must', () => {
    expect(xmlPlist({ 'a&b': '<x>' }).toString()).toContain(
      '<dict><key>a&amp;b</key><string>&lt;x&gt;</string></dict>',
    );
  });
});

describe('record names', () => {
  it('are UUIDs that hold their number, for their key only', () => {
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), fc.nat(0xffff_ffff), (number, key) => {
        const uuid = uuidOf(number, key);
        expect(uuid).toMatch(
          /^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/u,
        );
        expect(numberOf(uuid, key)).toBe(number);
        expect(numberOf(uuid, key + 1)).toBeUndefined();
      }),
    );
    expect(numberOf('no uuid', 1)).toBeUndefined();
  });
});
