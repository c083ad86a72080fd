import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { foldsCase } from '../../../src/platform/case-folding.js';
import { Mounts } from '../../support/mounts.js';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'kei-case-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

const onLinux = it.skipIf(process.platform !== 'linux');

describe('DL-60: whether names that differ in case only are one', () => {
  onLinux('the names in the folder tell, whatever the platform is said to be', async () => {
    const root = await folder();
    await writeFile(join(root, 'a.jpg'), '');
    expect(await foldsCase(root, 'darwin')).toBe(false);
    await writeFile(join(root, 'A.JPG'), '');
    expect(await foldsCase(root, 'darwin')).toBe(false);
  });

  onLinux('an empty folder is told by its own name, a missing one by what is above', async () => {
    const root = await folder();
    await mkdir(join(root, 'photos'));
    expect(await foldsCase(join(root, 'photos'), 'win32')).toBe(false);
    expect(await foldsCase(join(root, 'photos', 'not', 'there'), 'win32')).toBe(false);
  });

  it.each([
    ['darwin', true],
    ['win32', true],
    ['linux', false],
  ] as const)('where nothing tells, %s does', async (platform, expected) => {
    expect(await foldsCase('/', platform)).toBeTypeOf('boolean');
    const root = await folder();
    await mkdir(join(root, '123'));
    expect(await foldsCase(join(root, '123'), platform)).toBe(
      process.platform === 'linux' ? expected : await foldsCase(root, platform),
    );
  });

  it('exFAT does', async ({ skip }) => {
    const point = join(await folder(), 'disk');
    const mounts = new Mounts();
    onTestFinished(() => mounts.clear());
    skip(!(await mounts.exfat(point, 16)), 'this computer has no exFAT');
    await mkdir(join(point, 'photos'));
    expect(await foldsCase(join(point, 'photos'), 'linux')).toBe(true);
    expect(await foldsCase(join(point, 'photos', 'new'), 'linux')).toBe(true);
  });
});
