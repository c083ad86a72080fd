import { describe, expect, it } from 'vitest';
import type { Asset, PhotoOptions, Rendition } from '../../../src/domain/index.js';
import {
  captureTime,
  destination,
  isCompanion,
  nameCandidates,
  nameRendition,
  parseTemplate,
  renderFolders,
} from '../../../src/naming/index.js';
import { chooseName } from '../../support/choose-name.js';
import { chooseRenditions } from '../../../src/select/index.js';
import { asset, defaultPhotos, rendition } from '../../support/assets.js';

const MOV = 'com.apple.quicktime-movie';
const DNG = 'com.adobe.raw-image';
const JPEG = 'public.jpeg';
const HEIC = 'public.heic';

/** Sizes of the files that are planned already, by path. */
type Taken = Map<string, number>;

/** Plans an asset as a sync does: what to take, what to call it, where it goes. */
function plan(
  one: Asset,
  options: Partial<PhotoOptions> = {},
  template = 'none',
  taken: Taken = new Map(),
): readonly string[] {
  const settings = { ...defaultPhotos, ...options };
  const time = captureTime(one, 'host', () => 0);
  const folders = renderFolders(
    parseTemplate('unfiled', template),
    { zone: one.zone, albumFolders: 'flat' },
    time,
  );
  let still: string | undefined;
  return chooseRenditions(one, settings).chosen.map((chosen) => {
    const { sizeBytes, checksum } = chosen.rendition;
    const named = nameRendition(one, chosen, settings, still);
    const { name } = chooseName(
      { sizeBytes, checksum },
      nameCandidates(named, { role: chosen.role, sizeBytes, assetId: one.assetId }),
      (candidate) => {
        const size = taken.get(destination('/p', folders, candidate));
        return size === undefined
          ? { kind: 'free' }
          : { kind: 'other', facts: { sizeBytes: size, checksum: undefined } };
      },
      !isCompanion(chosen.role),
    );
    if (chosen.role === 'primary') still = name;
    const path = destination('/p', folders, name);
    taken.set(path, sizeBytes);
    return path.slice('/p/'.length);
  });
}

const still = (typeId: string): Rendition => rendition('original', typeId);
const paired = rendition('live_original', MOV, { sizeBytes: 70 });
const image = (fileName: string, ...renditions: readonly Rendition[]): Asset =>
  asset({ fileName }, renditions);
const video = (fileName: string, ...renditions: readonly Rendition[]): Asset =>
  asset({ fileName, kind: 'video', isLivePhoto: false }, renditions);

describe('cli 6.10: full worked examples', () => {
  const live = image('IMG_0003.HEIC', still(HEIC), paired);
  const sized = image(
    'IMG_0005.JPG',
    still(JPEG),
    rendition('medium', JPEG),
    rendition('thumb', JPEG),
  );
  const unsized = image('IMG_0005.JPG', still(JPEG), rendition('thumb', JPEG));
  const edited = image('IMG_0006.HEIC', still(HEIC), rendition('adjusted', JPEG));
  const jpegAndRaw = image('IMG_0007.JPG', still(JPEG), rendition('alternative', DNG));
  const rawAndJpeg = image('IMG_0008.DNG', still(DNG), rendition('alternative', JPEG));
  const liveEdited = image(
    'IMG_0009.HEIC',
    still(HEIC),
    rendition('adjusted', JPEG),
    rendition('live_adjusted', MOV),
    paired,
  );
  const nameless = asset(
    { fileName: undefined, masterId: 'A1B2C3D4-E5F6-7890-ABCD-EF1234567890' },
    [still(HEIC)],
  );

  it.each<[number, Asset, Partial<PhotoOptions>, readonly string[]]>([
    [1, image('IMG_0001.JPG', still(JPEG)), {}, ['IMG_0001.JPG']],
    [2, image('img_0002.jpeg', still(JPEG)), {}, ['img_0002.JPG']],
    [3, live, {}, ['IMG_0003.HEIC', 'IMG_0003_HEVC.MOV']],
    [4, live, { livePhotoMovFilenamePolicy: 'original' }, ['IMG_0003.HEIC', 'IMG_0003.MOV']],
    [5, image('IMG_0004.JPG', still(JPEG), paired), {}, ['IMG_0004.JPG', 'IMG_0004.MOV']],
    [6, live, { livePhotoMode: 'image-only' }, ['IMG_0003.HEIC']],
    [7, live, { livePhotoMode: 'video-only' }, ['IMG_0003_HEVC.MOV']],
    [8, live, { livePhotoMode: 'skip' }, []],
    [9, sized, { resolution: 'medium' }, ['IMG_0005-medium.JPG']],
    [10, unsized, { resolution: 'medium' }, ['IMG_0005.JPG']],
    [11, unsized, { resolution: 'medium', forceResolution: true }, []],
    [12, edited, { edited: true }, ['IMG_0006.HEIC', 'IMG_0006_edited.JPG']],
    [13, edited, { edited: true, resolution: 'none' }, ['IMG_0006_edited.JPG']],
    [14, jpegAndRaw, {}, ['IMG_0007.JPG']],
    [15, jpegAndRaw, { alternative: true }, ['IMG_0007.JPG', 'IMG_0007_RAW.DNG']],
    [16, jpegAndRaw, { rawPolicy: 'prefer-raw' }, ['IMG_0007.DNG']],
    [
      17,
      jpegAndRaw,
      { rawPolicy: 'prefer-raw', alternative: true },
      ['IMG_0007.DNG', 'IMG_0007_alt.JPG'],
    ],
    [18, rawAndJpeg, { rawPolicy: 'prefer-jpeg' }, ['IMG_0008.JPG']],
    [
      19,
      rawAndJpeg,
      { rawPolicy: 'prefer-jpeg', alternative: true },
      ['IMG_0008.JPG', 'IMG_0008_RAW.DNG'],
    ],
    [
      20,
      liveEdited,
      { edited: true },
      ['IMG_0009.HEIC', 'IMG_0009_edited.JPG', 'IMG_0009_edited.MOV', 'IMG_0009_HEVC.MOV'],
    ],
    [21, video('CLIP.MP4', still(MOV)), {}, ['CLIP.MOV']],
    [22, video('CLIP.MP4', still('public.mpeg-4')), {}, ['CLIP.MP4']],
    [23, nameless, {}, ['99ec2a80a62e.HEIC']],
  ])('example %i', (_number, one, options, expected) => {
    expect(plan(one, options)).toEqual(expected);
  });

  it('example 24', () => {
    const taken: Taken = new Map();
    const second = asset({ assetId: 'REC2', fileName: 'IMG_0003.HEIC' }, [
      rendition('original', HEIC, { sizeBytes: 900 }),
      paired,
    ]);
    expect(plan(live, {}, 'none', taken)).toEqual(['IMG_0003.HEIC', 'IMG_0003_HEVC.MOV']);
    expect(plan(second, {}, 'none', taken)).toEqual(['IMG_0003-900.HEIC', 'IMG_0003-900_HEVC.MOV']);
  });
});

describe('cli 10.3: the layout of icloudpd', () => {
  const JULY_31 = Date.UTC(2018, 6, 31, 7, 22);
  const at = (capturedAtMs: number, one: Asset): Asset => ({ ...one, capturedAtMs });
  const MASTER = 'AY6c+BsE0jjaXx9tmVGJM1D2VcEO';

  it.each<[string, Asset, Partial<PhotoOptions>, string, readonly string[]]>([
    [
      'default',
      at(JULY_31, image('IMG_7409.JPG', still(JPEG))),
      {},
      '%Y/%m/%d',
      ['2018/07/31/IMG_7409.JPG'],
    ],
    [
      'name-id7',
      { ...image('IMG_7408.JPG', still(JPEG)), masterId: MASTER },
      { fileMatchPolicy: 'name-id7' },
      'none',
      ['IMG_7408_QVk2Yyt.JPG'],
    ],
    [
      'name-id7, Live',
      { ...image('IMG_5000.HEIC', still(HEIC), paired), masterId: MASTER },
      { fileMatchPolicy: 'name-id7' },
      'none',
      ['IMG_5000_QVk2Yyt.HEIC', 'IMG_5000_QVk2Yyt_HEVC.MOV'],
    ],
    [
      'Live JPEG',
      image('IMG_7408.JPG', still(JPEG), paired),
      {},
      'none',
      ['IMG_7408.JPG', 'IMG_7408.MOV'],
    ],
    [
      'Live HEIC',
      image('IMG_5000.HEIC', still(HEIC), paired),
      {},
      'none',
      ['IMG_5000.HEIC', 'IMG_5000_HEVC.MOV'],
    ],
    [
      'MOV policy original',
      image('IMG_5000.HEIC', still(HEIC), paired),
      { livePhotoMovFilenamePolicy: 'original' },
      'none',
      ['IMG_5000.HEIC', 'IMG_5000.MOV'],
    ],
    [
      'standalone video',
      at(Date.UTC(2018, 6, 30), video('IMG_VID1.MOV', still(MOV))),
      {},
      '%Y/%m/%d',
      ['2018/07/30/IMG_VID1.MOV'],
    ],
    ['flat', image('IMG_FLAT1.JPG', still(JPEG)), {}, 'none', ['IMG_FLAT1.JPG']],
    ['by year', at(JULY_31, image('IMG_Y1.JPG', still(JPEG))), {}, '%Y', ['2018/IMG_Y1.JPG']],
    ...(['as-is', 'prefer-raw', 'prefer-jpeg'] as const).map(
      (rawPolicy): [string, Asset, Partial<PhotoOptions>, string, readonly string[]] => [
        `RAW only, ${rawPolicy}`,
        at(JULY_31, image('IMG_7409.DNG', still(DNG))),
        { rawPolicy },
        '%Y/%m/%d',
        ['2018/07/31/IMG_7409.DNG'],
      ],
    ),
    [
      'invalid characters',
      image('i/n v:a\0l*i?d\\p<a>t"h|.JPG', still(JPEG)),
      {},
      'none',
      ['i_n v_a_l_i_d_p_a_t_h_.JPG'],
    ],
    ['Unicode', image('IMG_中文_7409.JPG', still(JPEG)), {}, 'none', ['IMG__7409.JPG']],
    [
      'Unicode kept, with its MOV',
      image('IMG_中文_7409.JPG', still(JPEG), paired),
      { keepUnicodeInFilenames: true },
      'none',
      ['IMG_中文_7409.JPG', 'IMG_中文_7409.MOV'],
    ],
    [
      'before 1970',
      at(Date.UTC(1965, 0, 1, 12), image('IMG_OLD.JPG', still(JPEG))),
      {},
      '%Y/%m/%d',
      ['1965/01/01/IMG_OLD.JPG'],
    ],
    ['lower-case extension', image('img_1.jpg', still(JPEG)), {}, 'none', ['img_1.JPG']],
    [
      'no stored name',
      asset({ fileName: undefined, masterId: MASTER }, [still(JPEG)]),
      {},
      'none',
      ['40ad193b3384.JPG'],
    ],
  ])('%s', (_case, one, options, template, expected) => {
    expect(plan(one, options, template)).toEqual(expected);
  });

  it('size de-dup', () => {
    const taken: Taken = new Map();
    const dup = (sizeBytes: number): Asset =>
      asset({ assetId: `R${sizeBytes}`, fileName: 'IMG_DUP.JPG' }, [
        rendition('original', JPEG, { sizeBytes }),
      ]);
    expect(plan(dup(100_000), {}, 'none', taken)).toEqual(['IMG_DUP.JPG']);
    expect(plan(dup(200_000), {}, 'none', taken)).toEqual(['IMG_DUP-200000.JPG']);
  });
});
