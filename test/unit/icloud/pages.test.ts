import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RankWalk, type PagingOptions, type RawPage } from '../../../src/icloud/pages.js';
import { silentLogger } from '../../../src/platform/logger.js';
import { rawAsset, rawMaster, wire } from './records.js';

const PAGE = 10;

/** An index of names that answers by rank; `between` may change it before each answer. */
function indexOf(
  names: string[],
  between: (request: number, names: string[]) => 'empty' | undefined = () => undefined,
  options: Partial<PagingOptions> & { readonly marker?: boolean } = {},
) {
  const starts: number[] = [];
  const fetchPage = async (start: number): Promise<RawPage> => {
    starts.push(start);
    const empty = between(starts.length, names) === 'empty';
    const rows = empty ? [] : names.slice(start, start + PAGE);
    return {
      records: [
        ...rows.map((name) => wire(rawMaster(`M${name}`))),
        ...rows.map((name) => wire(rawAsset(name, `M${name}`))),
      ],
      malformed: 0,
      syncToken: `T${starts.length}`,
      more: (options.marker ?? true) && start + rows.length < names.length,
      namesOnly: false,
    };
  };
  const walk = new RankWalk({
    fetchPage,
    assetsPerPage: PAGE,
    now: () => 0,
    log: silentLogger,
    ...options,
  });
  return { walk, starts };
}

async function read(walk: RankWalk): Promise<string[]> {
  const names: string[] = [];
  for await (const page of walk.pages())
    names.push(...page.assets.map(({ record }) => record.name));
  return names;
}

const library = (size: number) => Array.from({ length: size }, (_, n) => `A${n}`);
const counted = (size: number) => ({ total: Promise.resolve<number | undefined>(size) });

describe('an undisturbed walk', () => {
  test.each([0, 1, 2, 5, 9, 10, 11, 19, 20, 21, 100])(
    '%i assets come once, in order',
    async (size) => {
      const names = library(size);
      const { walk } = indexOf([...names], undefined, counted(size));
      expect(await read(walk)).toEqual(names);
      expect(walk).toMatchObject({
        ended: true,
        scanChanged: false,
        firstToken: 'T1',
        shortfall: 0,
      });
    },
  );

  test('a counted page without marker needs no further request', async () => {
    const { walk, starts } = indexOf(library(8), undefined, counted(8));
    await read(walk);
    expect(starts).toEqual([0]);
  });

  test('D64: without a count the end is a page without new rows, and nothing is probed', async () => {
    const { walk, starts } = indexOf(library(25));
    await read(walk);
    expect(starts).toEqual([0, 5, 10, 15, 20]);
    expect(walk.ended).toBe(true);
  });

  test.each([0, 3, 8])(
    'protocol 5.6, A 21: %i counted, more there, no marker: an empty page is the end, not the count',
    async (count) => {
      const names = library(25);
      const { walk } = indexOf([...names], undefined, { ...counted(count), marker: false });
      expect(await read(walk)).toEqual(names);
      expect(walk).toMatchObject({ ended: true, shortfall: 0 });
    },
  );

  test('ranks are positions in the index', async () => {
    const { walk } = indexOf(library(30));
    const ranks: number[] = [];
    for await (const { assets } of walk.pages()) ranks.push(...assets.map(({ rank }) => rank));
    expect(ranks).toEqual(Array.from({ length: 30 }, (_, n) => n));
  });
});

describe('EN-15, case 48: empty pages', () => {
  const emptyRanks = (from: number, pages: number) => (names: string[]) => {
    const rows = new Map(names.map((name, n) => [n < from ? n : n + pages * PAGE, name]));
    const starts: number[] = [];
    const fetchPage = async (start: number): Promise<RawPage> => {
      starts.push(start);
      const page = Array.from({ length: PAGE }, (_, n) => rows.get(start + n)).filter(
        (n) => n !== undefined,
      );
      return {
        records: page.map((name) => wire(rawAsset(name, 'M'))),
        malformed: 0,
        syncToken: undefined,
        more: false,
        namesOnly: false,
      };
    };
    return { fetchPage, starts };
  };

  test('four empty pages, then data: found', async () => {
    const names = library(25);
    const { fetchPage } = emptyRanks(10, 4)(names);
    const walk = new RankWalk({
      fetchPage,
      assetsPerPage: PAGE,
      now: () => 0,
      log: silentLogger,
      ...counted(25),
    });
    expect(await read(walk)).toEqual(names);
  });

  test('five empty pages end the stream, and the shortfall is told', async () => {
    const { fetchPage, starts } = emptyRanks(10, 5)(library(25));
    const walk = new RankWalk({
      fetchPage,
      assetsPerPage: PAGE,
      now: () => 0,
      log: silentLogger,
      ...counted(25),
    });
    expect(await read(walk)).toHaveLength(10);
    expect(walk).toMatchObject({ ended: true, shortfall: 15 });
    expect(starts.slice(2)).toEqual([10, 20, 30, 40, 50, 10]);
  });

  test.each([1, 2, 3, 4])('%i answers that are empty by mistake hide nothing', async (mistakes) => {
    const names = library(40);
    const { walk } = indexOf(
      [...names],
      (request) => (request > 1 && request <= 1 + mistakes ? 'empty' : undefined),
      counted(40),
    );
    expect(await read(walk)).toEqual(names);
  });

  test('an empty answer is not the end while the server announced more', async () => {
    const names = library(40);
    const { walk } = indexOf([...names], (request) => (request === 3 ? 'empty' : undefined));
    expect(await read(walk)).toEqual(names);
  });

  test('a failed count is probed like a missing asset', async () => {
    const { walk, starts } = indexOf(library(3), undefined, { total: Promise.resolve(undefined) });
    await read(walk);
    expect(starts).toHaveLength(1 + 1 + 6);
    expect(walk.shortfall).toBe(0);
  });
});

describe('protocol 5.4: a library that changes during the scan', () => {
  test('deletions at a page boundary hide nothing', async () => {
    const names = library(60);
    const kept = names.filter((_, n) => n > 8 || n < 2);
    const { walk } = indexOf([...names], (request, rows) => {
      if (request === 2) rows.splice(2, 7);
      return undefined;
    });
    expect(await read(walk)).toEqual(expect.arrayContaining(kept));
    expect(walk.scanChanged).toBe(false);
  });

  test('whatever is there from beginning to end is read', async () => {
    const change = fc.record({
      request: fc.integer({ min: 2, max: 12 }),
      at: fc.nat(),
      remove: fc.nat(12),
      insert: fc.nat(12),
    });
    await fc.assert(
      fc.asyncProperty(fc.nat(80), fc.array(change, { maxLength: 6 }), async (size, changes) => {
        const names = library(size);
        const gone = new Set<string>();
        const { walk } = indexOf([...names], (request, rows) => {
          changes
            .filter((each) => each.request === request)
            .forEach(({ at, remove, insert }, n) => {
              const start = rows.length === 0 ? 0 : at % rows.length;
              const fresh = Array.from({ length: insert }, (_, k) => `N${request}.${n}.${k}`);
              for (const name of rows.splice(start, remove, ...fresh)) gone.add(name);
            });
          return undefined;
        });
        const seen = new Set(await read(walk));
        const missed = names.filter((name) => !gone.has(name) && !seen.has(name));
        expect(walk.scanChanged ? [] : missed).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('D66: when the ground is lost, it says so', async () => {
    const { walk } = indexOf(library(100), (request, rows) => {
      if (request === 3) rows.splice(0, rows.length, ...library(90).map((name) => `new ${name}`));
      return undefined;
    });
    await read(walk);
    expect(walk).toMatchObject({ ended: true, scanChanged: true });
  });
});

test('EN-69, EN-17: a limit asks for no more pages than it needs', async () => {
  const few = indexOf(library(50), undefined, { limit: 1 });
  await read(few.walk);
  expect(few.starts).toEqual([0]);
  const none = indexOf(library(50), undefined, { limit: 0 });
  expect(await read(none.walk)).toEqual([]);
  expect(none.starts).toEqual([]);
});

test('EN-21, EN-22, EN-23: one page is read ahead, and no more', async () => {
  const { walk, starts } = indexOf(library(100));
  const pages = walk.pages();
  await pages.next();
  await new Promise((resolve) => setImmediate(resolve));
  expect(starts).toHaveLength(2);
  await pages.return();
  expect(walk.ended).toBe(false);
});

test.each([
  ['earlier, when pages take long', 100, [2, 2, 3, 3, 3]],
  ['near the end, when they come quickly', 0, [2, 2, 2, 3, 3]],
])(
  'EN-23, protocol 8.4: a slow consumer has the page ahead when it needs it, and not long before: %s',
  async (_, pageMs, expected) => {
    let nowMs = 0;
    const slow = () => {
      nowMs += pageMs;
      return undefined;
    };
    const { walk, starts } = indexOf(library(40), slow, { now: () => nowMs });
    /** Pages that were asked for when an asset was used. */
    const asked = new Map<string, number>();
    for await (const page of walk.pages()) {
      for (const { record } of page.using(page.assets)) {
        await new Promise((resolve) => setImmediate(resolve));
        asked.set(record.name, starts.length);
        nowMs += 100;
      }
    }
    expect(asked.size).toBe(40);
    // Nothing is known of the first page, and those behind it bring five new assets each.
    const ahead = ['A0', 'A10', 'A13', 'A14', 'A15'].map((name) => asked.get(name));
    expect(ahead).toEqual(expected);
  },
);

test('EN-25: a failing request surfaces at its turn and is no end', async () => {
  const { walk } = indexOf(library(30), (request) => {
    if (request === 2) throw new Error('broken');
    return undefined;
  });
  const pages = walk.pages();
  expect((await pages.next()).value?.assets).toHaveLength(PAGE);
  await expect(pages.next()).rejects.toThrow('broken');
  expect(walk.ended).toBe(false);
});

test('a server that ignores ranks does not keep us for ever', async () => {
  const fetchPage = async (): Promise<RawPage> => ({
    records: library(PAGE).map((name) => wire(rawAsset(name, 'M'))),
    malformed: 0,
    syncToken: undefined,
    more: true,
    namesOnly: false,
  });
  const walk = new RankWalk({
    fetchPage,
    assetsPerPage: PAGE,
    now: () => 0,
    log: silentLogger,
    ...counted(99),
  });
  expect(await read(walk)).toHaveLength(PAGE);
});

test('EN-12, case 47: pages without assets advance and end', async () => {
  const fetchPage = async (start: number): Promise<RawPage> => ({
    records: [wire(rawMaster(`M${start}`))],
    malformed: 0,
    syncToken: undefined,
    more: false,
    namesOnly: false,
  });
  const walk = new RankWalk({ fetchPage, assetsPerPage: PAGE, now: () => 0, log: silentLogger });
  expect(await read(walk)).toEqual([]);
  expect(walk.requests).toBeLessThan(20);
});
