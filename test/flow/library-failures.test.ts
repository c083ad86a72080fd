import { describe, expect, it } from 'vitest';
import { photo } from '../../src/simulator/library/builder.js';
import { SyncBench } from '../support/sync-bench.js';

const REFUSED = { kind: 'cloudkitError', code: 'BAD_REQUEST', status: 400 } as const;

async function twoLibraries() {
  const bench = await SyncBench.open((library) => {
    library.add(photo({ name: 'MINE.JPG' }));
    library.addSharedLibrary('owner').add(photo({ name: 'OURS.JPG' }));
  }, 'libraries = ["all"]\nalbums = ["none"]');
  const zones = bench.library.zones.map(({ name }) => name);
  return { bench, zones };
}

describe('one library that cannot be listed', () => {
  it.each([0, 1])(
    'cli 1.5: number %i does not keep the other from being synced',
    async (broken) => {
      const { bench, zones } = await twoLibraries();
      const zone = zones[broken] ?? '';
      const { faults } = bench.photos.icloud;
      const fault = faults.while({ zone, operation: 'records/query' }, REFUSED);
      const { outcome, fetched } = await bench.run();
      expect(outcome.status).toBe('partial');
      expect(outcome.trouble?.message).toContain(zone);
      expect(fetched).toHaveLength(1);
      expect((await bench.paths()).map((path) => path.replace(/.*\//, ''))).toEqual([
        broken === 0 ? 'OURS.JPG' : 'MINE.JPG',
      ]);

      faults.remove(fault);
      const next = await bench.run();
      expect(next.outcome.status).toBe('complete');
      expect(next.fetched).toHaveLength(1);
    },
  );

  it('cli 1.5: it is a partial failure also when the other has nothing new', async () => {
    const { bench, zones } = await twoLibraries();
    await bench.run();
    bench.library.add(photo({ name: 'NEW.JPG' }));
    bench.photos.icloud.faults.while({ zone: zones[0] ?? '', operation: 'changes/zone' }, REFUSED);
    bench.photos.icloud.faults.while({ zone: zones[0] ?? '', operation: 'records/query' }, REFUSED);
    expect((await bench.run()).outcome).toMatchObject({ status: 'partial' });
  });

  const ALBUM_LIST = { operation: 'records/query', recordType: 'CPLAlbumByPositionLive' } as const;

  it.each(['albums = ["all"]', 'albums = ["Trip"]\nunfiled = false'])(
    'cli 1.5: an album list that cannot be had holds up its own library (%s)',
    async (albums) => {
      const bench = await SyncBench.open((library) => {
        const mine = library.add(photo({ name: 'MINE.JPG' }));
        library.primary.addToAlbum(library.primary.createAlbum('Trip'), mine);
        library.addSharedLibrary('owner').add(photo({ name: 'OURS.JPG' }));
      }, `libraries = ["all"]\n${albums}`);
      const hasUnfiled = !albums.includes('unfiled');
      const { faults } = bench.photos.icloud;
      const fault = faults.while(ALBUM_LIST, REFUSED);
      const { outcome, fetched, log } = await bench.run();
      expect(outcome.status).toBe(hasUnfiled ? 'partial' : 'failed');
      expect(outcome.trouble?.message).toContain('PrimarySync');
      expect(fetched).toHaveLength(hasUnfiled ? 1 : 0);
      expect(await bench.inState(({ zones }) => zones.token('PrimarySync'))).toBeUndefined();
      if (hasUnfiled) expect(log.join()).toContain('could not be listed to its end');

      faults.remove(fault);
      const next = await bench.run();
      expect(next.outcome.status).toBe('complete');
      expect(next.fetched).toHaveLength(1);
      expect(await bench.paths()).toHaveLength(hasUnfiled ? 2 : 1);
    },
  );

  it('cli 1.5: albums that had to be listed again, and are not, cost nothing of what is known', async () => {
    const bench = await SyncBench.open((library) => {
      const mine = library.add(photo({ name: 'MINE.JPG' }));
      library.primary.addToAlbum(library.primary.createAlbum('Trip'), mine);
      library.addSharedLibrary('owner').add(photo({ name: 'OURS.JPG' }));
    }, 'libraries = ["all"]\nalbums = ["Trip"]');
    await bench.run();
    bench.filters = 'libraries = ["all"]\nalbums = ["Trip", "Later"]';
    const fault = bench.photos.icloud.faults.while(ALBUM_LIST, REFUSED);
    expect((await bench.run()).outcome).toMatchObject({ status: 'partial' });
    bench.photos.icloud.faults.remove(fault);
    bench.library.primary.createAlbum('Later');
    const next = await bench.run();
    expect(next.outcome.status).toBe('complete');
    expect(next.fetched).toEqual([]);
    expect(await bench.paths()).toHaveLength(2);
  });

  it('cli 1.5: nothing at all that can be listed is a failure', async () => {
    const { bench } = await twoLibraries();
    bench.photos.icloud.faults.while({ operation: 'records/query' }, REFUSED);
    expect((await bench.run()).outcome).toMatchObject({ status: 'failed' });
    expect(await bench.paths()).toEqual([]);
  });
});
