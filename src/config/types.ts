import type {
  AlbumFolders,
  AuthDomain,
  DateSpec,
  Duplicates,
  FolderTimezone,
  LogLevel,
  MediaKind,
  PhotoOptions,
  Recent,
  RecentScope,
} from '../domain/index.js';
import type {
  AlbumSelection,
  LibrarySelection,
  SmartFolderSelection,
} from '../select/selectors.js';

/** Where a setting came from; `line` is the line in the file where its key stands (D21). */
export type Provenance =
  | { readonly kind: 'flag'; readonly name: string }
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string; readonly line?: number }
  | { readonly kind: 'default' };

/**
 * The one configured way to get the password (cli 8.1, D8); absent means: the credential store, then
 * a prompt. A direct password hides in a closure, so printing a Config never shows it.
 */
export type PasswordSource =
  | { readonly kind: 'direct'; readonly origin: Provenance; readonly reveal: () => string }
  | { readonly kind: 'command'; readonly origin: Provenance; readonly command: string }
  | { readonly kind: 'file'; readonly origin: Provenance; readonly path: string };

/** A byte rate and how the user wrote it. */
export interface Bandwidth {
  readonly text: string;
  readonly bytesPerSecond: number;
}

/** The settings that a run's flags may narrow for that run only. */
export interface Narrowing {
  readonly recent: Recent | undefined;
  readonly recentScope: RecentScope;
  readonly skipCreatedBefore: DateSpec | undefined;
  readonly skipCreatedAfter: DateSpec | undefined;
}

/** `[filters]` (cli 4). Globs stay text: the filter that uses them compiles them. */
export interface FilterOptions extends Narrowing {
  readonly libraries: LibrarySelection;
  readonly albums: AlbumSelection;
  readonly smartFolders: SmartFolderSelection;
  readonly unfiled: boolean;
  readonly media: readonly MediaKind[];
  readonly filenameExclude: readonly string[];
  /** The same settings without this run's flags: what the stored hashes see (D65). */
  readonly withoutFlags: Narrowing;
}

/** `[download]` (cli 2.4, D20). */
export interface DownloadOptions {
  /** Absolute; absent until the user sets one (`requireDirectory`). */
  readonly directory: string | undefined;
  readonly folderStructure: string;
  readonly folderStructureAlbums: string;
  readonly folderStructureSmartFolders: string;
  readonly folderTimezone: FolderTimezone;
  readonly albumFolders: AlbumFolders;
  readonly duplicates: Duplicates;
  readonly verifyAppleChecksum: boolean;
  readonly threads: number;
  readonly bandwidthLimit: Bandwidth | undefined;
  readonly tempSuffix: string;
  readonly retry: {
    /** Retries inside one transfer, 0 to 100. */
    readonly perTransfer: number;
    /** Attempts for one asset over all runs; 0 means no limit. */
    readonly perAsset: number;
  };
}

/** `[metadata]`. */
export interface MetadataOptions {
  readonly setExifDatetime: boolean;
  readonly setExifRating: boolean;
  readonly setExifGps: boolean;
  readonly setExifDescription: boolean;
  readonly embedXmp: boolean;
  readonly xmpSidecar: boolean;
}

/** `[watch]`. */
export interface WatchOptions {
  /** Absent means: one run. */
  readonly intervalSeconds: number | undefined;
  /** Absent means: when the service manager asks for it. */
  readonly notifySystemd: boolean | undefined;
  readonly pidFile: string | undefined;
  /** 0 means never. */
  readonly reconcileEveryNCycles: number;
}

/** The resolved configuration: complete, checked, deep-frozen. Nothing below re-reads a source. */
export interface Config {
  /** Absolute (cli 8.5, D2). */
  readonly dataDir: string;
  readonly logLevel: LogLevel;
  readonly auth: {
    /** Absent until the user sets one (`requireUsername`). */
    readonly username: string | undefined;
    readonly domain: AuthDomain;
    readonly password: PasswordSource | undefined;
  };
  readonly download: DownloadOptions;
  readonly filters: FilterOptions;
  readonly photos: PhotoOptions;
  readonly metadata: MetadataOptions;
  readonly watch: WatchOptions;
  readonly notifications: { readonly script: string | undefined };
  readonly report: { readonly json: string | undefined };
  readonly server: { readonly bind: string; readonly port: number };
  readonly ui: {
    /** Absent means: decide by the terminal. */
    readonly friendly: boolean | undefined;
    readonly progressBar: boolean;
  };
  readonly import: { readonly strict: boolean };
}

/** What the command line knows that a configuration may need; names as commander makes them. */
export interface ConfigFlags {
  readonly config?: string | undefined;
  readonly logLevel?: string | undefined;
  readonly verbose?: boolean | undefined;
  readonly friendly?: boolean | undefined;
  readonly password?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly passwordCommand?: string | undefined;
  readonly recent?: string | undefined;
  readonly recentScope?: string | undefined;
  readonly skipCreatedBefore?: string | undefined;
  readonly skipCreatedAfter?: string | undefined;
  /** False for `--no-progress-bar`. */
  readonly progressBar?: boolean | undefined;
  readonly library?: readonly string[] | undefined;
  readonly strict?: boolean | undefined;
}
