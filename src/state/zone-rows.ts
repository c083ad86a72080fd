import type { CloudDatabase, Library, ZoneId } from '../domain/index.js';
import { stateRowMissing } from '../errors/state-errors.js';
import type { Clock } from '../platform/clock.js';
import { orNull } from './sql-values.js';
import type { SqliteFile } from './sqlite.js';
import type { WriteBuffer } from './write-buffer.js';

/** A database token holds for one selection of zones only (IN-65): the same names, in any order. */
function scopeOf(zones: readonly string[]): string {
  return JSON.stringify([...new Set(zones)].sort());
}

interface LibraryRow {
  readonly zone: string;
  readonly database: CloudDatabase;
  readonly kind: Library['kind'];
  readonly zone_id: string;
}

/** How a library was last listed. */
export interface ZoneEnumeration {
  /** The last run that listed everything that the configuration selects. */
  readonly listedRun: number | undefined;
  /** Why it was last listed in full; words of engine 2.3. */
  readonly fullReason: string | undefined;
  /** Why its token was not advanced; words of engine 2.7. `undefined` when it was. */
  readonly blockedReason: string | undefined;
  readonly hasToken: boolean;
}

interface EnumerationRow {
  readonly listed_run: number | null;
  readonly full_reason: string | null;
  readonly blocked_reason: string | null;
  readonly has_token: number;
}

/** Libraries and the sync tokens to go on from (engine 2.1, 2.6). */
export class ZoneReader {
  readonly #libraries;
  readonly #token;
  readonly #tokenFrom;
  readonly #databaseToken;
  readonly #listing;
  readonly #enumeration;

  constructor(database: SqliteFile) {
    this.#libraries = database.prepare<LibraryRow>(
      'SELECT zone, database, kind, zone_id FROM zones ORDER BY zone',
    );
    this.#token = database.prepare<{ sync_token: string | null }>(
      'SELECT sync_token FROM zones WHERE zone = @zone',
    );
    this.#tokenFrom = database.prepare<{ started_ms: number }>(
      `SELECT started_ms FROM runs JOIN zones ON zone = @zone
       WHERE runs.kind = 'sync' AND started_ms <= token_saved_ms ORDER BY id DESC LIMIT 1`,
    );
    this.#databaseToken = database.prepare<{ token: string }>(
      'SELECT token FROM database_tokens WHERE database = @cloud AND scope = @scope',
    );
    this.#listing = database.prepare<{ zone: string; since: number }>(
      `SELECT zone, listing_since_ms AS since FROM zones
       WHERE listing_since_ms IS NOT NULL ORDER BY zone`,
    );
    this.#enumeration = database.prepare<EnumerationRow>(
      `SELECT listed_run, full_reason, blocked_reason, sync_token IS NOT NULL AS has_token
       FROM zones WHERE zone = @zone`,
    );
  }

  /** The libraries of the last selection, as they were listed (D63). */
  libraries(): Library[] {
    return this.#libraries.all().map(({ zone, database, kind, zone_id: zoneId }) => ({
      kind,
      zone,
      zoneId: { zoneName: zone, ...(JSON.parse(zoneId) as Partial<ZoneId>) },
      database,
    }));
  }

  /** The zone's token; never empty (IN-23). */
  token(zone: string): string | undefined {
    return this.#token.get({ zone })?.sync_token ?? undefined;
  }

  /** When the run began that the zone's token is of: what changed since is behind that token. */
  tokenFromMs(zone: string): number | undefined {
    return this.#tokenFrom.get({ zone })?.started_ms;
  }

  /** The token of `changes/database` that covers exactly these zones. */
  databaseToken(cloud: CloudDatabase, zones: readonly string[]): string | undefined {
    return this.#databaseToken.get({ cloud, scope: scopeOf(zones) })?.token;
  }

  /** How a library was last listed; `undefined` for one that was never met. */
  enumeration(zone: string): ZoneEnumeration | undefined {
    const row = this.#enumeration.get({ zone });
    return (
      row && {
        listedRun: row.listed_run ?? undefined,
        fullReason: row.full_reason ?? undefined,
        blockedReason: row.blocked_reason ?? undefined,
        hasToken: row.has_token === 1,
      }
    );
  }

  /** Zones whose full enumeration has started and not reached its natural end (EN-70). */
  listingsInProgress(): { readonly zone: string; readonly since: number }[] {
    return this.#listing.all();
  }
}

export class ZoneWriter extends ZoneReader {
  readonly #database: SqliteFile;
  readonly #clock: Clock;
  readonly #buffer: WriteBuffer;
  readonly #remember;
  readonly #forget;
  readonly #setToken;
  readonly #setDatabaseToken;
  readonly #clearDatabaseTokens;
  readonly #clearTokens;
  readonly #clearToken;
  readonly #beginListing;
  readonly #endListing;
  readonly #noteListed;
  readonly #noteFull;
  readonly #noteBlocked;

  constructor(database: SqliteFile, clock: Clock, buffer: WriteBuffer) {
    super(database);
    this.#database = database;
    this.#clock = clock;
    this.#buffer = buffer;
    this.#remember = database.prepare(
      `INSERT INTO zones (zone, database, kind, zone_id) VALUES (@zone, @cloud, @kind, @zoneId)
       ON CONFLICT DO UPDATE SET database = excluded.database, kind = excluded.kind,
         zone_id = excluded.zone_id`,
    );
    this.#forget = database.prepare('DELETE FROM zones WHERE zone = @zone');
    this.#setToken = database.prepare(
      'UPDATE zones SET sync_token = @token, token_saved_ms = @now WHERE zone = @zone',
    );
    this.#setDatabaseToken = database.prepare(
      `INSERT INTO database_tokens (database, scope, token, saved_ms)
       VALUES (@cloud, @scope, @token, @now)
       ON CONFLICT DO UPDATE SET token = excluded.token, saved_ms = excluded.saved_ms`,
    );
    this.#clearDatabaseTokens = database.prepare('DELETE FROM database_tokens');
    this.#clearTokens = database.prepare(
      'UPDATE zones SET sync_token = NULL, token_saved_ms = NULL WHERE sync_token IS NOT NULL',
    );
    this.#clearToken = database.prepare(
      'UPDATE zones SET sync_token = NULL, token_saved_ms = NULL WHERE zone = @zone',
    );
    this.#beginListing = database.prepare(
      `UPDATE zones SET listing_since_ms = coalesce(listing_since_ms, @now) WHERE zone = @zone`,
    );
    this.#noteListed = database.prepare('UPDATE zones SET listed_run = @run WHERE zone = @zone');
    this.#noteFull = database.prepare('UPDATE zones SET full_reason = @reason WHERE zone = @zone');
    this.#noteBlocked = database.prepare(
      'UPDATE zones SET blocked_reason = @reason WHERE zone = @zone',
    );
    this.#endListing = database.prepare(
      'UPDATE zones SET listing_since_ms = NULL WHERE zone = @zone',
    );
  }

  /** Records a library as listed; its token stays. */
  remember(library: Library): void {
    this.#remember.run({
      zone: library.zone,
      cloud: library.database,
      kind: library.kind,
      zoneId: JSON.stringify(library.zoneId),
    });
  }

  /** A library that is no longer there: should it come back, it is listed anew. */
  forget(zone: string): void {
    this.#forget.run({ zone });
  }

  /**
   * Stores the zone's token together with all waiting bookkeeping: a token never says more than
   * the rows do (IN-41).
   *
   * @throws STATE_ROW_MISSING for a zone that was not remembered.
   */
  setToken(zone: string, token: string): void {
    this.#database.transaction(() => {
      this.#buffer.flushNow();
      const changed = this.#setToken.run({ zone, token: notBlank(token), now: this.#clock.now() });
      if (changed === 0) throw stateRowMissing(`the library ${zone}`);
    });
  }

  clearToken(zone: string): void {
    this.#clearToken.run({ zone });
  }

  setDatabaseToken(cloud: CloudDatabase, zones: readonly string[], token: string): void {
    this.#setDatabaseToken.run({
      cloud,
      scope: scopeOf(zones),
      token: notBlank(token),
      now: this.#clock.now(),
    });
  }

  /**
   * Forgets every token, zones' and databases' (IN-70). The rows of files stay.
   *
   * @returns How many zone tokens there were.
   */
  clearAllTokens(): number {
    return this.#database.transaction(() => {
      this.#clearDatabaseTokens.run();
      return this.#clearTokens.run();
    });
  }

  /**
   * Marks a zone's full enumeration as under way. A mark that an interrupted one left keeps its
   * time (EN-70).
   */
  beginListing(zone: string): void {
    this.#beginListing.run({ zone, now: this.#clock.now() });
  }

  /** A run listed everything that the configuration selects: what it did not meet is not there. */
  noteListed(zone: string, run: number): void {
    this.#noteListed.run({ zone, run });
  }

  /** Why a library is listed in full (engine 2.3). */
  noteFullReason(zone: string, reason: string): void {
    this.#noteFull.run({ zone, reason });
  }

  /** Why the token was not advanced (engine 2.7); `undefined` takes an earlier reason back. */
  noteBlocked(zone: string, reason: string | undefined): void {
    this.#noteBlocked.run({ zone, reason: orNull(reason) });
  }

  /** The enumeration reached its natural end, whatever became of the downloads. */
  endListing(zone: string): void {
    this.#endListing.run({ zone });
  }
}

function notBlank(token: string): string {
  if (token.trim() === '') throw new TypeError('A blank sync token must never be stored (IN-23).');
  return token;
}
