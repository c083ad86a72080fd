import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readCoolDown, writeCoolDown } from '../../src/cli/cool-down.js';
import { faultBench } from '../faults/bench.js';

it.each([
  ['THROTTLED', { kind: 'cloudkitError', code: 'THROTTLED' }],
  ['ACCESS_DENIED', { kind: 'cloudkitError', code: 'ACCESS_DENIED' }],
] as const)(
  'protocol 9: after %s to the end, a restart leaves iCloud in peace',
  async (_, fault) => {
    const bench = await faultBench({ assets: 3 });
    onTestFinished(() => bench.close());
    const { faults, journal } = bench.icloud;
    faults.while('ckdatabase', fault);
    expect((await bench.sync()).code).toBe(1);
    faults.clear();
    const asked = journal.total;

    // Waits are shortened, this one too: moved back to where it would be in real time.
    const path = join(bench.home.dataDirectory, 'janeexamplecom.cool-down');
    const stored = await readCoolDown(path);
    expect(stored?.times).toBe(1);
    await writeCoolDown(path, { times: 1, notBefore: (stored?.notBefore ?? 0) + 60_000 });
    const refused = await bench.sync();
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('iCloud asked kei to slow down; it will not be asked again');
    expect(journal.total).toBe(asked);

    await writeCoolDown(path, { times: 1, notBefore: 0 });
    expect((await bench.sync()).code).toBe(0);
    expect(await bench.harm()).toEqual([]);
  },
);
