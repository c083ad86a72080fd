import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '../../src/platform/clock.js';
import { photo } from '../../src/simulator/library/builder.js';
import { wantedFiles } from '../support/cli-world.js';
import { SyncBench } from '../support/sync-bench.js';
import { treeOf } from '../support/tree-of.js';

/** A library of photos `IMG_0.JPG` and on, and a state that exists already. */
async function opened(photos: number) {
  const bench = await SyncBench.open((library) => {
    for (let n = 0; n < photos; n += 1) library.add(photo({ name: `IMG_${n}.JPG` }));
  }, 'albums = ["none"]');
  await bench.inState(() => undefined);
  const inDatabase = (sql: string) => {
    const database = new Database(join(bench.root, 'state.db'));
    database.exec(sql);
    database.close();
  };
  return {
    bench,
    inDatabase,
    /** From now on the database refuses to call such files downloaded. */
    refuse: (condition: string) => {
      inDatabase(`CREATE TRIGGER refuse BEFORE UPDATE ON files
        WHEN NEW.status = 'downloaded' AND ${condition}
        BEGIN SELECT RAISE(ABORT, 'the test refuses'); END`);
    },
    allow: () => {
      inDatabase('DROP TRIGGER refuse');
    },
  };
}

/** The real clock, with what is to happen when a wait begins. */
function watched(onSleep: (ms: number) => void): Clock {
  const clock = systemClock(0.001);
  return {
    ...clock,
    sleep: (ms, signal) => {
      onSleep(ms);
      return clock.sleep(ms, signal);
    },
  };
}

async function expectAllThere(bench: SyncBench): Promise<void> {
  const wanted = [...wantedFiles(bench.library).keys()].sort();
  expect([...(await treeOf(bench.directory)).values()].sort()).toEqual(wanted);
  const { downloaded, failed, pending } = await bench.inState(({ lists }) => lists.counts());
  expect({ downloaded, failed, pending }).toEqual({
    downloaded: wanted.length,
    failed: 0,
    pending: 0,
  });
}

describe('a state that does not take an outcome', () => {
  it('RT-61: tries again at the end with growing pauses, until it does', async () => {
    const { bench, refuse, allow } = await opened(6);
    refuse("NEW.path LIKE '%IMG_2%'");
    const pauses: number[] = [];
    const clock = watched((ms) => {
      pauses.push(ms);
      if (pauses.length === 3) allow();
    });
    const { outcome, fetched } = await bench.run({ clock });
    expect(outcome).toMatchObject({
      status: 'complete',
      counters: { downloaded: 6, stateWriteFailures: 0, failed: 0 },
    });
    expect(pauses).toHaveLength(3);
    for (const [n, ms] of pauses.entries()) {
      expect(ms).toBeGreaterThanOrEqual(200 * 2 ** n);
      expect(ms).toBeLessThan(250 * 2 ** n);
    }
    expect(fetched).toHaveLength(6);
    await expectAllThere(bench);
  });

  it('RT-61, SD-11, D34: gives up after six tries, blocks the token, and the next run recognises the file', async () => {
    const { bench, refuse, allow } = await opened(6);
    refuse("NEW.path LIKE '%IMG_2%'");
    let pauses = 0;
    const { outcome } = await bench.run({ clock: watched(() => (pauses += 1)) });
    expect(pauses).toBe(6);
    expect(outcome).toMatchObject({
      status: 'partial',
      counters: { downloaded: 5, stateWriteFailures: 1, failed: 0 },
    });
    expect(await bench.inState(({ zones }) => zones.token('PrimarySync'))).toBeUndefined();
    expect(await bench.paths()).toHaveLength(6);

    allow();
    const next = await bench.run();
    expect(next.fetched).toEqual([]);
    expect(next.outcome.status).toBe('complete');
    await expectAllThere(bench);
  });

  it('RT-62, case 118: ends the run when nothing is taken, and what has its name is not fetched again', async () => {
    const { bench, refuse, allow } = await opened(40);
    bench.download = 'threads = 2';
    refuse('1');
    await expect(bench.run()).rejects.toMatchObject({
      code: 'STATE_WRITES_FAIL',
      kind: 'state',
      message: expect.stringMatching(
        /^State DB appears unwritable: 5 outcomes in a row/,
      ) as unknown,
    });
    const published = await bench.paths();
    expect(published.length).toBeGreaterThanOrEqual(5);
    expect(published.length).toBeLessThan(10);

    allow();
    const next = await bench.run();
    expect(next.outcome.status).toBe('complete');
    expect(next.fetched).toHaveLength(40 - published.length);
    await expectAllThere(bench);
  });

  it('RT-62: a plan that cannot be stored ends the run with a sentence; what is in flight is finished', async () => {
    const { bench, allow, inDatabase } = await opened(40);
    bench.download = 'threads = 2';
    bench.photos.icloud.faults.while('content', { kind: 'delay', ms: 20 });
    inDatabase(`CREATE TRIGGER refuse BEFORE INSERT ON files WHEN NEW.path LIKE '%IMG_20%'
      BEGIN SELECT RAISE(ABORT, 'the test refuses'); END`);
    await expect(bench.run()).rejects.toMatchObject({
      code: 'STATE_FAILED',
      kind: 'state',
      message: expect.stringContaining('the test refuses') as unknown,
      hint: expect.stringContaining('goes on where it stopped') as unknown,
    });
    const published = await bench.paths();
    expect(published.length).toBeGreaterThan(5);
    const { downloaded } = await bench.inState(({ lists }) => lists.counts());
    expect(downloaded).toBe(published.length);

    allow();
    const next = await bench.run();
    expect(next.outcome.status).toBe('complete');
    expect(next.fetched).toHaveLength(40 - published.length);
    await expectAllThere(bench);
  });

  it('RT-61: one that is in trouble before a file gets its name costs no attempt and no byte', async () => {
    const { bench, allow, inDatabase } = await opened(3);
    inDatabase(`CREATE TRIGGER refuse BEFORE INSERT ON publications
      BEGIN SELECT RAISE(ABORT, 'the test refuses'); END`);
    const { outcome } = await bench.run();
    expect(outcome).toMatchObject({ status: 'partial', counters: { downloaded: 0, failed: 3 } });
    expect(await bench.inState(({ lists }) => [...lists.undoneIn('PrimarySync', 1)].length)).toBe(
      3,
    );
    allow();
    const next = await bench.run();
    expect(next.outcome.status).toBe('complete');
    // Their bytes were kept as partials of full size.
    expect(next.fetched).toEqual([]);
    await expectAllThere(bench);
  });

  it('RT-61: a replacement that was not recorded is recognised too', async () => {
    const { bench, refuse, allow } = await opened(3);
    await bench.run();
    const [changed] = bench.library.primary.assets.assetStates();
    bench.library.primary.replaceOriginal(changed!.recordName, {
      seed: 7,
      format: 'jpeg',
      width: 160,
      height: 120,
      scene: 3,
      facts: {},
      size: 9_000,
    });
    refuse('1');
    const { outcome } = await bench.run();
    expect(outcome).toMatchObject({ status: 'partial', counters: { stateWriteFailures: 1 } });
    allow();
    expect((await bench.run()).fetched).toEqual([]);
    await expectAllThere(bench);
  });
});
