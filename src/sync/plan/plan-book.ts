import type { Rendition } from '../../domain/index.js';
import type {
  ClaimResult,
  OwnedFile,
  PathPlan,
  PlacedFile,
  RunScratch,
  Placement,
  StateStore,
  StoredFile,
} from '../../state/index.js';

/** The bytes that iCloud has for a rendition now. */
type Wanted = Pick<Rendition, 'checksum' | 'sizeBytes' | 'typeId'>;

/**
 * What the planner asks and tells the memory of paths. A real run keeps it in the state; a dry run
 * reads the state and keeps its own claims to itself (D70).
 */
export interface PlanBook {
  planned(placement: Placement): StoredFile | undefined;
  ownerOf(path: string): OwnedFile | undefined;
  /** Whether the path is the folder of a planned file, made already or not. */
  isFolder(path: string): boolean;
  /** All files of an asset, in all places. */
  ofAsset(zone: string, assetId: string): readonly PlacedFile[];
  /** Whether an earlier plan of this run already fetches the file. */
  isUnderWay(file: StoredFile): boolean;
  noteUnderWay(file: StoredFile): void;
  /** Stores the plan before anything is downloaded (D31). */
  claim(placement: Placement, plan: Omit<PathPlan, 'run'>): Promise<ClaimResult>;
  /** Points a rendition at a file that another one owns: proven equal bytes (D9). */
  share(placement: Placement, fileId: number): Promise<void>;
  /** Takes its path away; `isLost`: no bytes of it lie there that would have to stay recorded. */
  unplace(placement: Placement, isLost?: boolean): Promise<void>;
  /** The file is wanted again: gone from the disk, or superseded in iCloud. */
  requeue(file: StoredFile, wanted: Wanted): Promise<void>;
  /** Its attempts are used up (RT-22). */
  park(file: StoredFile, perAsset: number): Promise<void>;
  noteSeen(file: StoredFile): Promise<void>;
}

/** The word under which the scratch keeps the paths that a run fetches. */
export const UNDER_WAY = 'under-way';

/** The book of a run that downloads: the state itself. */
export class StateBook implements PlanBook {
  readonly #store: StateStore;
  readonly #run: number;
  readonly #scratch: RunScratch;

  constructor(store: StateStore, run: number, scratch: RunScratch) {
    this.#store = store;
    this.#run = run;
    this.#scratch = scratch;
  }

  planned(placement: Placement): StoredFile | undefined {
    return this.#store.files.planned(placement);
  }

  ownerOf(path: string): OwnedFile | undefined {
    return this.#store.files.ownerOf(path);
  }

  isFolder(path: string): boolean {
    return this.#store.files.hasPathsUnder(path);
  }

  ofAsset(zone: string, assetId: string): readonly PlacedFile[] {
    return this.#store.files.ofAsset(zone, assetId);
  }

  /** What failed is no longer under way: its second chance fetches it again (RT-40). */
  isUnderWay({ status, path }: StoredFile): boolean {
    return status === 'pending' && this.#scratch.hasSeen(UNDER_WAY, '', path);
  }

  noteUnderWay({ path }: StoredFile): void {
    this.#scratch.firstSight(UNDER_WAY, '', path);
  }

  claim(placement: Placement, plan: Omit<PathPlan, 'run'>): Promise<ClaimResult> {
    return this.#store.commit(() =>
      this.#store.files.claim(placement, { ...plan, run: this.#run }),
    );
  }

  share(placement: Placement, fileId: number): Promise<void> {
    return this.#store.commit(() => {
      this.#store.files.share(placement, fileId);
    });
  }

  unplace(placement: Placement, isLost = false): Promise<void> {
    return this.#store.commit(() => {
      this.#store.files.unplace(placement, isLost);
    });
  }

  requeue(file: StoredFile, wanted: Wanted): Promise<void> {
    return this.#store.commit(() => {
      this.#store.files.requeue(file.id, wanted);
    });
  }

  park(file: StoredFile, perAsset: number): Promise<void> {
    return this.#store.commit(() => {
      this.#store.files.parkExhausted(file, perAsset);
    });
  }

  noteSeen(file: StoredFile): Promise<void> {
    return this.#store.files.noteSeen(file.id, this.#run);
  }
}
