import { relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { photo } from '../../src/simulator/library/builder.js';
import { SyncBench } from '../support/sync-bench.js';

/** What a dry run names, and what the run after it then brings, both relative to the folder. */
async function namedAndBrought(bench: SyncBench) {
  const before = new Set(await bench.paths());
  const { paths, counters } = await bench.dryRun();
  expect(await bench.paths()).toEqual([...before]);
  const { outcome } = await bench.run();
  const brought = (await bench.paths()).filter((path) => !before.has(path));
  return {
    named: paths.map((path) => relative(bench.directory, path)),
    brought,
    counters,
    outcome,
  };
}

const open = (photos = 6) =>
  SyncBench.open((library) => {
    for (let n = 0; n < photos; n += 1) library.add(photo({ name: `IMG_${n}.JPG` }));
  }, 'albums = ["none"]');

describe('D70: a dry run names what earlier runs left undone', () => {
  it('failed files, when nothing changed in iCloud', async () => {
    const bench = await open();
    const refuse = { kind: 'status', status: 418 } as const;
    bench.photos.icloud.faults.add({
      name: 'some',
      when: { site: 'content' },
      timing: { nth: [2, 3, 7, 8] },
      action: refuse,
    });
    const { outcome } = await bench.run();
    expect(outcome.counters.failed).toBe(2);
    bench.photos.icloud.faults.clear();
    const { named, brought } = await namedAndBrought(bench);
    expect(named).toEqual(brought);
    expect(named).toHaveLength(2);
    expect((await bench.dryRun()).paths).toEqual([]);
  });

  it('failed files and new ones, each once', async () => {
    const bench = await open();
    const id = bench.photos.icloud.faults.while('content', { kind: 'status', status: 418 });
    await bench.run();
    bench.photos.icloud.faults.remove(id);
    bench.library.add(photo({ name: 'NEW.JPG' }));
    const { named, brought, counters } = await namedAndBrought(bench);
    expect(named).toEqual(brought);
    expect(named).toHaveLength(7);
    expect(counters.downloaded).toBe(7);
  });

  it('but none whose attempts are used up', async () => {
    const bench = await open(2);
    bench.download = 'retry = { per_asset = 1, per_transfer = 0 }';
    const id = bench.photos.icloud.faults.while('content', { kind: 'status', status: 418 });
    await bench.run();
    await bench.run();
    bench.photos.icloud.faults.remove(id);
    const { named, brought } = await namedAndBrought(bench);
    expect(named).toEqual([]);
    expect(brought).toEqual([]);
  });

  it('debts: records that could not be read then', async () => {
    const bench = await open();
    const { primary } = bench.library;
    const [one] = [...primary.assets.assetStates()].map(({ recordName }) => recordName);
    primary.failRecord(one!, { serverErrorCode: 'INTERNAL_ERROR', reason: 'not now' });
    const { outcome } = await bench.run();
    expect(outcome.counters.enumerationErrors).toBe(1);
    primary.failRecord(one!, undefined);
    const { named, brought } = await namedAndBrought(bench);
    expect(named).toEqual(brought);
    expect(named).toHaveLength(1);
  });
});
