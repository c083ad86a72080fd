import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { writeFileAtomically } from '../../../src/platform/atomic-write.js';
import { systemFiles } from '../../../src/platform/files.js';
import { systemRandom } from '../../../src/platform/random.js';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'kei-atomic-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

it('replaces a file with mode 0600 and leaves nothing else', async () => {
  const dir = await folder();
  const path = join(dir, 'janeexamplecom.session');
  await writeFile(path, 'old', { mode: 0o644 });
  await writeFileAtomically(path, 'new');
  expect(await readFile(path, 'utf8')).toBe('new');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(dir)).toEqual(['janeexamplecom.session']);
});

it('a failed rename keeps the old content and names the file', async () => {
  const dir = await folder();
  const path = join(dir, 'state');
  await writeFile(path, 'old');
  const full = Object.assign(new Error('no space'), { code: 'ENOSPC', syscall: 'rename' });
  const edges = {
    files: { ...systemFiles, rename: () => Promise.reject(full) },
    random: systemRandom,
  };
  await expect(writeFileAtomically(path, 'new', edges)).rejects.toMatchObject({
    code: 'DISK_FULL',
    message: expect.stringContaining(path) as unknown,
  });
  expect(await readFile(path, 'utf8')).toBe('old');
  expect(await readdir(dir)).toEqual(['state']);
});

it('a missing folder is a disk error', async () => {
  const path = join(await folder(), 'missing', 'state');
  await expect(writeFileAtomically(path, 'x')).rejects.toMatchObject({ kind: 'disk' });
});
