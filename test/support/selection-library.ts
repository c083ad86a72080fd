import { burst, photo, screenshot, video } from '../../src/simulator/library/builder.js';
import { SimLibrary } from '../../src/simulator/library/library.js';
import type { LibraryBasics } from '../../src/simulator/fake-icloud.js';
import type { SimZone } from '../../src/simulator/library/zone.js';

export interface SelectionLibrary {
  readonly library: SimLibrary;
  /** Owned by the account, and joined by it. */
  readonly owned: SimZone;
  readonly joined: SimZone;
}

/** A library in which every rule of selection and naming has something to decide. */
export function selectionLibrary(basics: LibraryBasics): SelectionLibrary {
  const library = new SimLibrary({ seed: 'selection', ...basics });
  const zone = library.primary;
  const day = '2023-07-01T10:00:00Z';
  const ids = zone.addAll([
    photo({ name: 'IMG_0001.JPG', takenAt: day, size: 3_000 }),
    photo({ name: 'IMG_0001.JPG', takenAt: day, size: 4_000 }),
    photo({ name: 'IMG_0001.JPG', takenAt: '2023-07-01T11:00:00Z', size: 4_000 }),
    photo({ name: 'IMG_0001.HEIC', takenAt: day, live: { size: 6_000 } }),
    photo({ name: 'IMG_0001.HEIC', takenAt: '2023-07-01T12:00:00Z', live: true, size: 9_000 }),
    video({ name: 'IMG_0001.MOV', takenAt: day, size: 7_000 }),
    video({ name: 'IMG_0001_HEVC.MOV', takenAt: day, size: 8_000 }),
    photo({ name: 'IMG_0001.PNG', takenAt: day, live: true }),
    photo({ name: 'IMG_0010.HEIC', edited: true, favourite: true }),
    photo({ name: 'IMG_0011.HEIC', edited: true, live: true, favourite: true }),
    video({ name: 'IMG_0012.MOV', edited: true }),
    photo({ name: 'IMG_0013.JPG', raw: 'alternative' }),
    photo({ name: 'IMG_0014.DNG', raw: 'original' }),
    photo({ name: 'IMG_0015.CR2', raw: 'original', previews: false }),
    photo({ name: 'IMG_0016.JPG', previews: false, takenAt: '2022-12-31T23:30:00Z' }),
    video({ name: 'IMG_0017.MOV', previews: false, takenAt: '2022-12-30T10:00:00Z' }),
    photo({ name: 'IMG_中文_7409.HEIC', live: true, takenAt: '2021-03-04T05:06:07Z' }),
    photo({ name: 'i:n v?a*l.JPG', takenAt: '2021-03-04T05:06:08Z' }),
    photo({ name: 'OLD.JPG', takenAt: '1965-01-01T12:00:00Z' }),
    photo({ name: 'NODATE.JPG', takenAt: null, addedAt: '2020-01-01T00:00:00Z' }),
    photo({ name: 'ZONE.JPG', takenAt: '2024-01-01T00:30:00Z', timeZoneOffset: -18_000 }),
    photo({ name: 'HOST.JPG', takenAt: '2024-01-01T00:30:00Z', timeZoneOffset: null }),
    photo({ name: 'HIDDEN.JPG', hidden: true, takenAt: '2023-01-02T03:04:05Z' }),
    photo({ name: 'TRASHED.HEIC', live: true, trashed: true, takenAt: '2023-01-03T03:04:05Z' }),
    photo({ name: 'EMPTY.JPG', size: 0 }),
    screenshot({ name: 'IMG_0100.PNG', favourite: true, takenAt: '2024-02-02T10:00:00Z' }),
    photo({ name: 'IMG_0101.JPG', subtype: 'panorama', takenAt: '2024-02-03T10:00:00Z' }),
    video({ name: 'IMG_0102.MOV', subtype: 'slomo', takenAt: '2024-02-04T10:00:00Z' }),
    video({ name: 'IMG_0103.MOV', subtype: 'timelapse', takenAt: '2024-02-05T10:00:00Z' }),
    photo({ name: 'IMG_0104.HEIC', subtype: 'portrait', takenAt: '2024-02-06T10:00:00Z' }),
    photo({ name: 'IMG_0105.HEIC', subtype: 'longExposure', live: true }),
    photo({ name: 'moving.gif', takenAt: '2024-02-08T10:00:00Z' }),
    ...burst(3, { burst: 'b', name: 'IMG_0200.JPG', takenAt: '2024-02-09T10:00:00Z' }),
    photo({ name: 'IMG_0300.JPG', takenAt: '2024-03-10T10:00:00Z' }),
    video({ name: 'clip.mp4', takenAt: '2024-03-11T10:00:00Z' }),
  ]);
  zone.duplicate(ids[3] ?? '');
  zone.duplicate(ids[0] ?? '');
  const album = (name: string, from: number, to: number, folder?: string) => {
    const made = zone.createAlbum(name, folder === undefined ? {} : { in: folder });
    zone.addToAlbum(made, ...ids.slice(from, to));
  };
  album('Vacation', 0, 10);
  album('Kids', 5, 17);
  album('Twin', 2, 5);
  album('Twin', 3, 8);
  album('Favorites', 10, 12);
  album('AC/DC', 16, 20);
  album('50% off', 20, 24);
  album('..', 24, 27);
  const outer = zone.createFolder('Trips');
  const inner = zone.createFolder('20/23', { in: outer });
  album('Vacation', 26, 30, inner);
  album('Rome', 1, 4, outer);
  zone.createAlbum('Empty');
  const owned = library.addSharedLibrary('owner');
  owned.addAll([
    photo({ name: 'IMG_0001.JPG', takenAt: day, size: 3_500 }),
    photo({ name: 'IMG_0300.JPG', takenAt: '2024-03-10T10:00:00Z', live: true }),
  ]);
  zone.moveToSharedLibrary(ids[35] ?? '', owned);
  const joined = library.addSharedLibrary('participant');
  joined.addAll([
    photo({ name: 'IMG_0001.JPG', takenAt: day, size: 4_000 }),
    video({ name: 'IMG_0400.MOV', takenAt: '2024-03-12T10:00:00Z' }),
  ]);
  return { library, owned, joined };
}
