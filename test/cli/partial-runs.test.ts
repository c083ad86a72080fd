import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { photo } from '../../src/simulator/library/builder.js';
import { STACK_TRACE, World } from '../support/cli-world.js';

const REFUSED = { kind: 'status', status: 418 } as const;

/** From now on the state refuses such changes of such a table. */
function refuse({ home }: World, table: string, condition: string): void {
  const database = new Database(home.statePath);
  database.exec(`CREATE TRIGGER refuse BEFORE UPDATE ON ${table} WHEN ${condition}
    BEGIN SELECT RAISE(ABORT, 'the test refuses'); END`);
  database.close();
}

function refuseARecord({ library }: World): void {
  const name = library.add(photo({ name: 'UNREADABLE.JPG' }));
  const error = { serverErrorCode: 'INTERNAL_ERROR', reason: 'not now' };
  library.primary.failRecord(name, error);
}

interface Failure {
  /** What happens to a library that has been synced once. */
  readonly happens: (world: World) => void | Promise<void>;
  readonly says: RegExp;
  readonly downloaded: number;
}

const FAILURES: Readonly<Record<string, Failure>> = {
  'a download that fails': {
    happens: ({ library, icloud }) => {
      icloud.faults.while(
        { site: 'content', assetId: library.add(photo({ name: 'BAD.JPG' })) },
        REFUSED,
      );
    },
    says: /^Error: 1 downloads failed$/m,
    downloaded: 1,
  },
  'RT-22: attempts that are used up': {
    happens: async (world) => {
      const assetId = world.library.add(photo({ name: 'BAD.JPG' }));
      const fault = world.icloud.faults.while({ site: 'content', assetId }, REFUSED);
      expect((await world.sync()).code).toBe(2);
      world.icloud.faults.remove(fault);
    },
    says: /Skipped: .*1 retries exhausted[^]*^Error: 1 downloads failed$/m,
    downloaded: 1,
  },
  'RT-61: a file that the state does not take': {
    happens: (world) => {
      world.library.add(photo({ name: 'BAD.JPG' }));
      refuse(world, 'files', "NEW.status = 'downloaded' AND NEW.path LIKE '%BAD%'");
    },
    says: /1 state write failure[^]*^Error: 1 file could not be recorded in the state$/m,
    downloaded: 1,
  },
  'a record that cannot be read': {
    happens: refuseARecord,
    says: /1 enumeration error[^]*^Error: 1 record of the library could not be read$/m,
    downloaded: 1,
  },
  'DB-24: the end of the run that the state does not take': {
    happens: (world) => {
      refuse(world, 'runs', "NEW.status = 'complete'");
    },
    says: /^Error: The state database .+ could not be used: the test refuses/m,
    downloaded: 1,
  },
};

it.each(Object.entries(FAILURES))('SD-11, SD-10: %s is exit code 2', async (_, failure) => {
  const world = await World.open({ download: 'retry = { per_asset = 1, per_transfer = 0 }' });
  world.library.add(photo({ name: 'FIRST.JPG' }));
  expect((await world.sync()).code).toBe(0);
  await failure.happens(world);
  world.library.add(photo({ name: 'FINE.JPG' }));
  const { code, stderr } = await world.sync();
  expect(code, stderr).toBe(2);
  expect(stderr).toMatch(failure.says);
  expect(stderr).toContain(`${failure.downloaded} downloaded`);
  expect(stderr).not.toMatch(STACK_TRACE);
});

it('SD-11, case 148: no download and a record that cannot be read are exit code 2', async () => {
  const world = await World.open();
  world.library.add(photo({ name: 'FIRST.JPG' }));
  expect((await world.sync()).code).toBe(0);
  refuseARecord(world);
  const { code, stderr } = await world.sync();
  expect(code, stderr).toBe(2);
  expect(stderr).toContain('0 downloaded');
});

it('DB-24: a run whose end was not recorded is one that was interrupted', async () => {
  const world = await World.open();
  world.library.add(photo({ name: 'FIRST.JPG' }));
  expect((await world.sync()).code).toBe(0);
  refuse(world, 'runs', "NEW.status = 'complete'");
  world.library.add(photo({ name: 'SECOND.JPG' }));
  expect((await world.sync()).code).toBe(2);
  const database = new Database(world.home.statePath);
  database.exec('DROP TRIGGER refuse');
  expect((await world.sync()).code).toBe(0);
  const runs = database.prepare('SELECT status FROM runs ORDER BY id').pluck().all();
  database.close();
  expect(runs).toEqual(['complete', 'interrupted', 'complete']);
  expect((await world.home.tree()).size).toBe(2);
});
