import { describe, expect, test } from 'vitest';
import { photo } from '../../src/simulator/library/builder.js';
import type { SimZone } from '../../src/simulator/library/zone.js';
import { SyncBench, type BenchRun } from '../support/sync-bench.js';

const operations = (calls: BenchRun['calls']) => calls.map(({ operation }) => operation);
const listings = (calls: BenchRun['calls']) =>
  operations(calls).filter((one) => one === 'records/query').length;

const shot = (name: string, takenAt = '2024-03-01T10:00:00Z') =>
  photo({ name: `${name}.JPG`, takenAt, timeZoneOffset: 0, size: 3_000 });
const loose = (name: string) => `2024/03/01/${name}.JPG`;

/** Photos A to F: A, B in Garden; B, C in Trips; the rest in no album. */
interface Garden {
  readonly bench: SyncBench;
  readonly zone: SimZone;
  readonly id: (name: string) => string;
  readonly album: (name: string) => string;
}

async function garden(filters = ''): Promise<Garden> {
  const ids = new Map<string, string>();
  const albums = new Map<string, string>();
  const bench = await SyncBench.open(({ primary }) => {
    for (const name of 'ABCDEF') ids.set(name, primary.add(shot(name)));
    for (const name of ['Garden', 'Trips']) albums.set(name, primary.createAlbum(name));
    primary.addToAlbum(albums.get('Garden')!, ids.get('A')!, ids.get('B')!);
    primary.addToAlbum(albums.get('Trips')!, ids.get('B')!, ids.get('C')!);
  }, filters);
  await clean(bench);
  return {
    bench,
    zone: bench.library.primary,
    id: (name) => ids.get(name)!,
    album: (name) => albums.get(name)!,
  };
}

const FIRST = [
  ...['A', 'B'].map((name) => `Garden/${name}.JPG`),
  ...['B', 'C'].map((name) => `Trips/${name}.JPG`),
  ...['D', 'E', 'F'].map(loose),
].sort();

/** A run that must be complete. */
async function clean(bench: SyncBench): Promise<BenchRun> {
  const run = await bench.run();
  expect([run.outcome.status, ...run.log], run.log.join('\n')).toEqual(['complete']);
  return run;
}

async function expectQuiet(bench: SyncBench, calls = 1): Promise<void> {
  const run = await clean(bench);
  expect(operations(run.calls)).toHaveLength(calls);
  expect(run.fetched).toEqual([]);
}

describe('a first sync with albums', () => {
  test('EN-40, D60: indexing and counts are asked once, for all passes', async () => {
    const bench = await SyncBench.open(({ primary }) => {
      const ids = primary.addAll(Array.from({ length: 8 }, () => photo()));
      for (const [number, id] of ids.entries()) {
        primary.addToAlbum(primary.createAlbum(`Album ${number}`), id);
      }
    });
    const { calls } = await clean(bench);
    // Indexing, the list of albums, and a page for each pass.
    expect(listings(calls)).toBe(1 + 1 + 9);
    expect(operations(calls).filter((one) => one === 'internal/records/query/batch')).toHaveLength(
      1,
    );
  });

  test('D63: with albums selected and nothing changed, one call', async () => {
    const { bench } = await garden();
    expect(await bench.paths()).toEqual(FIRST);
    await expectQuiet(bench);
    await expectQuiet(bench);
  });
});

describe('IN-35, IN-36: a later run costs what changed', () => {
  test('a photo is put into an album: a link, no download, no listing', async () => {
    const { bench, zone, id, album } = await garden();
    zone.addToAlbum(album('Garden'), id('D'));
    const { calls, fetched, outcome } = await clean(bench);
    expect(fetched).toEqual([]);
    expect(outcome.incremental).toBe(true);
    expect(operations(calls)).toEqual(['changes/database', 'changes/zone']);
    expect(await bench.paths()).toEqual([...FIRST, 'Garden/D.JPG'].sort());
    await expectQuiet(bench);
  });

  test('a new photo goes to its album, wherever the feed tells of it', async () => {
    const { bench, zone, album } = await garden();
    const fresh = zone.add(shot('NEW'));
    zone.churn(1);
    zone.addToAlbum(album('Trips'), fresh);
    zone.add(shot('OTHER'));
    const { calls, fetched } = await clean(bench);
    expect(fetched).toHaveLength(2);
    expect(listings(calls)).toBe(0);
    expect(await bench.paths()).toEqual([...FIRST, 'Trips/NEW.JPG', loose('OTHER')].sort());
    await expectQuiet(bench);
  });

  test('EN-66: an edited member is fetched once for all its albums', async () => {
    const { bench, zone, id } = await garden();
    zone.replaceOriginal(id('B'), {
      seed: 7,
      scene: 5,
      width: 160,
      height: 120,
      facts: {},
      format: 'jpeg',
      size: 4_321,
    });
    const { fetched } = await clean(bench);
    expect(fetched).toEqual([id('B')]);
    const tree = await bench.tree();
    expect(tree.get('Garden/B.JPG')).toBe(tree.get('Trips/B.JPG'));
    expect([...tree.keys()].sort()).toEqual(FIRST);
  });

  test('IN-32: out of its last album: the file stays, and the photo is among the unfiled', async () => {
    const { bench, zone, id, album } = await garden();
    zone.removeFromAlbum(album('Garden'), id('A'), id('B'));
    const { fetched } = await clean(bench);
    expect(fetched).toEqual([]);
    // B is in Trips all the same.
    expect(await bench.paths()).toEqual([...FIRST, loose('A')].sort());
    await expectQuiet(bench);
    zone.favourite(id('A'));
    await clean(bench);
    expect(await bench.paths()).toEqual([...FIRST, loose('A')].sort());
  });

  test('a new album is listed, and no other place', async () => {
    const { bench, zone, id } = await garden();
    zone.addToAlbum(zone.createAlbum('Winter'), id('E'), id('F'));
    const { calls, fetched } = await clean(bench);
    expect(fetched).toEqual([]);
    // The list of albums, indexing, and the album.
    expect(listings(calls)).toBe(3);
    expect(await bench.paths()).toEqual([...FIRST, 'Winter/E.JPG', 'Winter/F.JPG'].sort());
    await expectQuiet(bench);
  });

  test('D31: a renamed album keeps its files where they are, and new ones go to the new folder', async () => {
    const { bench, zone, id, album } = await garden();
    zone.renameAlbum(album('Trips'), 'Travels');
    await clean(bench);
    expect(await bench.paths()).toEqual(FIRST);
    zone.addToAlbum(album('Trips'), id('E'));
    await clean(bench);
    expect(await bench.paths()).toEqual([...FIRST, 'Travels/E.JPG'].sort());
    expect(await bench.inState((store) => store.albums.renamed())).toEqual([
      { zone: 'PrimarySync', name: 'Travels', formerName: 'Trips' },
    ]);
    zone.renameAlbum(album('Trips'), 'Trips');
    await clean(bench);
    expect(await bench.inState((store) => store.albums.renamed())).toEqual([]);
  });

  test('IN-32: a deleted album takes nothing with it; its photos are unfiled from now on', async () => {
    const { bench, zone, album } = await garden();
    zone.deleteAlbum(album('Trips'));
    const { fetched } = await clean(bench);
    expect(fetched).toEqual([]);
    // B is in the other album.
    expect(await bench.paths()).toEqual([...FIRST, loose('C')].sort());
    await expectQuiet(bench);
  });

  test('EN-60: two albums of one name are told apart', async () => {
    const { bench, zone, id } = await garden();
    const twin = zone.createAlbum('Garden');
    zone.addToAlbum(twin, id('D'));
    await clean(bench);
    zone.addToAlbum(twin, id('E'));
    zone.removeFromAlbum(twin, id('D'));
    await clean(bench);
    expect(await bench.paths()).toEqual([...FIRST, 'Garden/D.JPG', 'Garden/E.JPG'].sort());
  });

  test('albums in folders: a moved one puts what is new into its new folder', async () => {
    const { bench, zone, id, album } = await garden();
    bench.download = 'album_folders = "nested"';
    await clean(bench);
    zone.moveAlbum(album('Trips'), zone.createFolder('2024'));
    await clean(bench);
    zone.addToAlbum(album('Trips'), id('F'));
    await clean(bench);
    expect(await bench.paths()).toEqual([...FIRST, '2024/Trips/F.JPG'].sort());
  });

  test('IN-39: trashed, hidden and back: planned in its albums', async () => {
    const { bench, zone, id } = await garden();
    zone.trash(id('A'));
    zone.hide(id('C'));
    await clean(bench);
    expect(await bench.paths()).toEqual(FIRST);
    await bench.remove('Garden/A.JPG', 'Trips/C.JPG');
    zone.restore(id('A'));
    zone.unhide(id('C'));
    const { fetched } = await clean(bench);
    expect([...fetched].sort()).toEqual([id('A'), id('C')].sort());
    expect(await bench.paths()).toEqual(FIRST);
  });

  test('EN-36: hidden before it was ever seen, then shown: in its album', async () => {
    const { bench, zone, album } = await garden();
    const shy = zone.add(shot('SHY'));
    zone.hide(shy);
    zone.addToAlbum(album('Garden'), shy);
    await clean(bench);
    expect(await bench.paths()).toEqual(FIRST);
    zone.unhide(shy);
    await clean(bench);
    expect(await bench.paths()).toEqual([...FIRST, 'Garden/SHY.JPG'].sort());
  });

  test('IN-2: a server that tells of albums and not of members: that album is listed again', async () => {
    const { bench, zone, id, album } = await garden();
    bench.library.tuning.relationsInDeltas = false;
    zone.addToAlbum(album('Garden'), id('D'));
    const { calls, fetched } = await clean(bench);
    expect(fetched).toEqual([]);
    // Indexing, and that album.
    expect(listings(calls)).toBe(2);
    expect(await bench.paths()).toEqual([...FIRST, 'Garden/D.JPG'].sort());
    await expectQuiet(bench);
  });

  test('IN-2, IN-36: who left an album of which such a server tells is unfiled from then on', async () => {
    const { bench, zone, id, album } = await garden();
    bench.library.tuning.relationsInDeltas = false;
    zone.removeFromAlbum(album('Garden'), id('A'));
    zone.renameAlbum(album('Garden'), 'Orchard');
    const { fetched } = await clean(bench);
    expect(fetched).toEqual([]);
    expect(await bench.paths()).toEqual([...FIRST, loose('A')].sort());
    await expectQuiet(bench);
  });

  test('IN-2, case 92: also when the run that listed that album was stopped', async () => {
    const { bench, zone, id, album } = await garden();
    bench.library.tuning.relationsInDeltas = false;
    zone.removeFromAlbum(album('Garden'), id('A'));
    zone.renameAlbum(album('Garden'), 'Orchard');
    zone.addToAlbum(album('Trips'), id('D'));
    const drain = new AbortController();
    let asked = 0;
    const stop = bench.photos.icloud.journal.subscribe(({ recordType }) => {
      if (recordType === 'CPLContainerRelationLiveByAssetDate' && ++asked === 2) drain.abort();
    });
    expect((await bench.run({ drain: drain.signal })).outcome.status).toBe('interrupted');
    stop();
    await clean(bench);
    expect(await bench.paths()).toEqual([...FIRST, loose('A'), 'Trips/D.JPG'].sort());
  });

  test('IN-2, D60: a member that goes to the trash after the feed was read has left no album', async () => {
    const { bench, zone, id, album } = await garden();
    zone.renameAlbum(album('Garden'), 'Orchard');
    bench.library.scans.during({ index: 'changes/zone', afterPage: 1 }, () => {
      zone.trash(id('A'));
    });
    await clean(bench);
    expect(await bench.paths()).toEqual(FIRST);
    await clean(bench);
    expect(await bench.paths()).toEqual(FIRST);
    await expectQuiet(bench);
  });

  test('IN-2: a new member that comes with a new name of its album, and no word of either, is found', async () => {
    const { bench, zone, id, album } = await garden();
    bench.library.tuning.relationsInDeltas = false;
    zone.addToAlbum(album('Garden'), id('D'));
    zone.renameAlbum(album('Garden'), 'Orchard');
    const { fetched } = await clean(bench);
    expect(fetched).toEqual([]);
    expect(await bench.paths()).toEqual([...FIRST, 'Orchard/D.JPG'].sort());
    await expectQuiet(bench);
  });

  test('IN-21: seventy empty pages between a photo and its album', async () => {
    const { bench, zone, album } = await garden();
    const fresh = zone.add(shot('NEW'));
    zone.churn(70);
    zone.addToAlbum(album('Garden'), fresh);
    const { fetched } = await clean(bench);
    expect(fetched).toEqual([fresh]);
    expect(await bench.paths()).toEqual([...FIRST, 'Garden/NEW.JPG'].sort());
  });

  test('IN-38: a hundred changes cost at most eight calls', async () => {
    const { bench, zone, album } = await garden();
    const fresh = zone.addAll(Array.from({ length: 50 }, (_, number) => shot(`N${number}`)));
    zone.addToAlbum(album('Garden'), ...fresh.slice(0, 20));
    for (const name of 'ABCDEF')
      zone.addToAlbum(album('Trips'), zone.duplicate(zone.add(shot(name))));
    const { calls, fetched } = await clean(bench);
    expect(new Set(fetched).size).toBeGreaterThanOrEqual(56);
    expect(calls.length).toBeLessThanOrEqual(8);
    await expectQuiet(bench);
  });

  test('D74: a feed too long to keep is read once more', async () => {
    const { bench, zone, album } = await garden();
    const fresh = zone.addAll(Array.from({ length: 520 }, (_, number) => shot(`N${number}`)));
    zone.addToAlbum(album('Garden'), ...fresh.slice(0, 10));
    const { fetched, calls } = await clean(bench);
    expect(new Set(fetched).size).toBe(520);
    expect(listings(calls)).toBe(0);
    const paths = await bench.paths();
    expect(paths.filter((path) => path.startsWith('Garden/N'))).toHaveLength(10);
    expect(paths).toHaveLength(FIRST.length + 520);
  });
});
