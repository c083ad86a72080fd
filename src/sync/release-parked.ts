import type { Library } from '../domain/index.js';
import type { Placement, StateStore } from '../state/index.js';
import type { Pass } from './pass.js';

export interface ParkedScope {
  readonly library: Library;
  readonly passes: readonly Pass[];
  /** A whole listing has met everything that is wanted. */
  readonly metEverything: boolean;
}

/**
 * Files whose attempts are used up are failures of every run (RT-22), but not for ever: what iCloud
 * has no longer, no place holds any more or the settings leave out is forgotten with the other work
 * that nobody plans (RT-24). A later run that wants it begins anew.
 */
export async function releaseParked(
  { library: { zone }, passes, metEverything }: ParkedScope,
  run: number,
  store: StateStore,
): Promise<void> {
  const places = new Set(passes.map(({ target }) => target.place));
  const isWanted = (owner: Placement): boolean => {
    if (owner.zone !== zone) return true;
    if (metEverything || !places.has(owner.place)) return false;
    const asset = store.assets.find(owner.zone, owner.assetId);
    // Smart folders show what is hidden and what is in the trash, and are read when that changes.
    return (
      owner.place.startsWith('smart:') || !(asset?.isDeleted === true || asset?.isHidden === true)
    );
  };
  for (const { file } of store.rules.parkedBefore(zone, run)) {
    const owners = store.files.ownerOf(file.path)?.owners ?? [];
    if (owners.some(isWanted)) continue;
    await store.commit(() => {
      store.rules.release(file.id);
    });
  }
}
