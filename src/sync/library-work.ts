import type { Album, Library } from '../domain/index.js';
import type { KeiError } from '../errors/index.js';
import type { StateReader } from '../state/index.js';
import type { ChangeDigest } from './change-digest.js';
import type { FullReason } from './choose-mode.js';
import type { LibraryOverview } from './library-overview.js';
import type { Pass } from './pass.js';

/** What the choice of work reads of the state; there is none before the first run. */
export type StateView = Pick<StateReader, 'meta' | 'zones' | 'lists' | 'debts' | 'albums'>;

/** What a library with albums has to do when its last listing still holds. */
export interface LibraryDelta {
  readonly digest: ChangeDigest;
  /** Places that were never listed whole under these settings: a new album, a new selection (IN-3). */
  readonly unlisted: ReadonlySet<string>;
  /** Places that the last run followed and this one does not: no longer selected, or gone. */
  readonly dropped: readonly string[];
  /** Every album of the library, selected or not. */
  readonly albums: readonly Album[];
}

export type SyncMode =
  /** Without a `delta` the changes stream into the only pass (IN-37). */
  | { readonly kind: 'incremental'; readonly token: string; readonly delta?: LibraryDelta }
  | { readonly kind: 'full'; readonly reason: FullReason }
  /** Only what earlier runs left undone: `--retry-failed` (RT-70). */
  | { readonly kind: 'retry' };

/** What one library has to do. */
export interface LibraryWork {
  readonly library: Library;
  readonly passes: readonly Pass[];
  readonly mode: SyncMode;
  readonly overview: LibraryOverview;
  /** Its albums, when iCloud was asked for them. */
  readonly listedAlbums: readonly Album[] | undefined;
  /** Its change feed or its albums could not be read: nothing else of it is done, other libraries are. */
  readonly trouble: KeiError | undefined;
}
