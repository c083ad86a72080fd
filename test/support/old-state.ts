import { existsSync, renameSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { APPLICATION_ID } from '../../src/state/migrate.js';
import { MIGRATIONS } from '../../src/state/migrations/index.js';

/** An empty state as the first version of the schema made it. */
export function writeFirstSchema(path: string): void {
  const [first] = MIGRATIONS;
  const database = new Database(path);
  database.exec(first?.sql ?? '');
  database.pragma(`application_id = ${APPLICATION_ID}`);
  database.pragma('user_version = 1');
  database.close();
}

/** Makes a state the same as the first version of kei would have kept it. `false`: there is none. */
export function turnBackToFirstSchema(path: string): boolean {
  if (!existsSync(path)) return false;
  const old = `${path}.first-schema`;
  writeFirstSchema(old);
  const database = new Database(old);
  try {
    database.pragma('foreign_keys = OFF');
    database.prepare('ATTACH @path AS newer').run({ path });
    const names = (sql: string) => database.prepare<[], string>(sql).pluck().all();
    const newer = new Set(names('SELECT name FROM newer.sqlite_schema'));
    const tables = names("SELECT name FROM main.sqlite_schema WHERE type = 'table'");
    for (const table of tables) {
      if (!newer.has(table)) continue;
      const columns = names(`SELECT name FROM pragma_table_info('${table}')`).join(', ');
      database.exec(`DELETE FROM main.${table}`);
      database.exec(`INSERT INTO main.${table} (${columns}) SELECT ${columns} FROM newer.${table}`);
    }
  } finally {
    database.close();
  }
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
  renameSync(old, path);
  return true;
}
