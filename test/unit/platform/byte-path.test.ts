import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayPath, fsPath, pathText } from '../../../src/platform/byte-path.js';

const letters = fc
  .array(fc.integer({ min: 1, max: 0x10_ffff }), { maxLength: 20 })
  .map((points) => points.filter((point) => point < 0xd800 || point > 0xdfff))
  .map((points) => String.fromCodePoint(...points));

describe('paths as text', () => {
  it('D42: any bytes come back as they were, and no two are one', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 20 }), (bytes) => {
        expect(Buffer.from(fsPath(pathText(Buffer.from(bytes)))).equals(bytes)).toBe(true);
      }),
    );
  });

  it('D42: a valid name is its own text, letters of the escape excepted', () => {
    fc.assert(
      fc.property(letters, (name) => {
        const text = pathText(Buffer.from(name));
        expect(Buffer.from(fsPath(text)).equals(Buffer.from(name))).toBe(true);
        if (!/[\ufdd0-\ufdef]/.test(name)) expect(text).toBe(name);
      }),
    );
  });

  it('D42: people see the bytes that have no letter', () => {
    const latin1 = Buffer.from('/p/caf\u00e9.JPG', 'latin1');
    expect(displayPath(pathText(latin1))).toBe('/p/caf\\xE9.JPG');
    expect(displayPath('/p/café.JPG')).toBe('/p/café.JPG');
    expect(displayPath('\u001b[2J.JPG')).toBe('\\x1B[2J.JPG');
  });
});
