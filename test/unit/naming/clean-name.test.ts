import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cleanFileName,
  cleanFolderName,
  joinName,
  splitName,
  withSuffix,
} from '../../../src/naming/clean-name.js';
import { illegality, nastyText } from '../../support/names.js';

describe('DL-70, cli 6.3: cleaning', () => {
  it.each([
    ['photo:/name', 'photo__name', 'photo__name'],
    ['i/n v:a?.JPG', 'i_n v_a_.JPG', 'i_n v_a_.JPG'],
    ['Summer: 2024?', 'Summer_ 2024_', 'Summer_ 2024_'],
    ['i/n v:a\0l*i?d\\p<a>t"h|.JPG', 'i_n v_a_l_i_d_p_a_t_h_.JPG', 'i_n v_a_l_i_d_p_a_t_h_.JPG'],
    ['tab\tnewline\nC1\u0085DEL\u007f', 'tab_newline_C1_DEL_', 'tab_newline_C1_DEL_'],
    ['half \ud83d character', 'half _ character', 'half _ character'],
    ['', '_', '_'],
    ['.hidden', '.hidden', 'hidden'],
    ['..', '_', '_'],
    ['.', '_', '_'],
    ['. . .', '_', '_'],
    // The stem's end loses its dots (D89); as a folder every pair of dots goes.
    ['../../etc', '.._._etc', '____etc'],
    ['...x', '.x', '_.x'],
    // D12, D89: the end of the name, and of the stem.
    ['Trip. ', 'Trip', 'Trip'],
    ['IMG_1 .JPG', 'IMG_1.JPG', 'IMG_1 .JPG'],
    ['IMG_1...JPG', 'IMG_1.JPG', 'IMG_1_.JPG'],
    ['  spaced', '  spaced', 'spaced'],
    // D12, D89: device names of Windows, on every platform.
    ['con.txt', '_con.txt', '_con.txt'],
    ['CON', '_CON', '_CON'],
    ['nul.tar.gz', '_nul.tar.gz', '_nul.tar.gz'],
    ['Com7 .JPG', '_Com7.JPG', '_Com7 .JPG'],
    ['LPT³', '_LPT³', '_LPT³'],
    ['COM0', 'COM0', 'COM0'],
    ['CONTROL.JPG', 'CONTROL.JPG', 'CONTROL.JPG'],
  ])('%j', (name, asFile, asFolder) => {
    expect(cleanFileName(name)).toBe(asFile);
    expect(cleanFolderName(name)).toBe(asFolder);
  });

  it.each([
    ['a'.repeat(260) + '.JPG', 'a'.repeat(251) + '.JPG'],
    ['é'.repeat(200) + '.HEIC', 'é'.repeat(125) + '.HEIC'],
    ['😀'.repeat(80) + '.JPG', '😀'.repeat(62) + '.JPG'],
    ['a'.repeat(260), 'a'.repeat(255)],
    ['a.' + 'b'.repeat(300), 'a.' + 'b'.repeat(253)],
    ['.' + 'b'.repeat(300), '.' + 'b'.repeat(254)],
    ['a'.repeat(250) + '  b.JPG', 'a'.repeat(250) + '.JPG'],
    // The cut leaves a device name.
    ['NULxyz.' + 'b'.repeat(251), '_NU.' + 'b'.repeat(251)],
  ])('DL-71: cuts %.12s… at 255 bytes and keeps the extension', (name, expected) => {
    expect(cleanFileName(name)).toBe(expected);
    expect(Buffer.byteLength(cleanFileName(name))).toBeLessThanOrEqual(255);
  });
});

describe('D37: the cut after a suffix', () => {
  it('shortens the stem and keeps every suffix and the extension', () => {
    const name = withSuffix(withSuffix(splitName('é'.repeat(200) + '.HEIC'), '_edited'), '-1234');
    expect(joinName(name)).toBe('é'.repeat(119) + '_edited-1234.HEIC');
  });

  it('holds for any text', () => {
    fc.assert(
      fc.property(nastyText, fc.stringMatching(/^[-_][a-z0-9]{1,40}$/), (text, suffix) => {
        const joined = joinName(withSuffix(splitName(text), suffix));
        expect(illegality(joined)).toBeUndefined();
        expect(joined).toContain(suffix);
      }),
    );
  });
});

describe('any text', () => {
  it('becomes a file name that is legal everywhere, and stays as it is when cleaned again', () => {
    fc.assert(
      fc.property(nastyText, (text) => {
        const clean = cleanFileName(text);
        expect(illegality(clean)).toBeUndefined();
        expect(cleanFileName(clean)).toBe(clean);
      }),
      { numRuns: 2000 },
    );
  });

  it('becomes a folder name that is legal, visible, and stays as it is when cleaned again', () => {
    fc.assert(
      fc.property(nastyText, (text) => {
        const clean = cleanFolderName(text);
        expect(illegality(clean)).toBeUndefined();
        expect(clean).not.toMatch(/^[. ]/);
        expect(clean).not.toContain('..');
        expect(cleanFolderName(clean)).toBe(clean);
      }),
      { numRuns: 2000 },
    );
  });
});
