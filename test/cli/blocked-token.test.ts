import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { World } from '../support/cli-world.js';

type Line = { readonly level: string; readonly msg: string } & Record<string, unknown>;

const linesOf = (stderr: string) =>
  stderr
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);

const blocked = (stderr: string) =>
  linesOf(stderr).filter(({ msg }) => msg.startsWith('Sync token not advanced'));

describe('a sync token that is not advanced', () => {
  it('IN-50: warns after a run that succeeded otherwise, with all its fields, and means it', async () => {
    const world = await World.open({ library: 'small:12' });
    const config = await readFile(world.home.configPath, 'utf8');
    await writeFile(world.home.configPath, `${config}\nrecent = 3\n`);
    for (const run of ['first', 'second']) {
      const { code, stderr } = await world.sync();
      expect(code, stderr).toBe(0);
      expect(blocked(stderr), run).toEqual([
        expect.objectContaining({
          level: 'warn',
          msg: 'Sync token not advanced; the next run will do a full enumeration',
          zone: 'PrimarySync',
          reason: 'recent_limited_full_enumeration',
          source: 'kei',
          explanation: 'only the newest photos were listed, as `recent` asks',
          observation: '3 assets seen in this run',
        }),
      ]);
      const [listing] = linesOf(stderr).filter(({ msg }) => msg === 'Listing the whole library');
      expect(listing, run).toMatchObject({ library: 'PrimarySync', reason: 'no_stored_token' });
    }
  });

  it('IN-40: is a remark beside what went wrong, and the changes come again', async () => {
    const world = await World.open({ library: 'small:12' });
    expect((await world.sync()).code).toBe(0);
    world.library.primary.addGenerated({ count: 3 });
    const fault = world.icloud.faults.add({
      when: { operation: 'changes/zone' },
      action: { kind: 'zoneError', code: 'INTERNAL_ERROR' },
    });
    const { code, stderr } = await world.sync();
    expect(code, stderr).toBe(1);
    expect(blocked(stderr)).toMatchObject([
      {
        level: 'info',
        msg: 'Sync token not advanced; the next run replays the changes since the last one',
        reason: 'producer_enumeration_incomplete',
        observation: '0 assets seen in this run',
      },
    ]);
    world.icloud.faults.remove(fault);
    const { result, requests } = await world.watch(() => world.sync());
    expect(result.code, result.stderr).toBe(0);
    expect(blocked(result.stderr)).toEqual([]);
    expect(requests.fetched.length).toBeGreaterThanOrEqual(3);
    expect(result.stderr).not.toContain('Listing the whole library');
  });
});
