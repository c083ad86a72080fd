import { createHash } from 'node:crypto';
import {
  downloadConfigHash,
  enumConfigHash,
  enumHashWithOtherUnfiled,
} from '../config/fingerprint.js';
import type { Config } from '../config/types.js';
import { renderAlbums, renderLibraries, renderSmartFolders } from '../select/selectors.js';
import type { StateReader } from '../state/index.js';
import { findDrift, type FullReason } from './choose-mode.js';

/** The words under which the state keeps the hashes of the last run. */
export const HASH_KEYS = {
  enumeration: 'enum_config_hash',
  download: 'download_config_hash',
  selection: 'selection_hash',
} as const;

export type Hashes = Readonly<Record<keyof typeof HASH_KEYS, string>>;

/** The hashes of this run's settings (engine 2.1). */
export function hashesOf(config: Config): Hashes {
  const { libraries, albums, smartFolders, unfiled } = config.filters;
  const selection = JSON.stringify([
    renderLibraries(libraries),
    renderAlbums(albums),
    albums.kind === 'all' && albums.explicit,
    renderSmartFolders(smartFolders),
    unfiled,
  ]);
  return {
    enumeration: enumConfigHash(config),
    download: downloadConfigHash(config),
    selection: createHash('sha256').update(selection).digest('hex').slice(0, 16),
  };
}

/** How the settings differ from those of the last clean run. */
export interface SettingsChange {
  /** Every listing is void (engine 2.2). */
  readonly drift: FullReason | undefined;
  /** Other libraries, albums or folders are selected: list what they need (IN-3, D65). */
  readonly isReselected: boolean;
}

/** The unfiled switch is in the enumeration hash, and is a matter of selection all the same. */
export function compareSettings(
  config: Config,
  hashes: Hashes,
  state: Pick<StateReader, 'meta'> | undefined,
): SettingsChange {
  const stored = (key: keyof Hashes) => state?.meta.get(HASH_KEYS[key]);
  const enumeration = stored('enumeration');
  const onlyUnfiled = enumeration === enumHashWithOtherUnfiled(config);
  return {
    drift: findDrift(
      {
        enumeration: onlyUnfiled ? hashes.enumeration : enumeration,
        download: stored('download'),
      },
      hashes,
    ),
    isReselected: stored('selection') !== hashes.selection,
  };
}

/**
 * Whether what is listed may be something else than what the last clean run listed: other filters
 * or another selection (engine 2.2). False before the first clean run.
 */
export function hasOtherListing(config: Config, { meta }: Pick<StateReader, 'meta'>): boolean {
  const hashes = hashesOf(config);
  const differs = (key: 'enumeration' | 'selection') => {
    const stored = meta.get(HASH_KEYS[key]);
    return stored !== undefined && stored !== hashes[key];
  };
  return differs('enumeration') || differs('selection');
}
