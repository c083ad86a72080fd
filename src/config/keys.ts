import type {
  AlbumSelection,
  LibrarySelection,
  SmartFolderSelection,
} from '../select/selectors.js';
import {
  DEFAULT_ALBUMS,
  DEFAULT_LIBRARIES,
  DEFAULT_SMART_FOLDERS,
  parseAlbums,
  parseLibraries,
  parseSmartFolders,
  renderAlbums,
  renderLibraries,
  renderSmartFolders,
} from '../select/selectors.js';
import { bandwidth } from './bandwidth.js';
import { dateSpec } from './date-spec.js';
import { globs } from './glob-check.js';
import { recent } from './recent.js';
import { tempSuffix } from './temp-suffix.js';
import {
  account,
  choice,
  flag,
  integer,
  ipAddress,
  list,
  path,
  someOf,
  template,
  text,
  type TomlValue,
  type ValueType,
} from './value-types.js';

/** One setting: how it is read, what it is when nobody sets it, and where else it can be set. */
export interface KeySpec<T, Unset extends undefined = undefined> {
  readonly type: ValueType<T>;
  readonly fallback: T | Unset;
  readonly env?: string;
  readonly flag?: string;
}

interface Elsewhere {
  readonly env?: string;
  readonly flag?: string;
}

function preset<T>(type: ValueType<T>, fallback: T, elsewhere: Elsewhere = {}): KeySpec<T, never> {
  return { type, fallback, ...elsewhere };
}

function unset<T>(type: ValueType<T>, elsewhere: Elsewhere = {}): KeySpec<T> {
  return { type, fallback: undefined, ...elsewhere };
}

const libraries = list<LibrarySelection>('list of libraries', parseLibraries, renderLibraries);
const albums = list<AlbumSelection>('list of albums', parseAlbums, renderAlbums);
const smartFolders = list<SmartFolderSelection>(
  'list of smart folders',
  parseSmartFolders,
  renderSmartFolders,
);

/**
 * Every key of the configuration file, in the order in which it is documented and printed (cli 2.4,
 * D20). Unknown keys, types, defaults, `config show` and the example file all derive from this table.
 */
const TABLE = {
  data_dir: unset(path, { env: 'KEI_DATA_DIR' }),
  log_level: preset(choice('debug', 'info', 'warn', 'error'), 'info', {
    env: 'KEI_LOG_LEVEL',
    flag: '--log-level',
  }),

  'auth.username': unset(account, { env: 'ICLOUD_USERNAME' }),
  'auth.domain': preset(choice('com', 'cn'), 'com'),
  'auth.password_file': unset(path, { env: 'KEI_PASSWORD_FILE', flag: '--password-file' }),
  'auth.password_command': unset(text, {
    env: 'KEI_PASSWORD_COMMAND',
    flag: '--password-command',
  }),

  'download.directory': unset(path),
  'download.folder_structure': preset(template('unfiled'), '%Y/%m/%d'),
  'download.folder_structure_albums': preset(template('album'), '{album}'),
  'download.folder_structure_smart_folders': preset(template('smart-folder'), '{smart-folder}'),
  'download.folder_timezone': preset(choice('capture', 'host'), 'capture'),
  'download.album_folders': preset(choice('flat', 'nested'), 'flat'),
  'download.duplicates': preset(choice('hardlink', 'copy'), 'hardlink'),
  'download.verify_apple_checksum': preset(flag, true),
  'download.threads': preset(integer(1, 64), 10),
  'download.bandwidth_limit': unset(bandwidth),
  'download.temp_suffix': preset(tempSuffix, '.kei-tmp'),
  'download.retry.per_transfer': preset(integer(0, 100), 3),
  'download.retry.per_asset': preset(integer(0), 10),

  'filters.libraries': preset(libraries, DEFAULT_LIBRARIES, { flag: '--library' }),
  'filters.albums': preset(albums, DEFAULT_ALBUMS),
  'filters.smart_folders': preset(smartFolders, DEFAULT_SMART_FOLDERS),
  'filters.unfiled': preset(flag, true),
  'filters.media': preset(someOf('photos', 'videos', 'live-photos'), [
    'photos',
    'videos',
    'live-photos',
  ]),
  'filters.filename_exclude': preset(globs, []),
  'filters.recent': unset(recent, { flag: '--recent' }),
  'filters.recent_scope': preset(choice('global', 'per-filter'), 'global', {
    flag: '--recent-scope',
  }),
  'filters.skip_created_before': unset(dateSpec, { flag: '--skip-created-before' }),
  'filters.skip_created_after': unset(dateSpec, { flag: '--skip-created-after' }),

  'photos.resolution': preset(choice('original', 'medium', 'thumb', 'none'), 'original'),
  'photos.live_resolution': preset(choice('original', 'medium', 'thumb'), 'original'),
  'photos.live_photo_mode': preset(choice('both', 'image-only', 'video-only', 'skip'), 'both'),
  'photos.live_photo_mov_filename_policy': preset(choice('suffix', 'original'), 'suffix'),
  'photos.edited': preset(flag, false),
  'photos.alternative': preset(flag, false),
  'photos.raw_policy': preset(choice('as-is', 'prefer-raw', 'prefer-jpeg'), 'as-is'),
  'photos.file_match_policy': preset(
    choice('name-size-dedup-with-suffix', 'name-id7'),
    'name-size-dedup-with-suffix',
  ),
  'photos.force_resolution': preset(flag, false),
  'photos.keep_unicode_in_filenames': preset(flag, false),

  'metadata.set_exif_datetime': preset(flag, false),
  'metadata.set_exif_rating': preset(flag, false),
  'metadata.set_exif_gps': preset(flag, false),
  'metadata.set_exif_description': preset(flag, false),
  'metadata.embed_xmp': preset(flag, false),
  'metadata.xmp_sidecar': preset(flag, false),

  'watch.interval': unset(integer(60, 86_400)),
  'watch.notify_systemd': unset(flag),
  'watch.pid_file': unset(path),
  'watch.reconcile_every_n_cycles': preset(integer(0), 0),

  'notifications.script': unset(path),
  'report.json': unset(path),
  'server.bind': preset(ipAddress, '0.0.0.0'),
  'server.port': preset(integer(0, 65_535), 9090),
  'ui.friendly': unset(flag, { flag: '--friendly, --no-friendly' }),
  'ui.progress_bar': preset(flag, true, { flag: '--no-progress-bar' }),
  'import.strict': preset(flag, false, { flag: '--strict' }),
};

export type KeyName = keyof typeof TABLE;

/** The type of each key's value; `undefined` where it may stay unset. */
export type KeyValues = {
  readonly [K in KeyName]: (typeof TABLE)[K] extends KeySpec<infer T, infer Unset>
    ? T | Unset
    : never;
};

type KeyTable = {
  readonly [K in KeyName]: {
    readonly type: ValueType<NonNullable<KeyValues[K]>>;
    readonly fallback: KeyValues[K];
    readonly env?: string;
    readonly flag?: string;
  };
};

export const KEYS: KeyTable = TABLE;

export function isKeyName(name: string): name is KeyName {
  return Object.hasOwn(KEYS, name);
}

export const KEY_NAMES: readonly KeyName[] = Object.keys(KEYS).filter(isKeyName);

/** A value in its canonical TOML form; undefined for what is unset. */
export function writeValue<K extends KeyName>(key: K, value: KeyValues[K]): TomlValue | undefined {
  return value === undefined || value === null ? undefined : KEYS[key].type.write(value);
}

/** Every table of the file by its dotted name: `auth`, `download`, `download.retry` and so on. */
export const TABLE_NAMES: ReadonlySet<string> = new Set(
  KEY_NAMES.map((key) => key.slice(0, Math.max(0, key.lastIndexOf('.')))).filter(
    (table) => table !== '',
  ),
);
