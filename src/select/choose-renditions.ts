import type {
  Asset,
  ChosenRendition,
  FileRole,
  PhotoOptions,
  Rendition,
  RenditionKey,
  Resolution,
} from '../domain/index.js';
import { isRawType } from '../naming/index.js';

/** A rendition that the options ask for and that iCloud has, but that cannot be downloaded (D67). */
export interface UnusableRendition {
  readonly role: FileRole;
  readonly key: RenditionKey;
  /** Why, as the record's reader put it. */
  readonly reason: string;
}

/** The files that one asset leads to. */
export interface RenditionChoice {
  /** To be downloaded, in the order of cli 7.1: a still always before the MOV that is named after it. */
  readonly chosen: readonly ChosenRendition[];
  /** Asked for, but of size 0 in iCloud: never downloaded, named in the ledger (D80). */
  readonly empty: readonly ChosenRendition[];
  /** Each is worth one lookup, and is a debt afterwards (D67). No fallback takes their place. */
  readonly unusable: readonly UnusableRendition[];
}

/** One of the five slots of cli 7.1: the first key that the asset has at all is the one that counts. */
interface Slot {
  readonly role: FileRole;
  readonly keys: readonly RenditionKey[];
}

/**
 * Chooses the renditions of an asset (cli 7.1 to 7.5, D11, D67, D80). Nothing in any of the three
 * lists means that the asset has no rendition for these options, which is no failure.
 */
export function chooseRenditions(asset: Asset, options: PhotoOptions): RenditionChoice {
  const chosen: ChosenRendition[] = [];
  const empty: ChosenRendition[] = [];
  const unusable: UnusableRendition[] = [];
  const refuse = (role: FileRole, key: RenditionKey): void => {
    const reason = asset.unusable.get(key);
    if (reason !== undefined) unusable.push({ role, key, reason });
  };
  for (const { role, keys } of wantedSlots(asset, options)) {
    const key = keys.find((one) => asset.renditions.has(one) || asset.unusable.has(one));
    if (key === undefined) continue;
    // Of which type an unusable alternative is, and so whether it is the primary, nobody can tell.
    if (role === 'primary' && key === 'original' && options.rawPolicy === 'prefer-raw') {
      refuse(role, 'alternative');
    }
    const rendition = asset.renditions.get(key);
    if (rendition === undefined) {
      if (!unusable.some((one) => one.key === key)) refuse(role, key);
    } else if (rendition.sizeBytes === 0) {
      empty.push({ role, rendition, key });
    } else if (!chosen.some((earlier) => isSameContent(earlier.rendition, rendition))) {
      chosen.push({ role, rendition, key });
    }
  }
  return { chosen, empty, unusable };
}

function wantedSlots(asset: Asset, options: PhotoOptions): readonly Slot[] {
  const live = asset.isLivePhoto ? options.livePhotoMode : undefined;
  if (live === 'skip') return [];
  const { original, alternative } = swapped(asset, options);
  const withFallback = (key: RenditionKey, fallback: RenditionKey): readonly RenditionKey[] =>
    options.forceResolution ? [key] : [key, fallback];
  const slots: Slot[] = [];
  if (options.resolution !== 'none' && live !== 'video-only') {
    const key = resolutionKey(options.resolution, original);
    slots.push({ role: 'primary', keys: withFallback(key, original) });
  }
  if (options.edited && live !== 'video-only') slots.push({ role: 'edited', keys: ['adjusted'] });
  if (options.alternative && live === undefined) {
    slots.push({ role: 'alternative', keys: [alternative] });
  }
  if (live === 'both' || live === 'video-only') {
    if (options.edited) slots.push({ role: 'live-edited', keys: ['live_adjusted'] });
    const key = `live_${options.liveResolution}` as const;
    slots.push({ role: 'live', keys: withFallback(key, 'live_original') });
  }
  return slots;
}

function resolutionKey(
  resolution: Exclude<Resolution, 'none'>,
  original: RenditionKey,
): RenditionKey {
  return resolution === 'original' ? original : resolution;
}

/** Which renditions the words "original" and "alternative" mean under the RAW policy (cli 7.5). */
function swapped(
  asset: Asset,
  { rawPolicy }: PhotoOptions,
): { readonly original: RenditionKey; readonly alternative: RenditionKey } {
  const present = (key: RenditionKey): boolean =>
    asset.renditions.has(key) || asset.unusable.has(key);
  const isRaw = (key: RenditionKey): boolean => isRawType(asset.renditions.get(key)?.typeId ?? '');
  const swap =
    present('original') &&
    present('alternative') &&
    ((rawPolicy === 'prefer-raw' && isRaw('alternative')) ||
      (rawPolicy === 'prefer-jpeg' && isRaw('original')));
  return swap
    ? { original: 'alternative', alternative: 'original' }
    : { original: 'original', alternative: 'alternative' };
}

function isSameContent(one: Rendition, other: Rendition): boolean {
  if (one.url === other.url) return true;
  return (
    one.checksum !== undefined &&
    one.checksum === other.checksum &&
    one.sizeBytes === other.sizeBytes
  );
}
