/**
 * Where a file goes and what it is called: folder templates, cleaned names, suffixes and
 * collisions. Pure functions over an asset, the options, and what a caller says about the disk;
 * everything here is what icloudpd's users already have on theirs, except where the decisions say
 * otherwise. A path that is recorded once is never computed again.
 */
export { amPmVariants } from './am-pm.js';
export { cleanFileName, cleanFolderName, joinName, type FileName } from './clean-name.js';
export {
  isProvenEqual,
  nameCandidates,
  searchName,
  type Candidate,
  type Choice,
  type ContentFacts,
  type Occupant,
} from './collisions.js';
export { destination } from './destination.js';
export { isRawType } from './extension.js';
export { isCompanion, nameRendition, rawName, type NameOptions } from './file-name.js';
export { shortLibraryName } from './library-name.js';
export {
  checkTemplate,
  parseTemplate,
  renderFolders,
  type ParsedTemplate,
  type TemplateKind,
  type TemplateValues,
} from './template.js';
export { captureTime, systemHostOffset, type HostOffset, type WallTime } from './zone-time.js';
