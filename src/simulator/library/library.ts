/** A whole iCloud Photos library: its zones in two databases, its contents, and its knobs. */
import type { Now } from '../http-io.js';
import { hashText, mix } from '../media/seeded.js';
import type { AddOptions } from './zone.js';
import type { AssetSpec } from './builder.js';
import { makeContent, type Content, type Origin } from './content.js';
import { expectedFiles, type ExpectedFile } from './expected-files.js';
import { uuidOf } from './record-names.js';
import { ScanScript } from './scan-script.js';
import { readToken, writeToken, type Position, type TokenFault } from './sync-tokens.js';
import { SimZone } from './zone.js';
import type { DatabaseName, ZoneCore, ZoneHost } from './zone-core.js';

export interface LibraryOptions {
  readonly now: Now;
  /** Same seed and same verbs, same library: names, checksums, tokens, bytes. */
  readonly seed?: string | number;
  /** `PrimarySync`, or with digits behind as some accounts have it; `null`: iCloud Photos is off. */
  readonly primaryZone?: `PrimarySync${number | ''}` | null;
  /** `cvws.icloud-content.com`, or a host under `icloud-content.com.cn`. */
  readonly contentHost?: string;
}

/** What a test may turn while the library is in use. */
export interface LibraryTuning {
  /** Seconds from listing to the end of a download URL. */
  urlLifetimeSeconds: number;
  /** Are the three newer smart albums there? */
  newerSmartAlbums: boolean;
  /** How the end of a delta is said: `false`, `null`, or not at all. */
  lastPageMoreComing: 'false' | 'null' | 'absent';
  /** A full history begins with an empty page. */
  emptyFirstHistoryPage: boolean;
  /** Does a delta tell which photos came to an album and left it? */
  relationsInDeltas: boolean;
  /** Which masters a delta tells of: those that changed, or that of each asset, before or after it. */
  mastersInDeltas: 'changed' | 'before' | 'after';
  /** Zones a page of `zones/list` and `changes/database`. */
  zonesPerPage: number;
  /** Reject downloads that carry cookies of iCloud, which browsers never send there. */
  refuseContentCookies: boolean;
}

export class SimLibrary {
  readonly tuning: LibraryTuning = {
    urlLifetimeSeconds: 3600,
    newerSmartAlbums: true,
    lastPageMoreComing: 'false',
    emptyFirstHistoryPage: false,
    relationsInDeltas: true,
    mastersInDeltas: 'changed',
    zonesPerPage: 200,
    refuseContentCookies: false,
  };
  /** What happens in the middle of a scan. */
  readonly scans = new ScanScript();
  readonly contentHost: string;
  /** Signs download URLs. */
  readonly secret: string;
  readonly now: Now;
  private readonly seed: number;
  private readonly zoneList: SimZone[] = [];
  private readonly contents: Content[] = [];
  private readonly changes: Record<DatabaseName, ZoneCore[]> = { private: [], shared: [] };
  private readonly host: ZoneHost;
  private readonly primaryZone: SimZone | undefined;
  private seedsTaken = 0;
  private answers = 0;
  private databaseCalls = 0;

  constructor(options: LibraryOptions) {
    this.now = options.now;
    this.seed = hashText(String(options.seed ?? 'library'));
    this.secret = `secret of ${this.seed}`;
    this.contentHost = options.contentHost ?? 'cvws.icloud-content.com';
    this.host = {
      seed: this.seed,
      now: this.now,
      newContent: (origin, knownChecksum) => this.newContent(origin, knownChecksum),
      newSeed: () => mix(this.seed, (this.seedsTaken += 1)),
      newBlockPrefix: () => `g${this.zoneList.length}-${(this.seedsTaken += 1)}.`,
      noteChange: (zone) => {
        this.changes[zone.database].push(zone);
      },
    };
    const primary = options.primaryZone === undefined ? 'PrimarySync' : options.primaryZone;
    this.primaryZone = primary === null ? undefined : this.addZone(primary, 'private');
  }

  get primary(): SimZone {
    if (!this.primaryZone) throw new RangeError('This library has no primary zone.');
    return this.primaryZone;
  }

  /** Zones that are there now. */
  get zones(): readonly SimZone[] {
    return this.zoneList.filter((zone) => !zone.removed);
  }

  /** The account's own user record name. */
  get owner(): string {
    return this.userRecordName('owner');
  }

  zone(name: string, database: DatabaseName): SimZone | undefined {
    return this.zones.find((zone) => zone.name === name && zone.database === database);
  }

  /** Adds a zone of any name: `CMM-…`, `SharedCollection-…`, `AppLibrarySync-…` and others. */
  addZone(name: string, database: DatabaseName, owner = this.owner): SimZone {
    const zone = new SimZone(this.host, name, database, owner);
    this.zoneList.push(zone);
    this.host.noteChange(zone);
    return zone;
  }

  /** An iCloud Shared Photo Library, owned by the account or only joined by it (protocol 5.2). */
  addSharedLibrary(as: 'owner' | 'participant' = 'owner'): SimZone {
    const name = `SharedSync-${uuidOf(this.zoneList.length, this.host.newSeed())}`;
    return as === 'owner'
      ? this.addZone(name, 'private')
      : this.addZone(name, 'shared', this.userRecordName(name));
  }

  removeZone(zone: SimZone): void {
    zone.removed = true;
    this.host.noteChange(zone);
  }

  /** Adds to the primary zone. */
  add(spec: AssetSpec, options?: AddOptions): string {
    return this.primary.add(spec, options);
  }

  /** Every file that a zone holds, with its size and checksums; see `ExpectedFile`. */
  expectedFiles(zone = this.primary): Generator<ExpectedFile> {
    return expectedFiles(zone);
  }

  /** The content of an id in a download URL. */
  content(id: string): Content | undefined {
    if (/^c\d+$/u.test(id)) return this.contents[Number(id.slice(1))];
    for (const zone of this.zoneList) {
      const content = zone.assets.generatedContent(id);
      if (content) return content;
    }
    return undefined;
  }

  /** A fresh name for an answer, deterministic. */
  newRequestId(): string {
    this.answers += 1;
    return uuidOf(this.answers, this.seed).toLowerCase();
  }

  /** A token of a database; a new text each time, as Apple's are (protocol 6.1). */
  databaseToken(database: DatabaseName, at = this.changes[database].length): string {
    this.databaseCalls += 1;
    return writeToken(this.databaseScope(database), { at, generation: this.databaseCalls });
  }

  readDatabaseToken(database: DatabaseName, text: string): Position | TokenFault {
    const position = readToken(this.databaseScope(database), text);
    const ahead = typeof position !== 'string' && position.at > this.changes[database].length;
    return ahead ? 'Unknown sync continuation type' : position;
  }

  /** Zones that changed since a position in the database's log, each once, in order of last change. */
  zonesChangedSince(database: DatabaseName, at: number): { zone: ZoneCore; at: number }[] {
    const last = new Map<ZoneCore, number>();
    this.changes[database].slice(at).forEach((zone, index) => {
      last.delete(zone);
      last.set(zone, at + index + 1);
    });
    return [...last].map(([zone, position]) => ({ zone, at: position }));
  }

  private databaseScope(database: DatabaseName) {
    return { name: `database ${database}`, seed: this.seed, epoch: 0 };
  }

  private newContent(origin: Origin, knownChecksum: string | undefined): Content {
    const content = makeContent(`c${this.contents.length}`, origin, knownChecksum);
    this.contents.push(content);
    return content;
  }

  private userRecordName(of: string): string {
    const digits = [1, 2, 3, 4].map((part) => mix(hashText(of) ^ this.seed, part));
    return `_${digits.map((digit) => digit.toString(16).padStart(8, '0')).join('')}`;
  }
}
