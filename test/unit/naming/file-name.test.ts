import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Asset, ChosenRendition, PhotoOptions, Rendition } from '../../../src/domain/index.js';
import { joinName, nameRendition, rawName, type NameOptions } from '../../../src/naming/index.js';
import { asset, defaultPhotos, primary, rendition } from '../../support/assets.js';
import { illegality, nastyText } from '../../support/names.js';

const MASTER = 'AY6c+BsE0jjaXx9tmVGJM1D2VcEO';
const quicktime = rendition('live_original', 'com.apple.quicktime-movie');

/** The name of the primary rendition of an asset. */
function name(facts: Partial<Asset>, one: Rendition, options: Partial<PhotoOptions> = {}): string {
  return joinName(
    nameRendition(asset(facts, [one]), primary(one), { ...defaultPhotos, ...options }, undefined),
  );
}

describe('DL-75, cli 6.2, D83: extensions', () => {
  it.each([
    ['IMG_1.heic', 'public.heic', 'IMG_1.HEIC'],
    ['IMG_1.heif', 'public.heif', 'IMG_1.HEIF'],
    ['img_0002.jpeg', 'public.jpeg', 'img_0002.JPG'],
    ['a.png', 'public.png', 'a.PNG'],
    ['CLIP.MP4', 'com.apple.quicktime-movie', 'CLIP.MOV'],
    ['a.x', 'com.adobe.raw-image', 'a.DNG'],
    ['a.x', 'com.canon.cr2-raw-image', 'a.CR2'],
    ['a.x', 'com.canon.cr3-raw-image', 'a.CR3'],
    ['a.x', 'com.canon.crw-raw-image', 'a.CRW'],
    ['a.x', 'com.panasonic.rw2-raw-image', 'a.RW2'],
    ['a.x', 'com.nikon.nrw-raw-image', 'a.NRF'],
    ['a.x', 'com.nikon.raw-image', 'a.NEF'],
    ['a.x', 'com.pentax.raw-image', 'a.PEF'],
    ['a.x', 'com.olympus.raw-image', 'a.ORF'],
    ['a.x', 'com.olympus.or-raw-image', 'a.ORF'],
    ['a.x', 'com.fuji.raw-image', 'a.RAF'],
    ['a.x', 'com.sony.arw-raw-image', 'a.ARW'],
    ['a.webp', 'org.webmproject.webp', 'a.WEBP'],
    ['IMG_1.heic', 'PUBLIC.HEIC', 'IMG_1.HEIC'],
    // Outside the table the name keeps its own.
    ['CLIP.MP4', 'public.mpeg-4', 'CLIP.MP4'],
    ['clip.m4v', 'com.apple.m4v-video', 'clip.m4v'],
    ['a.gif', 'com.compuserve.gif', 'a.gif'],
    ['a.xyz', 'com.example.unknown', 'a.xyz'],
    // A name without one gains it.
    ['IMG_1', 'public.jpeg', 'IMG_1.JPG'],
    ['IMG_1.', 'public.jpeg', 'IMG_1.JPG'],
    ['CLIP', 'public.mpeg-4', 'CLIP.MP4'],
    ['thing', 'com.example.unknown', 'thing'],
    ['a.b.c.jpeg', 'public.jpeg', 'a.b.c.JPG'],
  ])('%s of type %s is %s', (fileName, typeId, expected) => {
    expect(name({ fileName }, rendition('original', typeId))).toBe(expected);
  });
});

describe('cli 6.1, D30, D68: assets without a name', () => {
  it.each([
    [MASTER, 'public.jpeg', '40ad193b3384.JPG'],
    ['A1B2C3D4-E5F6-7890-ABCD-EF1234567890', 'public.heic', '99ec2a80a62e.HEIC'],
    [MASTER, 'com.compuserve.gif', '40ad193b3384.GIF'],
    [MASTER, 'public.mpeg-4', '40ad193b3384.MP4'],
    [MASTER, 'com.example.unknown', '40ad193b3384.unknown'],
  ])('%s of type %s is %s', (masterId, typeId, expected) => {
    for (const fileName of [undefined, '']) {
      expect(name({ fileName, masterId }, rendition('original', typeId))).toBe(expected);
    }
  });

  it('takes the type of the first rendition, or of the item', () => {
    const facts = { fileName: undefined, masterId: MASTER, itemType: 'public.heic' };
    const thumb = rendition('thumb', 'public.jpeg');
    const video = rendition('medium', 'public.mpeg-4');
    expect(rawName(asset(facts, [thumb, video]))).toBe('40ad193b3384.MP4');
    expect(rawName(asset(facts))).toBe('40ad193b3384.HEIC');
    expect(rawName(asset({ ...facts, itemType: undefined }))).toBe('40ad193b3384.unknown');
  });
});

describe('cli 6.4: Unicode policy', () => {
  it.each([
    ['IMG_中文_7409.JPG', 'public.jpeg', 'IMG__7409.JPG', 'IMG_中文_7409.JPG'],
    ['héllo wörld.png', 'public.png', 'hllo wrld.PNG', 'héllo wörld.PNG'],
    ['at 1.40.01\u202fPM.PNG', 'public.png', 'at 1.40.01PM.PNG', 'at 1.40.01\u202fPM.PNG'],
    ['日本語.jpg', 'public.jpeg', '40ad193b3384.JPG', '日本語.JPG'],
    ['😀.heic', 'public.heic', '40ad193b3384.HEIC', '😀.HEIC'],
    ['日本語', 'public.jpeg', '40ad193b3384.JPG', '日本語.JPG'],
    ['e\u0301.jpg', 'public.jpeg', 'e.JPG', 'e\u0301.JPG'],
  ])('DL-74: %s of type %s', (fileName, typeId, stripped, kept) => {
    const one = rendition('original', typeId);
    expect(name({ fileName, masterId: MASTER }, one)).toBe(stripped);
    expect(name({ fileName, masterId: MASTER }, one, { keepUnicodeInFilenames: true })).toBe(kept);
  });
});

describe('D89: names that are no names', () => {
  it.each(['.', '..', '. .', '.jpg', '...', ' .jpg'])('%j becomes the fingerprint', (fileName) => {
    expect(name({ fileName, masterId: MASTER }, rendition('original'))).toBe('40ad193b3384.JPG');
  });

  it.each([
    ['../../etc/passwd', 'public.jpeg', '.._.JPG'],
    ['../../etc/passwd', 'com.example.unknown', '.._._etc_passwd'],
    ['con.jpg', 'public.jpeg', '_con.JPG'],
  ])('case 110: %s of type %s stays inside', (fileName, typeId, expected) => {
    expect(name({ fileName }, rendition('original', typeId))).toBe(expected);
  });
});

describe('cli 6.5, 6.7: suffixes', () => {
  const id7: Partial<PhotoOptions> = { fileMatchPolicy: 'name-id7' };
  const suffixed = (
    chosen: Omit<ChosenRendition, 'key'>,
    options: Partial<PhotoOptions> = {},
    fileName = 'IMG_7408.JPG',
    stillName?: string,
  ): string => {
    const one = asset({ fileName, masterId: MASTER }, [
      rendition('original', fileName.endsWith('HEIC') ? 'public.heic' : 'public.jpeg'),
      chosen.rendition,
    ]);
    const named: NameOptions = { ...defaultPhotos, ...options };
    return joinName(nameRendition(one, { ...chosen, key: chosen.rendition.key }, named, stillName));
  };

  it.each([
    ['primary', 'original', 'public.jpeg', 'IMG_7408.JPG', 'IMG_7408_QVk2Yyt.JPG'],
    ['primary', 'medium', 'public.jpeg', 'IMG_7408-medium.JPG', 'IMG_7408-medium_QVk2Yyt.JPG'],
    ['primary', 'thumb', 'public.jpeg', 'IMG_7408-thumb.JPG', 'IMG_7408-thumb_QVk2Yyt.JPG'],
    ['primary', 'alternative', 'com.adobe.raw-image', 'IMG_7408.DNG', 'IMG_7408_QVk2Yyt.DNG'],
    ['edited', 'adjusted', 'public.jpeg', 'IMG_7408_edited.JPG', 'IMG_7408_edited_QVk2Yyt.JPG'],
    [
      'alternative',
      'alternative',
      'com.Adobe.RAW-image',
      'IMG_7408_RAW.DNG',
      'IMG_7408_RAW_QVk2Yyt.DNG',
    ],
    ['alternative', 'original', 'public.jpeg', 'IMG_7408_alt.JPG', 'IMG_7408_alt_QVk2Yyt.JPG'],
    [
      'live-edited',
      'live_adjusted',
      'com.apple.quicktime-movie',
      'IMG_7408_edited.MOV',
      'IMG_7408_edited_QVk2Yyt.MOV',
    ],
    [
      'live-edited',
      'live_adjusted',
      'public.mpeg-4',
      'IMG_7408_edited.MOV',
      'IMG_7408_edited_QVk2Yyt.MOV',
    ],
  ] as const)('%s from %s of type %s', (role, key, typeId, plain, withId) => {
    const chosen = { role, rendition: rendition(key, typeId) };
    expect(suffixed(chosen)).toBe(plain);
    expect(suffixed(chosen, id7)).toBe(withId);
  });

  it.each([
    // [file name, final name of the still, suffix policy, original policy]
    ['IMG_5000.HEIC', 'IMG_5000.HEIC', 'IMG_5000_HEVC.MOV', 'IMG_5000.MOV'],
    ['IMG_5000.HEIC', 'IMG_5000.heic', 'IMG_5000_HEVC.MOV', 'IMG_5000.MOV'],
    ['IMG_5000.JPG', 'IMG_5000.JPG', 'IMG_5000.MOV', 'IMG_5000.MOV'],
    ['IMG_5000.HEIC', 'IMG_5000-900.HEIC', 'IMG_5000-900_HEVC.MOV', 'IMG_5000-900.MOV'],
    ['IMG_5000.HEIC', 'IMG_5000-medium.JPG', 'IMG_5000-medium.MOV', 'IMG_5000-medium.MOV'],
    [
      'IMG_5000.HEIC',
      'renamed.by.import.HEIC',
      'renamed.by.import_HEVC.MOV',
      'renamed.by.import.MOV',
    ],
    ['IMG_5000.HEIC', 'plain', 'plain.MOV', 'plain.MOV'],
    ['IMG_5000.HEIC', undefined, 'IMG_5000_HEVC.MOV', 'IMG_5000.MOV'],
    ['IMG_5000.JPG', undefined, 'IMG_5000.MOV', 'IMG_5000.MOV'],
  ])('DL-68, D86: the MOV of %s beside %s', (fileName, stillName, suffix, original) => {
    const chosen = { role: 'live', rendition: quicktime } as const;
    expect(suffixed(chosen, {}, fileName, stillName)).toBe(suffix);
    expect(suffixed(chosen, { livePhotoMovFilenamePolicy: 'original' }, fileName, stillName)).toBe(
      original,
    );
  });

  it('DL-65: the MOV has the id of its still, before _HEVC', () => {
    const chosen = { role: 'live', rendition: quicktime } as const;
    const expected = 'IMG_5000_QVk2Yyt_HEVC.MOV';
    expect(suffixed(chosen, id7, 'IMG_5000.HEIC', 'IMG_5000_QVk2Yyt.HEIC')).toBe(expected);
    expect(suffixed(chosen, id7, 'IMG_5000.HEIC')).toBe(expected);
  });

  it.each([
    ['>>>>>', '_Pj4-Pj4'],
    ['?????', '_Pz8_Pz8'],
    ['ab', '_YWI'],
  ])('case 107: id7 of %s is URL-safe', (masterId, id) => {
    const options: NameOptions = { ...defaultPhotos, fileMatchPolicy: 'name-id7' };
    const one = rendition('original');
    expect(
      joinName(nameRendition(asset({ masterId }, [one]), primary(one), options, undefined)),
    ).toBe(`IMG_1${id}.JPG`);
  });
});

describe('case 109: long names', () => {
  it.each([
    'a'.repeat(300) + '.jpg',
    'é'.repeat(150) + '.heic',
    'a.' + 'b'.repeat(300),
    '中'.repeat(100),
  ])('%.8s… gives legal names that keep their suffix', (fileName) => {
    const one = asset({ fileName }, [rendition('adjusted')]);
    const options = { ...defaultPhotos, keepUnicodeInFilenames: true };
    const chosen = { role: 'edited', rendition: rendition('adjusted'), key: 'adjusted' } as const;
    const text = joinName(nameRendition(one, chosen, options, undefined));
    expect(illegality(text)).toBeUndefined();
    expect(text.endsWith('_edited.JPG')).toBe(true);
  });
});

it('any name, type and policy gives a name that is legal everywhere', () => {
  fc.assert(
    fc.property(
      fc.option(nastyText, { nil: undefined }),
      nastyText,
      fc.constantFrom('public.jpeg', 'public.heic', 'public.mpeg-4', 'x', ''),
      fc.constantFrom('primary', 'edited', 'alternative', 'live-edited', 'live'),
      fc.boolean(),
      fc.boolean(),
      (fileName, masterId, typeId, role, keepUnicodeInFilenames, id7) => {
        const one = rendition('original', typeId);
        const options: NameOptions = {
          ...defaultPhotos,
          keepUnicodeInFilenames,
          fileMatchPolicy: id7 ? 'name-id7' : 'name-size-dedup-with-suffix',
        };
        const chosen: ChosenRendition = { role, rendition: one, key: 'original' };
        const text = joinName(
          nameRendition(asset({ fileName, masterId }, [one]), chosen, options, undefined),
        );
        expect(illegality(text)).toBeUndefined();
        if (!keepUnicodeInFilenames) expect(text).toMatch(/^[\u0020-\u007e]+$/);
      },
    ),
    { numRuns: 1000 },
  );
});
