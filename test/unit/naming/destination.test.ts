import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isKeiError } from '../../../src/errors/index.js';
import { cleanFileName, cleanFolderName, destination } from '../../../src/naming/index.js';
import { nastyText } from '../../support/names.js';

describe('DL-72: nothing leaves the download directory', () => {
  it.each([
    ['/photos', ['2024', '03'], 'a.JPG', '/photos/2024/03/a.JPG'],
    ['/photos/', [], 'a.JPG', '/photos/a.JPG'],
    ['/Фото/été', ['x'], 'a.JPG', '/Фото/été/x/a.JPG'],
    ['/', [], 'a.JPG', '/a.JPG'],
  ])('%s, %j, %s', (root, folders, name, expected) => {
    expect(destination(root, folders, name)).toBe(expected);
  });

  it.each([
    ['/photos', ['..'], 'a'],
    ['/photos', ['x', '.'], 'a'],
    ['/photos', [''], 'a'],
    ['/photos', [], '..'],
    ['/photos', [], ''],
    ['/photos', ['a/b'], 'c'],
    ['/photos', [], '../../etc/passwd'],
    ['/photos', [], 'a\\b'],
    ['/photos', [], 'a\0b'],
    ['photos', [], 'a'],
  ])('refuses %s, %j, %j', (root, folders, name) => {
    expect(() => destination(root, folders, name)).toThrow(
      expect.toSatisfy((error) => isKeiError(error, 'bug') && error.code === 'UNSAFE_PATH'),
    );
  });

  it('holds for whatever it lets pass, and lets every cleaned name pass', () => {
    fc.assert(
      fc.property(fc.array(nastyText, { maxLength: 4 }), nastyText, (folders, name) => {
        let path: string | undefined;
        try {
          path = destination('/photos', folders, name);
        } catch (error) {
          expect(isKeiError(error, 'bug')).toBe(true);
        }
        if (path !== undefined) expect(resolve(path)).toBe(path);
        const cleaned = destination('/photos', folders.map(cleanFolderName), cleanFileName(name));
        expect(resolve(cleaned)).toBe(cleaned);
        expect(cleaned.split('/')).toHaveLength(folders.length + 3);
      }),
      { numRuns: 1000 },
    );
  });
});
