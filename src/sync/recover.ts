import { lstat, unlink } from 'node:fs/promises';
import { checkAgainstApple, parseAppleChecksum } from '../download/index.js';
import { isKeiError } from '../errors/index.js';
import type { Logger } from '../platform/logger.js';
import type { StateStore, UnfinishedPublication } from '../state/index.js';
import { hashFile, lookAt } from './plan/disk-look.js';

/** What the start of a run found of one that was killed. */
export interface Recovered {
  readonly interruptedRuns: number;
  /** Files that had their name but no row yet. */
  readonly adopted: number;
}

/**
 * Settles what a killed process left behind, before anything is planned: files that were published
 * without their row are adopted by their hash (D34, case 116), empty reservations of ours are
 * removed, and the second name of a published file goes.
 */
export async function recoverFromCrash(store: StateStore, log: Logger): Promise<Recovered> {
  const interruptedRuns = await store.commit(() => store.runs.interruptOrphans());
  let adopted = 0;
  for (const publication of store.files.unfinishedPublications()) {
    try {
      if (await settle(store, publication)) adopted += 1;
    } catch (error) {
      // One bad spot of the disk must not keep every later run from beginning.
      if (!isKeiError(error, 'disk')) throw error;
      log.warn('A file that may be finished cannot be read; the next run looks again', {
        path: publication.file.path,
        error: error.message,
      });
    }
  }
  for (const path of store.partials.all()) {
    await dropIfSecondName(store, path);
  }
  if (adopted > 0) log.info('Adopted files that were finished when kei was stopped', { adopted });
  return { interruptedRuns, adopted };
}

async function settle(
  store: StateStore,
  { file, reserved, intended }: UnfinishedPublication,
): Promise<boolean> {
  const entry = await lookAt(file.path);
  if (entry.kind === 'file' && intended?.sha256 !== undefined) {
    const digests = await hashFile(file.path);
    if (digests.sha256 === intended.sha256) {
      await store.commit(() => {
        store.files.markDownloaded(file.id, {
          ...intended,
          diskBytes: entry.sizeBytes,
          mtimeMs: entry.mtimeMs,
          appleChecksum: checkAgainstApple(digests, parseAppleChecksum(intended.checksum)),
        });
      });
      return true;
    }
  }
  if (entry.kind === 'file' && entry.sizeBytes === 0 && reserved) await unlink(file.path);
  await store.commit(() => {
    store.files.forgetPublication(file.id);
  });
  return false;
}

/** A partial with two names is the published file itself: its temporary name goes (D34). */
async function dropIfSecondName(store: StateStore, path: string): Promise<void> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats !== undefined && stats.nlink < 2) return;
  if (stats !== undefined) await unlink(path);
  await store.commit(() => {
    store.partials.forget(path);
  });
}

/** After a run that left nothing undone, no partial is of use any more (DL-95). */
export async function removePartials(store: StateStore): Promise<void> {
  for (const path of store.partials.all()) {
    await unlink(path).catch(() => undefined);
    await store.commit(() => {
      store.partials.forget(path);
    });
  }
}
