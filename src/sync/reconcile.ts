import { inParallel } from '../platform/in-parallel.js';
import { LOST, type ListedFile, type LostScratch, type StateReader } from '../state/index.js';
import { lookAt } from './plan/disk-look.js';

/** A recorded download that is gone or cut short. */
export type ReconcileFinding =
  | { readonly kind: 'missing'; readonly listed: ListedFile }
  | {
      readonly kind: 'truncated';
      readonly listed: ListedFile;
      readonly actualBytes: number;
      readonly expectedBytes: number;
    };

/** Totals of a comparison, filled while it runs. */
export interface ReconcileTotals {
  present: number;
  missing: number;
  damaged: number;
}

const LOOKS = 16;

/**
 * Compares the recorded downloads with the disk by presence and size, yields what is gone or cut
 * short, and collects it in `lost` (cli 9.6). Larger files count as present: metadata may have been
 * written into them.
 *
 * @throws `DISK_ERROR` when the disk does not answer: then nothing may be marked.
 */
export async function* findLost(
  reader: Pick<StateReader, 'lists'>,
  lost: LostScratch,
  totals: ReconcileTotals,
): AsyncGenerator<ReconcileFinding> {
  for await (const found of inParallel(reader.lists.downloaded(), LOOKS, look)) {
    if (found === undefined) {
      totals.present += 1;
      continue;
    }
    if (found.kind === 'missing') totals.missing += 1;
    else totals.damaged += 1;
    const { id, path, published } = found.listed.file;
    lost.add({ fileId: id, publishedMs: published?.atMs ?? 0, path, reason: LOST[found.kind] });
    yield found;
  }
}

async function look(listed: ListedFile): Promise<ReconcileFinding | undefined> {
  const { path, published } = listed.file;
  const entry = await lookAt(path);
  if (entry.kind === 'absent') return { kind: 'missing', listed };
  const expectedBytes = published?.sizeBytes ?? 0;
  return entry.kind === 'file' && entry.sizeBytes < expectedBytes
    ? { kind: 'truncated', listed, actualBytes: entry.sizeBytes, expectedBytes }
    : undefined;
}
