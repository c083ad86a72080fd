import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Asset } from '../../../src/domain/index.js';
import type { Clock } from '../../../src/platform/clock.js';
import { silentLogger } from '../../../src/platform/logger.js';
import {
  openStateReader,
  openStateStore,
  type PathPlan,
  type Placement,
  type PublishedFile,
  type StateReader,
  type StateStore,
} from '../../../src/state/index.js';

export interface TestClock extends Clock {
  time: number;
  readonly sleeps: number[];
}

/** A clock that stands at a second of 2026 and moves only when it sleeps. */
export function testClock(): TestClock {
  const clock: TestClock = {
    time: Date.UTC(2026, 0, 2, 3, 4, 5),
    sleeps: [],
    now: () => clock.time,
    monotonic: () => clock.time,
    sleep: async (ms) => {
      clock.sleeps.push(ms);
      clock.time += ms;
    },
  };
  return clock;
}

/** A folder that is removed after the test. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kei-state-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

export function statePath(folder = tempFolder()): string {
  return join(folder, 'user.state.db');
}

export interface StoreOptions {
  readonly path?: string;
  readonly clock?: Clock;
  readonly foldCase?: boolean;
}

/** A store that is closed after the test. */
export async function openStore(options: StoreOptions = {}): Promise<StateStore> {
  const store = await openStateStore(options.path ?? statePath(), {
    clock: options.clock ?? testClock(),
    log: silentLogger,
    foldCase: options.foldCase ?? false,
  });
  onTestFinished(() => {
    store.close();
  });
  return store;
}

export async function openReader(path: string): Promise<StateReader> {
  const reader = await openStateReader(path, { clock: testClock() });
  if (reader === undefined) throw new Error(`no state at ${path}`);
  onTestFinished(() => {
    reader.close();
  });
  return reader;
}

export function placement(assetId: string, overrides: Partial<Placement> = {}): Placement {
  return { zone: 'PrimarySync', assetId, rendition: 'original', place: 'library', ...overrides };
}

export function plan(path: string, run: number, overrides: Partial<PathPlan> = {}): PathPlan {
  return { path, run, checksum: 'AQ==', sizeBytes: 100, typeId: 'public.jpeg', ...overrides };
}

export function published(
  overrides: Partial<PublishedFile> = {},
): PublishedFile & { readonly sha256: string } {
  return {
    checksum: 'AQ==',
    sizeBytes: 100,
    downloadSha256: undefined,
    diskBytes: 100,
    mtimeMs: 1_600_000_000_000,
    appleChecksum: 'verified',
    ...overrides,
    sha256: overrides.sha256 ?? 'ab'.repeat(32),
  };
}

/** Claims a path that must be free and returns the file's id. */
export function claim(store: StateStore, assetId: string, path: string, run: number): number {
  const result = store.files.claim(placement(assetId), plan(path, run));
  if (result.kind !== 'claimed') throw new Error(`${path} is ${result.kind}`);
  return result.file.id;
}

export function asset(assetId: string, overrides: Partial<Asset> = {}): Asset {
  return {
    assetId,
    masterId: `master-of-${assetId}`,
    zone: 'PrimarySync',
    fileName: 'IMG_1.HEIC',
    itemType: 'public.heic',
    kind: 'image',
    isLivePhoto: false,
    capturedAtMs: 1_500_000_000_000,
    addedAtMs: 1_500_000_001_000,
    timeZoneOffsetSeconds: 3600,
    isFavorite: false,
    isHidden: false,
    isDeleted: false,
    renditions: new Map(),
    unusable: new Map(),
    metadata: {},
    ...overrides,
  };
}
