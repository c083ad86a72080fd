import { describe, expect, it } from 'vitest';
import type { FaultSpec } from '../../src/simulator/faults.js';
import type { SimLibrary } from '../../src/simulator/library/index.js';
import type { BlockedReason } from '../../src/sync/token-verdict.js';
import { SyncBench } from '../support/sync-bench.js';

const ALL_INDEX = 'CPLAssetAndMasterByAssetDateWithoutHiddenOrDeleted';

interface Case {
  readonly reason: BlockedReason;
  readonly source: 'kei' | 'icloud' | 'unknown';
  readonly filters?: string;
  readonly assets?: number;
  readonly prepare?: (library: SimLibrary) => void;
  readonly fault?: FaultSpec;
}

const refusal = { code: 'BAD_REQUEST', status: 400 } as const;

const cases: readonly Case[] = [
  { reason: 'recent_limited_full_enumeration', source: 'kei', filters: 'recent = 3' },
  {
    reason: 'date_bounded_full_enumeration',
    source: 'kei',
    filters: 'skip_created_before = "2001-01-01"',
  },
  {
    reason: 'producer_enumeration_incomplete',
    source: 'kei',
    assets: 350,
    fault: {
      when: { operation: 'records/query', recordType: ALL_INDEX },
      timing: { after: 2 },
      action: { kind: 'cloudkitError', ...refusal },
    },
  },
  {
    reason: 'smart_folder_refresh_failed',
    source: 'kei',
    filters: 'smart_folders = ["Favorites"]',
    fault: {
      when: { operation: 'records/query', recordType: 'CPLAssetAndMasterInSmartAlbumByAssetDate' },
      action: { kind: 'cloudkitError', ...refusal },
    },
  },
  {
    reason: 'icloud_indexing_incomplete',
    source: 'icloud',
    prepare: ({ primary }) => {
      primary.indexing = { state: 'RUNNING', progress: 40 };
    },
  },
  {
    reason: 'pagination_shortfall',
    source: 'icloud',
    assets: 350,
    prepare: ({ primary, scans }) => {
      scans.during({ index: ALL_INDEX, afterPage: 2 }, () => {
        const newest = [...primary.assets.assetStates()]
          .sort((a, b) => (b.assetDate ?? 0) - (a.assetDate ?? 0))
          .slice(0, 260);
        for (const { recordName } of newest) primary.trash(recordName);
      });
    },
  },
  {
    reason: 'icloud_sync_token_mismatch',
    source: 'icloud',
    fault: {
      when: { operation: 'changes/zone' },
      action: { kind: 'zoneError', code: 'BAD_REQUEST' },
    },
  },
  {
    reason: 'sync_token_unavailable',
    source: 'unknown',
    fault: {
      when: { operation: 'changes/zone' },
      action: { kind: 'emptyPage', moreComing: true },
    },
  },
  {
    reason: 'sync_token_missing',
    source: 'unknown',
    filters: 'smart_folders = ["Portrait"]\nunfiled = false',
    prepare: ({ tuning }) => {
      tuning.newerSmartAlbums = false;
    },
  },
];

describe('EN-54, IN-40, D66: every blocked token has its reason in the run and in the library', () => {
  it.each(cases)('$reason', async ({ reason, source, filters, assets = 8, prepare, fault }) => {
    const bench = await SyncBench.open(
      (library) => {
        library.primary.addGenerated({ count: assets });
        prepare?.(library);
      },
      `albums = ["none"]\n${filters ?? ''}`,
    );
    if (fault !== undefined) bench.photos.icloud.faults.add(fault);
    await bench.run();
    const { facts, zone } = await bench.inState(({ runs, zones }) => ({
      facts: runs.lastFacts(),
      zone: zones.enumeration('PrimarySync'),
    }));
    expect(facts['libraries']).toEqual([
      expect.objectContaining({
        zone: 'PrimarySync',
        mode: 'full',
        full_enumeration_reason: 'no_stored_token',
        sync_token_blocked: true,
        sync_token_blocked_reason: reason,
        sync_token_blocked_source: source,
      }),
    ]);
    expect(zone).toMatchObject({ fullReason: 'no_stored_token', blockedReason: reason });
    expect(zone?.hasToken).toBe(false);
  });
});

describe('IN-10, IN-11, D66: every full enumeration has its reason', () => {
  it('a changed scan, changed settings, and a token that iCloud forgot', async () => {
    const scan = cases.find(({ reason }) => reason === 'pagination_shortfall');
    const bench = await SyncBench.open((library) => {
      library.primary.addGenerated({ count: 350 });
      scan?.prepare?.(library);
    }, 'albums = ["none"]');
    const reasonOfRun = async () => {
      await bench.run();
      return bench.inState(({ zones }) => zones.enumeration('PrimarySync'));
    };
    expect((await reasonOfRun())?.fullReason).toBe('no_stored_token');
    expect(await reasonOfRun()).toMatchObject({
      fullReason: 'scan_changed',
      blockedReason: undefined,
      hasToken: true,
    });
    bench.download = 'folder_structure = "%Y"';
    expect((await reasonOfRun())?.fullReason).toBe('download_config_hash_drift');
    bench.filters += '\nmedia = ["photos"]';
    expect((await reasonOfRun())?.fullReason).toBe('enum_config_hash_drift');
    // Another selection lists what it needs, and not the library (IN-3).
    bench.filters = bench.filters.replace('"none"', '"all"');
    expect((await reasonOfRun())?.fullReason).toBe('enum_config_hash_drift');
    bench.filters = bench.filters.replace('"all"', '"none"');
    await reasonOfRun();
    bench.library.primary.addGenerated({ count: 1 });
    bench.photos.icloud.faults.next(
      { operation: 'changes/zone' },
      { kind: 'zoneError', code: 'BAD_REQUEST' },
      2,
    );
    expect((await reasonOfRun())?.fullReason).toBe('invalid_sync_token');
  });
});
