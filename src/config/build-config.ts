import { dirname } from 'node:path';
import type { Settings } from './merge.js';
import type { ConfigSource } from './toml-file.js';
import type { Config, Narrowing } from './types.js';

/** Threads when a rate limit makes more of them pointless and the user names no number (DL-6). */
const THREADS_WITH_LIMIT = 1;

/** The typed, deep-frozen form of settings that have passed every check. */
export function buildConfig(
  settings: Settings,
  withoutFlags: Settings,
  source: ConfigSource,
): Config {
  const get: Settings['value'] = (key) => settings.value(key);
  const limited = settings.isSet('download.bandwidth_limit');
  return deepFreeze<Config>({
    dataDir: get('data_dir') ?? dirname(source.path),
    logLevel: get('log_level'),
    auth: {
      username: get('auth.username'),
      domain: get('auth.domain'),
      password: settings.password(),
    },
    download: {
      directory: get('download.directory'),
      folderStructure: get('download.folder_structure'),
      folderStructureAlbums: get('download.folder_structure_albums'),
      folderStructureSmartFolders: get('download.folder_structure_smart_folders'),
      folderTimezone: get('download.folder_timezone'),
      albumFolders: get('download.album_folders'),
      duplicates: get('download.duplicates'),
      verifyAppleChecksum: get('download.verify_apple_checksum'),
      threads:
        limited && !settings.isSet('download.threads')
          ? THREADS_WITH_LIMIT
          : get('download.threads'),
      bandwidthLimit: get('download.bandwidth_limit'),
      tempSuffix: get('download.temp_suffix'),
      retry: {
        perTransfer: get('download.retry.per_transfer'),
        perAsset: get('download.retry.per_asset'),
      },
    },
    filters: {
      libraries: get('filters.libraries'),
      albums: get('filters.albums'),
      smartFolders: get('filters.smart_folders'),
      unfiled: get('filters.unfiled'),
      media: get('filters.media'),
      filenameExclude: get('filters.filename_exclude'),
      ...narrowing(settings),
      withoutFlags: narrowing(withoutFlags),
    },
    photos: {
      resolution: get('photos.resolution'),
      liveResolution: get('photos.live_resolution'),
      livePhotoMode: get('photos.live_photo_mode'),
      livePhotoMovFilenamePolicy: get('photos.live_photo_mov_filename_policy'),
      edited: get('photos.edited'),
      alternative: get('photos.alternative'),
      rawPolicy: get('photos.raw_policy'),
      fileMatchPolicy: get('photos.file_match_policy'),
      forceResolution: get('photos.force_resolution'),
      keepUnicodeInFilenames: get('photos.keep_unicode_in_filenames'),
    },
    metadata: {
      setExifDatetime: get('metadata.set_exif_datetime'),
      setExifRating: get('metadata.set_exif_rating'),
      setExifGps: get('metadata.set_exif_gps'),
      setExifDescription: get('metadata.set_exif_description'),
      embedXmp: get('metadata.embed_xmp'),
      xmpSidecar: get('metadata.xmp_sidecar'),
    },
    watch: {
      intervalSeconds: get('watch.interval'),
      notifySystemd: get('watch.notify_systemd'),
      pidFile: get('watch.pid_file'),
      reconcileEveryNCycles: get('watch.reconcile_every_n_cycles'),
    },
    notifications: { script: get('notifications.script') },
    report: { json: get('report.json') },
    server: { bind: get('server.bind'), port: get('server.port') },
    ui: { friendly: get('ui.friendly'), progressBar: get('ui.progress_bar') },
    import: { strict: get('import.strict') },
  });
}

function narrowing(settings: Settings): Narrowing {
  return {
    recent: settings.value('filters.recent'),
    recentScope: settings.value('filters.recent_scope'),
    skipCreatedBefore: settings.value('filters.skip_created_before'),
    skipCreatedAfter: settings.value('filters.skip_created_after'),
  };
}

/** Freezes a value and everything in it; defaults are shared, so nothing may change them either. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
  return value;
}
