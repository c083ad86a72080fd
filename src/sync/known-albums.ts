import type { Album } from '../domain/index.js';
import type { ChangeDigest } from './change-digest.js';

/**
 * Whether the albums that are known are still those of the library after a change feed: none made,
 * renamed, deleted or, where folders matter, moved. A record that says nothing new comes whenever a
 * photo is added (protocol 6.3), so most feeds leave the albums as they are.
 */
export function areAlbumsSame(
  albums: readonly Album[],
  digest: ChangeDigest,
  isKnownTombstone: (albumId: string) => boolean,
  nested: boolean,
): boolean {
  const names = new Map(albums.map(({ id, name }) => [id, name]));
  const same = digest.albums.every(({ albumId, container, name, deleted }) => {
    const known = names.has(albumId);
    if (deleted) return !known;
    if (container === 'other') return true;
    // A folder's record tells neither its old name nor what is in it.
    return container === 'album' && known && names.get(albumId) === name && !nested;
  });
  return same && !albums.some(({ id }) => isKnownTombstone(id));
}
