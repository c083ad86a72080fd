import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { photo } from '../../src/simulator/library/builder.js';
import type { CliOptions, CliResult } from '../support/cli-home.js';
import { STACK_TRACE, wantedFiles, World } from '../support/cli-world.js';

/** Writes everything that a sync would fetch, under other names in other folders. */
async function shuffledTree(world: World, folder: string): Promise<number> {
  await mkdir(world.home.photos, { recursive: true });
  const files = wantedFiles(world.library);
  let number = 0;
  for (const [sha256, file] of files) {
    number += 1;
    const target = join(world.home.root, folder, `${number % 7}`, sha256);
    await mkdir(dirname(target), { recursive: true });
    const bytes = file.bytes();
    await writeFile(target, Buffer.concat([...bytes.read(0, bytes.size)]));
  }
  return files.size;
}

const importing = (world: World, args: readonly string[], options?: CliOptions) =>
  world.watch(() => world.home.run(['import-existing', ...args], options));

/** The number behind a line of the report. */
function numberOf({ stdout }: CliResult, label: string): number {
  return Number(new RegExp(`^  ${label}: +(\\d+)$`, 'm').exec(stdout)?.[1] ?? NaN);
}

async function expectNothingFetched(world: World): Promise<void> {
  const { result, requests } = await world.watch(() => world.sync());
  expect(result.code, result.stderr).toBe(0);
  expect(requests.fetched).toEqual([]);
  expect(result.stderr).toContain('0 downloaded');
}

describe('kei import-existing', () => {
  it('cli 9.7, users 13: stopped and gone on with, it adopts a tree of other names without a download', async () => {
    const world = await World.open({ library: 'large:210' });
    const files = await shuffledTree(world, 'photos/old');
    const stall = world.icloud.faults.add({
      when: { operation: 'records/query' },
      timing: { after: 3 },
      action: { kind: 'stall' },
    });
    const { result: stopped } = await importing(world, [], {
      onStart: (child) => {
        child.stderr?.on('data', (text: Buffer) => {
          if (text.includes('Matched 100 files')) child.kill('SIGINT');
        });
      },
    });
    expect(stopped.code, stopped.stderr).toBe(0);
    expect(stopped.stderr).not.toMatch(STACK_TRACE);
    expect(stopped.stdout).toContain('Import stopped\n');
    const before = numberOf(stopped, 'Files matched');
    expect(before).toBeGreaterThanOrEqual(100);
    world.icloud.faults.remove(stall);

    const { result, requests } = await importing(world, []);
    expect(result.code, result.stderr).toBe(0);
    expect(requests.fetched).toEqual([]);
    expect(numberOf(result, 'Files matched')).toBe(files);
    expect(numberOf(result, "Proven by Apple's checksum")).toBe(files);
    expect(numberOf(result, 'Known to kei before')).toBe(before);
    expect(numberOf(result, 'Hash skipped'), 'D75').toBeGreaterThanOrEqual(before);
    expect(numberOf(result, 'Not in iCloud')).toBe(0);
    await expectNothingFetched(world);
    expect((await world.home.tree()).size).toBe(files);
  });

  it('D75: killed at any moment, it is gone on with, and nothing is lost or doubled', async () => {
    const world = await World.open({ library: 'large:300' });
    const files = await shuffledTree(world, 'photos/old');
    const moments = ['Looking at', 'Listing the library', 'Matched 100', 'Matched 200'];
    for (const moment of moments) {
      const { result } = await importing(world, [], {
        onStart: (child) => {
          child.stderr?.on('data', (text: Buffer) => {
            if (text.includes(moment)) child.kill('SIGKILL');
          });
        },
      });
      expect(result.signal, moment).toBe('SIGKILL');
    }
    const { result } = await importing(world, []);
    expect(result.code, result.stderr).toBe(0);
    expect(numberOf(result, 'Files matched')).toBe(files);
    expect(numberOf(result, 'Not in iCloud')).toBe(0);
    await expectNothingFetched(world);
    expect((await world.home.run(['status'])).stdout).toMatch(new RegExp(`Total: +${files}\n`));
    expect((await world.home.tree()).size).toBe(files);
  });

  it('D42: files of two folders whose names are no text, or would steer a terminal, are shown escaped', async () => {
    const world = await World.open();
    const { primary } = world.library;
    primary.add(photo({ name: 'ONE.JPG' }));
    primary.add(photo({ name: 'TWO.JPG' }));
    const [one, two] = [...wantedFiles(world.library).values()].map((file) => {
      const bytes = file.bytes();
      return Buffer.concat([...bytes.read(0, bytes.size)]);
    });
    const folders = ['first', 'second'].map((name) => join(world.home.root, name));
    for (const folder of [world.home.photos, ...folders]) {
      await mkdir(folder);
      await writeFile(join(folder, 'other.txt'), 'so that no folder looks unmounted');
    }
    const latin1 = Buffer.concat([
      Buffer.from(`${folders[0]}/`),
      Buffer.from('\u00e9.jpg', 'latin1'),
    ]);
    const steering = join(folders[1] ?? '', '\u001b[2J.jpg');
    await writeFile(latin1, one ?? '');
    await writeFile(steering, two ?? '');
    const { result } = await importing(world, folders);
    expect(numberOf(result, 'Files matched'), result.stderr).toBe(2);
    const shown = [join(folders[0] ?? '', '\\xE9.jpg'), join(folders[1] ?? '', '\\x1B[2J.jpg')];
    const { stdout } = await world.home.run(['status', '--downloaded']);
    for (const path of shown) expect(stdout).toContain(` -> ${path}\n`);

    await rm(latin1);
    await writeFile(steering, 'x');
    const verified = await world.home.run(['verify', '--checksums']);
    expect(verified.stdout).toContain(`MISSING: ${shown[0]} (`);
    expect(verified.stdout).toContain(`CORRUPTED: ${shown[1]} (`);
    const reconciled = await world.home.run(['reconcile']);
    expect(reconciled.stdout).toContain(`MISSING: ${shown[0]} (`);
    expect(reconciled.stdout).toContain(`TRUNCATED: ${shown[1]} (`);
    expect((await world.home.run(['status', '--failed'])).stdout).toContain('  \\xE9.jpg (');
  });

  it('cli 1.4, D13, D70: a dry run records nothing, and what makes no sense is refused', async () => {
    const world = await World.open({ library: 'small:12', config: '[import]\nstrict = true\n' });
    const files = await shuffledTree(world, 'old');
    const old = join(world.home.root, 'old');
    const { result } = await importing(world, [old, '--dry-run', '--json']);
    expect(result.code, result.stderr).toBe(0);
    const lines = result.stdout
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({ kind: 'summary', dry_run: true, matched: files });
    expect(lines).toHaveLength(files + 1);
    expect((await world.home.run(['status'])).stdout).toMatch(/Total: +0\n/);

    const missing = await world.home.run(['import-existing', join(world.home.root, 'nowhere')]);
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toContain('nowhere to import from');
    const days = await world.home.run(['import-existing', '--recent', '30d']);
    expect(days.code).toBe(64);
    expect(days.stderr).toContain('a number of photos, not of days');

    const newest = await importing(world, [old, '--recent', '3']);
    expect(newest.result.code, newest.result.stderr).toBe(0);
    expect(numberOf(newest.result, 'Total assets scanned')).toBe(3);
    expect(newest.result.stdout).not.toContain('Not in iCloud');
  });
});
