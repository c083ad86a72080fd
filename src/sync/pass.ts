import type { Config } from '../config/types.js';
import type { Asset, AssetSource, Library } from '../domain/index.js';
import { parseTemplate, type ParsedTemplate, type TemplateKind } from '../naming/index.js';
import { templateKind } from '../select/passes.js';
import type { PlanTarget } from './plan/file-plan.js';

/** One enumeration of one source in one library (engine 1.8). */
export interface Pass {
  readonly library: Library;
  readonly source: AssetSource;
  readonly target: PlanTarget;
}

/** An asset, and a pass that it is to be planned in. */
export interface PlacedAsset {
  readonly asset: Asset;
  readonly pass: Pass;
}

/** The folder templates of a configuration, parsed once. */
export type Templates = Readonly<Record<TemplateKind, ParsedTemplate>>;

/** Parses the three folder templates (cli 5.1). */
export function parseTemplates({ download }: Config): Templates {
  return {
    unfiled: parseTemplate('unfiled', download.folderStructure),
    album: parseTemplate('album', download.folderStructureAlbums),
    'smart-folder': parseTemplate('smart-folder', download.folderStructureSmartFolders),
  };
}

/** The word by which the state knows a source: the place of its files, the source of its members. */
export function placeOf(source: AssetSource): string {
  switch (source.kind) {
    case 'all':
      return 'library';
    case 'album':
      return `album:${source.album.id}`;
    case 'smart-folder':
      return `smart:${source.name}`;
  }
}

/** The pass that takes a source of a library to its folders. */
export function toPass(
  library: Library,
  source: AssetSource,
  templates: Templates,
  { download }: Config,
): Pass {
  const values = {
    zone: library.zone,
    albumFolders: download.albumFolders,
    ...(source.kind === 'album' ? { album: source.album } : {}),
    ...(source.kind === 'smart-folder' ? { smartFolder: source.name } : {}),
  };
  return {
    library,
    source,
    target: { place: placeOf(source), template: templates[templateKind(source)], values },
  };
}
