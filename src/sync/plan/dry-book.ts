import type {
  ClaimResult,
  OwnedFile,
  PlacedFile,
  Placement,
  StoredFile,
} from '../../state/index.js';
import type { RunScratch, ScratchClaim, StateReader } from '../../state/index.js';
import { UNDER_WAY, type PlanBook } from './plan-book.js';

/** The word under which the scratch keeps the paths that a run would give up. */
const GIVEN_UP = 'given-up';

/**
 * The book of a dry run (D70): it reads what real runs have planned, and keeps the claims of this
 * run to itself, so that the names come out as a real run would choose them.
 */
export class DryBook implements PlanBook {
  readonly #state: StateReader | undefined;
  readonly #scratch: RunScratch;

  constructor(state: StateReader | undefined, scratch: RunScratch) {
    this.#state = state;
    this.#scratch = scratch;
  }

  planned(placement: Placement): StoredFile | undefined {
    return this.#state?.files.planned(placement);
  }

  ownerOf(path: string): OwnedFile | undefined {
    const recorded = this.#recordedAt(path);
    if (recorded !== undefined) return recorded;
    const claim = this.#scratch.claimantOf(path);
    return claim && { file: imagined(path, claim), owners: [claim] };
  }

  /** Who owns a path by the state, as this run would leave it. */
  #recordedAt(path: string): OwnedFile | undefined {
    const known = this.#state?.files.ownerOf(path);
    if (known === undefined) return undefined;
    const owners = known.owners.filter((owner) => !this.#gaveUp(owner));
    return owners.length > 0 || known.file.published !== undefined
      ? { ...known, owners }
      : undefined;
  }

  isFolder(path: string): boolean {
    return this.#scratch.hasClaimsUnder(path) || this.#state?.files.hasPathsUnder(path) === true;
  }

  ofAsset(zone: string, assetId: string): readonly PlacedFile[] {
    return this.#state?.files.ofAsset(zone, assetId) ?? [];
  }

  isUnderWay({ path }: StoredFile): boolean {
    return this.#scratch.hasSeen(UNDER_WAY, '', path);
  }

  noteUnderWay({ path }: StoredFile): void {
    this.#scratch.firstSight(UNDER_WAY, '', path);
  }

  claim(placement: Placement, plan: Parameters<PlanBook['claim']>[1]): Promise<ClaimResult> {
    // A file of an earlier run may be that of another place of the same rendition.
    const recorded = this.#recordedAt(plan.path);
    if (recorded !== undefined) return Promise.resolve({ kind: 'taken', ...recorded });
    const holder = this.#scratch.claim(plan.path, { ...placement, ...plan });
    const file = imagined(plan.path, holder);
    const isOurs = holder.assetId === placement.assetId && holder.place === placement.place;
    return Promise.resolve(
      isOurs && holder.zone === placement.zone
        ? { kind: 'claimed', file }
        : { kind: 'taken', file, owners: [holder] },
    );
  }

  share(): Promise<void> {
    return Promise.resolve();
  }

  unplace({ zone, assetId, rendition, place }: Placement): Promise<void> {
    this.#scratch.firstSight(GIVEN_UP + rendition + place, zone, assetId);
    return Promise.resolve();
  }

  requeue(): Promise<void> {
    return Promise.resolve();
  }

  park(): Promise<void> {
    return Promise.resolve();
  }

  noteSeen(): Promise<void> {
    return Promise.resolve();
  }

  #gaveUp({ zone, assetId, rendition, place }: Placement): boolean {
    return this.#scratch.hasSeen(GIVEN_UP + rendition + place, zone, assetId);
  }
}

/** A file that a real run would have recorded as planned. */
function imagined(path: string, { checksum, sizeBytes }: ScratchClaim): StoredFile {
  return {
    id: 0,
    path,
    status: 'pending',
    attempts: 0,
    lastError: undefined,
    seenRun: 0,
    checksum,
    sizeBytes,
    typeId: '',
    published: undefined,
    metadataHash: undefined,
    rewriteSinceMs: undefined,
  };
}
