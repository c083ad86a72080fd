/**
 * What to back up: the selectors of `[filters]`, the passes that they lead to on a live account,
 * the filters that every asset meets in a pass, and the renditions that are taken of it. Pure
 * functions; nothing here lists, downloads or remembers.
 */
export {
  chooseRenditions,
  type RenditionChoice,
  type UnusableRendition,
} from './choose-renditions.js';
export { dateBounds, isPastBounds, type DateBounds, type DateSettings } from './date-bounds.js';
export { filterAsset, type FilterSettings } from './filters.js';
export { compileGlobs } from './glob.js';
export { collectNewest, type Newest } from './newest.js';
export {
  planPasses,
  templateKind,
  type LibraryPasses,
  type PassPlan,
  type Selection,
  type SelectionNotice,
  type VisibleLibrary,
} from './passes.js';
export { selectLibraries } from './select-libraries.js';
