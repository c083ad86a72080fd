import type { FileEdges } from '../../platform/files.js';
import type { Logger } from '../../platform/logger.js';
import { walkTree, type SkipName } from '../../platform/walk-tree.js';
import type { LocalFiles } from '../../state/index.js';
import type { ImportCounters, SkippedEntry } from './counters.js';

/** Files that go with a photo and are none: settings of editors, metadata, thumbnails of cameras. */
const SIDECARS = /\.(?:xmp|aae|json|thm)$/i;
/** What file managers and network disks put beside photos. */
const SYSTEM = /^(?:@eadir|#recycle|#snapshot|\$recycle\.bin|thumbs\.db|desktop\.ini)$/i;

/** What icloudpd calls a download that is not finished. */
const PART = '.part';

export interface ScanDeps {
  readonly local: LocalFiles;
  readonly tempSuffix: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly files: Pick<FileEdges, 'lstat'>;
}

/** Notes every file below the folders that may be a photo, and counts what is not looked at. */
export async function scanTrees(
  roots: readonly string[],
  counters: ImportCounters,
  { local, tempSuffix, log, signal, files }: ScanDeps,
): Promise<void> {
  const skip = (reason: SkippedEntry): void => {
    counters.skipped.set(reason, (counters.skipped.get(reason) ?? 0) + 1);
  };
  for (const root of roots) {
    for await (const entry of walkTree(root, skipName(tempSuffix), files, signal)) {
      if (entry.kind === 'skipped') {
        skip(entry.reason);
        if (entry.reason === 'unreadable') log.warn('Cannot read a folder', { path: entry.path });
      } else if (entry.sizeBytes === 0) skip('empty');
      else if (local.add(entry)) counters.localFiles += 1;
    }
  }
}

/** Why an entry is left out, by its name alone. */
export function skipName(tempSuffix: string): SkipName<SkippedEntry> {
  return (name, isFolder) => {
    if (SYSTEM.test(name)) return 'system';
    if (!isFolder && (name.endsWith(tempSuffix) || name.endsWith(PART))) return 'partial';
    if (name.startsWith('.')) return 'hidden';
    return !isFolder && SIDECARS.test(name) ? 'sidecar' : undefined;
  };
}
