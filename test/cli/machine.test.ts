import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { STACK_TRACE } from '../support/cli-world.js';
import { Mounts } from '../support/mounts.js';
import { faultBench, type FaultBench } from '../faults/bench.js';

const CAN_MOUNT = await Mounts.arePossible();

let mounts: Mounts;
let bench: FaultBench;
beforeEach(async () => {
  mounts = new Mounts();
  bench = await faultBench({ assets: 12, seed: 3, sizes: [8_000, 16_000] });
});
afterEach(async () => {
  await mounts.clear();
  await bench.close();
});

/** Calls `react` when so many downloads have been answered. */
function afterDownloads(count: number, react: () => Promise<unknown>): Promise<unknown> {
  let left = count;
  return new Promise((resolve, reject) => {
    bench.icloud.journal.subscribe(({ site }) => {
      if (site === 'content' && (left -= 1) === 0) react().then(resolve, reject);
    });
  });
}

async function expectRecovered(): Promise<void> {
  const { code, stderr } = await bench.sync();
  expect(code, stderr).toBe(0);
  expect(await bench.harm()).toEqual([]);
}

describe.skipIf(!CAN_MOUNT)('the download folder', () => {
  it('D13: unmounted in the middle of a run, nothing is written to where it was mounted', async () => {
    const disk = join(bench.home.root, 'disk');
    const { photos } = bench.home;
    await mounts.tmpfs(disk, { size: '4m' });
    await mounts.bind(disk, photos);
    await bench.home.configure('', 'threads = 2');
    bench.icloud.faults.while('content', { kind: 'delay', ms: 40 });
    const gone = afterDownloads(6, () => mounts.detach(photos));
    const stopped = await bench.sync();
    await gone;
    expect(stopped.code, stopped.stderr).toBe(2);
    expect(stopped.stderr).toContain(`Error: The download folder ${photos} disappeared`);
    expect(stopped.stderr).not.toMatch(STACK_TRACE);
    expect((await bench.home.tree()).size).toBe(0);

    const refused = await bench.sync();
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('Mount its disk');
    await mounts.bind(disk, photos);
    await expectRecovered();
  });

  it.each([
    ['folders', { size: '4m', inodes: 4 }],
    ['files', { size: '4m', inodes: 14 }],
    ['bytes', { size: '140k' }],
  ])('DL-84, D57: has no room left for %s', async (_, limits) => {
    await mounts.tmpfs(bench.home.photos, limits);
    const full = await bench.sync();
    expect(full.code, full.stderr).toBe(2);
    expect(full.stderr).toMatch(/^Error: .+ (?:the disk is full|is full: .+)/m);
    expect(full.stderr).not.toMatch(STACK_TRACE);
    await mounts.remount(bench.home.photos, { size: '8m', inodes: 500 });
    await expectRecovered();
  });
});
