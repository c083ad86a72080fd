import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const MODULE = new URL('../../../src/platform/bound-heap.ts', import.meta.url).href;

/** Bytes of the space for new objects, in a process of its own that has made very many. */
async function youngBytes(start: string, halfway = ''): Promise<number> {
  const script = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { Worker } from 'node:worker_threads';
    import { boundHeap } from ${JSON.stringify(MODULE)};
    ${start}
    let kept = [];
    for (let round = 0; round < 40; round += 1) {
      for (let n = 0; n < 50_000; n += 1) kept.push({ n });
      kept = kept.slice(-60_000);
      if (round === 20) { ${halfway} }
      await new Promise((resolve) => setImmediate(resolve));
    }
    const spaces = getHeapSpaceStatistics();
    console.log(spaces.find(({ space_name }) => space_name === 'new_space').space_size);
    process.exit();`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
  return Number((await promisify(execFile)(process.execPath, args)).stdout);
}

test('D74: the space for new objects stops growing, which it would not by itself', async () => {
  const [bound, free] = await Promise.all([youngBytes('boundHeap();'), youngBytes('')]);
  expect(free).toBeGreaterThan(16 * 1024 * 1024);
  expect(bound).toBeLessThanOrEqual(16 * 1024 * 1024);
});

test('D74: it stays as it is when a thread starts, which gives V8 its flags anew', async () => {
  const thread = `
    const worker = new Worker('setTimeout(() => {}, 60_000)', { eval: true, execArgv: [] });
    await new Promise((resolve) => worker.once('online', resolve));`;
  expect(
    await youngBytes('for (let n = 0; n < 20; n += 1) boundHeap();', thread),
  ).toBeLessThanOrEqual(16 * 1024 * 1024);
});
