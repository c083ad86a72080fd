import { expect, it } from 'vitest';
import { hashes, wantedFiles, World } from '../support/cli-world.js';

it.each([
  ['an unknown token', 200, { code: 'BAD_REQUEST', reason: 'Unknown sync continuation type' }],
  ['a zone that is gone', 200, { code: 'ZONE_NOT_FOUND', reason: 'Zone does not exist' }],
  ['a request that it does not understand', 400, { code: 'BAD_REQUEST', reason: 'no' }],
])(
  'IN-22: changes refused for ever as %s: one listing, then the end',
  async (_, status, error) => {
    const world = await World.open({ library: 'small:30' });
    const failure = { serverErrorCode: error.code, reason: error.reason };
    world.icloud.faults.add({
      when: { site: 'ckdatabase', operation: 'changes/zone' },
      action: {
        kind: 'status',
        status,
        body:
          status === 200
            ? { zones: [{ zoneID: { zoneName: 'PrimarySync' }, ...failure }] }
            : failure,
      },
    });
    const { result, requests } = await world.watch(() => world.sync());
    expect(result.code, result.stderr).toBe(0);
    const asked = requests.cloudKit.filter(({ operation }) => operation === 'changes/zone');
    expect(asked).toHaveLength(1);
    expect(result.stderr).toContain('iCloud refuses the sync token');
    expect(hashes((await world.home.tree()).values())).toEqual(
      hashes(wantedFiles(world.library).keys()),
    );
  },
  60_000,
);
