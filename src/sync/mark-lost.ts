import type { Library } from '../domain/index.js';
import type { Logger } from '../platform/logger.js';
import type { LostFile, LostScratch, StateStore } from '../state/index.js';

/** How the marking went. */
export interface Marked {
  marked: number;
  /** Of no rendition any more, or replaced meanwhile: nothing that a sync could fetch for them. */
  left: number;
  errors: number;
}

/** A row that could not be updated. */
export interface MarkFailure {
  readonly file: LostFile;
  readonly error: unknown;
}

/**
 * Turns lost files into work for the next sync, and yields those whose row could not be updated.
 * Deletes neither files nor rows. Safe beside a running sync: a row that it has touched since is
 * left alone.
 */
export async function* markLost(
  lost: LostScratch,
  store: StateStore,
  counts: Marked,
): AsyncGenerator<MarkFailure> {
  for (const page of lost.pages()) {
    // One transaction for all of them; when it fails, one for each.
    const results = await Promise.allSettled(
      page.map(({ fileId, publishedMs, reason }) =>
        store.commit(() => store.files.markLost(fileId, publishedMs, reason)),
      ),
    );
    for (const [index, result] of results.entries()) {
      const file = page[index];
      if (result.status === 'fulfilled') {
        if (result.value) counts.marked += 1;
        else counts.left += 1;
      } else if (file !== undefined) {
        counts.errors += 1;
        yield { file, error: result.reason };
      }
    }
  }
}

/**
 * Says which lost files no listing and no lookup of a run has brought back: iCloud has them no
 * longer, or the settings leave them out. They are recorded as they were again (RT-24).
 */
export function warnOfLost({ zone }: Library, run: number, store: StateStore, log: Logger): void {
  for (const path of store.rules.lostBefore(zone, run)) {
    log.warn('Missing or damaged on this disk, and not to be had from iCloud', { path });
  }
}
