import { describe, expect, test } from 'vitest';
import { photo } from '../../src/simulator/library/builder.js';
import type { SimZone } from '../../src/simulator/library/zone.js';
import { SyncBench, type BenchRun } from '../support/sync-bench.js';

const shot = (name: string) =>
  photo({
    name: `${name}.JPG`,
    takenAt: '2024-03-01T10:00:00Z',
    timeZoneOffset: 0,
    size: 3_000,
  });

const ANOTHER = {
  format: 'jpeg',
  seed: 7,
  scene: 5,
  width: 160,
  height: 120,
  facts: {},
  size: 3_100,
} as const;

/** What the pages of albums and smart folders were asked for, in order. */
function pagesOf({ calls }: BenchRun): ('names' | 'everything')[] {
  return calls
    .filter(({ operation }) => operation === 'records/query')
    .map(({ detail }) => JSON.parse(detail?.body ?? '{}') as PageRequest)
    .filter(({ query }) =>
      /^CPL(ContainerRelation|AssetAndMaster(InSmart|Hidden))/.test(query.recordType),
    )
    .map(({ desiredKeys = [] }) => (desiredKeys.length === 1 ? 'names' : 'everything'));
}

interface PageRequest {
  readonly query: { readonly recordType: string };
  readonly desiredKeys?: readonly string[];
}

/** Follows the filters: edited photos come, too. */
const EDITED = '\n[photos]\nedited = true';

const lookups = ({ calls }: BenchRun) =>
  calls.filter(({ operation }) => operation === 'records/lookup').length;

async function clean(bench: SyncBench): Promise<BenchRun> {
  const run = await bench.run();
  expect([run.outcome.status, ...run.log], run.log.join('\n')).toEqual(['complete']);
  return run;
}

interface Albums {
  readonly bench: SyncBench;
  readonly zone: SimZone;
  readonly ids: readonly string[];
}

/** Photos P0 to Pn; all but the last in the album Trips, the first two in Garden as well. */
async function albums(count: number, filters: string): Promise<Albums> {
  let ids: readonly string[] = [];
  const bench = await SyncBench.open(({ primary }) => {
    ids = primary.addAll(Array.from({ length: count }, (_, number) => shot(`P${number}`)));
    primary.addToAlbum(primary.createAlbum('Trips'), ...ids.slice(0, -1));
    primary.addToAlbum(primary.createAlbum('Garden'), ...ids.slice(0, 2));
  }, filters);
  await clean(bench);
  return { bench, zone: bench.library.primary, ids };
}

const named = (...numbers: number[]) => numbers.map((number) => `Trips/P${number}.JPG`);

describe('an album that is selected later, of photos that the state knows', () => {
  test('is asked for names alone, and costs neither lookups nor downloads', async () => {
    const { bench } = await albums(5, 'albums = ["Garden"]');
    bench.filters = 'albums = ["Garden", "Trips"]';
    const run = await clean(bench);
    expect(pagesOf(run)).toEqual(['names']);
    expect([lookups(run), run.fetched]).toEqual([0, []]);
    expect(await bench.paths()).toEqual(expect.arrayContaining(named(0, 1, 2, 3)));
    expect((await clean(bench)).calls).toHaveLength(1);
  });

  test('a dry run asks for no more, and tells the same paths', async () => {
    const { bench } = await albums(5, 'albums = ["Garden"]');
    bench.filters = 'albums = ["Garden", "Trips"]';
    const before = await bench.paths();
    const dry = await bench.dryRun();
    expect(pagesOf({ ...dry, outcome: undefined as never, fetched: [], log: [] })).toEqual([
      'names',
    ]);
    await clean(bench);
    const added = (await bench.paths()).filter((path) => !before.includes(path));
    expect(dry.paths.map((path) => path.slice(bench.directory.length + 1))).toEqual(added);
  });

  test('D53: a file that is gone meanwhile comes again, by a link of a lookup', async () => {
    const { bench, zone, ids } = await albums(4, 'albums = ["Garden"]');
    zone.edit(ids[2]!);
    await clean(bench);
    await bench.remove('2024/03/01/P2.JPG');
    bench.filters = 'albums = ["Garden", "Trips"]';
    const run = await clean(bench);
    expect(pagesOf(run)).toEqual(['names']);
    expect(run.fetched).toEqual([ids[2]]);
    expect((await bench.tree()).get('Trips/P2.JPG')).toBeDefined();
  });

  test('a smart folder too', async () => {
    const { bench, zone, ids } = await albums(4, '');
    zone.favourite(ids[0]!);
    await clean(bench);
    bench.filters = 'smart_folders = ["Favorites"]';
    const run = await clean(bench);
    expect(pagesOf(run)).toEqual(['names']);
    expect([lookups(run), run.fetched]).toEqual([0, []]);
    expect(await bench.paths()).toContain('Favorites/P0.JPG');
  });
});

describe('what the state may know badly is asked for', () => {
  test('a new album of old and new photos: the feed tells of the new ones', async () => {
    const { bench, zone, ids } = await albums(4, '');
    zone.addToAlbum(zone.createAlbum('Fresh'), ids[3]!, zone.add(shot('NEW')));
    const run = await clean(bench);
    expect(pagesOf(run)).toEqual(['names']);
    expect(lookups(run)).toBe(0);
    expect(run.fetched).toHaveLength(1);
    expect(await bench.paths()).toEqual(expect.arrayContaining(['Fresh/P3.JPG', 'Fresh/NEW.JPG']));
    expect((await clean(bench)).calls).toHaveLength(1);
  });

  test('an edit while no selected place held the photo', async () => {
    let [ids, garden]: [readonly string[], string] = [[], ''];
    const both = `albums = ["Garden", "Trips"]\nunfiled = false${EDITED}`;
    const bench = await SyncBench.open(({ primary }) => {
      ids = primary.addAll(Array.from({ length: 260 }, (_, number) => shot(`P${number}`)));
      garden = primary.createAlbum('Garden');
      for (const album of [garden, primary.createAlbum('Trips')]) primary.addToAlbum(album, ...ids);
    }, both);
    await clean(bench);
    const zone = bench.library.primary;
    bench.filters = `albums = ["Garden"]\nunfiled = false${EDITED}`;
    await clean(bench);
    // One of them is on a late page, whatever the order.
    const edited = [ids[0]!, ids[259]!];
    zone.removeFromAlbum(garden, ...edited);
    for (const assetId of edited) zone.edit(assetId);
    expect((await clean(bench)).fetched).toEqual([]);
    bench.filters = both;
    const run = await clean(bench);
    expect(pagesOf(run)).toContain('names');
    expect([...run.fetched].sort()).toEqual([...edited].sort());
    expect((await clean(bench)).calls).toHaveLength(1);
  });

  test('an edit while the photo was hidden', async () => {
    const { bench, zone, ids } = await albums(4, EDITED);
    zone.hide(ids[3]!);
    await clean(bench);
    zone.edit(ids[3]!);
    await clean(bench);
    bench.filters = `smart_folders = ["Hidden"]${EDITED}`;
    const run = await clean(bench);
    expect(pagesOf(run)).toContain('names');
    expect(run.fetched).toEqual([ids[3]]);
    expect(await bench.paths()).toEqual(
      expect.arrayContaining(['Hidden/P3.JPG', 'Hidden/P3_edited.JPG']),
    );
  });

  test('a photo that came out of the trash into an album', async () => {
    const { bench, zone, ids } = await albums(4, 'albums = ["Garden"]');
    zone.trash(ids[2]!);
    zone.replaceOriginal(ids[2]!, ANOTHER);
    await clean(bench);
    zone.restore(ids[2]!);
    bench.filters = 'albums = ["Garden", "Trips"]';
    const run = await clean(bench);
    expect(run.fetched).toEqual([ids[2]]);
    expect(await bench.paths()).toEqual(expect.arrayContaining(named(0, 1, 2)));
    expect((await clean(bench)).calls).toHaveLength(1);
  });
});

describe('a first sync', () => {
  test('names are enough once a page held only photos of an earlier album', async () => {
    const bench = await SyncBench.open(({ primary }) => {
      const ids = primary.addAll(Array.from({ length: 260 }, (_, number) => shot(`P${number}`)));
      for (const name of ['One', 'Two']) primary.addToAlbum(primary.createAlbum(name), ...ids);
    });
    const run = await clean(bench);
    expect(run.fetched).toHaveLength(260);
    expect(lookups(run)).toBe(0);
    const pages = pagesOf(run);
    const [first, second] = [pages.slice(0, pages.length / 2), pages.slice(pages.length / 2)];
    expect(new Set(first)).toEqual(new Set(['everything']));
    expect(second.slice(0, 2)).toEqual(['everything', 'everything']);
    expect(second.slice(2).length).toBeGreaterThan(0);
    expect(new Set(second.slice(2))).toEqual(new Set(['names']));
    expect(await bench.paths()).toHaveLength(520);
  });

  test('after photos that only the names are known of, everything is asked for again', async () => {
    const bench = await SyncBench.open(({ primary }) => {
      const ids = primary.addAll(Array.from({ length: 500 }, (_, number) => shot(`P${number}`)));
      const one = primary.createAlbum('One');
      primary.addToAlbum(one, ...ids.slice(0, 100), ...ids.slice(400));
      primary.addToAlbum(primary.createAlbum('Two'), ...ids);
    });
    const run = await clean(bench);
    expect(run.fetched).toHaveLength(500);
    expect(new Set(run.fetched).size).toBe(500);
    expect(await bench.paths()).toHaveLength(700);
  });
});
