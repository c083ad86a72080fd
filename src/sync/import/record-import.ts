import { KeiError } from '../../errors/index.js';
import type { Placement, PublishedFile, StateStore, StoredFile } from '../../state/index.js';

/** A local file that was found to hold a rendition. */
export interface FoundFile {
  /** Absolute; it stays where it is. */
  readonly path: string;
  readonly published: PublishedFile;
  readonly typeId: string;
}

type Files = Pick<
  StateStore['files'],
  'planned' | 'ownerOf' | 'ownersOf' | 'share' | 'unplace' | 'claim' | 'relocate' | 'markDownloaded'
>;

/**
 * Records that a file holds a rendition in a place, inside a commit; doing it twice changes nothing
 * more. Its path is the rendition's from now on (D31): plans of earlier runs give way, a row
 * whose file a person moved goes with it, and a file that holds other renditions of the same bytes
 * is shared (D9). `isGone`: nothing lies at the path that the rendition had before.
 */
export function recordImport(
  files: Files,
  placement: Placement,
  { path, published, typeId }: FoundFile,
  { run, isGone }: { readonly run: number; readonly isGone: boolean },
): void {
  const adopt = (fileId: number) => {
    files.markDownloaded(fileId, published, { origin: 'imported' });
  };
  const plan = files.ownerOf(path);
  if (plan !== undefined && isMerePlan(plan.file, published)) {
    for (const one of plan.owners) files.unplace(one);
  }
  const known = files.planned(placement);
  const owner = files.ownerOf(path)?.file;
  if (owner !== undefined) {
    if (owner.id !== known?.id) files.share(placement, owner.id);
    if (!holds(owner, published)) adopt(owner.id);
    return;
  }
  if (known?.published !== undefined && isGone && files.ownersOf(known.id).length === 1) {
    files.relocate(known.id, path);
    adopt(known.id);
    return;
  }
  if (known !== undefined) files.unplace(placement);
  const { checksum, sizeBytes } = published;
  const claim = files.claim(placement, { path, checksum, sizeBytes, typeId, run });
  if (claim.kind !== 'claimed') {
    throw new KeiError({
      code: 'IMPORT_NOT_CLAIMED',
      kind: 'bug',
      message: `Could not record ${path}.`,
    });
  }
  adopt(claim.file.id);
}

/** Other bytes were to come to the path, and never did. */
function isMerePlan(
  file: StoredFile,
  { checksum, sizeBytes }: Pick<PublishedFile, 'checksum' | 'sizeBytes'>,
): boolean {
  const isWanted = file.checksum === checksum && file.sizeBytes === sizeBytes;
  return file.published === undefined && !isWanted;
}

function holds(file: StoredFile, { checksum, sizeBytes, mtimeMs }: PublishedFile): boolean {
  const { published } = file;
  return (
    file.status === 'downloaded' &&
    published?.checksum === checksum &&
    published?.sizeBytes === sizeBytes &&
    published.mtimeMs === Math.trunc(mtimeMs)
  );
}
