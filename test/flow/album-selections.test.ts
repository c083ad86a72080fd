import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { burst, photo } from '../../src/simulator/library/builder.js';
import type { SimZone } from '../../src/simulator/library/zone.js';
import { SyncBench, type BenchRun } from '../support/sync-bench.js';

const queries = (calls: BenchRun['calls']) =>
  calls.filter(({ operation }) => operation === 'records/query').length;

const shot = (name: string, more: object = {}) =>
  photo({
    name: `${name}.JPG`,
    takenAt: '2024-03-01T10:00:00Z',
    timeZoneOffset: 0,
    size: 3_000,
    ...more,
  });
const loose = (name: string) => `2024/03/01/${name}.JPG`;

async function clean(bench: SyncBench): Promise<BenchRun> {
  const run = await bench.run();
  expect([run.outcome.status, ...run.log], run.log.join('\n')).toEqual(['complete']);
  return run;
}

interface Albums {
  readonly bench: SyncBench;
  readonly zone: SimZone;
  readonly id: (name: string) => string;
  readonly album: (name: string) => string;
}

/** Photos A to D, one album of each of the first three. */
async function albums(filters: string): Promise<Albums> {
  const ids = new Map<string, string>();
  const made = new Map<string, string>();
  const bench = await SyncBench.open(({ primary }) => {
    for (const name of 'ABCD') {
      ids.set(name, primary.add(shot(name)));
      if (name === 'D') continue;
      const album = primary.createAlbum(`Album ${name}`);
      primary.addToAlbum(album, ids.get(name)!);
      made.set(name, album);
    }
  }, filters);
  await clean(bench);
  return {
    bench,
    zone: bench.library.primary,
    id: (name) => ids.get(name)!,
    album: (name) => made.get(name)!,
  };
}

describe('IN-3, D65: a changed selection lists what it needs', () => {
  test('one more album: that album only, and what changed elsewhere', async () => {
    const { bench, zone, id, album } = await albums('albums = ["Album A"]');
    expect(await bench.paths()).toEqual(['B', 'C', 'D'].map(loose).concat('Album A/A.JPG').sort());
    bench.filters = 'albums = ["Album A", "Album B"]';
    zone.addToAlbum(album('A'), id('D'));
    const { calls, fetched } = await clean(bench);
    expect(fetched).toEqual([]);
    // Indexing, and one album.
    expect(queries(calls)).toBe(2);
    const after = await bench.paths();
    expect(after).toEqual(
      [...['B', 'C', 'D'].map(loose), 'Album A/A.JPG', 'Album A/D.JPG', 'Album B/B.JPG'].sort(),
    );
    expect((await clean(bench)).calls).toHaveLength(1);
  });

  test('one album fewer: its photos become unfiled, and nothing is listed', async () => {
    const { bench } = await albums('');
    bench.filters = 'albums = ["all", "!Album B"]';
    const { calls, fetched } = await clean(bench);
    expect(fetched).toEqual([]);
    expect(queries(calls)).toBe(0);
    expect(await bench.paths()).toContain(loose('B'));
    expect(await bench.paths()).not.toContain(loose('A'));
    bench.filters = '';
    await clean(bench);
    expect((await clean(bench)).calls).toHaveLength(1);
  });

  test('no albums any more: their photos become unfiled', async () => {
    const { bench } = await albums('');
    bench.filters = 'albums = ["none"]';
    const { fetched, calls } = await clean(bench);
    expect(fetched).toEqual([]);
    expect(queries(calls)).toBe(0);
    expect(await bench.paths()).toEqual(expect.arrayContaining(['A', 'B', 'C', 'D'].map(loose)));
  });

  test('unfiled switched on: the library is listed, the albums are not', async () => {
    const { bench } = await albums('unfiled = false');
    expect(await bench.paths()).toHaveLength(3);
    bench.filters = 'unfiled = true';
    const { calls, fetched } = await clean(bench);
    expect(fetched).toHaveLength(1);
    // Indexing, one page.
    expect(queries(calls)).toBe(2);
    expect(await bench.paths()).toHaveLength(4);
  });

  test('one more library: that library only', async () => {
    const { bench } = await albums('libraries = ["primary"]');
    const shared = bench.library.addSharedLibrary('participant');
    shared.add(shot('S'));
    bench.filters = 'libraries = ["all"]';
    const run = await bench.run();
    expect(run.outcome.status).toBe('complete');
    // Indexing and a page of the shared library.
    expect(queries(run.calls)).toBe(2);
    expect(await bench.paths()).toContain(loose('S'));
  });

  test('IN-65: a library that somebody shares later is found by itself', async () => {
    const { bench } = await albums('libraries = ["all"]');
    expect((await clean(bench)).calls.length).toBeLessThanOrEqual(2);
    bench.library.addSharedLibrary('participant').add(shot('S'));
    expect((await bench.run()).outcome.status).toBe('complete');
    expect(await bench.paths()).toContain(loose('S'));
    expect((await bench.run()).calls).toHaveLength(2);
  });

  test('other settings: everything is listed', async () => {
    const { bench } = await albums('');
    bench.filters = 'media = ["photos"]';
    const { calls } = await clean(bench);
    expect(queries(calls)).toBeGreaterThanOrEqual(5);
  });
});

describe('D63, IN-4: smart folders', () => {
  const FILTERS = 'albums = ["Album A"]\nsmart_folders = ["Favorites"]';

  test('are asked for names, and only when an asset changed', async () => {
    const { bench, zone, id, album } = await albums(FILTERS);
    zone.addToAlbum(album('A'), id('B'));
    expect(queries((await clean(bench)).calls)).toBe(0);

    zone.favourite(id('C'));
    const { calls, fetched } = await clean(bench);
    expect(fetched).toEqual([]);
    // Indexing, and the names.
    expect(queries(calls)).toBe(2);
    expect(await bench.paths()).toContain('Favorites/C.JPG');

    zone.favourite(id('C'), false);
    zone.favourite(id('D'));
    await clean(bench);
    const paths = await bench.paths();
    expect(paths).toEqual(expect.arrayContaining(['Favorites/C.JPG', 'Favorites/D.JPG']));
    expect(
      await bench.inState((store) => [...store.albums.membersOf('PrimarySync', 'smart:Favorites')]),
    ).toEqual([id('D')]);
    expect((await clean(bench)).calls).toHaveLength(1);
  });

  test('protocol 5.5: each of them has an index to be asked for, that of the bursts as well', async () => {
    const { bench, zone, id } = await albums('smart_folders = ["all-with-sensitive"]');
    zone.addAll(burst(2, { burst: 'B', name: 'BURST.JPG' }));
    zone.hide(id('D'));
    await clean(bench);
    const paths = await bench.paths();
    expect(paths).toContain('Hidden/D.JPG');
    expect(paths.filter((path) => path.startsWith('Bursts/'))).toHaveLength(2);
  });

  test('Hidden: what is hidden now comes, and its other places keep theirs', async () => {
    const { bench, zone, id } = await albums('smart_folders = ["Hidden"]');
    zone.hide(id('A'));
    await clean(bench);
    expect(await bench.paths()).toEqual(
      ['Album A/A.JPG', 'Album B/B.JPG', 'Album C/C.JPG', 'Hidden/A.JPG', loose('D')].sort(),
    );
  });
});

describe('D61, IN-22: the token moves only past what is done or recorded', () => {
  const THROTTLED = { serverErrorCode: 'THROTTLED', reason: 'slow down' };

  test.each([
    ['changes/zone', ''],
    ['records/query', ''],
    // A photo in no album is then one that the state does not know.
    ['records/lookup', 'unfiled = false'],
  ])(
    'case 55, case 76: %s fails in the middle, and the next run does it all (%s)',
    async (operation, more) => {
      const { bench, zone, id, album } = await albums(`smart_folders = ["Favorites"]\n${more}`);
      zone.addToAlbum(album('A'), id('D'));
      zone.favourite(zone.add(shot('NEW')));
      zone.addToAlbum(zone.createAlbum('Album D'), id('D'));
      zone.failNext(operation, THROTTLED, 50);
      const failed = await bench.run().catch(() => undefined);
      expect(failed?.outcome.status).not.toBe('complete');
      zone.failNext(operation, THROTTLED, 0);
      while (zone.takeRefusal(operation) !== undefined);
      await clean(bench);
      expect(await bench.paths()).toEqual(
        expect.arrayContaining([
          'Album A/D.JPG',
          'Album D/D.JPG',
          'Favorites/NEW.JPG',
          ...(more === '' ? [loose('NEW')] : []),
        ]),
      );
      expect((await clean(bench)).calls).toHaveLength(1);
    },
  );

  test('case 77: a token that iCloud forgot means a listing', async () => {
    const { bench, zone, id, album } = await albums('');
    zone.addToAlbum(album('A'), id('D'));
    zone.compact();
    const { outcome, fetched } = await clean(bench);
    expect(outcome.incremental).toBe(false);
    expect(fetched).toEqual([]);
    expect(await bench.paths()).toContain('Album A/D.JPG');
    expect((await clean(bench)).calls).toHaveLength(1);
  });

  test('D61: a photo that cannot be looked up is owed, and comes to its album', async () => {
    const { bench, zone, id, album } = await albums('unfiled = false');
    zone.addToAlbum(album('A'), id('D'));
    zone.failRecord(id('D'), { serverErrorCode: 'ACCESS_DENIED', reason: 'not now' });
    expect((await bench.run()).outcome.status).toBe('partial');
    zone.failRecord(id('D'), undefined);
    await clean(bench);
    expect(await bench.paths()).toContain('Album A/D.JPG');
    expect((await clean(bench)).calls).toHaveLength(1);
  });

  test('D62: a relation to a photo that is gone is no matter', async () => {
    const { bench, zone, album } = await albums('');
    const fresh = zone.add(shot('GONE'));
    zone.addToAlbum(album('A'), fresh);
    zone.failRecord(fresh, { serverErrorCode: 'NOT_FOUND', reason: 'Record not found' });
    await clean(bench);
    expect((await clean(bench)).calls).toHaveLength(1);
  });
});

describe('case 85, IN-35, D62: a relation to an album that no list shows', () => {
  /** An album that the list of albums leaves out, and what holds it back. */
  async function unlisted() {
    const { bench, zone, id } = await albums('');
    const secret = zone.createAlbum('Secret');
    const { faults } = bench.photos.icloud;
    const hidden = faults.while(
      { operation: ['records/query', 'changes/zone'] },
      { kind: 'missingRecords', names: [secret] },
    );
    await clean(bench);
    zone.addToAlbum(secret, id('D'));
    return { bench, zone, secret, show: () => faults.remove(hidden) };
  }

  test('it is owed where iCloud does not say what it is, and comes when it does', async () => {
    const { bench, zone, secret, show } = await unlisted();
    zone.failRecord(secret, { serverErrorCode: 'INTERNAL_ERROR', reason: 'not now' });
    const owing = await bench.run();
    expect(owing.outcome).toMatchObject({ status: 'partial', counters: { enumerationErrors: 1 } });
    const debts = await bench.inState(({ debts: owed }) => [...owed.all('PrimarySync')]);
    expect(debts).toMatchObject([{ recordName: secret, reason: 'relation' }]);
    zone.failRecord(secret, undefined);
    show();
    const { fetched } = await clean(bench);
    expect(fetched).toEqual([]);
    expect(await bench.paths()).toContain('Secret/D.JPG');
    expect((await clean(bench)).calls).toHaveLength(1);
  });

  test('one that is gone is no matter', async () => {
    const { bench, zone, secret } = await unlisted();
    zone.failRecord(secret, { serverErrorCode: 'NOT_FOUND', reason: 'Record not found' });
    const { calls } = await clean(bench);
    expect(calls.filter(({ operation }) => operation === 'records/lookup')).toHaveLength(1);
    expect((await clean(bench)).calls).toHaveLength(1);
  });
});

describe('protocol 6.3: out of the trash', () => {
  test('a photo that no listing has shown comes back into its album', async () => {
    const { bench, zone, album } = await albums('');
    const old = zone.add(shot('OLD', { addedAt: '2020-01-01T00:00:00Z' }));
    zone.addToAlbum(album('A'), old);
    zone.trash(old);
    await clean(bench);
    await bench.resetTokens();
    await clean(bench);
    expect(await bench.paths()).toHaveLength(4);
    zone.restore(old);
    const { fetched, calls } = await clean(bench);
    expect(fetched).toEqual([old]);
    expect(queries(calls)).toBe(0);
    expect(await bench.paths()).toContain('Album A/OLD.JPG');
    expect(await bench.paths()).not.toContain(loose('OLD'));
  });
});

describe('D70: a dry run of changes', () => {
  test('names what the run then does', async () => {
    const { bench, zone, id, album } = await albums('smart_folders = ["Favorites"]');
    zone.addToAlbum(album('A'), id('D'));
    zone.removeFromAlbum(album('B'), id('B'));
    zone.favourite(zone.add(shot('NEW')));
    zone.addToAlbum(zone.createAlbum('Album D'), id('D'));
    const before = await bench.paths();
    const { paths } = await bench.dryRun();
    expect(await bench.paths()).toEqual(before);
    await clean(bench);
    const added = (await bench.paths()).filter((path) => !before.includes(path));
    expect(paths.map((path) => path.slice(bench.directory.length + 1))).toEqual(added);
  });
});

describe('any history of a library with albums', () => {
  /** What may happen between two runs; numbers choose among what there is. */
  const step = fc.record({
    what: fc.constantFrom(
      'add',
      'join',
      'leave',
      'create',
      'drop',
      'trash',
      'restore',
      'hide',
      'show',
      'fav',
    ),
    photo: fc.nat(30),
    album: fc.nat(5),
  });

  test('IN-36: leaves at least what a first sync of the result leaves, and fetches nothing twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { maxLength: 8 }), { maxLength: 4 }),
        async (runs) => {
          const { bench, zone, id } = await albums('smart_folders = ["Favorites"]');
          const photos = ['A', 'B', 'C', 'D'].map(id);
          let count = 0;
          const fetched: string[] = [];
          for (const steps of runs) {
            for (const { what, photo: at, album } of steps) {
              const made = zone.albums.children(undefined);
              const target = made[album % Math.max(1, made.length)]?.recordName;
              const one = photos[at % photos.length]!;
              if (what === 'add') photos.push(zone.add(shot(`N${(count += 1)}`)));
              if (what === 'create') zone.addToAlbum(zone.createAlbum(`New ${(count += 1)}`), one);
              if (what === 'join' && target) zone.addToAlbum(target, one);
              if (what === 'leave' && target) zone.removeFromAlbum(target, one);
              if (what === 'drop' && target && made.length > 1) zone.deleteAlbum(target);
              if (what === 'trash') zone.trash(one);
              if (what === 'restore') zone.restore(one);
              if (what === 'hide') zone.hide(one);
              if (what === 'show') zone.unhide(one);
              if (what === 'fav') zone.favourite(one, at % 2 === 0);
            }
            fetched.push(...(await clean(bench)).fetched);
          }
          expect(fetched.length).toBe(new Set(fetched).size);
          const twin = await bench.twin();
          await clean(twin);
          expect(await bench.paths()).toEqual(expect.arrayContaining(await twin.paths()));
          expect((await clean(bench)).calls.length).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 12 },
    );
  }, 300_000);
});
