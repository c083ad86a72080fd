import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Asset, Rendition } from '../../src/domain/index.js';
import { appleChecksumOf } from '../../src/download/content-hash.js';
import { systemClock } from '../../src/platform/clock.js';
import { silentLogger } from '../../src/platform/logger.js';
import { openStateStore, type StateStore } from '../../src/state/index.js';
import type { BenchHome } from './home.js';

const ZONE = 'PrimarySync';
const FILES_A_FOLDER = 1_000;
const FILES_A_COMMIT = 500;
const WRITTEN = new Date('2024-05-01T10:00:00Z');

/** The state after a complete sync of `count` photos of eight bytes, and their files. */
export async function fillState(home: BenchHome, count: number): Promise<void> {
  const clock = systemClock();
  const store = await openStateStore(home.statePath, { clock, log: silentLogger, foldCase: false });
  try {
    const run = await store.commit(() => store.runs.start('sync'));
    await store.commit(() => {
      const zoneId = { zoneName: ZONE };
      store.zones.remember({ kind: 'primary', zone: ZONE, zoneId, database: 'private' });
    });
    for (let from = 0; from < count; from += FILES_A_COMMIT) {
      const numbers = Array.from(
        { length: Math.min(FILES_A_COMMIT, count - from) },
        (_, index) => from + index,
      );
      const photos = numbers.map((number) => onePhoto(home.photos, number));
      await store.commit(() => {
        for (const photo of photos) record(store, photo, run);
      });
      for (const { asset } of photos) await store.assets.noteSeen(asset, undefined, run);
    }
    await store.flush();
    await store.commit(() => {
      store.zones.noteListed(ZONE, run);
      store.runs.finish(run, {
        ...{ status: 'complete', assetsSeen: count, downloaded: count },
        ...{ failed: 0, enumerationErrors: 0, facts: {} },
      });
    });
  } finally {
    store.close();
  }
}

interface Photo {
  readonly asset: Asset;
  readonly rendition: Rendition;
  readonly path: string;
}

/** Makes the file of a photo, and says what iCloud would say of it. */
function onePhoto(photos: string, number: number): Photo {
  const folder = join(photos, String(Math.trunc(number / FILES_A_FOLDER)));
  if (number % FILES_A_FOLDER === 0) mkdirSync(folder, { recursive: true });
  const text = String(number).padStart(8, '0');
  const path = join(folder, `IMG_${text}.JPG`);
  const bytes = Buffer.from(text);
  writeFileSync(path, bytes);
  utimesSync(path, WRITTEN, WRITTEN);
  const masterId = `M-${text}`;
  const rendition: Rendition = {
    ...{ key: 'original', url: '', sizeBytes: bytes.length, typeId: 'public.jpeg' },
    ...{ checksum: appleChecksumOf(bytes), width: 1, height: 1 },
    ...{ recordName: masterId, urlReceivedAtMs: 0 },
  };
  const asset: Asset = {
    ...{ zone: ZONE, assetId: `${text}-4EF0-9012-3456789ABCDE`, masterId },
    ...{ fileName: `IMG_${text}.JPG`, itemType: 'public.jpeg', kind: 'image' },
    ...{ isLivePhoto: false, isFavorite: false, isHidden: false, isDeleted: false },
    ...{ capturedAtMs: WRITTEN.getTime(), addedAtMs: WRITTEN.getTime(), timeZoneOffsetSeconds: 0 },
    renditions: new Map([['original', rendition]]),
    ...{ unusable: new Map(), metadata: {} },
  };
  return { asset, rendition, path };
}

function record(store: StateStore, { asset, rendition, path }: Photo, run: number): void {
  const { checksum, sizeBytes, typeId } = rendition;
  const placement = {
    zone: ZONE,
    assetId: asset.assetId,
    rendition: rendition.key,
    place: 'library',
  };
  const claim = store.files.claim(placement, { path, run, checksum, sizeBytes, typeId });
  if (claim.kind !== 'claimed') throw new Error(`${path} is taken.`);
  store.files.markDownloaded(claim.file.id, {
    ...{ checksum, sizeBytes, diskBytes: sizeBytes, mtimeMs: WRITTEN.getTime() },
    ...{ sha256: 'ab'.repeat(32), downloadSha256: undefined, appleChecksum: 'verified' },
  });
}
