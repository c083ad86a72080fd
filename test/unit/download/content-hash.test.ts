import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ContentHash,
  appleChecksumOf,
  checkAgainstApple,
  decodeChecksum,
  parseAppleChecksum,
} from '../../../src/download/content-hash.js';

const bytes0to255 = Buffer.from(Array.from({ length: 256 }, (_, i) => i));

describe("Apple's checksum", () => {
  it.each([
    ['empty', Buffer.alloc(0), 'AW2cWT2PxzWixMKuuNMTHJ8CJ3sH'],
    ['kei', Buffer.from('kei'), 'AZd+AQ9qvicP0+wLaq3gabOnrU55'],
    ['1 MiB of zeros', Buffer.alloc(1024 * 1024), 'Ad/WPpsZ+1tZBpcKPaNV6hmu4Hyv'],
    ['bytes 0..255', bytes0to255, 'AWZ9n6bnl101EYwlLRpEBwU5EM+Y'],
    ['hello world', Buffer.from('hello world\n'), 'ARqdPZjFmdSZOG/4FrBl60A1BEXf'],
    [
      '0..255 four times',
      Buffer.concat(Array.from({ length: 4 }, () => bytes0to255)),
      'AQR8dG4T4nfi4BwvrBQIJ9PId19/',
    ],
  ])('apple-checksum, protocol 7.3: %s', (_name, bytes, expected) => {
    expect(appleChecksumOf(bytes)).toBe(expected);
  });

  it.each([
    ['standard base64', 'AZd+AQ9qvicP0+wLaq3gabOnrU55', '0x01'],
    ['URL-safe base64', 'AZd-AQ9qvicP0-wLaq3gabOnrU55', '0x01'],
    [
      'another first byte',
      Buffer.from([0x81, ...bytes0to255.subarray(0, 20)]).toString('base64'),
      'unknown',
    ],
    ['20 bytes', Buffer.alloc(20, 1).toString('base64'), 'unknown'],
    ['33 bytes', Buffer.alloc(33, 1).toString('base64'), 'unknown'],
    ['empty', '', 'unknown'],
    ['missing', undefined, 'unknown'],
    ['not base64', 'AZd+AQ9q vicP0+wLaq3gabOnrU5!', 'unknown'],
  ])('parses %s', (_name, text, scheme) => {
    expect(parseAppleChecksum(text).scheme).toBe(scheme);
  });

  it('D38: what is not base64 does not decode', () => {
    expect(decodeChecksum('=')).toBeUndefined();
    expect(decodeChecksum('ä')).toBeUndefined();
    expect(decodeChecksum('A')).toBeUndefined();
    expect(decodeChecksum('AA==')).toEqual(Buffer.of(0));
  });

  it('one pass gives both digests, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 8 }), (chunks) => {
        const whole = Buffer.concat(chunks);
        const hash = new ContentHash();
        for (const chunk of chunks) hash.update(chunk);
        expect(hash.result()).toEqual({
          sha256: createHash('sha256').update(whole).digest('hex'),
          appleChecksum: appleChecksumOf(whole),
          bytes: whole.length,
        });
      }),
    );
  });

  it('a digest can be taken in between', () => {
    const hash = new ContentHash().update(Buffer.from('k'));
    hash.result();
    expect(hash.update(Buffer.from('ei')).result().appleChecksum).toBe(
      'AZd+AQ9qvicP0+wLaq3gabOnrU55',
    );
  });

  it('unknown schemes are never a mismatch', () => {
    const digests = new ContentHash().update(Buffer.from('kei')).result();
    const check = (text: string | undefined) =>
      checkAgainstApple(digests, parseAppleChecksum(text));
    expect(check('AZd+AQ9qvicP0+wLaq3gabOnrU55')).toBe('verified');
    expect(check('AW2cWT2PxzWixMKuuNMTHJ8CJ3sH')).toBe('mismatch');
    expect(check(undefined)).toBe('unknown');
    expect(check('gZd+AQ9qvicP0+wLaq3gabOnrU55')).toBe('unknown');
  });
});
