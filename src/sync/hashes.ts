import { createHash } from 'node:crypto';
import {
  downloadConfigHash,
  enumConfigHash,
  enumHashWithOtherUnfiled,
} from '../config/fingerprint.js';
import type { Config } from '../config/types.js';
import { renderAlbums, renderLibraries, renderSmartFolders } from '../select/selectors.js';
import type { StateReader, StateStore } from '../state/index.js';
import { findDrift, type FullReason } from './choose-mode.js';

/** The words under which the state keeps the hashes of the last run. */
export const HASH_KEYS = {
  enumeration: 'enum_config_hash',
  download: 'download_config_hash',
  selection: 'selection_hash',
} as const;

/** The word under which the state keeps the zones of the last clean run, as a JSON list. */
export const SCOPE_KEY = 'selection_scope';

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

/** The word under which the state keeps the settings that a library was last listed with. */
const listedWithKey = (zone: string) => `listed_with:${zone}`;

const listedWith = ({ enumeration, selection }: Hashes) => `${enumeration} ${selection}`;

/**
 * Records that a library is known as these settings list it. Runs whose token may not advance (a
 * lower date bound, the newest N) leave the hashes of the last clean run alone, and list all the same.
 */
export function noteListedWith(
  zone: string,
  hashes: Hashes,
  { meta }: Pick<StateStore, 'meta'>,
): void {
  meta.set(listedWithKey(zone), listedWith(hashes));
}

/**
 * Whether a library may hold something else than what it was last listed for: other filters or
 * another selection (engine 2.2). False where nothing was recorded about that.
 */
export function hasOtherListing(
  config: Config,
  zone: string,
  { meta }: Pick<StateReader, 'meta'>,
): boolean {
  const hashes = hashesOf(config);
  const recorded = meta.get(listedWithKey(zone));
  if (recorded !== undefined) return recorded !== listedWith(hashes);
  const differs = (key: 'enumeration' | 'selection') => {
    const stored = meta.get(HASH_KEYS[key]);
    return stored !== undefined && stored !== hashes[key];
  };
  return differs('enumeration') || differs('selection');
}
