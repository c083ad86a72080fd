import type { Rendition } from '../../domain/index.js';
import type { ContentDigests } from '../../download/index.js';
import type { Occupant } from '../../naming/index.js';
import type { FileEdges } from '../../platform/files.js';
import type { OwnedFile, Placement } from '../../state/index.js';
import { compareContent, lookAt, type DiskEntry } from './disk-look.js';
import type { PlanBook } from './plan-book.js';

type Untracked = Extract<Occupant, { kind: 'untracked' }>;

/** What lies at a path, and its digests when it had to be read to tell. */
export interface Found {
  readonly occupant: Occupant;
  readonly digests: ContentDigests | undefined;
}

export interface Claimant {
  readonly rendition: Rendition;
  readonly placement: Placement;
  readonly book: Pick<PlanBook, 'ownerOf' | 'isFolder'>;
  readonly files: Pick<FileEdges, 'lstat'>;
}

/** Who holds a path that a rendition wants: the state's rows first, then the disk. */
export async function whoHolds(
  path: string,
  { rendition, placement, book, files }: Claimant,
): Promise<Found> {
  const owner = book.ownerOf(path);
  if (owner !== undefined) {
    return { occupant: occupantOf(owner, placement), digests: undefined };
  }
  const entry = await lookAt(path, files);
  if (entry.kind !== 'absent') return compareWith(path, entry, rendition);
  // A folder that an earlier plan needs holds the name as well before it is made.
  return book.isFolder(path)
    ? compareWith(path, { kind: 'other' }, rendition)
    : { occupant: { kind: 'free' }, digests: undefined };
}

/** Whether what lies at a path is the rendition; read only when the size leaves it open (D9). */
export async function compareWith(
  path: string,
  entry: Exclude<DiskEntry, { kind: 'absent' }>,
  rendition: Rendition,
): Promise<Found & { readonly occupant: Untracked }> {
  const sizeBytes = entry.kind === 'file' ? entry.sizeBytes : -1;
  if (sizeBytes !== rendition.sizeBytes) {
    return {
      occupant: { kind: 'untracked', sizeBytes, content: 'different' },
      digests: undefined,
    };
  }
  const { content, digests } = await compareContent(path, rendition.checksum);
  return { occupant: { kind: 'untracked', sizeBytes, content }, digests };
}

function occupantOf(owner: OwnedFile, placement: Placement): Occupant {
  if (isOwnedBy(owner, placement)) return { kind: 'own' };
  const { file } = owner;
  return {
    kind: 'other',
    facts: {
      sizeBytes: file.sizeBytes,
      checksum: file.checksum,
      sha256: file.published?.downloadSha256 ?? file.published?.sha256,
    },
  };
}

/** Whether a file is already that of the same rendition, in whatever place. */
export function isOwnedBy(owner: OwnedFile, placement: Placement): boolean {
  return owner.owners.some(
    ({ zone, assetId, rendition }) =>
      zone === placement.zone && assetId === placement.assetId && rendition === placement.rendition,
  );
}
