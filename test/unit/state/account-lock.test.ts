import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { acquireAccountLock, isAccountLocked } from '../../../src/platform/account-lock.js';
import { tempFolder, testClock } from './support.js';

const ACCOUNT = 'jane@example.com';
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const lockPath = () => join(tempFolder(), 'data', 'user.lock');

function acquire(path: string, retries = 0, clock = testClock()) {
  return acquireAccountLock({ path, account: ACCOUNT, pid: process.pid, clock, retries });
}

/** A process that takes the lock and keeps it until it is killed. */
async function otherKei(path: string): Promise<ChildProcess> {
  const module = pathToFileURL(join(import.meta.dirname, '../../../src/platform/account-lock.ts'));
  const script = `
    import { acquireAccountLock } from ${JSON.stringify(module.href)};
    await acquireAccountLock({
      path: ${JSON.stringify(path)}, account: 'x', pid: process.pid, clock: undefined,
    });
    process.stdout.write('held');
    setInterval(() => undefined, 1000);
  `;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

describe('the account lock', () => {
  test('D22: taken, held, released, taken again', async () => {
    const path = lockPath();
    expect(isAccountLocked(path)).toBe(false);
    const lock = await acquire(path);
    expect(isAccountLocked(path)).toBe(true);
    lock.release();
    lock.release();
    expect(isAccountLocked(path)).toBe(false);
    (await acquire(path)).release();
  });

  test('DB-30: held by another process: an immediate error with the account and the pid', async () => {
    const path = lockPath();
    const other = await otherKei(path);
    expect(isAccountLocked(path)).toBe(true);
    await expect(acquire(path)).rejects.toMatchObject({
      code: 'LOCK_HELD',
      kind: 'lock',
      message: `Another instance of kei is running for ${ACCOUNT} (process ${other.pid}).`,
    });
    await expect(acquire(path)).rejects.toMatchObject({ facts: { pid: other.pid } });
  });

  test('D22: a holder that is killed leaves nothing behind', async () => {
    const path = lockPath();
    const other = await otherKei(path);
    other.kill('SIGKILL');
    await once(other, 'exit');
    expect(isAccountLocked(path)).toBe(false);
    (await acquire(path)).release();
  });

  test('one process cannot hold it twice, and asking does not lose it', async () => {
    const path = lockPath();
    const lock = await acquire(path);
    await expect(acquire(path)).rejects.toMatchObject({ facts: { pid: process.pid } });
    expect(isAccountLocked(path)).toBe(true);
    lock.release();
  });

  test('cli 8.5: login and list try again 6 times, 3 s apart', async () => {
    const path = lockPath();
    const lock = await acquire(path);
    const clock = testClock();
    await expect(acquire(path, 6, clock)).rejects.toMatchObject({ code: 'LOCK_HELD' });
    expect(clock.sleeps).toEqual([3000, 3000, 3000, 3000, 3000, 3000]);
    lock.release();
  });

  test('a lock that becomes free while waiting is taken', async () => {
    const path = lockPath();
    const first = await acquire(path);
    const clock = testClock();
    const waiting = acquire(path, 6, { ...clock, sleep: async () => first.release() });
    (await waiting).release();
  });

  test('an empty file of that name is no obstacle', async () => {
    const path = join(tempFolder(), 'user.lock');
    writeFileSync(path, '');
    expect(isAccountLocked(path)).toBe(false);
    (await acquire(path)).release();
    expect(existsSync(`${path}-journal`)).toBe(false);
  });

  test('a file that is no lock is left alone, with a sentence', async () => {
    const path = join(tempFolder(), 'user.lock');
    const content = 'something else entirely '.repeat(50);
    writeFileSync(path, content);
    expect(isAccountLocked(path)).toBe(false);
    await expect(acquire(path)).rejects.toMatchObject({ code: 'LOCK_UNUSABLE', kind: 'state' });
    expect(readFileSync(path, 'utf8')).toBe(content);
  });
});
