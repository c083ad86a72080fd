import { describe, expect, it } from 'vitest';
import type { SkipReason } from '../../src/domain/index.js';
import { imbalance } from '../../src/report/counters.js';
import { photo, type SimLibrary } from '../../src/simulator/library/index.js';
import { seedAwkward } from '../../src/simulator/seeds/awkward.js';
import { SyncBench } from '../support/sync-bench.js';

const EVEN = { assets: 0, files: 0 };

/** With an album that holds what is hidden, too. */
function awkward(library: SimLibrary): void {
  seedAwkward(library);
  const { primary } = library;
  const hidden = [...primary.assets.assetStates()].filter((asset) => asset.hidden);
  primary.addToAlbum(
    primary.createAlbum('Mixed'),
    ...hidden.slice(0, 3).map(({ recordName }) => recordName),
  );
}

describe('D72: every asset and every file of a run is accounted for, over the awkward library', () => {
  it.each<[what: string, filters: string, reasons: readonly SkipReason[]]>([
    ['the whole library', 'albums = ["none"]', ['no_rendition', 'empty']],
    [
      'albums, smart folders, and what is in none',
      'albums = ["Holidays", "Mixed"]\nsmart_folders = ["Favorites", "Hidden", "Recently Deleted"]',
      ['by_excluded_album', 'hidden', 'empty'],
    ],
    [
      'filters of every kind',
      [
        'albums = ["none"]',
        'media = ["photos", "live-photos"]',
        'filename_exclude = ["IRR_*"]',
        'skip_created_before = "2018-01-01"',
        'skip_created_after = "2024-02-01"',
        '[photos]',
        'live_photo_mode = "skip"',
        'resolution = "none"',
        'edited = true',
      ].join('\n'),
      ['by_media_type', 'by_live_photo', 'by_date_range', 'by_filename', 'no_rendition'],
    ],
    [
      'shared libraries and every rendition',
      'albums = ["none"]\nlibraries = ["all"]\nsmart_folders = ["all"]\n[photos]\nedited = true\nalternative = true\nlive_resolution = "medium"',
      ['by_state', 'empty'],
    ],
  ])('%s', async (_, filters, reasons) => {
    const bench = await SyncBench.open(awkward, filters);
    const first = await bench.run();
    expect(imbalance(first.outcome.counters)).toEqual(EVEN);
    expect(first.outcome.counters.assetsSeen).toBeGreaterThan(100);
    for (const reason of reasons) {
      expect(first.outcome.counters.skipped.get(reason) ?? 0, reason).toBeGreaterThan(0);
    }
    if (filters.includes('all')) return;
    // Everything again, now that it is there: the debts are looked up once more.
    await bench.inState(({ zones }) => zones.clearAllTokens());
    const second = await bench.run();
    expect(imbalance(second.outcome.counters)).toEqual(EVEN);
    expect(second.outcome.counters.downloaded).toBe(0);
  });

  it('RT-42, RT-22: failures, second chances and used-up attempts included', async () => {
    const bench = await SyncBench.open(({ primary }) => {
      const ids = primary.addAll([1, 2, 3, 4].map((n) => photo({ name: `IMG_${n}.JPG` })));
      for (const name of ['A', 'B']) primary.addToAlbum(primary.createAlbum(name), ...ids);
    }, 'unfiled = false');
    bench.download = '[download.retry]\nper_transfer = 0\nper_asset = 2';
    const { faults } = bench.photos.icloud;
    const ids = [...bench.library.expectedFiles()].map(({ assetId }) => assetId);
    faults.while({ site: 'content', assetId: ids[0] ?? '' }, { kind: 'status', status: 404 });
    faults.next({ site: 'content', assetId: ids[1] ?? '' }, { kind: 'status', status: 404 });
    for (const isParked of [false, true, true]) {
      const { counters } = (await bench.run()).outcome;
      expect(imbalance(counters)).toEqual(EVEN);
      expect(counters.parked > 0 || (counters.skipped.get('retry_exhausted') ?? 0) > 0).toBe(
        isParked,
      );
    }
  });

  it('EN-32: entries that are no records are counted as malformed', async () => {
    const bench = await SyncBench.open(({ primary }) => {
      primary.addAll([photo({ name: 'IMG_1.JPG' })]);
    }, 'albums = ["none"]');
    const { photos: service } = bench.photos;
    const { counters } = (
      await bench.run({
        service: {
          ...service,
          listAssets: (options) => {
            const listing = service.listAssets(options);
            const result = listing.result.bind(listing);
            listing.result = () => ({ ...result(), malformed: 2 });
            return listing;
          },
        },
      })
    ).outcome;
    expect(counters.skipped.get('malformed')).toBe(2);
    expect(imbalance(counters)).toEqual(EVEN);
  });
});
