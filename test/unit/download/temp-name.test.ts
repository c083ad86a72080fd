import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base32, tempName, tempPath } from '../../../src/download/temp-name.js';
import { plannedFile } from '../../support/planned-files.js';

const named = (checksum: string | undefined, suffix = '.kei-tmp') =>
  tempName(plannedFile('/photos/a.jpg', { checksum }), suffix);

describe('the name of a partial', () => {
  it.each([
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ])('DL-10: RFC 4648 vector %j', (text, expected) => {
    expect(base32(Buffer.from(text))).toBe(expected);
  });

  it('case 37: a checksum with / and + has no path separator', () => {
    expect(named(Buffer.from([0xfb, 0xff, 0xfe]).toString('base64'))).toBe('7P774.kei-tmp');
  });

  it('DL-10: same checksum and folder, same path; other folder, other path', () => {
    const checksum = 'AZd+AQ9qvicP0+wLaq3gabOnrU55';
    const path = (at: string) => tempPath(plannedFile(at, { checksum }), '.kei-tmp');
    expect(path('/photos/a.jpg')).toBe(path('/photos/b.jpg'));
    expect(path('/photos/a.jpg')).not.toBe(path('/photos/2020/a.jpg'));
  });

  it.each([undefined, '', '***', 'A'])(
    'D38: checksum %j falls back to the identity',
    (checksum) => {
      const name = (file: Parameters<typeof tempName>[0]) => tempName(file, '.kei-tmp');
      const file = plannedFile('/photos/a.jpg', { checksum });
      expect(name(file)).toMatch(/^[A-Z2-7]{52}\.kei-tmp$/);
      expect(name(file)).toBe(name(plannedFile('/photos/b.jpg', { checksum })));
      expect(name(file)).not.toBe(name(plannedFile('/photos/a.jpg', { checksum, key: 'thumb' })));
      expect(name(file)).not.toBe(
        name(plannedFile('/photos/a.jpg', { checksum }, { assetId: 'OTHER' })),
      );
    },
  );

  it('DL-11, D37: any checksum and suffix gives a safe name of at most 255 bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 400 }),
        fc.stringMatching(/^\.[a-zäé-]{1,100}$/),
        (bytes, suffix) => {
          const name = named(Buffer.from(bytes).toString('base64'), suffix);
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
          expect(name.endsWith(suffix)).toBe(true);
          expect(name.slice(0, -suffix.length)).toMatch(/^[A-Z2-7]+$/);
        },
      ),
    );
  });
});
