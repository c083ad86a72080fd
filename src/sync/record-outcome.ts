import { basename } from 'node:path';
import type { Asset, AppleChecksumVerdict, PlannedFile } from '../domain/index.js';
import type { ContentDigests, DownloadResult } from '../download/index.js';
import { checkAgainstApple, parseAppleChecksum } from '../download/index.js';
import type { StoredFile } from '../state/index.js';
import type { Counters } from '../report/counters.js';
import type { CycleDeps } from './cycle.js';
import { lookAt } from './plan/disk-look.js';

type RecordDeps = Pick<CycleDeps, 'store' | 'log' | 'progress' | 'files'>;

/**
 * Makes the outcome of one file durable, then counts it: a downloaded file has its name on the disk
 * by now, and counts as done only once its row is committed (seed; architecture 1.4).
 */
export async function recordOutcome(
  { file, outcome }: DownloadResult,
  counters: Counters,
  { store, log, progress, files }: RecordDeps,
): Promise<void> {
  switch (outcome.status) {
    case 'cancelled':
      counters.bytesReceived += outcome.bytesReceived;
      return;
    case 'failed': {
      const { error } = outcome;
      // A lost session or a state in trouble uses up no file's attempts, or a bad week would park
      // the library.
      const attempts = error.kind === 'session' || error.kind === 'state' ? 0 : 1;
      await store.commit(() => {
        const owner = store.files.ownerOf(file.path);
        if (!owner || !store.files.markFailed(owner.file.id, error.message, attempts)) {
          log.warn('A failed file has no row in the state', { path: file.path });
        }
      });
      counters.bytesReceived += outcome.bytesReceived;
      counters.failed += 1;
      progress.advance();
      log.error('Download failed', { path: file.path, error: error.message });
      return;
    }
    case 'downloaded': {
      const entry = await lookAt(file.path, files);
      await store.commit(() => {
        const row = fileAt(store, file.path);
        store.files.markDownloaded(row.id, {
          checksum: file.rendition.checksum,
          sizeBytes: file.rendition.sizeBytes,
          sha256: outcome.finalSha256,
          downloadSha256: outcome.sha256 === outcome.finalSha256 ? undefined : outcome.sha256,
          diskBytes: entry.kind === 'file' ? entry.sizeBytes : outcome.sizeBytes,
          mtimeMs: entry.kind === 'file' ? entry.mtimeMs : 0,
          appleChecksum: outcome.appleChecksum,
        });
      });
      countDownload(file, outcome, counters);
      for (const warning of outcome.warnings) log.warn(warning, { path: file.path });
      log.debug('Downloaded', { path: file.path, bytes: outcome.sizeBytes });
      progress.advance();
      progress.show(basename(file.path));
    }
  }
}

function countDownload(
  file: PlannedFile,
  outcome: Extract<DownloadResult['outcome'], { status: 'downloaded' }>,
  counters: Counters,
): void {
  counters.bytesReceived += outcome.bytesReceived;
  counters.downloaded += 1;
  if (isVideoFile(file)) counters.videosDownloaded += 1;
  else counters.photosDownloaded += 1;
  counters.bytesWritten += outcome.sizeBytes;
  counters.apple[outcome.appleChecksum] += 1;
  if (outcome.resumedFrom > 0) counters.resumed += 1;
}

function isVideoFile({ asset, role }: PlannedFile): boolean {
  return asset.kind === 'video' || role === 'live' || role === 'live-edited';
}

/** Records a file that lay on the disk already as this rendition's (DL-66, D9). */
export async function recordAdoption(
  file: StoredFile,
  asset: Asset,
  digests: ContentDigests | undefined,
  { store, log, files }: RecordDeps,
): Promise<void> {
  const entry = await lookAt(file.path, files);
  if (entry.kind !== 'file') return;
  const appleChecksum: AppleChecksumVerdict =
    digests === undefined
      ? 'unknown'
      : checkAgainstApple(digests, parseAppleChecksum(file.checksum));
  await store.commit(() => {
    store.files.markDownloaded(
      file.id,
      {
        checksum: file.checksum,
        sizeBytes: file.sizeBytes,
        sha256: digests?.sha256,
        downloadSha256: undefined,
        diskBytes: entry.sizeBytes,
        mtimeMs: entry.mtimeMs,
        appleChecksum,
      },
      { origin: 'adopted' },
    );
  });
  log.info('Found on disk', { path: file.path, asset: asset.assetId, proof: appleChecksum });
}

function fileAt(store: CycleDeps['store'], path: string): StoredFile {
  const owner = store.files.ownerOf(path);
  // The planner claims every path before it is fetched (D31).
  if (owner === undefined) throw new Error(`No plan for ${path}`);
  return owner.file;
}
