import { stateCorrupt } from '../errors/state-errors.js';
import type { Clock } from '../platform/clock.js';
import { AlbumReader, AlbumWriter } from './album-rows.js';
import { AssetReader, AssetWriter } from './asset-rows.js';
import { copiesBeside } from './copies.js';
import { findDamage } from './damage.js';
import { DebtReader, DebtWriter } from './debt-rows.js';
import { DiskHashWriter } from './disk-hash-rows.js';
import { FileLists } from './file-lists.js';
import { FileReader } from './file-reader.js';
import { FileWriter } from './file-writer.js';
import { GroupCommit } from './group-commit.js';
import { LedgerReader } from './ledger-rows.js';
import { ManifestReader } from './manifest-rows.js';
import { MetaReader, MetaWriter } from './meta-rows.js';
import { PartialWriter } from './partial-rows.js';
import { RewriteQueue } from './rewrite-queue.js';
import { RunReader, RunWriter } from './run-rows.js';
import { RunRules } from './run-rules.js';
import type { SqliteFile } from './sqlite.js';
import { VerificationReader, VerificationWriter } from './verification-rows.js';
import { WriteBuffer } from './write-buffer.js';
import { ZoneReader, ZoneWriter } from './zone-rows.js';

/** The state as status, verify and dry runs see it: nothing here can write. */
export class StateReader {
  readonly path: string;
  /** Paths that differ in case only are one path here. */
  readonly foldsCase: boolean;
  readonly meta: MetaReader;
  readonly runs: RunReader;
  readonly zones: ZoneReader;
  readonly assets: AssetReader;
  readonly files: FileReader;
  readonly lists: FileLists;
  readonly albums: AlbumReader;
  readonly debts: DebtReader;
  readonly ledger: LedgerReader;
  readonly manifest: ManifestReader;
  readonly verifications: VerificationReader;
  readonly #database: SqliteFile;

  constructor(database: SqliteFile) {
    this.#database = database;
    this.path = database.path;
    this.meta = new MetaReader(database);
    this.runs = new RunReader(database);
    this.zones = new ZoneReader(database);
    this.assets = new AssetReader(database);
    this.foldsCase = foldsCase(this.meta);
    this.files = new FileReader(database, this.foldsCase);
    this.lists = new FileLists(database);
    this.albums = new AlbumReader(database);
    this.debts = new DebtReader(database);
    this.ledger = new LedgerReader(database);
    this.manifest = new ManifestReader(database);
    this.verifications = new VerificationReader(database);
  }

  /** Reads the whole database and throws STATE_CORRUPT when any of it is damaged. */
  requireSound(): void {
    const damage = findDamage(this.#database);
    if (damage !== undefined) throw stateCorrupt(this.path, damage, copiesBeside(this.path));
  }

  close(): void {
    this.#database.close();
  }
}

/**
 * The state as a run changes it: one writer a process, under the account lock.
 *
 * Every call is one commit, in WAL mode with `synchronous = NORMAL`. A commit is in the hands of
 * the operating system when the call returns, so no kill of the process loses it (DB-8); after a
 * power cut the newest commits may be missing, always a tail and never a middle, so a token is
 * never there without the rows it stands for. Files whose rows went missing that way are adopted by
 * their content (D34, DL-66). Calls throw `STATE_BUSY` when another program holds the file for more
 * than 100 ms; wrap them in `withBusyRetry` (D24).
 */
export class StateStore {
  readonly path: string;
  /** Paths that differ in case only are one path here. */
  readonly foldsCase: boolean;
  readonly meta: MetaWriter;
  readonly runs: RunWriter;
  readonly rules: RunRules;
  readonly zones: ZoneWriter;
  readonly assets: AssetWriter;
  readonly files: FileWriter;
  readonly lists: FileLists;
  readonly albums: AlbumWriter;
  readonly debts: DebtWriter;
  readonly verifications: VerificationWriter;
  readonly rewrites: RewriteQueue;
  readonly partials: PartialWriter;
  readonly diskHashes: DiskHashWriter;
  readonly #database: SqliteFile;
  readonly #group: GroupCommit;
  readonly #buffer: WriteBuffer;

  constructor(database: SqliteFile, clock: Clock) {
    const buffer = new WriteBuffer(database, clock);
    this.#database = database;
    this.#group = new GroupCommit(database, clock);
    this.#buffer = buffer;
    this.path = database.path;
    this.meta = new MetaWriter(database);
    this.runs = new RunWriter(database, clock);
    this.rules = new RunRules(database, buffer);
    this.zones = new ZoneWriter(database, clock, buffer);
    this.assets = new AssetWriter(database, clock, buffer);
    this.foldsCase = foldsCase(this.meta);
    this.files = new FileWriter(database, this.foldsCase, clock, buffer);
    this.lists = new FileLists(database);
    this.albums = new AlbumWriter(database, clock, buffer);
    this.debts = new DebtWriter(database, clock);
    this.verifications = new VerificationWriter(database, clock, buffer);
    this.rewrites = new RewriteQueue(database, clock);
    this.partials = new PartialWriter(database, clock);
    this.diskHashes = new DiskHashWriter(database);
  }

  /**
   * Runs a write of several calls as one commit, together with others of the same moment, trying
   * again while the database is busy (D24).
   */
  commit<T>(work: () => T): Promise<T> {
    return this.#group.add(work);
  }

  /** Writes the bookkeeping that waits (`note…`, memberships). */
  flush(): Promise<void> {
    return this.#buffer.flush();
  }

  /** Writes what still waits, and closes. */
  close(): void {
    try {
      this.#buffer.flushNow();
    } finally {
      this.#database.close();
    }
  }
}

/** Name of the value that says whether paths of this database ignore case. */
export const PATH_KEYS = 'path_keys';

/** Decided once, when the database is made: keys of two kinds would not find each other. */
function foldsCase(meta: MetaReader): boolean {
  return meta.get(PATH_KEYS) === 'folded';
}
