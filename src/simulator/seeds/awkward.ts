/** Six hundred assets with everything that is awkward about real libraries. */
import { burst, photo, screenshot, video, type AssetSpec } from '../library/builder.js';
import type { Irregular } from '../library/irregular.js';
import type { SimLibrary } from '../library/library.js';
import { mix } from '../media/seeded.js';
import type { SimZone } from '../library/zone.js';

const TOTAL = 600;
const DAY = 86_400_000;

const IRREGULAR: readonly Irregular[] = [
  'original-without-url',
  'original-missing',
  'original-null',
  'checksum-missing',
  'checksum-other-scheme',
  'plain-filename',
  'untyped-filename',
  'filename-bad-base64',
  'filename-not-utf8',
  'filename-empty',
  'item-type-missing',
  'item-type-without-value',
  'item-type-unknown',
  'item-type-of-a-movie',
  'unknown-field-type',
  'date-out-of-range',
  'date-null',
  'flags-null',
  'flag-as-text',
  'location-xml',
  'location-lng',
  'location-damaged',
  'keywords-empty',
  'keywords-damaged',
  'caption-empty',
  'master-not-in-listing',
];

const NAMES: readonly string[] = [
  `${'long name '.repeat(29)}end.JPG`,
  `${'長い名前'.repeat(30)}.HEIC`,
  '🏝️👨‍👩‍👧‍👦🎉.jpg',
  '..',
  '.',
  '...jpg',
  '.hidden.jpg',
  'a/b/c.jpg',
  '../../etc/passwd.jpg',
  'back\\slash.jpg',
  'colon:and*star?.jpg',
  '"quotes" <angle> |pipe|.png',
  'trailing dot..jpg',
  'trailing space .jpg',
  'name.',
  'name ',
  'CON.jpg',
  'nul',
  'LPT1.heic',
  'tab\there.jpg',
  'new\nline.jpg',
  'zero\u0000byte.jpg',
  'right\u202eto-left.gpj',
  'cafe\u0301.jpg',
  'caf\u00e9.jpg',
  'ÄÖÜ.JPG',
  'äöü.jpg',
  'noextension',
  'two.dots.in.name.jpeg',
  'UPPER.JPG',
  'upper.jpg',
  'Screenshot 2024-05-01 at 9.41.00\u202fAM.png',
  'Screenshot 2024-05-01 at 9.41.00 AM.png',
  'IMG_0001 (1).JPG',
  'IMG_0001-12345.JPG',
  ' leading.jpg',
  '%41%2F.jpg',
  '$HOME.jpg',
  '-rf.jpg',
];

const TYPES: readonly AssetSpec[] = [
  photo({ name: 'picture.webp' }),
  photo({ name: 'moving.gif' }),
  photo({ name: 'scan.tiff' }),
  photo({ name: 'raw.CR2', raw: 'original' }),
  photo({ name: 'raw.DNG', raw: 'original' }),
  photo({ name: 'camera.JPG', raw: 'alternative' }),
  photo({ name: 'nikon.NEF' }),
  photo({ name: 'sony.ARW' }),
  photo({ name: 'document.xyz', type: 'com.example.unheard-of', format: 'data', size: 900 }),
  photo({ name: 'jxl.jxl', type: 'public.jpeg-xl', format: 'data', size: 1_200 }),
  video({ name: 'clip.m4v' }),
  video({ name: 'old.avi', type: 'public.avi', format: 'data', size: 5_000 }),
  photo({ name: 'empty.jpg', size: 0 }),
  video({ name: 'empty.mov', size: 0 }),
  photo({ name: 'raw.DNG', raw: 'original', irregular: 'alternative-null' }),
  photo({ name: 'raw2.DNG', raw: 'original', irregular: 'alternative-without-url' }),
  video({ name: 'wrong.mov', irregular: 'item-type-of-an-image' }),
  photo({ name: null }),
  video({ name: null }),
];

const DATES: readonly (string | number | null)[] = [
  '1969-12-31T23:59:59Z',
  '1944-06-06T05:30:00Z',
  '0800-12-25T12:00:00Z',
  '1970-01-01T00:00:00Z',
  '2024-02-29T23:59:59Z',
  '2024-03-31T01:30:00Z',
  '2024-10-27T00:30:00Z',
  '2099-12-31T23:59:59Z',
  '2024-12-31T23:30:00Z',
  8_640_000_000_000_000,
  null,
];

/** Seconds east of UTC, some of them impossible. */
const OFFSETS: readonly (number | null)[] = [
  0,
  50_400,
  -43_200,
  20_700,
  45_900,
  12_345,
  86_400,
  null,
];

/** Every way in which two files can meet under one name. */
function collisions(): AssetSpec[] {
  const taken = '2023-07-01T10:00:00Z';
  const same = { name: 'IMG_0001.JPG', takenAt: taken } as const;
  return [
    photo({ ...same, size: 3_000 }),
    photo({ ...same, size: 4_000 }),
    photo({ ...same, size: 4_000 }),
    photo({ ...same, name: 'img_0001.jpg', size: 5_000 }),
    photo({ ...same, name: 'IMG_0001.HEIC', live: { size: 6_000 } }),
    photo({ ...same, name: 'IMG_0001.HEIC', live: { size: 6_000 }, size: 9_000 }),
    video({ ...same, name: 'IMG_0001.MOV', size: 7_000 }),
    video({ ...same, name: 'IMG_0001_HEVC.MOV', size: 8_000 }),
    photo({ ...same, name: 'IMG_0001.PNG', live: true }),
    photo({ ...same, edited: { size: 4_500 } }),
    photo({ ...same, edited: { size: 4_500 }, live: true }),
    photo({ ...same, name: 'IMG_0001.DNG', raw: 'original', alternativeSize: 5_500 }),
    photo({ ...same, name: 'IMG_0001-adjusted.JPG' }),
    photo({ ...same, name: 'Cafe\u0301.JPG', size: 3_100 }),
    photo({ ...same, name: 'Caf\u00e9.JPG', size: 3_200 }),
  ];
}

function ordinary(number: number): AssetSpec {
  const takenAt = Date.UTC(2015, 0, 1, 8) + number * 5 * DAY + (mix(number, 3) % DAY);
  const name = `IMG_${String(1000 + number)}`;
  const common = { takenAt, addedAt: takenAt + 60_000, favourite: number % 11 === 0 } as const;
  switch (number % 8) {
    case 0:
      return video({ ...common, name: `${name}.MOV` });
    case 1:
    case 2:
      return photo({ ...common, name: `${name}.HEIC`, live: true });
    case 3:
      return photo({ ...common, name: `${name}.JPG`, edited: true });
    case 4:
      return photo({ ...common, name: `${name}.JPG`, hidden: number % 3 === 0 });
    case 5:
      return photo({ ...common, name: `${name}.HEIC`, trashed: number % 4 === 1 });
    default:
      return photo({ ...common, name: `${name}.JPG` });
  }
}

function specs(): AssetSpec[] {
  const taken = (number: number) => ({ takenAt: Date.UTC(2024, 0, 1, 6) + number * 7_200_000 });
  const special = [
    ...IRREGULAR.flatMap((irregular, index) => [
      photo({ name: `IRR_${1000 + index}.JPG`, ...taken(index), irregular, keywords: ['x'] }),
      photo({ name: `IRR_${2000 + index}.HEIC`, ...taken(index), irregular, live: true }),
    ]),
    ...NAMES.map((name, index) => photo({ name, format: 'jpeg', ...taken(index) })),
    ...NAMES.slice(0, 12).map((name, index) =>
      photo({ name, format: 'jpeg', type: 'public.heic', live: true, ...taken(index) }),
    ),
    ...TYPES.map((spec, index) => ({ ...spec, ...taken(index) })),
    ...DATES.map((takenAt, index) => photo({ name: `DATE_${index}.JPG`, takenAt })),
    ...OFFSETS.map((timeZoneOffset, index) =>
      photo({ name: `ZONE_${index}.JPG`, takenAt: '2024-01-01T00:30:00Z', timeZoneOffset }),
    ),
    ...collisions(),
    ...burst(6, { burst: 'burst-1', takenAt: '2024-08-08T08:08:08Z' }),
    screenshot({ name: 'IMG_9001.PNG' }),
    photo({ name: 'IMG_9002.HEIC', subtype: 'portrait', orientation: 6 }),
    photo({ name: 'IMG_9003.HEIC', subtype: 'longExposure', live: true }),
    photo({ name: 'IMG_9004.JPG', subtype: 'panorama' }),
    video({ name: 'IMG_9005.MOV', subtype: 'slomo' }),
    video({ name: 'IMG_9006.MOV', subtype: 'timelapse' }),
    photo({ name: 'IMG_9007.JPG', location: { latitude: -89.9999, longitude: 179.9999 } }),
    photo({
      name: 'IMG_9008.JPG',
      title: 'T',
      description: 'D'.repeat(5_000),
      keywords: ['ü', 'k'],
    }),
  ];
  return special;
}

/** More than two hundred albums: nested, of equal names, empty, with awkward names. */
function addAlbums(zone: SimZone, ids: readonly string[]): void {
  const names = ['Holidays', 'Holidays', 'a/b', '..', '🎉', 'CON', ' spaces ', 'x'.repeat(300)];
  for (const [index, name] of names.entries()) {
    zone.addToAlbum(zone.createAlbum(name), ...ids.slice(index * 7, index * 7 + 90));
  }
  let folder: string | undefined;
  for (let depth = 1; depth <= 6; depth += 1) {
    folder = zone.createFolder(`Level ${depth}`, folder === undefined ? {} : { in: folder });
    const album = zone.createAlbum(`Album of level ${depth}`, { in: folder });
    zone.addToAlbum(album, ...ids.slice(depth * 20, depth * 20 + 5));
  }
  for (let number = 1; number <= 205; number += 1) {
    const album = zone.createAlbum(`Album ${number}`);
    const member = ids[(number * 13) % ids.length];
    if (number % 3 === 0 && member !== undefined) zone.addToAlbum(album, member);
  }
  zone.createSmartAlbum('Smart');
  zone.deleteAlbum(zone.createAlbum('Deleted'));
}

export function seedAwkward(library: SimLibrary): void {
  const zone = library.primary;
  zone.pastDeletions(340);
  const special = zone.addAll(specs());
  for (const id of special.slice(-20, -10)) zone.duplicate(id);
  zone.addOrphanMaster(photo({ name: 'ORPHAN.JPG' }));
  const rest = TOTAL - special.length - 10;
  const ids = zone.addAll(Array.from({ length: rest }, (_, index) => ordinary(index)));
  zone.pastDeletions(260);
  addAlbums(zone, [...special, ...ids]);
  const [faced] = ids;
  if (faced !== undefined) zone.recognise(faced, 'Somebody');

  const shared = library.addSharedLibrary('owner');
  shared.addAll(collisions());
  for (const id of ids.slice(0, 3)) zone.moveToSharedLibrary(id, shared);
  library.addSharedLibrary('participant').addAll([ordinary(1001), ordinary(1002), ordinary(1006)]);
  library.addZone('CMM-3F6B6A1E-7C53-4D1C-9F3B-0A2B5C1D4E6F', 'private');
  library.addZone('SharedCollection-9A4B2C10-5D6E-4F70-8A1B-2C3D4E5F6071', 'private');
  library.addZone('AppLibrarySync-com.example.app', 'private');
}
