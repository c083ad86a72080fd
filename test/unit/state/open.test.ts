import {
  chmodSync,
  existsSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { silentLogger } from '../../../src/platform/logger.js';
import {
  deleteStateDatabase,
  openStateReader,
  openStateStore,
  rustDatabaseBeside,
} from '../../../src/state/index.js';
import { MIGRATIONS } from '../../../src/state/migrations/index.js';
import { claim, openReader, openStore, statePath, tempFolder, testClock } from './support.js';

async function failureOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

const openForWriting = (path: string) => () =>
  openStateStore(path, { clock: testClock(), log: silentLogger, foldCase: false });
const openForReading = (path: string) => () => openStateReader(path, { clock: testClock() });

/** A closed database with 500 files, some 200 KiB large. */
async function filledDatabase(): Promise<string> {
  const store = await openStore();
  const run = store.runs.start('sync');
  await store.commit(() => {
    for (let n = 0; n < 500; n++) claim(store, `asset-${n}`, `/photos/${n}.jpg`, run);
  });
  store.close();
  return store.path;
}

const NEWEST = MIGRATIONS.at(-1)?.version;

describe('opening', () => {
  test('DB-1: the folder is made, for its owner alone', async () => {
    const path = join(tempFolder(), 'new', 'deep', 'user.state.db');
    await openStore({ path });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
  });

  test('DB-2, D41: WAL, an application_id of its own, the newest schema', async () => {
    const { path } = await openStore();
    const other = new Database(path, { readonly: true });
    expect(other.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(other.pragma('application_id', { simple: true })).not.toBe(0);
    expect(other.pragma('user_version', { simple: true })).toBe(NEWEST);
    other.close();
  });

  test('DB-7: reading a database that is not there gives nothing and makes nothing', async () => {
    const path = statePath();
    expect(await openForReading(path)()).toBeUndefined();
    expect(existsSync(path)).toBe(false);
  });

  test('a file without content counts as no database for a reader, as a new one for a run', async () => {
    const path = statePath();
    writeFileSync(path, '');
    expect(await openForReading(path)()).toBeUndefined();
    expect((await openStore({ path })).lists.counts().total).toBe(0);
  });

  test('a reader sees what a writer has committed, while the writer goes on', async () => {
    const store = await openStore();
    claim(store, 'a', '/p/a.jpg', store.runs.start('sync'));
    const reader = await openReader(store.path);
    expect(reader.lists.counts().pending).toBe(1);
    claim(store, 'b', '/p/b.jpg', 1);
    expect(reader.lists.counts().pending).toBe(2);
    reader.requireSound();
  });
});

describe('refusing', () => {
  test.each([
    ['random bytes', Buffer.from('not a database, but long enough to be taken for one'.repeat(40))],
    ['one byte', Buffer.from('x')],
    ['JSON', Buffer.from('{"version":1}')],
  ])('DB-5: %s are no database; the file stays as it is', async (_name, content) => {
    const path = statePath();
    writeFileSync(path, content);
    for (const opening of [openForWriting(path), openForReading(path)]) {
      expect(await failureOf(opening)).toMatchObject({ code: 'STATE_CORRUPT', kind: 'state' });
    }
    expect(readFileSync(path)).toEqual(content);
    expect(existsSync(`${path}-wal`)).toBe(false);
  });

  test('case 119: a truncated database is refused and stays as it is', async () => {
    const path = await filledDatabase();
    truncateSync(path, Math.floor(statSync(path).size / 2 / 4096) * 4096);
    const before = readFileSync(path);
    for (const opening of [openForWriting(path), openForReading(path)]) {
      expect(await failureOf(opening)).toMatchObject({ code: 'STATE_CORRUPT' });
    }
    expect(readFileSync(path)).toEqual(before);
  });

  test('DB-5: the sentence names the file, the hint says how to go on', async () => {
    const path = statePath();
    writeFileSync(path, 'garbage');
    writeFileSync(`${path}.before-v2`, '');
    const error = await failureOf(openForWriting(path));
    expect(error).toMatchObject({
      message: expect.stringContaining(`${path} is not a database or is damaged`) as string,
      hint: expect.stringMatching(
        /restore the copy kept beside it \(.*\.before-v2\).*`kei reset state`/i,
      ) as string,
    });
  });

  test('damage inside is met as STATE_CORRUPT by whoever reads it, and found on request', async () => {
    const path = await filledDatabase();
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 8192, bytes.length - 4096);
    writeFileSync(path, bytes);
    const checked = openReader(path).then((reader) => {
      reader.requireSound();
    });
    await expect(checked).rejects.toMatchObject({ code: 'STATE_CORRUPT' });
  });

  test('DB-4, case 119: a database of a newer kei is refused and stays as it is', async () => {
    const path = await filledDatabase();
    const future = new Database(path);
    future.pragma('user_version = 99');
    future.close();
    const before = readFileSync(path);
    for (const opening of [openForWriting(path), openForReading(path)]) {
      expect(await failureOf(opening)).toMatchObject({
        code: 'STATE_FROM_FUTURE',
        facts: { found: 99, supported: NEWEST },
      });
    }
    expect(readFileSync(path)).toEqual(before);
  });

  test("D41: another program's database is refused and stays as it is", async () => {
    const path = statePath();
    const foreign = new Database(path);
    foreign.exec('CREATE TABLE assets (id TEXT)');
    foreign.pragma('user_version = 15');
    foreign.close();
    const before = readFileSync(path);
    for (const opening of [openForWriting(path), openForReading(path)]) {
      expect(await failureOf(opening)).toMatchObject({ code: 'STATE_FOREIGN' });
    }
    expect(readFileSync(path)).toEqual(before);
  });

  test('DB-1: a folder that cannot be made is named', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'file'), '');
    const error = await failureOf(openForWriting(join(folder, 'file', 'user.state.db')));
    expect(error).toMatchObject({
      code: 'STATE_UNWRITABLE',
      message: expect.stringContaining(`the folder ${join(folder, 'file')}`) as string,
    });
  });

  test.skipIf(process.getuid?.() === 0)(
    'DB-1: a folder without write access is named',
    async () => {
      const folder = tempFolder();
      chmodSync(folder, 0o500);
      const error = await failureOf(openForWriting(join(folder, 'user.state.db')));
      chmodSync(folder, 0o700);
      expect(error).toMatchObject({
        code: 'STATE_UNWRITABLE',
        message: expect.stringContaining('permission denied') as string,
      });
    },
  );

  test('a folder in place of the file is a sentence too', async () => {
    const folder = tempFolder();
    expect(await failureOf(openForWriting(folder))).toMatchObject({ code: 'STATE_UNWRITABLE' });
  });
});

describe('beside the database', () => {
  test('IN-71: deleting takes the side files along and forgives missing ones', () => {
    const path = statePath();
    for (const suffix of ['', '-wal', '-shm']) writeFileSync(`${path}${suffix}`, 'x');
    deleteStateDatabase(path);
    deleteStateDatabase(path);
    for (const suffix of ['', '-wal', '-shm']) expect(existsSync(`${path}${suffix}`)).toBe(false);
  });

  test('D41: the database of the Rust kei is named when it is there', () => {
    const path = statePath();
    expect(rustDatabaseBeside(path)).toBeUndefined();
    writeFileSync(path.replace('.state.db', '.db'), 'x');
    expect(rustDatabaseBeside(path)).toBe(path.replace('.state.db', '.db'));
  });
});
