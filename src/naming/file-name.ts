import {
  RENDITION_KEYS,
  type Asset,
  type ChosenRendition,
  type FileRole,
  type PhotoOptions,
} from '../domain/index.js';
import { cleanStem, joinName, splitName, withSuffix, type FileName } from './clean-name.js';
import { extensionFor, extensionOfType, isRawType } from './extension.js';
import { fingerprint } from './fingerprint.js';
import { liveMovName } from './live-photo-name.js';
import { id7Suffix } from './name-id7.js';

/** The settings that shape file names. */
export type NameOptions = Pick<
  PhotoOptions,
  'keepUnicodeInFilenames' | 'fileMatchPolicy' | 'livePhotoMovFilenamePolicy'
>;

/**
 * The name of an asset before any rule is applied: as iCloud stores it, or made from its
 * fingerprint and type (cli 6.1, D83). Name filters look at this one (cli 4.8).
 */
export function rawName(asset: Asset): string {
  if (asset.fileName !== undefined && asset.fileName !== '') return asset.fileName;
  const key = RENDITION_KEYS.find((candidate) => asset.renditions.has(candidate));
  const typeId = (key && asset.renditions.get(key)?.typeId) ?? asset.itemType ?? '';
  return fingerprint(asset.masterId) + (extensionOfType(typeId) ?? '.unknown');
}

/**
 * The name that one rendition of an asset wants, before collisions (cli 6.0, steps 1 to 6).
 * `stillName` is the final name of the primary still of the same asset, when one is written or
 * tracked; only the MOV of a Live Photo depends on it (D86, DL-68).
 */
export function nameRendition(
  asset: Asset,
  chosen: ChosenRendition,
  options: NameOptions,
  stillName: string | undefined,
): FileName {
  if (chosen.role === 'live') {
    return liveMovName(
      stillName ?? plannedStill(asset, options),
      options.livePhotoMovFilenamePolicy,
    );
  }
  const base = baseName(asset, chosen.rendition.typeId, options);
  const named = withId7(withSuffix(base, roleSuffix(chosen)), asset, options);
  return chosen.role === 'live-edited' ? { ...named, extension: '.MOV' } : named;
}

/** True for the two MOVs that belong to a still; they meet other files by rules of their own (D81). */
export function isCompanion(role: FileRole): boolean {
  return role === 'live' || role === 'live-edited';
}

/** The still's name where none is written: its original type decides about `_HEVC` (D86). */
function plannedStill(asset: Asset, options: NameOptions): string {
  const typeId = asset.renditions.get('original')?.typeId ?? asset.itemType ?? '';
  return joinName(withId7(baseName(asset, typeId, options), asset, options));
}

/** Steps 1 to 3: Unicode policy, extension, and a stem that is never empty. */
function baseName(asset: Asset, typeId: string, options: NameOptions): FileName {
  const raw = rawName(asset);
  // The check is for code points outside ASCII, and U+0000 is where ASCII begins.
  // eslint-disable-next-line no-control-regex
  const name = options.keepUnicodeInFilenames ? raw : raw.replace(/[^\u0000-\u007f]/gu, '');
  const split = splitName(name);
  const stem = cleanStem(split.stem) === '' ? fingerprint(asset.masterId) : split.stem;
  return { stem, suffix: '', extension: extensionFor(typeId, split.extension) };
}

function roleSuffix({ role, key, rendition }: ChosenRendition): string {
  switch (role) {
    case 'primary':
      return key === 'medium' || key === 'thumb' ? `-${key}` : '';
    case 'edited':
    case 'live-edited':
      return '_edited';
    case 'alternative':
      return isRawType(rendition.typeId) ? '_RAW' : '_alt';
    case 'live':
      return '';
  }
}

function withId7(name: FileName, asset: Asset, options: NameOptions): FileName {
  return options.fileMatchPolicy === 'name-id7'
    ? withSuffix(name, id7Suffix(asset.masterId))
    : name;
}
