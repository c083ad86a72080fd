import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { fileTypeFromBuffer } from 'file-type';
import { describe, expect, it } from 'vitest';
import {
  appleChecksum,
  appleChecksumInTurns,
} from '../../../../src/simulator/media/apple-checksum.js';
import {
  concat,
  filler,
  fixed,
  slice,
  toBuffer,
} from '../../../../src/simulator/media/byte-source.js';
import { exifOffset } from '../../../../src/simulator/media/exif.js';
import { makeFile, type MediaFormat } from '../../../../src/simulator/media/file.js';

const FORMATS: readonly MediaFormat[] = [
  'jpeg',
  'heic',
  'png',
  'gif',
  'webp',
  'tiff',
  'dng',
  'cr2',
  'mov',
  'mp4',
];
const facts = {
  takenAt: Date.parse('2024-05-01T10:20:30Z'),
  timeZoneOffset: 7200,
  location: { latitude: 48.85837, longitude: -2.294481 },
};

describe('files', () => {
  it.each(FORMATS)('%s has exactly the size that is asked for, down to nothing', (format) => {
    fc.assert(
      fc.property(fc.oneof(fc.nat(3_000), fc.nat(400_000)), fc.nat(1_000), (size, seed) => {
        const file = makeFile({ format, seed, size, facts });
        expect(file.size).toBe(size);
        expect(toBuffer(file).length).toBe(size);
      }),
      { numRuns: 25 },
    );
  });

  it.each(FORMATS)('%s differs by seed, even with the same picture, and repeats', (format) => {
    const make = (seed: number) =>
      toBuffer(makeFile({ format, seed, scene: 1, size: 20_000, facts }));
    expect(make(1).equals(make(1))).toBe(true);
    expect(make(1).equals(make(2))).toBe(false);
    expect(toBuffer(makeFile({ format, seed: 3, scene: 1 }))).not.toEqual(
      toBuffer(makeFile({ format, seed: 4, scene: 1 })),
    );
  });

  it.each([
    ['jpeg', 'image/jpeg'],
    ['heic', 'image/heic'],
    ['png', 'image/png'],
    ['gif', 'image/gif'],
    ['webp', 'image/webp'],
    ['tiff', 'image/tiff'],
    ['cr2', 'image/x-canon-cr2'],
    ['mov', 'video/quicktime'],
    ['mp4', 'video/mp4'],
  ] as const)('%s is recognised by its first bytes', async (format, mime) => {
    const found = await fileTypeFromBuffer(toBuffer(makeFile({ format, seed: 1, facts })));
    expect(found?.mime).toBe(mime);
  });

  it('JPEG: segments lead from the start to the picture, with the date in EXIF', () => {
    const file = toBuffer(makeFile({ format: 'jpeg', seed: 1, size: 200_002, facts }));
    const markers: number[] = [];
    let at = 2;
    for (; file[at + 1] !== 0xda;) {
      if (file[at + 1] === 0xff) {
        at += 1;
        continue;
      }
      expect(file[at]).toBe(0xff);
      markers.push(file[at + 1] ?? 0);
      at += 2 + file.readUInt16BE(at + 2);
    }
    expect(markers.slice(0, 3)).toEqual([0xe0, 0xe1, 0xfe]);
    expect(markers.slice(-7)).toEqual([0xdb, 0xdb, 0xc0, 0xc4, 0xc4, 0xc4, 0xc4]);
    expect(file.subarray(-2).toString('hex')).toBe('ffd9');
    expect(file.includes('2024:05:01 12:20:30')).toBe(true);
    expect(file.includes('+02:00')).toBe(true);
  });

  it('PNG: chunks lead to the end, and the picture unpacks', () => {
    const file = toBuffer(makeFile({ format: 'png', seed: 1, width: 20, height: 10, size: 5_000 }));
    const chunks = new Map<string, Buffer>();
    for (let at = 8; at < file.length;) {
      const length = file.readUInt32BE(at);
      chunks.set(file.toString('latin1', at + 4, at + 8), file.subarray(at + 8, at + 8 + length));
      at += length + 12;
    }
    expect([...chunks.keys()]).toEqual(['IHDR', 'IDAT', 'idEn', 'prIv', 'IEND']);
    expect(inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0))).toHaveLength(10 * 61);
  });

  it.each(['heic', 'mov', 'mp4'] as const)(
    '%s: boxes lead to the end, padded by free',
    (format) => {
      const file = toBuffer(makeFile({ format, seed: 1, size: 50_000, facts }));
      const boxes: string[] = [];
      for (let at = 0; at < file.length; at += file.readUInt32BE(at)) {
        boxes.push(file.toString('latin1', at + 4, at + 8));
      }
      expect(boxes[0]).toBe('ftyp');
      expect(boxes.at(-1)).toBe('free');
    },
  );

  it('a movie of six gigabytes is a box with a long size, readable anywhere', () => {
    const size = 6_000_000_001;
    const file = makeFile({ format: 'mov', seed: 1, size });
    expect(file.size).toBe(size);
    const natural = makeFile({ format: 'mov', seed: 1 }).size - 16;
    const [head] = [...file.read(natural, natural + 16)];
    expect(head?.toString('latin1', 0, 8)).toBe('\0\0\0\x01free');
    expect(Number(head?.readBigUInt64BE(8))).toBe(size - natural);
    expect(toBuffer(slice(file, size - 10, size))).toHaveLength(10);
  });

  it('a Live Photo’s video carries the identifier of its photo', () => {
    const contentIdentifier = 'ABCDEF01-2345-4678-9ABC-DEF012345678';
    const file = toBuffer(makeFile({ format: 'mov', seed: 1, contentIdentifier }));
    expect(file.includes(contentIdentifier)).toBe(true);
  });

  it.each([
    [0, '+00:00'],
    [7200, '+02:00'],
    [-12_600, '-03:30'],
    [20_700, '+05:45'],
  ])('EXIF writes an offset of %i s as %s', (seconds, text) => {
    expect(exifOffset(seconds)).toBe(text);
  });
});

describe('byte sources', () => {
  it('a range reads what the whole file has there', () => {
    const source = concat([
      Buffer.from('head'),
      filler(7, 150_000),
      fixed(Buffer.from('middle')),
      filler(8, 70_000),
    ]);
    const whole = toBuffer(source);
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(200_000), (start, length) => {
        const end = Math.min(whole.length, start + length);
        const parts = Buffer.concat([...source.read(start, end)]);
        expect(parts.equals(whole.subarray(start, end))).toBe(true);
        expect(toBuffer(slice(source, start, end)).equals(parts)).toBe(true);
      }),
    );
  });

  it('noise never repeats from block to block', () => {
    const noise = toBuffer(filler(1, 65_536 * 3));
    const blocks = [0, 1, 2].map((index) => noise.subarray(index * 65_536, (index + 1) * 65_536));
    expect(blocks[0]?.equals(blocks[1] ?? Buffer.alloc(0))).toBe(false);
    expect(blocks[1]?.equals(blocks[2] ?? Buffer.alloc(0))).toBe(false);
  });
});

describe('Apple’s checksum', () => {
  it.each([
    ['', 'AW2cWT2PxzWixMKuuNMTHJ8CJ3sH'],
    ['kei', 'AZd+AQ9qvicP0+wLaq3gabOnrU55'],
    ['hello world\n', 'ARqdPZjFmdSZOG/4FrBl60A1BEXf'],
  ])('protocol 7.3: of %j', (text, expected) => {
    expect(appleChecksum(fixed(Buffer.from(text))).toString('base64')).toBe(expected);
  });

  it('is the same in turns', async () => {
    const content = filler(3, 1_000_000);
    expect((await appleChecksumInTurns(content, 100_000)).equals(appleChecksum(content))).toBe(
      true,
    );
  });
});
