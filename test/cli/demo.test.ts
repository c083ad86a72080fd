import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHome } from '../support/cli-home.js';
import { STACK_TRACE } from '../support/cli-world.js';

describe('kei demo', () => {
  let home: CliHome;
  let folder: string;

  beforeEach(async () => {
    home = await CliHome.create();
    folder = await mkdtemp(join(tmpdir(), 'kei-demo-'));
  });

  afterEach(async () => {
    await home.remove();
    await rm(folder, { recursive: true });
  });

  it('shows a sync, and one that finds everything in place', async () => {
    const { code, stdout, stderr } = await home.run(['demo', '--directory', folder]);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/First sync: +\d+ CloudKit calls, [1-9]\d* download requests/);
    expect(stdout).toMatch(/Second sync: +[12] CloudKit calls, 0 download requests/);
  });

  it('case 42: a step that fails says why, and is no defect of kei', async () => {
    await writeFile(join(folder, '.kei-demo'), '');
    await mkdir(join(folder, 'PrimarySync'));
    await writeFile(join(folder, 'PrimarySync', '2024'), 'a file where a folder has to be');
    const { code, stderr } = await home.run(['demo', '--directory', folder]);
    expect(code, stderr).toBe(1);
    expect(stderr).toContain('ended with exit code 2 in the demo');
    expect(stderr).toContain(join(folder, 'PrimarySync', '2024'));
    expect(stderr).not.toMatch(STACK_TRACE);
  });
});
