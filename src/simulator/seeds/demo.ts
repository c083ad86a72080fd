/** The library of the demo: forty pictures that somebody could have taken, in the order of the years. */
import { burst, photo, screenshot, video, type AssetSpec } from '../library/builder.js';
import type { SimLibrary } from '../library/library.js';
import { mix } from '../media/seeded.js';

type Group = 'Iceland 2023' | '京都 2024' | 'Lisboa' | 'Cats' | 'Family & Friends';

interface Shot {
  readonly spec: AssetSpec;
  readonly groups?: readonly Group[];
}

const REYKJAVIK = { latitude: 64.1466, longitude: -21.9426, altitude: 15 };
const KYOTO = { latitude: 35.0116, longitude: 135.7681, altitude: 50 };
const LISBON = { latitude: 38.7223, longitude: -9.1393, altitude: 30 };
const HOUR = 3600;

/** Bytes of a picture: between 150 and 900 KB, the same in every run. */
const bytes = (number: number) => 150_000 + (mix(number, 11) % 750_000);

/** Picture number `scene`, taken at `takenAt`, and in iCloud a minute later. */
function shot(
  scene: number,
  name: string,
  takenAt: string,
  more: Partial<AssetSpec> = {},
): AssetSpec {
  return {
    kind: 'photo',
    name,
    takenAt,
    addedAt: Date.parse(takenAt) + 60_000,
    scene,
    size: bytes(scene),
    width: 400,
    height: 300,
    ...more,
  };
}

const ICELAND: readonly AssetSpec[] = [
  shot(3, 'IMG_2041.HEIC', '2023-02-11T21:14:05Z', {
    live: { size: 1_400_000 },
    favourite: true,
    title: 'Northern lights over the bay',
    keywords: ['iceland', 'aurora'],
  }),
  shot(19, 'IMG_2042.HEIC', '2023-02-11T21:15:40Z', { live: { size: 1_250_000 } }),
  shot(4, 'IMG_2047.HEIC', '2023-02-12T10:02:11Z', { live: true }),
  shot(16, 'IMG_2050.JPG', '2023-02-12T12:30:00Z', {
    subtype: 'panorama',
    width: 960,
    height: 320,
  }),
  shot(13, 'IMG_2051.JPG', '2023-02-12T13:45:19Z', { edited: { size: 310_000 } }),
  shot(22, 'IMG_2058.JPG', '2023-02-13T08:20:00Z'),
].map((spec) => ({ ...spec, location: REYKJAVIK, timeZoneOffset: 0 }));

const KYOTO_SHOTS: readonly AssetSpec[] = [
  shot(5, '清水寺.HEIC', '2024-04-05T06:12:44Z', {
    live: true,
    keywords: ['京都', '桜'],
    favourite: true,
  }),
  shot(7, '鴨川の夕暮れ.JPG', '2024-04-05T09:40:02Z', { title: '鴨川' }),
  shot(21, 'IMG_3107.HEIC', '2024-04-06T02:03:04Z', { edited: true, live: true }),
  shot(10, 'IMG_3110.DNG', '2024-04-06T11:30:30Z', { raw: 'original', alternativeSize: 240_000 }),
  shot(23, 'IMG_3111.JPG', '2024-04-06T11:31:10Z', {
    raw: 'alternative',
    alternativeSize: 1_200_000,
  }),
  shot(11, 'IMG_3112.JPG', '2024-04-07T10:05:59Z'),
].map((spec) => ({
  ...spec,
  location: KYOTO,
  timeZoneOffset: 9 * HOUR,
  timeZoneName: 'Asia/Tokyo',
}));

const LISBON_SHOTS: readonly AssetSpec[] = [
  shot(2, 'Praça do Comércio.jpg', '2022-09-18T16:20:00Z', { description: 'Before the rain' }),
  shot(9, 'Elétrico 28.jpg', '2022-09-18T17:05:00Z', { favourite: true }),
  shot(17, 'IMG_1180.HEIC', '2022-09-19T20:44:00Z', { live: true }),
  shot(20, 'IMG_1181.HEIC', '2022-09-19T20:45:00Z', { live: true, hidden: true }),
].map((spec) => ({ ...spec, location: LISBON, timeZoneOffset: HOUR }));

/** Names that meet: the same name with other bytes, of another size and of the same size. */
const COLLISIONS: readonly AssetSpec[] = [
  shot(6, 'IMG_0001.JPG', '2021-06-12T14:00:00Z', { size: 210_000 }),
  shot(8, 'IMG_0001.JPG', '2021-06-12T18:30:00Z', { size: 340_000 }),
  shot(12, 'IMG_0001.JPG', '2021-06-12T18:31:00Z', { size: 340_000 }),
];

const CATS: readonly AssetSpec[] = [
  ...burst(4, { name: 'IMG_4410.JPG', burst: 'cat-jump', takenAt: '2025-01-19T15:02:11Z' }).map(
    (spec, index) => ({
      ...spec,
      scene: 30 + index,
      width: 400,
      height: 300,
      size: bytes(30 + index),
    }),
  ),
  shot(31, 'Mimi 🐈.heic', '2025-01-20T07:12:00Z', { live: true, favourite: true }),
  video({ name: 'IMG_4420.MOV', takenAt: '2025-01-20T07:13:00Z', size: 4_200_000, scene: 0 }),
];

const FAMILY: readonly AssetSpec[] = [
  shot(14, 'Großmutter.jpg', '2019-12-24T18:00:00Z', {
    title: 'Heiligabend',
    timeZoneOffset: HOUR,
  }),
  shot(15, 'IMG_0815.JPG', '2020-08-01T12:00:00Z', { edited: { size: 280_000 } }),
  shot(24, 'IMG_0816.JPG', '2020-08-01T12:01:00Z', { orientation: 6 }),
  shot(18, 'Scan 1968.tiff', '1968-07-14T10:00:00Z', { size: 1_100_000, timeZoneOffset: null }),
];

const OTHERS: readonly AssetSpec[] = [
  screenshot({
    name: 'IMG_5001.PNG',
    takenAt: '2025-03-02T09:41:00Z',
    scene: 28,
    width: 300,
    height: 500,
  }),
  screenshot({
    name: 'Screenshot 2025-03-03 at 9.41.00 AM.png',
    takenAt: '2025-03-03T09:41:00Z',
    scene: 29,
    width: 400,
    height: 260,
  }),
  photo({
    name: 'dancing.gif',
    takenAt: '2024-11-11T11:11:11Z',
    scene: 26,
    width: 160,
    height: 120,
  }),
  photo({ name: 'poster.webp', takenAt: '2024-12-01T08:00:00Z' }),
  video({
    name: 'IMG_5010.MOV',
    takenAt: '2025-05-04T16:00:00Z',
    subtype: 'slomo',
    size: 2_800_000,
    scene: 1,
  }),
  video({ name: 'holiday.mp4', takenAt: '2022-09-20T10:00:00Z', size: 1_900_000 }),
  shot(27, 'IMG_5020.JPG', '2025-05-05T05:30:00Z', { trashed: '2025-05-20T10:00:00Z' }),
];

const SHOTS: readonly Shot[] = [
  ...FAMILY.map((spec) => ({ spec, groups: ['Family & Friends'] as const })),
  ...COLLISIONS.map((spec) => ({ spec })),
  ...LISBON_SHOTS.map((spec) => ({ spec, groups: ['Lisboa'] as const })),
  ...ICELAND.map((spec) => ({ spec, groups: ['Iceland 2023'] as const })),
  ...KYOTO_SHOTS.map((spec) => ({ spec, groups: ['京都 2024'] as const })),
  ...CATS.map((spec) => ({ spec, groups: ['Cats', 'Family & Friends'] as const })),
  ...OTHERS.map((spec) => ({ spec })),
];

const SHARED: readonly AssetSpec[] = [
  shot(33, 'IMG_7001.HEIC', '2025-04-20T12:00:00Z', { live: true }),
  shot(34, 'IMG_7002.HEIC', '2025-04-20T12:05:00Z', { favourite: true }),
  shot(35, 'Picnic.jpg', '2025-04-20T13:10:00Z'),
];

/** @param extra how many plain pictures to add behind the forty */
export function seedDemo(library: SimLibrary, extra: number): void {
  const { primary } = library;
  const ids = primary.addAll(SHOTS.map(({ spec }) => spec));
  const travel = primary.createFolder('Travel');
  const albums: Record<Group, string> = {
    'Iceland 2023': primary.createAlbum('Iceland 2023', { in: travel }),
    '京都 2024': primary.createAlbum('京都 2024', { in: travel }),
    Lisboa: primary.createAlbum('Lisboa', { in: travel }),
    Cats: primary.createAlbum('Cats'),
    'Family & Friends': primary.createAlbum('Family & Friends'),
  };
  for (const [group, album] of Object.entries(albums)) {
    const members = ids.filter((_, index) =>
      SHOTS[index]?.groups?.some((name: string) => name === group),
    );
    primary.addToAlbum(album, ...members);
  }
  const duplicated = ids[SHOTS.findIndex(({ spec }) => spec.name === 'Elétrico 28.jpg')];
  if (duplicated !== undefined) primary.duplicate(duplicated);
  if (extra > 0)
    primary.addGenerated({ count: extra, seed: 7, sizes: [20_000, 90_000], live: 0.2 });
  library.addSharedLibrary('owner').addAll(SHARED);
}
