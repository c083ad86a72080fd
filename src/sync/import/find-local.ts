import { basename, sep } from 'node:path';
import type { Asset, ChosenRendition, PhotoOptions } from '../../domain/index.js';
import { displayPath } from '../../platform/byte-path.js';
import type { Logger } from '../../platform/logger.js';
import { chooseRenditions } from '../../select/choose-renditions.js';
import type {
  ImportScratch,
  LocalFile,
  MissingReason,
  Placement,
  StateStore,
} from '../../state/index.js';
import type { Pass } from '../pass.js';
import type { PlanSettings } from '../plan/file-plan.js';
import { chooseLocal } from './choose-local.js';
import type { Remote } from './compare-beginning.js';
import { canonical, isProvable } from './provable.js';
import { expectedPaths } from './expected-paths.js';
import { CHANGED, isUnchanged } from './read-local.js';
import type { RecordBatch } from './record-batch.js';

export interface LocalFinderDeps {
  readonly store: Pick<StateStore, 'files'>;
  readonly batch: RecordBatch;
  readonly scratch: ImportScratch;
  readonly photos: PhotoOptions;
  readonly plan: PlanSettings;
  readonly log: Logger;
  /** `--strict`: why a file that only its path speaks for is not taken. */
  readonly refusal: ((path: string, remote: Remote) => Promise<string | undefined>) | undefined;
}

/** One rendition that is looked for in one place. */
export interface Search {
  readonly asset: Asset;
  readonly chosen: ChosenRendition;
  readonly pass: Pass;
  readonly placement: Placement;
  /** Where it is expected, likeliest first. */
  readonly paths: readonly string[];
  /** The rendition has a file in another place. */
  readonly elsewhere: boolean;
}

/** A file that was found, and what speaks for it. */
export interface Hit {
  readonly kind: 'hit';
  readonly local: LocalFile;
  readonly proof: 'content' | 'path';
  /** It holds another rendition of the same bytes. */
  readonly taken: boolean;
}

export interface Miss {
  readonly kind: 'miss';
  readonly reason: MissingReason;
  /** The file that the reason is about. */
  readonly local: LocalFile | undefined;
}

/**
 * Finds the local file that holds a rendition: by its content where Apple's checksum can tell, else
 * by path and size (cli 9.7). Changes nothing but what is known of local files.
 */
export class LocalFinder {
  readonly #deps: LocalFinderDeps;

  constructor(deps: LocalFinderDeps) {
    this.#deps = deps;
  }

  /** The file of a rendition, or why there is none. */
  async find(search: Search): Promise<Hit | Miss> {
    const { checksum } = search.chosen.rendition;
    const found = isProvable(checksum)
      ? await this.#byContent(search, canonical(checksum))
      : await this.#byPath(search);
    if (found?.kind !== 'hit') return found ?? this.#explain(search);
    // It may have been read hours ago: it must still be that file.
    if (await isUnchanged(found.local, this.#deps.plan.files)) return found;
    this.#deps.scratch.local.setProblem(found.local.id, CHANGED);
    return { kind: 'miss', reason: 'unreadable', local: found.local };
  }

  /** Where a rendition is expected; `still` is the name of the asset's still that was found. */
  paths(asset: Asset, chosen: ChosenRendition, { target }: Pass, still?: string): string[] {
    const { photos, plan } = this.#deps;
    const primary = chooseRenditions(asset, photos).chosen.find(({ role }) => role === 'primary');
    return expectedPaths(asset, chosen, { matched: still, chosen: primary }, target, plan);
  }

  async #byContent(
    { chosen, paths, placement, elsewhere }: Search,
    checksum: string,
  ): Promise<Hit | undefined> {
    const { scratch, batch, plan } = this.#deps;
    const { sizeBytes } = chosen.rendition;
    const found = new Map<string, LocalFile>();
    for (const local of scratch.local.withContent(sizeBytes, checksum)) {
      found.set(local.path, local);
    }
    for (const path of paths) {
      const local = scratch.local.at(path);
      if (local?.sizeBytes === sizeBytes && local.hash?.appleChecksum === checksum) {
        found.set(local.path, local);
      }
    }
    const names = new Set(paths.map((path) => basename(path)));
    await batch.settle([...found.keys()]);
    const candidates = [...found.values()].flatMap((local) => {
      const holder = this.#holderOf(local, placement);
      if (holder === 'other-content') return [];
      const at = paths.indexOf(local.path);
      return {
        local,
        path: local.path,
        expected: at === -1 ? undefined : at,
        taken: holder === 'same-content',
        inside: local.path.startsWith(plan.directory + sep),
        sameName: names.has(basename(local.path)),
      };
    });
    const best = chooseLocal(candidates, { placesOnly: elsewhere });
    return best && { kind: 'hit', local: best.local, proof: 'content', taken: best.taken };
  }

  /** By name and size, for what has no checksum that can be compared; never another photo's file. */
  async #byPath(search: Search): Promise<Hit | Miss | undefined> {
    const { scratch, batch, refusal, log } = this.#deps;
    const { asset, chosen, pass, paths, placement } = search;
    for (const path of paths) {
      const local = scratch.local.at(path);
      if (local?.sizeBytes !== chosen.rendition.sizeBytes) continue;
      await batch.settle([local.path]);
      if (this.#holderOf(local, placement) !== 'nobody') continue;
      if (local.hash === undefined) return { kind: 'miss', reason: 'unreadable', local };
      const remote = { library: pass.library, kind: asset.kind, rendition: chosen.rendition };
      const why = await refusal?.(local.path, remote);
      if (why === undefined) return { kind: 'hit', local, proof: 'path', taken: false };
      log.warn('Not taken over', { path: displayPath(local.path), reason: why });
      return { kind: 'miss', reason: 'refused', local };
    }
    return undefined;
  }

  /** Who has a file, in this import or before it, besides the rendition itself. */
  #holderOf(local: LocalFile, { zone, assetId, rendition }: Placement): Holder {
    const { store } = this.#deps;
    const owner = store.files.ownerOf(local.path);
    const others = (owner?.owners ?? []).filter(
      (one) => one.zone !== zone || one.assetId !== assetId || one.rendition !== rendition,
    );
    if (owner !== undefined && others.length > 0) {
      if (owner.file.published === undefined && local.mark !== 'matched') return 'plan';
      const { checksum, sizeBytes } = owner.file;
      const isSame =
        sizeBytes === local.sizeBytes &&
        isProvable(checksum) &&
        canonical(checksum) === local.hash?.appleChecksum;
      return isSame ? 'same-content' : 'other-content';
    }
    // A dry run has only its marks; a real one has the state too.
    const isOurs = owner !== undefined && owner.owners.length > 0;
    return local.mark === 'matched' && !isOurs ? 'same-content' : 'nobody';
  }

  /** What lies where the rendition is expected, if it is another photo's no file. */
  #explain({ chosen, paths }: Search): Miss {
    const { scratch } = this.#deps;
    const { sizeBytes } = chosen.rendition;
    for (const path of paths) {
      const local = scratch.local.at(path);
      if (local === undefined || local.mark === 'matched') continue;
      if (local.problem !== undefined) return { kind: 'miss', reason: 'unreadable', local };
      if (local.sizeBytes < sizeBytes) return { kind: 'miss', reason: 'truncated', local };
      return {
        kind: 'miss',
        reason: local.sizeBytes > sizeBytes ? 'longer' : 'other-content',
        local,
      };
    }
    return { kind: 'miss', reason: 'not-found', local: undefined };
  }
}

type Holder =
  | 'nobody'
  /** Another rendition was to come there: bytes that prove themselves are stronger. */
  | 'plan'
  | 'same-content'
  | 'other-content';
