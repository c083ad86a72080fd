import { ALBUM_TYPE } from '../../src/simulator/library/album-zone.js';
import { photo, video, type AssetSpec } from '../../src/simulator/library/builder.js';
import { SimLibrary, type LibraryOptions } from '../../src/simulator/library/library.js';
import type { AlbumState, AssetState } from '../../src/simulator/library/states.js';
import type { SimZone } from '../../src/simulator/library/zone.js';
import { expectedTree, type OracleSettings } from '../support/selection-oracle.js';
import { KEPT_ALBUM, type Change, type History } from './history.js';
import { PlannedFolders } from './planned-folders.js';

/** The library of a history: what happens to it, and what runs may have made of it. */
export class Cloud {
  readonly library: SimLibrary;
  readonly planned = new PlannedFolders();
  readonly #history: Omit<History, 'steps'>;
  /** Assets of one origin, by the id of each: they may show the same bytes. */
  readonly #families = new Map<string, string[]>();
  #made = 0;
  #isRunning = false;

  constructor(
    history: Omit<History, 'steps'>,
    basics: Pick<LibraryOptions, 'now' | 'contentHost'>,
  ) {
    this.#history = history;
    this.library = new SimLibrary({ ...basics, seed: history.seed });
    this.library.tuning.mastersInDeltas = history.masters;
    const { primary } = this.library;
    const ids = Array.from({ length: 9 }, () => this.#add(primary));
    for (const name of [KEPT_ALBUM, 'Album 2', 'Album 3']) primary.createAlbum(name);
    const albums = this.#albums();
    for (const [index, id] of ids.entries()) {
      if (index % 3 !== 0) primary.addToAlbum(albums[index % 3]!.recordName, id);
      if (index === 4) primary.addToAlbum(albums[0]!.recordName, id);
      if (index === 5) primary.hide(id);
      if (index === 7) primary.trash(id);
    }
    const shared = this.library.addSharedLibrary(history.shared);
    for (let index = 0; index < 4; index += 1) this.#add(shared);
  }

  /** Zones that the selection reads. */
  get zones(): readonly SimZone[] {
    const { library } = this;
    const all = ['libraries', 'everything'].includes(this.#history.selection);
    return all ? library.zones : [library.primary];
  }

  /** Another text after every change that the selection may see. */
  get version(): string {
    return this.zones.map(({ name, log }) => `${name} ${log.length}`).join();
  }

  /** How many assets may fetch the bytes of an asset, each for itself. */
  familyOf(assetId: string): number {
    return this.#families.get(assetId)?.length ?? 1;
  }

  /** Does what the change says, if the library has something to do it to. */
  apply(change: Change): void {
    this.#do(change);
    if (this.#isRunning) this.#noteWanted();
  }

  /** A run begins or ends: only runs plan files, so what came and went between them is on no disk. */
  setRunning(isRunning: boolean): void {
    this.#isRunning = isRunning;
    if (!isRunning) return;
    this.planned.beginRun();
    this.#noteWanted();
  }

  #do({ verb, a, b }: Change): void {
    const { library } = this;
    const { primary } = library;
    const zone = library.zones[b % 3 === 0 ? b % library.zones.length : 0] ?? primary;
    const live = (asset: AssetState) => !asset.purged && asset.trashedAt === undefined;
    const one = (
      fits: (asset: AssetState) => boolean,
      act: (id: string) => unknown,
      from = zone,
    ) => {
      const found = [...from.assets.assetStates()].filter(fits);
      const asset = found[a % found.length];
      if (asset !== undefined) act(asset.recordName);
    };
    const inAlbum = (act: (albumId: string, id: string) => unknown) => {
      const albums = this.#albums();
      const album = albums[b % albums.length]!;
      one(
        (asset) => !asset.purged,
        (id) => act(album.recordName, id),
        primary,
      );
    };
    const otherAlbum = (act: (albumId: string) => void) => {
      const albums = this.#albums().filter(({ name }) => name !== KEPT_ALBUM);
      const album = albums[a % albums.length];
      if (album !== undefined) act(album.recordName);
    };
    switch (verb) {
      case 'add':
        this.#add(zone);
        break;
      case 'addMany':
        for (let index = 0; index < 12; index += 1) this.#add(zone);
        break;
      case 'edit':
        one(live, (id) => zone.edit(id));
        break;
      case 'revert':
        one(
          ({ adjustmentType, purged }) => !purged && adjustmentType !== undefined,
          (id) => zone.revert(id),
        );
        break;
      case 'favourite':
        one(live, (id) => zone.favourite(id, b % 2 === 0));
        break;
      case 'describe':
        one(live, (id) => zone.describe(id, { title: `Title ${b}` }));
        break;
      case 'hide':
        one(live, (id) => zone.hide(id));
        break;
      case 'unhide':
        one(
          ({ hidden, purged }) => hidden && !purged,
          (id) => zone.unhide(id),
        );
        break;
      case 'trash':
        one(live, (id) => zone.trash(id, zone === primary ? {} : { reason: b % 2 }));
        break;
      case 'restore':
        one(
          ({ trashedAt, purged }) => trashedAt !== undefined && !purged,
          (id) => zone.restore(id),
        );
        break;
      case 'purge':
        one(
          ({ purged }) => !purged,
          (id) => zone.purge(id),
        );
        break;
      case 'duplicate':
        one(live, (id) => this.#relate(id, zone.duplicate(id)));
        break;
      case 'replace':
        one(live, (id) => zone.replaceOriginal(id, otherBytes(a * 1000 + b)));
        break;
      case 'share': {
        const shared = library.zones.find(({ name }) => name.startsWith('SharedSync-'));
        if (shared === undefined) break;
        one(live, (id) => this.#relate(id, primary.moveToSharedLibrary(id, shared)), primary);
        break;
      }
      case 'addToAlbum':
        inAlbum((album, id) => primary.addToAlbum(album, id));
        break;
      case 'removeFromAlbum':
        inAlbum((album, id) => primary.removeFromAlbum(album, id));
        break;
      case 'createAlbum':
        primary.createAlbum(`Album ${4 + (a % 3)}`);
        break;
      case 'renameAlbum':
        otherAlbum((id) => primary.renameAlbum(id, `Album ${2 + (b % 6)}`));
        break;
      case 'deleteAlbum':
        otherAlbum((id) => primary.deleteAlbum(id));
        break;
      case 'moveAlbum':
        otherAlbum((id) => primary.moveAlbum(id, primary.createFolder('Folder')));
        break;
      case 'recognise':
        one(live, (id) => primary.recognise(id, 'Jane'), primary);
        break;
      case 'churn':
        zone.churn(1 + (a % 3));
        break;
      case 'pastDeletions':
        zone.pastDeletions(1 + (a % 10));
        break;
      case 'joinLibrary':
        if (library.zones.length < 4) this.#add(library.addSharedLibrary('participant'));
        break;
      case 'leaveLibrary': {
        const left = library.zones.filter(({ name }) => name.startsWith('SharedSync-'));
        if (left.length > 1) library.removeZone(left[a % left.length]!);
        break;
      }
    }
  }

  #add(zone: SimZone): string {
    const id = zone.add(this.#spec());
    this.#families.set(id, [id]);
    return id;
  }

  #spec(): AssetSpec {
    this.#made += 1;
    const number = this.#made;
    const seed = this.#history.seed * 1000 + number;
    const takenAt = `${2021 + (seed % 3)}-06-${String(1 + (seed % 28)).padStart(2, '0')}T10:00:00Z`;
    // Names are taken more than once, so that collisions are part of the history.
    const name = `IMG_${String(number % 7).padStart(4, '0')}`;
    const common = { takenAt, previews: false, seed, width: 16, height: 16, scene: number % 5 };
    if (seed % 5 === 0)
      return video({ ...common, name: `${name}.MOV`, size: 2_000 + (seed % 997) });
    return photo({
      ...common,
      name: `${name}.JPG`,
      live: seed % 4 === 0,
      edited: seed % 6 === 0,
      favourite: seed % 3 === 0,
    });
  }

  #relate(of: string, id: string): void {
    const family = this.#families.get(of) ?? [of];
    family.push(id);
    for (const member of family) this.#families.set(member, family);
  }

  #albums(): readonly AlbumState[] {
    const { albums } = this.library.primary;
    return [...albums.all()].filter((one) => !one.deleted && one.albumType === ALBUM_TYPE.album);
  }

  #noteWanted(): void {
    const names = this.#albums().map(({ recordName, name = '' }) => [recordName, name] as const);
    this.planned.note(expectedTree(this.library, this.#settings()), new Map(names));
  }

  #settings(): OracleSettings {
    const { selection, edited } = this.#history;
    const common = { zones: this.zones, edited, templates: { all: '%Y' } };
    switch (selection) {
      case 'unfiled':
      case 'libraries':
        return common;
      case 'albums':
        return { ...common, albums: () => true };
      case 'one-album':
        return { ...common, albums: (name) => name === KEPT_ALBUM };
      case 'smart':
        return { ...common, smartFolders: ['Favorites'] };
      case 'everything':
        return { ...common, albums: () => true, smartFolders: ['Favorites', 'Videos'] };
    }
  }
}

function otherBytes(seed: number) {
  const picture = { seed, scene: 5, width: 16, height: 16, facts: {}, format: 'jpeg' } as const;
  return { ...picture, size: 3_000 + (seed % 991) };
}
