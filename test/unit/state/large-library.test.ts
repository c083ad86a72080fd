import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { silentLogger } from '../../../src/platform/logger.js';
import { ImportScratch, LostScratch, RunScratch } from '../../../src/state/index.js';
import { migrate } from '../../../src/state/migrate.js';
import { SqliteFile } from '../../../src/state/sqlite.js';
import { StateReader, StateStore } from '../../../src/state/store.js';
import { testClock } from './support.js';

/** Small by nature: read whole or nearly so, once a run. */
const SMALL_TABLES = [
  'sqlite_master',
  'meta',
  'runs',
  'zones',
  'database_tokens',
  'publications',
  'albums',
  'debts',
  // Whole once, at the end of an import.
  'missing',
];

const ROWS = 100_000;

/** 100,000 assets with a file each: 9 of 10 downloaded, half of the rest failed. */
function fill(database: SqliteFile): void {
  const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})`;
  const id = "printf('%08x-4ef0-9012-3456789abcde', i * 2654435761 % 4294967296)";
  database.transaction(() => {
    database.exec(`
      INSERT INTO runs (kind, status, started_ms) VALUES ('sync', 'complete', 1), ('sync', 'running', 2);
      ${numbers} INSERT INTO assets
        SELECT i, 'PrimarySync', ${id}, 'm' || ${id}, 'IMG_' || i, 'image', 0, i, 0, i, 0, 0, 0,
          NULL, '{}', 'hash', 1, NULL FROM n;
      ${numbers} INSERT INTO files
          (id, path, path_key, status, seen_run, checksum, size_bytes, type_id, published_checksum,
           published_size, disk_bytes, published_ms)
        SELECT i, '/photos/2024/01/02/IMG_' || i, '/photos/2024/01/02/IMG_' || i,
          CASE WHEN i % 10 > 0 THEN 'downloaded' WHEN i % 20 > 0 THEN 'failed' ELSE 'pending' END,
          1, 'checksum' || i, i, 'public.jpeg', 'checksum' || i, i, i, i FROM n;
      ${numbers} INSERT INTO placements
        SELECT 'PrimarySync', ${id}, 'original', 'library', i FROM n;
    `);
  });
}

/** The statements that were prepared and read more of a table than they need, each with its plan. */
function slowStatements(database: SqliteFile): string[] {
  return [...database.prepared]
    .filter((sql) => /^\s*(SELECT|INSERT|UPDATE|DELETE)/.test(sql))
    .flatMap((sql) => {
      const names = [...sql.matchAll(/@(\w+)/g)].map(([, name]) => [name, null]);
      const steps = database
        .prepare<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all(Object.fromEntries(names) as Record<string, null>);
      return (
        steps
          .map(({ detail }) => detail)
          .filter((detail) => /^SCAN|TEMP B-TREE/.test(detail))
          .filter((detail) => !SMALL_TABLES.some((table) => detail.startsWith(`SCAN ${table}`)))
          // Counting reads a narrow index, never the rows.
          .filter((detail) => !/COVERING INDEX (files_by_status|assets_deleted)/.test(detail))
          // A page of rows that an index has brought.
          .filter((detail) => !detail.startsWith('SCAN (subquery'))
          .map((detail) => `${detail}: ${sql}`)
      );
    });
}

describe('a library of 100,000', () => {
  let database: SqliteFile;
  let reader: StateReader;

  beforeAll(() => {
    // Not the folder of one test: all of them read this library.
    const folder = mkdtempSync(join(tmpdir(), 'kei-large-'));
    const path = join(folder, 'user.state.db');
    writeFileSync(path, '');
    database = new SqliteFile(path, { readonly: false, mustExist: true });
    database.pragma('journal_mode = WAL');
    migrate(database, silentLogger);
    fill(database);
    reader = new StateReader(database);
    new StateStore(database, testClock());
    return () => {
      database.close();
      rmSync(folder, { recursive: true });
    };
  });

  test('no statement walks through a table that grows with the library', () => {
    expect(slowStatements(database)).toEqual([]);
  });

  test('cli 9.4: status reads no rows: a million would be counted within a second', () => {
    const started = performance.now();
    expect(reader.lists.counts()).toEqual({
      total: ROWS,
      downloaded: 90_000,
      pending: 5000,
      failed: 5000,
    });
    expect(reader.lists.newest('failed')).toHaveLength(200);
    expect(performance.now() - started).toBeLessThan(500);
  });

  test('cli 9.5: pages go on by key, so the last one costs no more than the first', () => {
    let files = 0;
    for (const { owner } of reader.lists.downloaded()) {
      expect(owner).toBeDefined();
      files++;
    }
    expect(files).toBe(90_000);
  });
});

test('no statement walks through a table of a scratch that grows with the library', () => {
  const prepare = vi.spyOn(SqliteFile.prototype, 'prepare');
  const scratches = [
    new RunScratch({ foldCase: false }),
    new ImportScratch({ foldCase: false }),
    new LostScratch(),
  ];
  const databases = new Set(prepare.mock.contexts as SqliteFile[]);
  prepare.mockRestore();
  onTestFinished(() => {
    for (const scratch of scratches) scratch.close();
  });
  expect(databases.size).toBe(scratches.length);
  expect([...databases].flatMap(slowStatements)).toEqual([]);
});
