import { keyPages } from './key-pages.js';
import type { SqliteFile } from './sqlite.js';

/** What a change feed says of a record; the last word counts. */
export type FeedNoteKind = 'changed' | 'deleted' | 'purged' | 'hidden' | 'unresolved';

export interface FeedNote {
  readonly recordName: string;
  readonly kind: FeedNoteKind;
  /** Why it is unresolved, whether it is new; empty otherwise. */
  readonly detail: string;
}

/** A photo that was put into an album, or taken out of it. */
export interface FeedRelation {
  readonly albumId: string;
  readonly assetId: string;
  readonly present: boolean;
}

interface NoteRow {
  readonly record_name: string;
  readonly kind: FeedNoteKind;
  readonly detail: string;
}

interface RelationRow {
  readonly album_id: string;
  readonly asset_id: string;
  readonly present: number;
}

/**
 * One library's change feed, read to its end before anything is planned from it: a photo may come
 * before the news that an album holds it. However long the feed, it lies in SQLite (D74).
 */
export class FeedScratch {
  readonly #database: SqliteFile;
  readonly #note;
  readonly #kind;
  readonly #notes;
  readonly #relate;
  readonly #relations;
  readonly #relationsOf;
  readonly #anyOfAlbum;
  readonly #forgetNotes;
  readonly #forgetRelations;

  constructor(database: SqliteFile) {
    this.#database = database;
    database.exec(`
      CREATE TABLE feed_notes (
        zone TEXT NOT NULL, record_name TEXT NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL,
        PRIMARY KEY (zone, record_name)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE feed_relations (
        zone TEXT NOT NULL, album_id TEXT NOT NULL, asset_id TEXT NOT NULL, present INTEGER NOT NULL,
        PRIMARY KEY (zone, album_id, asset_id)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX feed_relations_by_asset ON feed_relations (zone, asset_id);
    `);
    this.#note = database.prepare(
      `INSERT INTO feed_notes VALUES (@zone, @recordName, @kind, @detail)
       ON CONFLICT DO UPDATE SET kind = excluded.kind, detail = excluded.detail`,
    );
    this.#kind = database.prepare<{ kind: FeedNoteKind }>(
      'SELECT kind FROM feed_notes WHERE zone = @zone AND record_name = @recordName',
    );
    this.#notes = database.prepare<NoteRow>(
      `SELECT record_name, kind, detail FROM feed_notes
       WHERE zone = @zone AND record_name > @after ORDER BY record_name LIMIT @limit`,
    );
    this.#relate = database.prepare(
      `INSERT INTO feed_relations VALUES (@zone, @albumId, @assetId, @present)
       ON CONFLICT DO UPDATE SET present = excluded.present`,
    );
    this.#relations = database.prepare<RelationRow>(
      `SELECT album_id, asset_id, present FROM feed_relations
       WHERE zone = @zone AND (album_id, asset_id) > (@album, @asset)
       ORDER BY album_id, asset_id LIMIT @limit`,
    );
    this.#relationsOf = database.prepare<RelationRow>(
      `SELECT album_id, asset_id, present FROM feed_relations
       WHERE zone = @zone AND asset_id = @assetId`,
    );
    this.#anyOfAlbum = database.prepare<{ present: number }>(
      'SELECT present FROM feed_relations WHERE zone = @zone AND album_id = @albumId LIMIT 1',
    );
    this.#forgetNotes = database.prepare('DELETE FROM feed_notes WHERE zone = @zone');
    this.#forgetRelations = database.prepare('DELETE FROM feed_relations WHERE zone = @zone');
  }

  note(zone: string, recordName: string, kind: FeedNoteKind, detail = ''): void {
    this.#note.run({ zone, recordName, kind, detail });
  }

  kindOf(zone: string, recordName: string): FeedNoteKind | undefined {
    return this.#kind.get({ zone, recordName })?.kind;
  }

  /** In pages, so that others may write meanwhile. */
  *notes(zone: string): Generator<FeedNote> {
    const rows = keyPages<NoteRow>((last, limit) =>
      this.#notes.all({ zone, after: last?.record_name ?? '', limit }),
    );
    for (const { record_name: recordName, kind, detail } of rows) {
      yield { recordName, kind, detail };
    }
  }

  relate(zone: string, { albumId, assetId, present }: FeedRelation): void {
    this.#relate.run({ zone, albumId, assetId, present: Number(present) });
  }

  /** In pages, by album. */
  *relations(zone: string): Generator<FeedRelation> {
    const rows = keyPages<RelationRow>((last, limit) => {
      const { album_id: album = '', asset_id: asset = '' } = last ?? {};
      return this.#relations.all({ zone, album, asset, limit });
    });
    for (const row of rows) yield toRelation(row);
  }

  relationsOf(zone: string, assetId: string): FeedRelation[] {
    return this.#relationsOf.all({ zone, assetId }).map(toRelation);
  }

  /** Whether the feed said who came to an album or left it. */
  speaksOfMembers(zone: string, albumId: string): boolean {
    return this.#anyOfAlbum.get({ zone, albumId }) !== undefined;
  }

  /** Forgets what an earlier reading of the feed said. */
  forget(zone: string): void {
    this.#forgetNotes.run({ zone });
    this.#forgetRelations.run({ zone });
  }

  clear(): void {
    this.#database.exec('DELETE FROM feed_notes; DELETE FROM feed_relations;');
  }
}

function toRelation(row: RelationRow): FeedRelation {
  return { albumId: row.album_id, assetId: row.asset_id, present: row.present === 1 };
}
