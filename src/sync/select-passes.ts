import type { Config } from '../config/types.js';
import type { Library } from '../domain/index.js';
import type { PhotosService } from '../icloud/index.js';
import { planPasses, type Selection, type SelectionNotice } from '../select/passes.js';
import { parseTemplates, toPass, type Pass } from './pass.js';

/** The selected libraries, each with its passes in their order. */
export interface SelectedPasses {
  readonly libraries: readonly { readonly library: Library; readonly passes: readonly Pass[] }[];
  readonly notices: readonly SelectionNotice[];
}

/** The passes that the selection leads to (cli 4.3); asks iCloud for all libraries and albums. */
export async function selectPasses(
  config: Config,
  service: PhotosService,
): Promise<SelectedPasses> {
  const selection = selectionOf(config);
  const visible = [];
  for (const library of await service.listLibraries({ needsShared: wantsShared(selection) })) {
    const hasAlbums = selection.albums.kind !== 'none' && library.kind === 'primary';
    visible.push({ library, albums: hasAlbums ? await service.listAlbums(library) : [] });
  }
  const templates = parseTemplates(config);
  const { libraries, notices } = planPasses(selection, visible, templates);
  return {
    notices,
    libraries: libraries.map(({ library, passes }) => ({
      library,
      passes: passes.map((source) => toPass(library, source, templates, config)),
    })),
  };
}

/** The four axes of `[filters]`. */
export function selectionOf({ filters }: Config): Selection {
  const { libraries, smartFolders, unfiled, albums } = filters;
  return { libraries, smartFolders, unfiled, albums };
}

/** True when a library that is not the personal one is asked for. */
export function wantsShared({ libraries }: Selection): boolean {
  return libraries.shared || libraries.zones.length > 0;
}
