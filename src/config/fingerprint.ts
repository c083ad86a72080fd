import { createHash } from 'node:crypto';
import type { Recent } from '../domain/index.js';
import type { Config } from './types.js';

/** Raised when the meaning of a listed setting changes, so that every stored hash differs. */
const ENUM_FORMAT = 2;
const DOWNLOAD_FORMAT = 2;

/**
 * The hash of what decides which assets are enumerated (engine 2.1). Dates count as the text that the
 * file holds, and this run's flags do not count at all (D65).
 */
export function enumConfigHash(config: Config): string {
  return hash([
    ['format', ENUM_FORMAT],
    ...sharedFields(config),
    ['unfiled', config.filters.unfiled],
  ]);
}

/**
 * The hash of what decides which files are written where and how they are proven (engine 2.1, D20):
 * `duplicates` is left out, because a hard link and a copy stand at the same path.
 */
export function downloadConfigHash(config: Config): string {
  const { download, filters, photos } = config;
  return hash([
    ['format', DOWNLOAD_FORMAT],
    ['directory', download.directory ?? null],
    ['folder_structure', download.folderStructure],
    ['folder_structure_albums', download.folderStructureAlbums],
    ['folder_structure_smart_folders', download.folderStructureSmartFolders],
    ['folder_timezone', download.folderTimezone],
    ['verify_apple_checksum', download.verifyAppleChecksum],
    ['album_folders', download.albumFolders],
    ['file_match_policy', photos.fileMatchPolicy],
    ['live_photo_mov_filename_policy', photos.livePhotoMovFilenamePolicy],
    ['keep_unicode_in_filenames', photos.keepUnicodeInFilenames],
    ...sharedFields(config),
    ['recent', recentText(filters.withoutFlags.recent)],
    ['recent_scope', filters.withoutFlags.recentScope],
  ]);
}

/**
 * The hash under which a place counts as listed whole (EN-68, IN-3): everything that decides what its
 * assets lead to. The unfiled switch only decides whether a place is wanted at all.
 */
export function listingHash(config: Config): string {
  const filters = { ...config.filters, unfiled: true };
  return `${enumConfigHash({ ...config, filters })}.${downloadConfigHash(config)}`;
}

/** The enumeration hash of the same settings with the unfiled switch the other way round. */
export function enumHashWithOtherUnfiled(config: Config): string {
  const filters = { ...config.filters, unfiled: !config.filters.unfiled };
  return enumConfigHash({ ...config, filters });
}

type Field = readonly [name: string, value: string | number | boolean | null | readonly string[]];

function sharedFields({ filters, photos }: Config): Field[] {
  return [
    ['resolution', photos.resolution],
    ['live_resolution', photos.liveResolution],
    ['edited', photos.edited],
    ['alternative', photos.alternative],
    ['raw_policy', photos.rawPolicy],
    ['force_resolution', photos.forceResolution],
    ['live_photo_mode', photos.livePhotoMode],
    ['media', [...filters.media].sort()],
    ['filename_exclude', [...filters.filenameExclude].sort()],
    ['skip_created_before', filters.withoutFlags.skipCreatedBefore?.text ?? null],
    ['skip_created_after', filters.withoutFlags.skipCreatedAfter?.text ?? null],
  ];
}

function recentText(recent: Recent | undefined): string | null {
  if (recent === undefined) return null;
  return recent.kind === 'count' ? String(recent.count) : `${recent.days}d`;
}

/** The first 8 bytes of SHA-256 as 16 lower-case hex digits. */
function hash(fields: readonly Field[]): string {
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex').slice(0, 16);
}
