/**
 * The first schema (D41). Times are milliseconds since 1970 UTC, booleans 0 or 1, hashes hex text,
 * Apple's checksums base64 as sent. `seen_run` is the id of the last run that met the row: exact
 * where a clock may jump, and its start is the "last seen" of `kei status`.
 */
export const initial = `
-- Single values: config hashes (engine 2.1), notices, the path key policy.
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row for each run of sync or import (DB-24). Its facts are the report's counters as JSON.
CREATE TABLE runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('sync', 'import')),
  status TEXT NOT NULL CHECK (status IN ('running', 'complete', 'interrupted')),
  started_ms INTEGER NOT NULL,
  finished_ms INTEGER,
  assets_seen INTEGER NOT NULL DEFAULT 0,
  downloaded INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  enumeration_errors INTEGER NOT NULL DEFAULT 0,
  facts TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX runs_by_kind ON runs (kind);
CREATE INDEX runs_running ON runs (kind) WHERE status = 'running';

-- The libraries, by listed zone name (D78), with the place to go on from.
CREATE TABLE zones (
  zone TEXT PRIMARY KEY,
  database TEXT NOT NULL CHECK (database IN ('private', 'shared')),
  kind TEXT NOT NULL CHECK (kind IN ('primary', 'shared')),
  zone_id TEXT NOT NULL,
  sync_token TEXT,
  token_saved_ms INTEGER,
  listing_since_ms INTEGER
) STRICT, WITHOUT ROWID;

-- Tokens of changes/database, valid only for the selection of zones they were taken for (IN-65).
CREATE TABLE database_tokens (
  database TEXT NOT NULL CHECK (database IN ('private', 'shared')),
  scope TEXT NOT NULL,
  token TEXT NOT NULL,
  saved_ms INTEGER NOT NULL,
  PRIMARY KEY (database, scope)
) STRICT, WITHOUT ROWID;

-- What iCloud says of each asset (D30). A rowid table: the rows are too wide for a clustered key.
CREATE TABLE assets (
  id INTEGER PRIMARY KEY,
  zone TEXT NOT NULL,
  asset_id TEXT NOT NULL,
  master_id TEXT NOT NULL,
  file_name TEXT,
  kind TEXT NOT NULL CHECK (kind IN ('image', 'video')),
  is_live_photo INTEGER NOT NULL,
  captured_at_ms INTEGER,
  time_zone_offset_s INTEGER,
  added_at_ms INTEGER,
  is_favorite INTEGER NOT NULL,
  is_hidden INTEGER NOT NULL,
  is_deleted INTEGER NOT NULL,
  deleted_at_ms INTEGER,
  metadata TEXT NOT NULL,
  metadata_hash TEXT,
  seen_run INTEGER NOT NULL,
  UNIQUE (zone, asset_id)
) STRICT;
CREATE INDEX assets_by_master ON assets (zone, master_id);
CREATE INDEX assets_deleted ON assets (zone) WHERE is_deleted = 1;

-- Every path that kei claims (D32): planned before the download (D31), then what lies there.
-- checksum, size_bytes and type_id are iCloud's words for the bytes that are wanted; the nullable
-- block after them describes the published file, and stays while a newer version is pending (D33).
CREATE TABLE files (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL,
  path_key TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL CHECK (status IN ('pending', 'downloaded', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0,
  last_error TEXT,
  seen_run INTEGER NOT NULL,
  checksum TEXT,
  size_bytes INTEGER NOT NULL,
  type_id TEXT NOT NULL,
  published_checksum TEXT,
  published_size INTEGER,
  sha256 TEXT,
  download_sha256 TEXT,
  disk_bytes INTEGER,
  mtime_ms INTEGER,
  apple_checksum TEXT CHECK (apple_checksum IN ('verified', 'mismatch', 'unknown')),
  origin TEXT CHECK (origin IN ('downloaded', 'adopted', 'imported')),
  published_ms INTEGER,
  metadata_hash TEXT,
  rewrite_since_ms INTEGER,
  CHECK ((published_ms IS NULL) = (disk_bytes IS NULL)),
  CHECK ((published_ms IS NULL) = (published_size IS NULL)),
  CHECK (status <> 'downloaded' OR published_ms IS NOT NULL)
) STRICT;
CREATE INDEX files_by_status ON files (status, seen_run);
CREATE INDEX files_by_content ON files (published_checksum, published_size)
  WHERE published_checksum IS NOT NULL;
CREATE INDEX files_to_rewrite ON files (rewrite_since_ms) WHERE rewrite_since_ms IS NOT NULL;

-- Which file holds a rendition of an asset in a place (the library, an album, a smart folder).
-- Several places, and several assets of proven equal bytes, may share one file (D9, D32).
CREATE TABLE placements (
  zone TEXT NOT NULL,
  asset_id TEXT NOT NULL,
  rendition TEXT NOT NULL,
  place TEXT NOT NULL,
  file_id INTEGER NOT NULL REFERENCES files (id) ON DELETE CASCADE,
  PRIMARY KEY (zone, asset_id, rendition, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX placements_by_file ON placements (file_id);

-- Files between "about to get their final name" and "recorded as downloaded" (D34).
CREATE TABLE publications (
  file_id INTEGER PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE,
  reserved INTEGER NOT NULL DEFAULT 0,
  checksum TEXT,
  size_bytes INTEGER,
  sha256 TEXT,
  download_sha256 TEXT,
  disk_bytes INTEGER,
  mtime_ms INTEGER,
  apple_checksum TEXT CHECK (apple_checksum IN ('verified', 'mismatch', 'unknown'))
) STRICT;

-- Paths of partial downloads: only these are ever removed (D35).
CREATE TABLE partials (
  path TEXT PRIMARY KEY,
  recorded_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Work that was met, could not be done, and is settled by a later lookup (D61, D62, D64, D67).
CREATE TABLE debts (
  zone TEXT NOT NULL,
  record_name TEXT NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  owed_since_ms INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  last_tried_ms INTEGER,
  PRIMARY KEY (zone, record_name, reason, detail)
) STRICT, WITHOUT ROWID;

CREATE TABLE albums (
  zone TEXT NOT NULL,
  album_id TEXT NOT NULL,
  name TEXT NOT NULL,
  folders TEXT NOT NULL,
  is_deleted INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (zone, album_id)
) STRICT, WITHOUT ROWID;

-- When a source (an album, a smart folder, the whole library) was listed whole, and under which
-- settings (EN-68, IN-3): what a changed selection still has to list is what is missing here.
CREATE TABLE listings (
  zone TEXT NOT NULL,
  source TEXT NOT NULL,
  config_hash TEXT NOT NULL,
  run INTEGER NOT NULL,
  completed_ms INTEGER,
  PRIMARY KEY (zone, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE members (
  zone TEXT NOT NULL,
  source TEXT NOT NULL,
  asset_id TEXT NOT NULL,
  seen_run INTEGER NOT NULL,
  PRIMARY KEY (zone, source, asset_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_by_asset ON members (zone, asset_id);

-- Hashes of files that kei did not write, so that an import that is repeated reads nothing twice
-- (D75). The inode is text: some file systems use all 64 bits.
CREATE TABLE disk_hashes (
  path TEXT PRIMARY KEY,
  size_bytes INTEGER NOT NULL,
  mtime_ms INTEGER NOT NULL,
  inode TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  apple_checksum TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX disk_hashes_by_checksum ON disk_hashes (apple_checksum);
`;
