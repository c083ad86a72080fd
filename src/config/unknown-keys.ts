import { KEY_NAMES, TABLE_NAMES } from './keys.js';

/** Keys of older versions and what replaced them (cli 2.6). */
export const RENAMED_KEYS: Readonly<Record<string, string>> = {
  'auth.cookie_directory': 'it is the top-level data_dir now',
  'download.threads_num': 'it is download.threads now',
  'download.no_progress_bar': 'it is ui.progress_bar now, with the opposite meaning',
  'download.set_exif_datetime': 'it is metadata.set_exif_datetime now',
  'download.set_exif_rating': 'it is metadata.set_exif_rating now',
  'download.set_exif_gps': 'it is metadata.set_exif_gps now',
  'download.set_exif_description': 'it is metadata.set_exif_description now',
  'download.embed_xmp': 'it is metadata.embed_xmp now',
  'download.xmp_sidecar': 'it is metadata.xmp_sidecar now',
  'download.retry.max_retries': 'it is download.retry.per_transfer now',
  'download.retry.max_download_attempts': 'it is download.retry.per_asset now',
  'download.retry.delay': 'remove it; the delay follows from download.retry.per_transfer',
  'filters.library': 'it is the list filters.libraries now',
  'filters.album': 'it is the list filters.albums now',
  'filters.exclude_albums': 'write filters.albums = ["!Album name"] instead',
  'filters.skip_videos': 'leave "videos" out of filters.media instead',
  'filters.skip_photos': 'leave "photos" out of filters.media instead',
  'filters.skip_live_photos':
    'leave "live-photos" out of filters.media, or set photos.live_photo_mode, instead',
  'photos.size':
    'it is photos.resolution now, with photos.edited and photos.alternative for "adjusted" and "alternative"',
  'photos.live_photo_size':
    'it is photos.live_resolution now, with photos.edited = true for "adjusted"',
  'photos.align_raw':
    'it is photos.raw_policy now, "prefer-raw" for "original" and "prefer-jpeg" for "alternative"',
  'photos.force_size': 'it is photos.force_resolution now',
  metrics: 'the table is [server] now',
  'report.report_json': 'it is report.json now',
};

/** What to do about a key or table that does not exist: the new name, or the nearest one. */
export function adviceFor(unknown: string): string {
  const renamed = Object.hasOwn(RENAMED_KEYS, unknown) ? RENAMED_KEYS[unknown] : undefined;
  if (renamed !== undefined) return renamed;
  const known = [...KEY_NAMES, ...TABLE_NAMES];
  const last = lastPart(unknown);
  const elsewhere = known.find((name) => lastPart(name) === last);
  const nearest = elsewhere ?? nearestName(unknown, known);
  return nearest === undefined
    ? 'remove it, or see kei.example.toml for every key'
    : `did you mean ${nearest}?`;
}

function lastPart(dotted: string): string {
  return dotted.slice(dotted.lastIndexOf('.') + 1);
}

/** The known name with the fewest edits, if they are few enough to be a slip of the finger. */
function nearestName(wanted: string, known: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(lastPart(wanted).length / 3));
  let best: { name: string; distance: number } | undefined;
  for (const name of known) {
    const distance = editDistance(wanted, name);
    if (distance <= limit && distance < (best?.distance ?? Infinity)) best = { name, distance };
  }
  return best?.name;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, left] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, right] of Array.from(b).entries()) {
      const replace = (row[j] ?? 0) + (left === right ? 0 : 1);
      next.push(Math.min(replace, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[row.length - 1] ?? 0;
}
