import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { describe, expect, test, vi } from 'vitest';
import { silentLogger } from '../../../src/platform/logger.js';
import { copyPath } from '../../../src/state/copies.js';
import { APPLICATION_ID, migrate } from '../../../src/state/migrate.js';
import { MIGRATIONS, type Migration } from '../../../src/state/migrations/index.js';
import { SqliteFile } from '../../../src/state/sqlite.js';
import { statePath } from './support.js';

const HISTORY: readonly Migration[] = [
  { version: 1, name: 'things', sql: 'CREATE TABLE things (name TEXT NOT NULL) STRICT' },
  { version: 2, name: 'sizes', sql: 'ALTER TABLE things ADD COLUMN size INTEGER' },
  { version: 5, name: 'sized', sql: 'UPDATE things SET size = 7' },
];

/** A file at one version of the history, with one row. */
function databaseAt(version: number): SqliteFile {
  const path = statePath();
  writeFileSync(path, '');
  const database = new SqliteFile(path, { readonly: false, mustExist: true });
  migrate(
    database,
    silentLogger,
    HISTORY.filter((step) => step.version <= version),
  );
  database.exec("INSERT INTO things (name) VALUES ('kept')");
  return database;
}

const schemaOf = (database: SqliteFile) =>
  database.prepare<{ sql: string }>('SELECT sql FROM sqlite_schema ORDER BY name').all();

describe('migrations', () => {
  test('the history is in order, from 1 on', () => {
    const versions = MIGRATIONS.map((step) => step.version);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
    expect(versions[0]).toBe(1);
  });

  test('D41: every table is STRICT', () => {
    const path = statePath();
    writeFileSync(path, '');
    const database = new SqliteFile(path, { readonly: false, mustExist: true });
    migrate(database, silentLogger);
    const loose = database
      .prepare<{ name: string }>(
        "SELECT name FROM pragma_table_list WHERE strict = 0 AND name NOT LIKE 'sqlite_%'",
      )
      .all();
    expect(loose).toEqual([]);
    database.close();
  });

  test('DB-3: running again changes nothing and keeps no copy', () => {
    const path = statePath();
    writeFileSync(path, '');
    const database = new SqliteFile(path, { readonly: false, mustExist: true });
    migrate(database, silentLogger);
    const before = schemaOf(database);
    migrate(database, silentLogger);
    expect(schemaOf(database)).toEqual(before);
    expect(existsSync(copyPath(path, 1))).toBe(false);
    database.close();
  });

  test.each([1, 2])('from version %i to the newest, rows kept, copy kept', (version) => {
    const database = databaseAt(version);
    migrate(database, silentLogger, HISTORY);
    expect(database.pragma('user_version')).toBe(5);
    expect(database.pragma('application_id')).toBe(APPLICATION_ID);
    expect(database.prepare('SELECT * FROM things').all()).toEqual([{ name: 'kept', size: 7 }]);
    database.close();

    const copy = new Database(copyPath(database.path, 5), { readonly: true });
    expect(copy.pragma('user_version', { simple: true })).toBe(version);
    expect(copy.pragma('application_id', { simple: true })).toBe(APPLICATION_ID);
    expect(copy.prepare('SELECT name FROM things').all()).toEqual([{ name: 'kept' }]);
    copy.close();
  });

  test('DB-6, D41: the copy holds what so far lies in the write-ahead log only', () => {
    const database = databaseAt(1);
    database.pragma('journal_mode = WAL');
    database.exec("INSERT INTO things VALUES ('in the log')");
    migrate(database, silentLogger, HISTORY);
    const copy = new Database(copyPath(database.path, 5), { readonly: true });
    expect(copy.prepare('SELECT name FROM things').all()).toContainEqual({ name: 'in the log' });
    copy.close();
    database.close();
  });

  test('a step that fails leaves its version and rows as they were; the next start tries again', () => {
    const database = databaseAt(1);
    const broken: Migration = {
      version: 2,
      name: 'broken',
      sql: "UPDATE things SET name = 'half'; SELECT * FROM missing",
    };
    expect(() => migrate(database, silentLogger, [...HISTORY.slice(0, 1), broken])).toThrow(
      expect.objectContaining({ code: 'STATE_FAILED' }),
    );
    expect(database.pragma('user_version')).toBe(1);
    expect(database.prepare('SELECT * FROM things').all()).toEqual([{ name: 'kept' }]);
    migrate(database, silentLogger, HISTORY);
    expect(database.pragma('user_version')).toBe(5);
    database.close();
  });

  test('a copy that was cut off by a crash is made anew', () => {
    const database = databaseAt(1);
    writeFileSync(`${copyPath(database.path, 5)}.tmp`, 'half a copy');
    migrate(database, silentLogger, HISTORY);
    expect(existsSync(copyPath(database.path, 5))).toBe(true);
    expect(existsSync(`${copyPath(database.path, 5)}.tmp`)).toBe(false);
    database.close();
  });

  test('D41: kill -9 in the middle of a migration leaves the old schema and all rows', async () => {
    const database = databaseAt(1);
    database.pragma('journal_mode = WAL');
    database.close();
    const { path } = database;
    const source = (name: string) =>
      JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../../src', `${name}.ts`)).href);
    // The second step writes without end: whenever it is killed, it is in the middle.
    const endless = `ALTER TABLE things ADD COLUMN size INTEGER; DELETE FROM things;
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
      INSERT INTO things SELECT hex(randomblob(500)), i FROM n`;
    const script = `
      import { SqliteFile } from ${source('state/sqlite')};
      import { migrate } from ${source('state/migrate')};
      import { silentLogger } from ${source('platform/logger')};
      const database = new SqliteFile(${JSON.stringify(path)}, { readonly: false, mustExist: true });
      migrate(database, silentLogger, [{ version: 1, name: 'a', sql: '' },
        { version: 2, name: 'b', sql: ${JSON.stringify(endless)} }]);
    `;
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', script],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    // More than the page cache holds: some of it is in the log already.
    const log = `${path}-wal`;
    await vi.waitUntil(() => existsSync(log) && statSync(log).size > 2 ** 20, {
      timeout: 30_000,
      interval: 20,
    });
    child.kill('SIGKILL');
    await once(child, 'close');

    const again = new SqliteFile(path, { readonly: false, mustExist: true });
    expect(again.pragma('user_version')).toBe(1);
    expect(again.prepare('SELECT * FROM things').all()).toEqual([{ name: 'kept' }]);
    migrate(again, silentLogger, HISTORY);
    expect(again.pragma('user_version')).toBe(5);
    expect(again.prepare('SELECT * FROM things').all()).toEqual([{ name: 'kept', size: 7 }]);
    again.close();
  });

  test('DB-4: a version beyond the history is refused', () => {
    const database = databaseAt(5);
    expect(() => migrate(database, silentLogger, HISTORY.slice(0, 2))).toThrow(
      expect.objectContaining({ code: 'STATE_FROM_FUTURE' }),
    );
    database.close();
  });
});
