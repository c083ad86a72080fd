import { describe, expect, test } from 'vitest';
import { photo } from '../../src/simulator/library/builder.js';
import { SyncBench, type BenchRun } from '../support/sync-bench.js';

const MEMBERS = 'CPLContainerRelationLiveByAssetDate';
const EVERYTHING = 'CPLAssetAndMasterByAssetDateWithoutHiddenOrDeleted';
const DAY = { takenAt: '2024-05-01T10:00:00Z', timeZoneOffset: 0 } as const;
const ALL = 'albums = ["all"]';
const OTHER = '2024/05/01/OTHER.JPG';
const TREE = [OTHER, 'Trip/BACK.JPG'];

const operations = ({ calls }: BenchRun) => calls.map(({ operation }) => operation);

type Masters = 'changed' | 'before' | 'after';

interface TrashedMember {
  readonly filters?: string;
  readonly isListed?: boolean;
  readonly masters: Masters;
}

/** A photo of an album that lies in the trash, and one of no album; listed once. */
async function trashedMember({ filters = ALL, isListed = true, masters }: TrashedMember) {
  let id = '';
  const bench = await SyncBench.open(({ primary }) => {
    id = primary.add(photo({ ...DAY, name: 'BACK.JPG', favourite: true }));
    primary.addToAlbum(primary.createAlbum('Trip'), id);
    primary.add(photo({ ...DAY, name: 'OTHER.JPG' }));
    primary.trash(id);
  }, filters);
  bench.download = 'threads = 1';
  bench.library.tuning.mastersInDeltas = masters;
  if (isListed) await bench.run();
  return { bench, id, primary: bench.library.primary };
}

/** A run that is stopped as soon as a file of it was fetched. */
async function stoppedRun(bench: SyncBench): Promise<void> {
  const drain = new AbortController();
  const stop = bench.photos.icloud.journal.subscribe(({ site }) => {
    if (site === 'content') drain.abort();
  });
  expect((await bench.run({ drain: drain.signal })).outcome.status).toBe('interrupted');
  stop();
}

async function expectTree(bench: SyncBench, tree: readonly string[]): Promise<void> {
  const { outcome, log } = await bench.run();
  expect(outcome.status, log.join('\n')).toBe('complete');
  expect(await bench.paths()).toEqual([...tree].sort());
  expect(operations(await bench.run())).toEqual(['changes/database']);
}

describe('photos that go from one album to another while these are listed', () => {
  test('D60: none of them is taken for one of no album', async () => {
    let id = '';
    const albums: string[] = [];
    const bench = await SyncBench.open(({ primary }) => {
      for (const name of ['First', 'Second']) {
        albums.push(primary.createAlbum(name));
        primary.addToAlbum(albums.at(-1)!, primary.add(photo({ ...DAY, name: `${name}.JPG` })));
      }
      id = primary.add(photo({ ...DAY, addedAt: DAY.takenAt, name: 'MOVED.JPG' }));
      primary.addToAlbum(albums[1]!, id);
      primary.add(photo({ ...DAY, name: 'OTHER.JPG' }));
    }, ALL);
    const { primary } = bench.library;
    bench.library.scans.during({ index: MEMBERS, afterPage: 1 }, () => {
      primary.removeFromAlbum(albums[1]!, id);
      primary.addToAlbum(albums[0]!, id);
    });
    const tree = [OTHER, 'First/First.JPG', 'First/MOVED.JPG', 'Second/Second.JPG'];
    expect((await bench.run()).outcome.status).toBe('complete');
    expect(await bench.paths()).toEqual(tree);
    await expectTree(bench, tree);
  });
});

describe('albums that move while they are listed', () => {
  test('EN-6, D60: one that goes to a folder which was read already is found all the same', async () => {
    let album = '';
    const bench = await SyncBench.open(({ primary }) => {
      const id = primary.add(photo({ ...DAY, name: 'IN.JPG' }));
      album = primary.createAlbum('Trip', { in: primary.createFolder('Folder') });
      primary.addToAlbum(album, id);
    }, ALL);
    bench.library.scans.during({ index: 'CPLAlbumByPositionLive', afterPage: 1 }, () => {
      bench.library.primary.moveAlbum(album, undefined);
    });
    await bench.run();
    await expectTree(bench, ['Trip/IN.JPG']);
  });
});

describe('a library without albums', () => {
  test('D60, IN-35: the first one that is made while all photos are listed is found by the next run', async () => {
    let id = '';
    const bench = await SyncBench.open(({ primary }) => {
      id = primary.add(photo({ ...DAY, name: 'IN.JPG' }));
    }, ALL);
    bench.library.scans.during({ index: EVERYTHING, afterPage: 1 }, () => {
      const { primary } = bench.library;
      primary.addToAlbum(primary.createAlbum('Trip'), id);
    });
    await bench.run();
    await expectTree(bench, ['2024/05/01/IN.JPG', 'Trip/IN.JPG']);
  });
});

describe.each<Masters>(['changed', 'before', 'after'])(
  'photos that come back out of the trash, of whose albums the feed says nothing (masters: %s)',
  (masters) => {
    test('IN-36, IN-39: one that no listing has shown comes into its album', async () => {
      const { bench, id, primary } = await trashedMember({ masters });
      primary.restore(id);
      const run = await bench.run();
      expect(run.outcome.status, run.log.join('\n')).toBe('complete');
      expect(await bench.paths()).toEqual(TREE);
      expect(operations(run)).not.toContain('records/query');
    });

    test('IN-36: also when it went to the trash and came back once more', async () => {
      const { bench, id, primary } = await trashedMember({ masters });
      primary.restore(id);
      primary.trash(id);
      primary.restore(id);
      await expectTree(bench, TREE);
    });

    test('IN-36, case 92: also when the run that heard of it was stopped', async () => {
      const { bench, id, primary } = await trashedMember({ masters });
      primary.restore(id);
      await stoppedRun(bench);
      await expectTree(bench, TREE);
    });

    test('IN-3, case 92: also when that run had met it in an album that was new', async () => {
      const { bench, id, primary } = await trashedMember({ masters });
      primary.restore(id);
      primary.addToAlbum(primary.createAlbum('Best'), id);
      await stoppedRun(bench);
      await expectTree(bench, [...TREE, 'Best/BACK.JPG']);
    });

    test.each([true, false])(
      'IN-36: also when it was put into another album in the trash (heard together: %s)',
      async (together) => {
        const { bench, id, primary } = await trashedMember({ masters });
        primary.addToAlbum(primary.createAlbum('Best'), id);
        if (!together) await bench.run();
        primary.restore(id);
        await expectTree(bench, [...TREE, 'Best/BACK.JPG']);
      },
    );

    test('IN-36: also when it was trashed while nobody followed the feed', async () => {
      const { bench, id, primary } = await trashedMember({ masters });
      primary.restore(id);
      await bench.run();
      primary.trash(id);
      primary.forgetTokens();
      await bench.run();
      primary.restore(id);
      await expectTree(bench, TREE);
    });

    test('D60: also when that happened after the albums were listed and before the rest', async () => {
      const { bench, id, primary } = await trashedMember({ isListed: false, masters });
      bench.library.scans.during({ index: MEMBERS, afterPage: 1 }, () => {
        primary.restore(id);
      });
      await bench.run();
      expect(await bench.paths()).toEqual(TREE);
      await expectTree(bench, TREE);
    });

    test('D60: also when the listing of all photos was under way', async () => {
      const { bench, id, primary } = await trashedMember({ isListed: false, masters });
      const day = { takenAt: '2025-05-01T10:00:00Z', timeZoneOffset: 0, previews: false };
      primary.addAll(Array.from({ length: 110 }, (_, n) => photo({ ...day, name: `${n}.JPG` })));
      bench.library.scans.during({ index: EVERYTHING, afterPage: 1 }, () => {
        primary.restore(id);
      });
      await bench.run();
      const paths = await bench.paths();
      expect(paths.filter((path) => !path.startsWith('2025'))).toEqual(TREE);
      await expectTree(bench, paths);
    });

    test('D60, IN-3: also when only the photos of no album were listed then', async () => {
      const filters = `${ALL}\nunfiled = false`;
      const { bench, id, primary } = await trashedMember({ filters, masters });
      primary.add(photo({ ...DAY, name: 'MORE.JPG' }));
      bench.filters = ALL;
      bench.library.scans.during({ index: 'changes/zone', afterPage: 1 }, () => {
        primary.restore(id);
      });
      await bench.run();
      await expectTree(bench, [...TREE, '2024/05/01/MORE.JPG']);
    });

    test.each([true, false])(
      'D60, IN-3: also when that happened between the feed and a new album (stopped: %s)',
      async (isStopped) => {
        const { bench, id, primary } = await trashedMember({ masters });
        primary.addToAlbum(primary.createAlbum('Best'), id);
        bench.library.scans.during({ index: 'changes/zone', afterPage: 1 }, () => {
          primary.restore(id);
        });
        if (isStopped) await stoppedRun(bench);
        else await bench.run();
        await expectTree(bench, [...TREE, 'Best/BACK.JPG']);
      },
    );

    test('D79, D65: also when a run that asked for the newest photos has met it', async () => {
      const { bench, id, primary } = await trashedMember({ masters });
      primary.restore(id);
      const config = await bench.config();
      const recent = { kind: 'count', count: 5 } as const;
      await bench.run({ config: { ...config, filters: { ...config.filters, recent } } });
      await expectTree(bench, TREE);
    });

    test('IN-3, case 92: also when a run with another selection has met it and was stopped', async () => {
      const { bench, id, primary } = await trashedMember({ masters });
      primary.restore(id);
      bench.filters = 'albums = ["none"]';
      await stoppedRun(bench);
      bench.filters = ALL;
      await expectTree(bench, [...TREE, '2024/05/01/BACK.JPG']);
    });

    test('IN-35, D60: also when it came back after the feed told of another album', async () => {
      const { bench, id, primary } = await trashedMember({ masters });
      const best = primary.createAlbum('Best');
      await bench.run();
      primary.addToAlbum(best, id);
      bench.library.scans.during({ index: 'changes/zone', afterPage: 1 }, () => {
        primary.restore(id);
      });
      await bench.run();
      await expectTree(bench, [...TREE, 'Best/BACK.JPG']);
    });

    test('IN-4, D60: also when it came back after the feed and before a smart folder', async () => {
      const filters = `${ALL}\nsmart_folders = ["Favorites"]`;
      const { bench, id, primary } = await trashedMember({ filters, masters });
      primary.add(photo({ ...DAY, name: 'MORE.JPG' }));
      bench.library.scans.during({ index: 'changes/zone', afterPage: 1 }, () => {
        primary.restore(id);
      });
      await bench.run();
      await expectTree(bench, [...TREE, '2024/05/01/MORE.JPG', 'Favorites/BACK.JPG']);
    });

    test('IN-31, IN-36: also when it was hidden meanwhile', async () => {
      const { bench, id, primary } = await trashedMember({ masters });
      const best = primary.createAlbum('Best');
      primary.hide(id);
      await bench.run();
      primary.restore(id);
      primary.addToAlbum(best, id);
      await bench.run();
      primary.unhide(id);
      await expectTree(bench, [...TREE, 'Best/BACK.JPG']);
    });

    test('D61, IN-36: also when its master could not be had at first', async () => {
      const { bench, id, primary } = await trashedMember({ masters });
      const best = primary.createAlbum('Best');
      await bench.run();
      primary.restore(id);
      primary.addToAlbum(best, id);
      bench.photos.icloud.faults.add({
        when: { operation: 'records/lookup' },
        timing: { first: 1 },
        action: { kind: 'recordError', code: 'TRY_AGAIN_LATER', count: 1 },
      });
      await bench.run();
      await expectTree(bench, [...TREE, 'Best/BACK.JPG']);
    });

    test('D59: many are asked for together', async () => {
      let ids: readonly string[] = [];
      const bench = await SyncBench.open(({ primary }) => {
        ids = primary.addAll(Array.from({ length: 120 }, (_, n) => photo({ name: `${n}.JPG` })));
        primary.addToAlbum(primary.createAlbum('Trip'), ...ids);
        for (const id of ids) primary.trash(id);
      }, ALL);
      bench.library.tuning.mastersInDeltas = masters;
      await bench.run();
      for (const id of ids) bench.library.primary.restore(id);
      const run = await bench.run();
      expect(await bench.paths()).toHaveLength(120);
      expect((await bench.paths()).every((path) => path.startsWith('Trip/'))).toBe(true);
      const lookups = operations(run).filter((operation) => operation === 'records/lookup');
      // Of their masters, where the feed does not bring them, and of their albums.
      expect(lookups).toHaveLength(masters === 'changed' ? 4 : 2);
    });

    test('IN-38: a new photo costs no question for its albums', async () => {
      const { bench, primary } = await trashedMember({ masters });
      const fresh = primary.add(photo({ ...DAY, name: 'NEW.JPG' }));
      primary.addToAlbum([...primary.albums.all()][0]!.recordName, fresh);
      primary.add(photo({ ...DAY, name: 'LOOSE.JPG' }));
      const run = await bench.run();
      expect(run.outcome.status).toBe('complete');
      expect(operations(run)).not.toContain('records/lookup');
      expect(await bench.paths()).toEqual(['2024/05/01/LOOSE.JPG', OTHER, 'Trip/NEW.JPG']);
    });
  },
);
