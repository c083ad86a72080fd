/** The user's durable choices, in types that every layer may name. Defaults live in `config/`. */
export type Resolution = 'original' | 'medium' | 'thumb' | 'none';
export type LiveResolution = 'original' | 'medium' | 'thumb';
export type LivePhotoMode = 'both' | 'image-only' | 'video-only' | 'skip';
export type MovNamePolicy = 'suffix' | 'original';
export type RawPolicy = 'as-is' | 'prefer-raw' | 'prefer-jpeg';
export type FileMatchPolicy = 'name-size-dedup-with-suffix' | 'name-id7';
export type MediaKind = 'photos' | 'videos' | 'live-photos';
export type RecentScope = 'global' | 'per-filter';
export type FolderTimezone = 'capture' | 'host';
export type AlbumFolders = 'flat' | 'nested';
export type Duplicates = 'hardlink' | 'copy';
export type AuthDomain = 'com' | 'cn';
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** `[photos]` (cli 2.4, 6, 7). */
export interface PhotoOptions {
  readonly resolution: Resolution;
  readonly liveResolution: LiveResolution;
  readonly livePhotoMode: LivePhotoMode;
  readonly livePhotoMovFilenamePolicy: MovNamePolicy;
  readonly edited: boolean;
  readonly alternative: boolean;
  readonly rawPolicy: RawPolicy;
  readonly fileMatchPolicy: FileMatchPolicy;
  readonly forceResolution: boolean;
  readonly keepUnicodeInFilenames: boolean;
}

/** A date bound as the user wrote it, kept as text for the hashes (D65), and its meaning. */
export type DateSpec =
  | { readonly text: string; readonly kind: 'days'; readonly days: number }
  | {
      readonly text: string;
      readonly kind: 'local';
      readonly year: number;
      readonly month: number;
      readonly day: number;
      readonly hour: number;
      readonly minute: number;
      readonly second: number;
    };

/** `recent`: the newest N, or everything newer than N days (cli 4.6). */
export type Recent =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'days'; readonly days: number };
