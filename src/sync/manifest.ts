import { basename } from 'node:path';
import { displayPath } from '../platform/byte-path.js';
import type { Cell } from '../report/csv.js';
import type { ManifestEntry, StateReader } from '../state/index.js';

/** The columns of `kei manifest`, in their order (cli 9.9). */
export const MANIFEST_COLUMNS = [
  'library',
  'asset_id',
  'version',
  'filename',
  'local_path',
  'checksum',
  'local_checksum',
  'download_checksum',
  'size_bytes',
  'created_at',
  'added_at',
  'downloaded_at',
  'last_seen_at',
  'media_type',
  'status',
  'albums',
] as const;

type Column = (typeof MANIFEST_COLUMNS)[number];

/** One file that kei knows: a rendition of an asset in one place. */
export type ManifestRecord = Readonly<
  Record<Exclude<Column, 'albums'>, Cell> & { albums: readonly string[] }
>;

/**
 * Everything that the state knows of files, by library, asset and rendition. A rendition with
 * several places has a record for each. Memory does not depend on the size of the library.
 */
export function* manifestRecords(reader: StateReader): Generator<ManifestRecord> {
  const names = new AlbumNames(reader);
  for (const entry of reader.manifest.entries()) yield toRecord(entry, names.of(entry));
}

/** The names of the albums that hold an asset; asked once for all files of it. */
class AlbumNames {
  readonly #reader: StateReader;
  readonly #ofZone = new Map<string, ReadonlyMap<string, string>>();
  #last: { readonly key: string; readonly names: readonly string[] } | undefined;

  constructor(reader: StateReader) {
    this.#reader = reader;
  }

  of({ placement: { zone, assetId } }: ManifestEntry): readonly string[] {
    const key = `${zone} ${assetId}`;
    if (this.#last?.key !== key) {
      const { albums, files } = this.#reader;
      const places = files.ofAsset(zone, assetId).map(({ placement }) => placement.place);
      const sources = new Set([...albums.sourcesOf(zone, assetId), ...places]);
      const known = this.#namesIn(zone);
      const names = [...sources].flatMap((source) => known.get(source) ?? []);
      this.#last = { key, names: [...new Set(names)].sort() };
    }
    return this.#last.names;
  }

  #namesIn(zone: string): ReadonlyMap<string, string> {
    let names = this.#ofZone.get(zone);
    if (names === undefined) {
      const albums = this.#reader.albums.albums(zone);
      names = new Map(albums.map(({ id, name }) => [`album:${id}`, name]));
      this.#ofZone.set(zone, names);
    }
    return names;
  }
}

function toRecord(
  { placement, file, asset, lastSeenMs }: ManifestEntry,
  albums: readonly string[],
): ManifestRecord {
  const { published } = file;
  const isDownload = published?.origin === 'downloaded';
  return {
    library: placement.zone,
    asset_id: placement.assetId,
    version: placement.rendition,
    filename: basename(displayPath(file.path)),
    local_path: displayPath(file.path),
    checksum: file.checksum ?? null,
    local_checksum: published?.sha256 ?? null,
    download_checksum: (isDownload ? (published.downloadSha256 ?? published.sha256) : null) ?? null,
    size_bytes: file.sizeBytes,
    created_at: instant(asset?.capturedAtMs),
    added_at: instant(asset?.addedAtMs),
    downloaded_at: instant(published?.atMs),
    last_seen_at: instant(lastSeenMs),
    media_type: asset === undefined ? null : mediaType(asset, placement.rendition),
    status: file.status,
    albums,
  };
}

/** The words of engine 6.2. */
function mediaType(
  { kind, isLivePhoto }: NonNullable<ManifestEntry['asset']>,
  rendition: string,
): string {
  if (kind === 'video') return 'video';
  if (!isLivePhoto) return 'photo';
  return rendition.startsWith('live_') ? 'live_photo_video' : 'live_photo_image';
}

function instant(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
