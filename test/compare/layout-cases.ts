import { photo, video } from '../../src/simulator/library/builder.js';
import type { SimLibrary } from '../../src/simulator/library/library.js';
import type { SelectionTables } from '../support/selection-config.js';

/** One set of icloudpd's options, and the settings that kei's migration page names for it. */
export interface LayoutCase {
  readonly name: string;
  readonly icloudpd: readonly string[];
  readonly kei: SelectionTables;
  /** Name of the folder that both write to. */
  readonly folder?: string;
  /** Where kei, by its own rules, puts a file that icloudpd wrote (D76). */
  readonly moves?: (path: string) => string;
}

/**
 * Fills a library with the records of cli 10.3, none of them with fields that icloudpd cannot read. A
 * photo without a file name is not among them: both name it after its id, in other forms (D76).
 */
export function addLayoutAssets(library: SimLibrary): void {
  const zone = library.primary;
  const day = '2018-07-31T07:22:24Z';
  const ids = zone.addAll([
    photo({ name: 'IMG_7409.JPG', takenAt: day }),
    photo({ name: 'IMG_DUP.JPG', takenAt: '2018-07-31T08:00:00Z', size: 200_000 }),
    photo({ name: 'IMG_DUP.JPG', takenAt: '2018-07-31T09:00:00Z', size: 100_000 }),
    photo({ name: 'IMG_7408.JPG', takenAt: day, live: true }),
    photo({ name: 'IMG_5000.HEIC', takenAt: day, live: true }),
    video({ name: 'IMG_VID1.MOV', takenAt: '2018-07-30T10:00:00Z' }),
    photo({ name: 'IMG_RAW1.DNG', takenAt: day }),
    photo({ name: 'IMG_PAIR.JPG', takenAt: day, raw: 'alternative' }),
    photo({ name: 'IMG_PAIR2.DNG', takenAt: day, raw: 'original' }),
    photo({ name: 'i/n v:a\u0000l*i?d\\p<a>t"h|.JPG', takenAt: '2018-06-01T10:00:00Z' }),
    photo({ name: 'IMG_中文_7410.HEIC', takenAt: '2018-06-02T10:00:00Z', live: true }),
    photo({ name: 'IMG_OLD.JPG', takenAt: '1965-01-01T12:00:00Z' }),
    photo({ name: 'img_lower.jpeg', takenAt: '2018-06-03T10:00:00Z' }),
    photo({ name: 'IMG_EDIT.HEIC', takenAt: '2018-06-04T10:00:00Z', edited: true }),
    photo({ name: 'IMG_EDIT2.JPG', takenAt: '2018-06-05T10:00:00Z', edited: true }),
    photo({ name: 'IMG_SMALL.JPG', takenAt: '2018-06-06T10:00:00Z', previews: false }),
    photo({ name: 'IMG_NIGHT.JPG', takenAt: '2018-01-01T00:30:00Z', timeZoneOffset: -18_000 }),
    photo({ name: 'IMG_SHOT.PNG', takenAt: '2018-06-07T10:00:00Z' }),
  ]);
  const album = zone.createAlbum('Vacation 2018');
  zone.addToAlbum(album, ...ids.slice(0, 6));
}

const HOST_TIME = 'folder_timezone = "host"';
const WHOLE = 'albums = ["none"]';

export const layoutCases: readonly LayoutCase[] = [
  { name: 'defaults', icloudpd: [], kei: { download: HOST_TIME, filters: WHOLE } },
  {
    name: 'a folder with letters outside ASCII',
    icloudpd: [],
    kei: { download: HOST_TIME, filters: WHOLE },
    folder: 'Zdjęcia 写真',
  },
  {
    name: 'folder structure none',
    icloudpd: ['--folder-structure', 'none'],
    kei: { download: `${HOST_TIME}\nfolder_structure = "none"`, filters: WHOLE },
  },
  {
    name: 'folder structure in braces, by year',
    icloudpd: ['--folder-structure', '{:%Y}'],
    kei: { download: `${HOST_TIME}\nfolder_structure = "{:%Y}"`, filters: WHOLE },
  },
  {
    name: 'name-id7',
    icloudpd: ['--file-match-policy', 'name-id7'],
    kei: {
      download: HOST_TIME,
      filters: WHOLE,
      photos: 'file_match_policy = "name-id7"',
    },
  },
  {
    name: 'MOVs named like their stills',
    icloudpd: ['--live-photo-mov-filename-policy', 'original'],
    kei: {
      download: HOST_TIME,
      filters: WHOLE,
      photos: 'live_photo_mov_filename_policy = "original"',
    },
  },
  {
    name: 'Unicode kept',
    icloudpd: ['--keep-unicode-in-filenames'],
    kei: { download: HOST_TIME, filters: WHOLE, photos: 'keep_unicode_in_filenames = true' },
  },
  {
    name: 'RAW as original',
    icloudpd: ['--align-raw', 'original'],
    kei: { download: HOST_TIME, filters: WHOLE, photos: 'raw_policy = "prefer-raw"' },
  },
  {
    name: 'RAW as alternative',
    icloudpd: ['--align-raw', 'alternative'],
    kei: { download: HOST_TIME, filters: WHOLE, photos: 'raw_policy = "prefer-jpeg"' },
  },
  {
    name: 'medium, MOVs too',
    icloudpd: ['--size', 'medium', '--live-photo-size', 'medium'],
    kei: {
      download: HOST_TIME,
      filters: WHOLE,
      photos: 'resolution = "medium"\nlive_resolution = "medium"',
    },
    // D86: the MOV is named after the still, which is a JPEG here.
    moves: (path) => path.replace('_HEVC-medium.MOV', '-medium.MOV'),
  },
  {
    name: 'thumbnails or nothing',
    icloudpd: ['--size', 'thumb', '--force-size', '--skip-live-photos'],
    kei: {
      download: HOST_TIME,
      filters: WHOLE,
      photos: 'resolution = "thumb"\nforce_resolution = true\nlive_photo_mode = "image-only"',
    },
  },
  {
    name: 'originals and edits',
    icloudpd: ['--size', 'original', '--size', 'adjusted'],
    kei: { download: HOST_TIME, filters: WHOLE, photos: 'edited = true' },
    moves: (path) =>
      path.replace(/-adjusted(\.\w+)$/, '_edited$1').replace('IMG_EDIT.JPG', 'IMG_EDIT_edited.JPG'),
  },
  {
    name: 'originals and alternatives',
    icloudpd: ['--size', 'original', '--size', 'alternative'],
    kei: { download: HOST_TIME, filters: WHOLE, photos: 'alternative = true' },
    moves: (path) =>
      path
        .replace('IMG_PAIR.DNG', 'IMG_PAIR_RAW.DNG')
        .replace('IMG_PAIR2.JPG', 'IMG_PAIR2_alt.JPG'),
  },
  {
    name: 'one album',
    icloudpd: ['--album', 'Vacation 2018'],
    kei: {
      download: `${HOST_TIME}\nfolder_structure_albums = "%Y/%m/%d"`,
      filters: 'albums = ["Vacation 2018"]\nunfiled = false',
    },
  },
  {
    name: 'photos only',
    icloudpd: ['--skip-videos'],
    kei: { download: HOST_TIME, filters: 'albums = ["none"]\nmedia = ["photos", "live-photos"]' },
  },
  {
    name: 'no Live Photos',
    icloudpd: ['--skip-live-photos'],
    kei: { download: HOST_TIME, filters: WHOLE, photos: 'live_photo_mode = "image-only"' },
  },
  {
    name: 'between two dates',
    icloudpd: ['--skip-created-before', '2018-06-03', '--skip-created-after', '2018-07-31'],
    kei: {
      download: HOST_TIME,
      filters:
        'albums = ["none"]\nskip_created_before = "2018-06-03"\nskip_created_after = "2018-07-31"',
    },
  },
  {
    name: 'the newest five',
    icloudpd: ['--recent', '5'],
    kei: { download: HOST_TIME, filters: 'albums = ["none"]\nrecent = 5' },
  },
];
