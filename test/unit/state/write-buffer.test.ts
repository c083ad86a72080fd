import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openStore, statePath, testClock } from './support.js';

/** A state that refuses memberships until so many pauses have begun. */
async function refusing(pauses: number) {
  const path = statePath();
  const clock = testClock();
  const sql = (text: string) => {
    const database = new Database(path);
    database.exec(text);
    database.close();
  };
  const store = await openStore({
    path,
    clock: {
      ...clock,
      sleep: (ms) => {
        if (clock.sleeps.length + 1 === pauses) sql('DROP TRIGGER refuse');
        return clock.sleep(ms);
      },
    },
  });
  sql(`CREATE TRIGGER refuse BEFORE INSERT ON members
    BEGIN SELECT RAISE(ABORT, 'the test refuses'); END`);
  await store.albums.addMember('PrimarySync', 'album:A', 'ASSET', 1);
  return { store, sleeps: clock.sleeps, allow: () => sql('DROP TRIGGER refuse') };
}

test('RT-63: memberships that are not taken are tried again after growing pauses', async () => {
  const { store, sleeps } = await refusing(3);
  await store.flush();
  expect(store.albums.sourcesOf('PrimarySync', 'ASSET')).toEqual(['album:A']);
  expect(sleeps).toHaveLength(3);
  for (const [n, ms] of sleeps.entries()) {
    expect(ms).toBeGreaterThanOrEqual(200 * 2 ** n);
    expect(ms).toBeLessThan(250 * 2 ** n);
  }
});

test('RT-63: and are an error after the third', async () => {
  const { store, sleeps, allow } = await refusing(9);
  await expect(store.flush()).rejects.toMatchObject({ kind: 'state' });
  expect(sleeps).toHaveLength(3);
  // Nothing was lost: it still waits.
  allow();
  await store.flush();
  expect(store.albums.sourcesOf('PrimarySync', 'ASSET')).toEqual(['album:A']);
});
