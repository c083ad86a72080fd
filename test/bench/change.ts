import { photo } from '../../src/simulator/library/builder.js';
import type { SimLibrary } from '../../src/simulator/library/library.js';

/** A hundred new photos, or a hundred changes of all kinds. */
export type ChangeKind = 'additions' | 'mixed';

const CHANGES = 100;
/** The first so many assets are in albums already. */
const BEYOND_ALBUMS = 600;
const TAKEN_AT = '2024-12-24T18:00:00Z';

/**
 * Lets a hundred things happen to a library, and says how many files they ask for: new photos and
 * edits are fetched; favourites, the trash and albums concern what is on disk already.
 */
export function changeLibrary({ primary }: SimLibrary, kind: ChangeKind): number {
  const add = (count: number): void => {
    for (let n = 0; n < count; n += 1) {
      primary.add(photo({ name: `NEW_${n}.JPG`, takenAt: TAKEN_AT, size: 5_000 + n }));
    }
  };
  if (kind === 'additions') {
    add(CHANGES);
    return CHANGES;
  }
  const names: string[] = [];
  for (const { recordName, trashedAt, hidden } of primary.assets.assetStates()) {
    if (trashedAt === undefined && !hidden) names.push(recordName);
    if (names.length === BEYOND_ALBUMS + 20) break;
  }
  const [album] = [...primary.albums.all()];
  add(30);
  for (const id of names.slice(0, 20)) primary.edit(id);
  for (const id of names.slice(20, 35)) primary.favourite(id);
  for (const id of names.slice(35, 50)) primary.trash(id);
  if (album !== undefined) primary.addToAlbum(album.recordName, ...names.slice(BEYOND_ALBUMS));
  return 30 + 20;
}
