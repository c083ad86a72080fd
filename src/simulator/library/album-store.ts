/** The albums and folders of a zone, and which assets they hold. */
import type { AlbumState, RelationState } from './states.js';

export function relationName(assetName: string, albumId: string): string {
  return `${assetName}-IN-${albumId}`;
}

export class AlbumStore {
  private readonly albums = new Map<string, AlbumState>();
  private readonly relations = new Map<string, RelationState>();
  /** Relation names by album, in the order they were made. */
  private readonly members = new Map<string, Set<string>>();
  private readonly albumsBySlot = new Map<number, Set<string>>();

  album(id: string): AlbumState | undefined {
    return this.albums.get(id);
  }

  putAlbum(state: AlbumState): void {
    this.albums.set(state.recordName, state);
  }

  /** Live albums and folders below a parent (`undefined`: the top level), by position. */
  children(parentId: string | undefined): AlbumState[] {
    return [...this.albums.values()]
      .filter((album) => !album.deleted && album.parentId === parentId)
      .toSorted((a, b) => a.position - b.position);
  }

  all(): Iterable<AlbumState> {
    return this.albums.values();
  }

  relation(name: string): RelationState | undefined {
    return this.relations.get(name);
  }

  putRelation(name: string, state: RelationState): void {
    this.relations.set(name, state);
    const members = this.members.get(state.albumId) ?? new Set();
    this.members.set(state.albumId, members);
    if (state.removed) members.delete(name);
    else members.add(name);
    const albums = this.albumsBySlot.get(state.slot) ?? new Set();
    this.albumsBySlot.set(state.slot, albums);
    if (state.removed) albums.delete(state.albumId);
    else albums.add(state.albumId);
  }

  /** The relations of an album that were not removed, with their names. */
  membersOf(albumId: string): { name: string; state: RelationState }[] {
    return [...(this.members.get(albumId) ?? [])].flatMap((name) => {
      const state = this.relations.get(name);
      return state ? [{ name, state }] : [];
    });
  }

  /** The albums that hold an asset. */
  albumsOf(slot: number): string[] {
    return [...(this.albumsBySlot.get(slot) ?? [])];
  }
}
