import type { Album } from '../domain/index.js';
import type { Clock } from '../platform/clock.js';
import { keyPages } from './key-pages.js';
import type { SqliteFile } from './sqlite.js';
import type { WriteBuffer } from './write-buffer.js';

/** The word under which it is noted that the albums of a zone were listed, all of them. */
const ALBUM_LIST = 'albums';

/** An album whose files lie under the name that it had before. */
export interface RenamedAlbum {
  readonly zone: string;
  readonly name: string;
  readonly formerName: string;
}

interface AlbumRow {
  readonly album_id: string;
  readonly name: string;
  readonly folders: string;
}

/**
 * Albums, and who is in which source: `source` is the planner's own word for an album, a smart
 * folder or the whole library, the same that it uses as the `place` of a file.
 */
export class AlbumReader {
  readonly #albums;
  readonly #listed;
  readonly #sources;
  readonly #members;
  readonly #member;
  readonly #complete;
  readonly #renamed;
  readonly #oldest;

  constructor(database: SqliteFile) {
    this.#oldest = database.prepare<{ run: number | null }>(
      `SELECT min(run) AS run FROM listings
       WHERE zone = @zone AND source <> '${ALBUM_LIST}' AND completed_ms IS NOT NULL`,
    );
    this.#albums = database.prepare<AlbumRow>(
      `SELECT album_id, name, folders FROM albums WHERE zone = @zone AND is_deleted = 0
       ORDER BY album_id`,
    );
    this.#listed = database.prepare<{ completed_ms: number }>(
      `SELECT completed_ms FROM listings WHERE zone = @zone AND source = @source
       AND config_hash = @configHash AND completed_ms IS NOT NULL`,
    );
    this.#sources = database.prepare<{ source: string }>(
      'SELECT source FROM members WHERE zone = @zone AND asset_id = @assetId ORDER BY source',
    );
    this.#members = database.prepare<{ asset_id: string }>(
      `SELECT asset_id FROM members WHERE zone = @zone AND source = @source AND asset_id > @after
       ORDER BY asset_id LIMIT @limit`,
    );
    this.#member = database.prepare<{ seen_run: number }>(
      `SELECT seen_run FROM members
       WHERE zone = @zone AND source = @source AND asset_id = @assetId`,
    );
    this.#complete = database.prepare<{ source: string }>(
      `SELECT source FROM listings WHERE zone = @zone AND config_hash = @configHash
       AND completed_ms IS NOT NULL ORDER BY source`,
    );
    this.#renamed = database.prepare<{ zone: string; name: string; former_name: string }>(
      `SELECT zone, name, former_name FROM albums
       WHERE former_name IS NOT NULL AND is_deleted = 0
         AND EXISTS (SELECT 1 FROM members WHERE members.zone = albums.zone
           AND members.source = 'album:' || albums.album_id)
       ORDER BY zone, album_id`,
    );
  }

  /** The live albums of a zone as last seen. */
  albums(zone: string): Album[] {
    return this.#albums.all({ zone }).map((row) => ({
      id: row.album_id,
      name: row.name,
      folders: JSON.parse(row.folders) as string[],
    }));
  }

  /** Whether `albums` tells of every album that the zone had when it was last asked. */
  knowsAlbums(zone: string): boolean {
    return this.isListed(zone, ALBUM_LIST, '');
  }

  /** Albums that were renamed in iCloud after files were placed under their old name. */
  renamed(): RenamedAlbum[] {
    return this.#renamed
      .all()
      .map(({ zone, name, former_name: formerName }) => ({ zone, name, formerName }));
  }

  /** Every source that was listed whole under these settings. */
  listedSources(zone: string, configHash: string): string[] {
    return this.#complete.all({ zone, configHash }).map(({ source }) => source);
  }

  /** The run since which no source of the zone was listed anew; 0 when none was. */
  oldestListing(zone: string): number {
    return this.#oldest.get({ zone })?.run ?? 0;
  }

  isMember(zone: string, source: string, assetId: string): boolean {
    return this.#member.get({ zone, source, assetId }) !== undefined;
  }

  /** Whether the source was once listed whole under these settings (IN-3, EN-68). */
  isListed(zone: string, source: string, configHash: string): boolean {
    return this.#listed.get({ zone, source, configHash }) !== undefined;
  }

  /** The sources that an asset is a member of (IN-36). */
  sourcesOf(zone: string, assetId: string): string[] {
    return this.#sources.all({ zone, assetId }).map((row) => row.source);
  }

  /** The asset ids of a source, in pages. */
  *membersOf(zone: string, source: string): Generator<string> {
    const rows = keyPages<{ asset_id: string }>((last, limit) =>
      this.#members.all({ zone, source, after: last?.asset_id ?? '', limit }),
    );
    for (const row of rows) yield row.asset_id;
  }
}

export class AlbumWriter extends AlbumReader {
  readonly #database: SqliteFile;
  readonly #clock: Clock;
  readonly #buffer: WriteBuffer;
  readonly #remember;
  readonly #delete;
  readonly #begin;
  readonly #complete;
  readonly #dropOld;
  readonly #add;
  readonly #remove;
  readonly #begun;
  readonly #forgetListing;
  readonly #forgetMembers;

  constructor(database: SqliteFile, clock: Clock, buffer: WriteBuffer) {
    super(database);
    this.#database = database;
    this.#clock = clock;
    this.#buffer = buffer;
    this.#remember = database.prepare(
      `INSERT INTO albums (zone, album_id, name, folders) VALUES (@zone, @id, @name, @folders)
       ON CONFLICT DO UPDATE SET name = excluded.name, folders = excluded.folders, is_deleted = 0,
         former_name = nullif(coalesce(former_name, name), excluded.name)`,
    );
    this.#delete = database.prepare(
      'UPDATE albums SET is_deleted = 1 WHERE zone = @zone AND album_id = @albumId',
    );
    this.#begin = database.prepare(
      `INSERT INTO listings (zone, source, config_hash, run)
       VALUES (@zone, @source, @configHash, @run)
       ON CONFLICT DO UPDATE SET config_hash = excluded.config_hash, run = excluded.run,
         completed_ms = NULL`,
    );
    this.#complete = database.prepare(
      `UPDATE listings SET completed_ms = @now
       WHERE zone = @zone AND source = @source AND run = @run`,
    );
    this.#dropOld = database.prepare(
      'DELETE FROM members WHERE zone = @zone AND source = @source AND seen_run < @run',
    );
    this.#add = database.prepare(
      `INSERT INTO members (zone, source, asset_id, seen_run)
       VALUES (@zone, @source, @assetId, @run)
       ON CONFLICT DO UPDATE SET seen_run = excluded.seen_run`,
    );
    this.#remove = database.prepare(
      'DELETE FROM members WHERE zone = @zone AND source = @source AND asset_id = @assetId',
    );
    this.#begun = database.prepare<{ source: string }>(
      'SELECT source FROM listings WHERE zone = @zone ORDER BY source',
    );
    this.#forgetListing = database.prepare(
      'DELETE FROM listings WHERE zone = @zone AND source = @source',
    );
    this.#forgetMembers = database.prepare(
      'DELETE FROM members WHERE zone = @zone AND source = @source',
    );
  }

  /** Records all albums that a zone has: those that are not among them are gone. */
  rememberAll(zone: string, albums: readonly Album[], run: number): void {
    this.#database.transaction(() => {
      const live = new Set(albums.map(({ id }) => id));
      for (const { id } of this.albums(zone)) if (!live.has(id)) this.flagDeleted(zone, id);
      for (const album of albums) this.remember(zone, album);
      this.beginListing(zone, ALBUM_LIST, '', run);
      this.completeListing(zone, ALBUM_LIST, run);
    });
  }

  /**
   * Forgets the sources of a zone that are no longer selected: nobody follows their changes, so
   * another selection lists them anew (IN-3).
   */
  keepOnly(zone: string, sources: readonly string[]): void {
    const kept = new Set([...sources, ALBUM_LIST]);
    this.#database.transaction(() => {
      this.#buffer.flushNow();
      for (const { source } of this.#begun.all({ zone })) {
        if (kept.has(source)) continue;
        this.#forgetListing.run({ zone, source });
        this.#forgetMembers.run({ zone, source });
      }
    });
  }

  /** Records an album as listed or changed. */
  remember(zone: string, album: Album): void {
    this.#remember.run({
      zone,
      id: album.id,
      name: album.name,
      folders: JSON.stringify(album.folders),
    });
  }

  flagDeleted(zone: string, albumId: string): void {
    this.#delete.run({ zone, albumId });
  }

  /** A full listing of the source starts; until its end the source counts as not listed. */
  beginListing(zone: string, source: string, configHash: string, run: number): void {
    this.#begin.run({ zone, source, configHash, run });
  }

  /** The listing was complete and without errors: members that it has not met are gone (EN-68). */
  completeListing(zone: string, source: string, run: number): void {
    this.#database.transaction(() => {
      this.#buffer.flushNow();
      if (this.#complete.run({ zone, source, run, now: this.#clock.now() }) === 1) {
        this.#dropOld.run({ zone, source, run });
      }
    });
  }

  /** Buffered. */
  addMember(zone: string, source: string, assetId: string, run: number): Promise<void> {
    return this.#buffer.add(() => {
      this.#add.run({ zone, source, assetId, run });
    });
  }

  /** Buffered, in the order of the calls. */
  removeMember(zone: string, source: string, assetId: string): Promise<void> {
    return this.#buffer.add(() => {
      this.#remove.run({ zone, source, assetId });
    });
  }
}
