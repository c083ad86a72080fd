/** The files of an asset that somebody wrote down: original, companion, previews, renditions. */
import { mix } from '../media/seeded.js';
import type { MediaFormat, MediaSpec } from '../media/file.js';
import type { AssetSpec, EditOptions, When } from './builder.js';
import type { Content, Origin } from './content.js';
import { fileTypeOf, utiOf } from './file-types.js';
import type { MasterState, Resource, Resources } from './states.js';

export interface AssetMaker {
  readonly now: number;
  readonly slot: number;
  readonly recordName: string;
  /** Different for every asset of the library. */
  readonly seed: number;
  readonly newContent: (origin: Origin, knownChecksum?: string) => Content;
}

/** Assets share their pictures, so that hundreds are listed in no time; their bytes all differ. */
const SCENES = 24;

export const DEFAULT_TAKEN = '2024-05-01T10:00:00Z';
export const DEFAULT_OFFSET = 7200;

export function milliseconds(when: When): number {
  const time = typeof when === 'number' ? when : Date.parse(when);
  if (Number.isNaN(time)) throw new RangeError(`"${when}" is not a date.`);
  return time;
}

function resource(content: Content, type: string, width: number, height: number): Resource {
  return { content, type, width, height };
}

/** What the files of one asset have in common. */
export function recipe(spec: AssetSpec, maker: AssetMaker): Omit<MediaSpec, 'format'> {
  const { takenAt = DEFAULT_TAKEN, timeZoneOffset = DEFAULT_OFFSET, location, orientation } = spec;
  const seed = spec.seed ?? maker.seed;
  return {
    seed,
    scene: spec.scene ?? seed % SCENES,
    width: spec.width ?? 160,
    height: spec.height ?? 120,
    facts: {
      ...(takenAt === null ? {} : { takenAt: milliseconds(takenAt) }),
      ...(timeZoneOffset === null ? {} : { timeZoneOffset }),
      ...(location ? { location } : {}),
      ...(orientation === undefined ? {} : { orientation }),
    },
  };
}

const sized = (size: number | undefined) => (size === undefined ? {} : { size });

/** Smaller renditions, which Apple makes of everything. */
export function previews(
  maker: Pick<AssetMaker, 'newContent'>,
  base: Omit<MediaSpec, 'format'>,
  shift: number,
): Resources {
  const at = (width: number) => {
    const seed = mix(base.seed, shift + width);
    const height = Math.round(width * 0.75);
    const content = maker.newContent({ ...base, format: 'jpeg', seed, width, height });
    return resource(content, 'public.jpeg', width, height);
  };
  return { resJPEGMed: at(96), resJPEGThumb: at(48) };
}

export function transcodes(
  maker: AssetMaker,
  base: Omit<MediaSpec, 'format'>,
  live: boolean,
): Resources {
  const format: MediaFormat = live ? 'mov' : 'mp4';
  const at = (shift: number, width: number) => {
    const content = maker.newContent({ ...base, format, seed: mix(base.seed, shift) });
    return resource(content, utiOf(format), width, Math.round(width * 0.5625));
  };
  return { resVidMed: at(71, 144), resVidSmall: at(72, 96) };
}

export function originals(
  spec: AssetSpec,
  maker: AssetMaker,
  base: Omit<MediaSpec, 'format'>,
): Resources {
  const named = fileTypeOf(spec.name, spec.kind === 'video');
  const format = spec.format ?? named.format;
  const { width = 160, height = 120 } = base;
  const recipeOf = { ...base, ...sized(spec.size), format, ...identified(spec, maker) };
  const content = maker.newContent(spec.content ?? recipeOf, spec.knownChecksum);
  return {
    resOriginal: resource(content, spec.type ?? named.uti, width, height),
    ...alternative(spec, maker, base, format),
    ...(spec.live ? { resOriginalVidCompl: companion(spec, maker, base) } : {}),
  };
}

function identified(spec: AssetSpec, maker: AssetMaker) {
  return spec.live ? { contentIdentifier: maker.recordName } : {};
}

function companion(spec: AssetSpec, maker: AssetMaker, base: Omit<MediaSpec, 'format'>): Resource {
  const size = typeof spec.live === 'object' ? spec.live.size : undefined;
  const content = maker.newContent({
    ...base,
    ...sized(size),
    format: 'mov',
    seed: mix(base.seed, 70),
    contentIdentifier: maker.recordName,
  });
  return resource(content, 'com.apple.quicktime-movie', 192, 108);
}

function alternative(
  spec: AssetSpec,
  maker: AssetMaker,
  base: Omit<MediaSpec, 'format'>,
  original: MediaFormat,
): Resources {
  if (spec.raw === undefined) return {};
  const isRaw = original === 'dng' || original === 'cr2' || original === 'tiff';
  const format = spec.raw === 'alternative' && !isRaw ? 'dng' : 'jpeg';
  const seed = mix(base.seed, 60);
  const content = maker.newContent({ ...base, ...sized(spec.alternativeSize), format, seed });
  const { width = 160, height = 120 } = base;
  return { resOriginalAlt: resource(content, utiOf(format), width, height) };
}

/** The renditions that an edit leaves on the asset. */
export function editedResources(
  edit: EditOptions,
  master: MasterState,
  maker: Pick<AssetMaker, 'seed' | 'newContent'>,
): Resources {
  const original = master.resources.resOriginal;
  const { width = 160, height = 120 } = original ?? {};
  const isVideo = master.dataClassType === 2;
  const format = edit.format ?? (isVideo ? 'mov' : 'jpeg');
  const { seed } = maker;
  const base = { seed, scene: seed % SCENES, width, height };
  const content = maker.newContent({ ...base, ...sized(edit.size), format });
  const rendition = resource(content, utiOf(format), width, height);
  const live = master.resources.resOriginalVidCompl;
  const movie = live && maker.newContent({ ...base, format: 'mov', seed: mix(seed, 70) });
  return {
    ...(isVideo ? { resVidFull: rendition } : { resJPEGFull: rendition }),
    ...(movie ? { resVidFull: resource(movie, 'com.apple.quicktime-movie', 192, 108) } : {}),
    ...previews(maker, base, 500),
  };
}
