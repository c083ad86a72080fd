import { expect, it, onTestFinished } from 'vitest';
import { SeededRandom } from '../../src/simulator/seeded-random.js';
import { faultBench } from '../faults/bench.js';
import { killRepeatedly } from '../faults/kills.js';

it('DB-8, DL-56, D34: ten kills, at any moment, at a step, in a migration and while it shuts down', async () => {
  const bench = await faultBench({ assets: 60, seed: 9 });
  onTestFinished(() => bench.close());
  bench.icloud.faults.while('content', { kind: 'delay', ms: 15 });
  const { problems, killed } = await killRepeatedly(bench, 10, new SeededRandom(3));
  expect(problems).toEqual([]);
  expect(Object.values(killed).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(5);
  expect(killed.migration).toBeGreaterThan(0);
  const { code, stderr } = await bench.sync();
  expect(code, stderr).toBe(0);
  expect(await bench.harm()).toEqual([]);
});
