import { isDeepStrictEqual } from 'node:util';
import { dateSpecInstant } from '../config/date-spec.js';
import type { Config } from '../config/types.js';
import type { HostOffset } from '../naming/index.js';
import { systemFiles, type FileEdges } from '../platform/files.js';
import { dateBounds, type DateBounds } from '../select/date-bounds.js';
import type { FilterSettings } from '../select/filters.js';
import { compileGlobs } from '../select/glob.js';
import type { Narrowing } from './pass-assets.js';
import type { PlanSettings } from './plan/file-plan.js';

/** What the planner needs of the configuration. */
export function planSettings({
  config,
  directory,
  hostOffset,
  files = systemFiles,
}: {
  readonly config: Config;
  readonly directory: string;
  readonly hostOffset: HostOffset;
  readonly files?: Pick<FileEdges, 'lstat'>;
}): PlanSettings {
  return {
    directory,
    naming: config.photos,
    folderTimezone: config.download.folderTimezone,
    hostOffset,
    files,
    perAsset: config.download.retry.perAsset,
  };
}

/** How a run with these filters narrows what it lists. */
export function narrowingOf({ filters }: Pick<Config, 'filters'>, bounds: DateBounds): Narrowing {
  return { ...filters, bounds, isOfThisRun: isNarrowedByFlags({ filters }) };
}

/** Whether this run's flags say something else than the file does (D65). */
export function isNarrowedByFlags({ filters }: Pick<Config, 'filters'>): boolean {
  const { withoutFlags, ...flagged } = filters;
  return (
    !isDeepStrictEqual(flagged.recent, withoutFlags.recent) ||
    flagged.skipCreatedBefore?.text !== withoutFlags.skipCreatedBefore?.text ||
    flagged.skipCreatedAfter?.text !== withoutFlags.skipCreatedAfter?.text
  );
}

/** The filters of a run that starts at `nowMs`. */
export function filterSettings({ filters, photos }: Config, nowMs: number): FilterSettings {
  return {
    media: filters.media,
    livePhotoMode: photos.livePhotoMode,
    bounds: dateBounds(filters, (spec) => dateSpecInstant(spec, nowMs)),
    isExcludedName: compileGlobs(filters.filenameExclude),
  };
}
