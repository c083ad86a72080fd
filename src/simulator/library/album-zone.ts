/** What users do with albums, each leaving in the log what Apple's log would hold (protocol 6.3). */
import { relationName } from './album-store.js';
import { ListingIndex, sortRun } from './listing-index.js';
import type { AlbumState } from './states.js';
import { TRAIT } from './traits.js';
import { ZoneCore } from './zone-core.js';

const STEP = 1024;

export const ALBUM_TYPE = { album: 0, folder: 3, smart: 6 } as const;

export class AlbumZone extends ZoneCore {
  private albumCount = 0;
  /** Listings of albums, good until the next change in the zone. */
  private readonly albumListings = new Map<string, { at: number; index: ListingIndex }>();

  /** @returns the record name of the album; names need not be unique */
  createAlbum(name: string, options: { readonly in?: string } = {}): string {
    return this.newAlbum(name, ALBUM_TYPE.album, options.in);
  }

  createFolder(name: string, options: { readonly in?: string } = {}): string {
    return this.newAlbum(name, ALBUM_TYPE.folder, options.in);
  }

  /** An album whose members a rule decides on the user's devices; nothing can be listed in it. */
  createSmartAlbum(name: string): string {
    return this.newAlbum(name, ALBUM_TYPE.smart, undefined);
  }

  renameAlbum(albumId: string, name: string): void {
    this.changeAlbum({ ...this.albumOf(albumId), name });
    this.settle();
  }

  /** @param folderId the new parent; `undefined` is the top level */
  moveAlbum(albumId: string, folderId: string | undefined): void {
    this.changeAlbum({ ...this.albumOf(albumId), parentId: folderId });
    this.settle();
  }

  /** Deletes an album, or a folder with all that is in it. The photos stay. */
  deleteAlbum(albumId: string): void {
    this.removeTree(this.albumOf(albumId));
    this.settle();
  }

  addToAlbum(albumId: string, ...assetIds: readonly string[]): void {
    const album = this.albumOf(albumId);
    const present = this.albums.membersOf(albumId);
    let position = Math.max(0, ...present.map(({ state }) => state.position));
    for (const assetId of assetIds) {
      const { slot } = this.assetOf(assetId);
      const name = relationName(assetId, albumId);
      if (this.albums.relation(name)?.removed === false) continue;
      position += STEP;
      const changedAt = this.log.append([{ kind: 'relation', name }]);
      this.albums.putRelation(name, {
        slot,
        albumId,
        position,
        removed: false,
        createdAt: this.now,
        modifiedAt: this.now,
        changedAt,
      });
    }
    this.changeAlbum(album);
    this.settle();
  }

  removeFromAlbum(albumId: string, ...assetIds: readonly string[]): void {
    for (const assetId of assetIds) this.dropRelation(relationName(assetId, albumId));
    this.settle();
  }

  /** The live members of an album, hidden ones too: newest first, or in the user's order. */
  albumListing(albumId: string, byPosition: boolean): ListingIndex {
    const key = `${albumId} ${byPosition ? 'position' : 'date'}`;
    const known = this.albumListings.get(key);
    if (known?.at === this.log.length) return known.index;
    const ranks = new Map<number, number>();
    for (const { state } of this.albums.membersOf(albumId)) {
      const { traits, date } = this.assets.facts(state.slot);
      if ((traits & (TRAIT.trashed | TRAIT.purged)) !== 0) continue;
      ranks.set(state.slot, byPosition ? -state.position : date);
    }
    const rankBy = (slot: number) => ranks.get(slot) ?? 0;
    const index = new ListingIndex(sortRun([...ranks.keys()], rankBy), rankBy);
    this.albumListings.set(key, { at: this.log.length, index });
    return index;
  }

  protected dropRelation(name: string): void {
    const state = this.albums.relation(name);
    if (!state || state.removed) return;
    const changedAt = this.log.append([{ kind: 'relation', name }]);
    this.albums.putRelation(name, { ...state, removed: true, modifiedAt: this.now, changedAt });
  }

  private albumOf(albumId: string): AlbumState {
    const album = this.albums.album(albumId);
    if (!album || album.deleted) throw new RangeError(`There is no album ${albumId}.`);
    return album;
  }

  private newAlbum(name: string, albumType: number, parentId: string | undefined): string {
    this.albumCount += 1;
    const recordName = this.assets.newName(0x8000_0000 + this.albumCount);
    this.changeAlbum({
      recordName,
      name,
      albumType,
      parentId,
      position: this.albumCount * STEP,
      deleted: false,
      createdAt: this.now,
    });
    this.settle();
    return recordName;
  }

  private removeTree(album: AlbumState): void {
    for (const child of this.albums.children(album.recordName)) this.removeTree(child);
    for (const { name } of this.albums.membersOf(album.recordName)) this.dropRelation(name);
    this.changeAlbum({ ...album, deleted: true });
  }
}
