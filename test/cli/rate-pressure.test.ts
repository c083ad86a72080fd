import { expect, it, onTestFinished } from 'vitest';
import { faultBench } from '../faults/bench.js';

it.each([
  [2, true],
  [1, false],
])(
  'RT-60: %i downloads of 20 assets slowed down: advises fewer threads is %s',
  async (first, advises) => {
    const bench = await faultBench({ assets: 20 });
    onTestFinished(() => bench.close());
    bench.icloud.faults.next('content', { kind: 'status', status: 429 }, first);
    const { code, stderr } = await bench.sync();
    expect(code).toBe(0);
    expect(stderr.split('a lower [download].threads may be faster')).toHaveLength(advises ? 2 : 1);
    expect(await bench.harm()).toEqual([]);
  },
);
