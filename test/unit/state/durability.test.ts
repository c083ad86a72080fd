import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/platform/clock.js';
import { withBusyRetry } from '../../../src/state/index.js';
import {
  asset,
  claim,
  openReader,
  openStore,
  placement,
  published,
  statePath,
  testClock,
} from './support.js';

describe('another program holds the database', () => {
  test('D24, case 117: a write waits for it without blocking, and succeeds', async () => {
    const store = await openStore({ clock: systemClock() });
    const run = store.runs.start('sync');
    const fileId = claim(store, 'a', '/p/a.jpg', run);
    const other = new Database(store.path);
    other.exec('BEGIN IMMEDIATE');
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 10);
    const writing = withBusyRetry(systemClock(), () =>
      store.files.markDownloaded(fileId, published()),
    );
    setTimeout(() => other.exec('COMMIT'), 1000);
    await writing;
    clearInterval(ticking);
    other.close();
    expect(ticks).toBeGreaterThan(5);
    expect(store.files.byId(fileId)?.status).toBe('downloaded');
  });

  test('D24: a single call gives up within a moment, with a sentence', async () => {
    const store = await openStore();
    const other = new Database(store.path);
    other.exec('BEGIN IMMEDIATE');
    const started = performance.now();
    expect(() => store.runs.start('sync')).toThrow(
      expect.objectContaining({ code: 'STATE_BUSY', kind: 'state' }),
    );
    expect(performance.now() - started).toBeLessThan(2000);
    other.exec('ROLLBACK');
    other.close();
  });

  test('D24: patience ends after half a minute of trying', async () => {
    const clock = testClock();
    const store = await openStore();
    const other = new Database(store.path);
    other.exec('BEGIN IMMEDIATE');
    const failure = await withBusyRetry(clock, () => {
      // Each try costs the real busy time-out; the clock of the test jumps to spare the rest.
      clock.time += 5000;
      store.meta.set('x', 'y');
    }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'STATE_BUSY' });
    expect(clock.sleeps.length).toBeGreaterThan(3);
    expect(clock.sleeps.slice(0, 3)).toEqual([25, 50, 100]);
    other.exec('ROLLBACK');
    other.close();
  });

  test('other failures are not tried again', async () => {
    const clock = testClock();
    let tries = 0;
    await expect(
      withBusyRetry(clock, () => {
        tries++;
        throw new TypeError('bug');
      }),
    ).rejects.toThrow('bug');
    expect(tries).toBe(1);
  });

  test('bookkeeping that could not be written still waits, and comes later', async () => {
    const clock = testClock();
    const store = await openStore({ clock });
    const other = new Database(store.path);
    other.exec('BEGIN IMMEDIATE');
    await store.assets.noteSeen(asset('a'), undefined, 1);
    const flushing = store.flush();
    other.exec('COMMIT');
    other.close();
    await flushing;
    expect(store.assets.find('PrimarySync', 'a')).toBeDefined();
  });
});

describe('commits', () => {
  test('all or nothing: an exception takes back every call of a commit', async () => {
    const store = await openStore();
    const run = store.runs.start('sync');
    await expect(
      store.commit(() => {
        claim(store, 'a', '/p/a.jpg', run);
        store.meta.set('hash', 'new');
        throw new Error('stop');
      }),
    ).rejects.toThrow('stop');
    expect(store.lists.counts().total).toBe(0);
    expect(store.meta.get('hash')).toBeUndefined();
  });

  test('bookkeeping is written by itself when much of it waits', async () => {
    const store = await openStore();
    const reader = await openReader(store.path);
    for (let n = 0; n < 1200; n++) await store.assets.noteSeen(asset(`a${n}`), undefined, 1);
    expect(reader.assets.find('PrimarySync', 'a999')).toBeDefined();
    expect(reader.assets.find('PrimarySync', 'a1199')).toBeUndefined();
    store.close();
    expect(reader.assets.find('PrimarySync', 'a1199')).toBeDefined();
  });

  test('DL-56, DB-8: kill -9 loses no finished file', async () => {
    const path = statePath();
    const source = (name: string) =>
      JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../../src', `${name}.ts`)).href);
    const script = `
      import { openStateStore } from ${source('state/index')};
      import { systemClock } from ${source('platform/clock')};
      import { silentLogger } from ${source('platform/logger')};
      const store = await openStateStore(${JSON.stringify(path)},
        { clock: systemClock(), log: silentLogger, foldCase: false });
      const run = store.runs.start('sync');
      for (let n = 0; ; n++) {
        const { file } = store.files.claim(
          { zone: 'PrimarySync', assetId: 'a' + n, rendition: 'original', place: 'library' },
          { path: '/p/' + n, run, checksum: undefined, sizeBytes: 1, typeId: 'public.jpeg' });
        store.files.markDownloaded(file.id, { checksum: undefined, sizeBytes: 1, sha256: 'ab',
          downloadSha256: undefined, diskBytes: 1, mtimeMs: 1, appleChecksum: 'unknown' });
        process.stdout.write(n + '\\n');
        await new Promise((resolve) => setImmediate(resolve));
      }
    `;
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', script],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.split('\n').length > 200) child.kill('SIGKILL');
    });
    await once(child, 'close');
    const reported = output.split('\n').slice(0, -1).length;

    const store = await openStore({ path });
    expect(store.lists.counts().downloaded).toBeGreaterThanOrEqual(reported);
    expect(store.files.planned(placement(`a${reported - 1}`))?.status).toBe('downloaded');
    expect(store.runs.interruptOrphans()).toBe(1);
    const reader = await openReader(path);
    reader.requireSound();
  });
});
