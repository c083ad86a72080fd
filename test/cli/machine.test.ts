import { describe, expect, it } from 'vitest';
import * as machine from '../faults/machine.js';
import { Mounts } from '../support/mounts.js';

const CAN_MOUNT = await Mounts.arePossible();

/** One place of a trouble; `npm run faults` plays the others. */
function sample<Variant>(
  title: string,
  trouble: machine.Trouble<Variant>,
  pick: (variant: Variant, index: number) => boolean = (_, index) => index === 0,
) {
  const variants = trouble.variants.filter(pick);
  if (variants.length !== 1) throw new Error(`${title}: ${variants.length} places to play`);
  return { title, play: () => machine.playTrouble({ ...trouble, variants }) };
}

async function expectNoHarm(play: () => ReturnType<typeof machine.playTrouble>): Promise<void> {
  const row = await play();
  // This computer cannot do it, e.g. there is no exFAT.
  if (row === undefined) return;
  expect(row.problems).toEqual([]);
  expect(row.harmed).toBe(0);
  expect(row.ends.length).toBeGreaterThan(1);
}

describe.skipIf(!CAN_MOUNT)('a file system', () => {
  it.each([
    sample('DL-84, D57: without room for folders', machine.fullDisk, ({ inodes }) => inodes === 6),
    sample('DL-84, D57: without room for bytes', machine.fullDisk, ({ size }) => size === 106_496),
    sample('D57: without room for the state', machine.fullStateDisk, (kiB) => kiB === 160),
    sample('DL-83: read-only', machine.readOnly),
    sample('D57: remounted read-only', machine.turnsReadOnly, (count) => count === 9),
    sample('D13: unmounted in the middle of a run', machine.unmounted),
    sample('D57: that answers with input/output errors', machine.dyingDisk),
    sample('DL-51: without hard links', machine.exfat),
    sample('DL-10: with other disks mounted in the tree', machine.otherDevices),
  ])('$title', ({ play }) => expectNoHarm(play));
});

describe('the computer', () => {
  it.each([
    sample('D53, DB-24: with a clock that jumps', machine.wrongClock, (ahead) =>
      ahead.startsWith('Math'),
    ),
    sample('D24, case 117: where another program holds the database', machine.lockedState, (sql) =>
      sql.includes('EXCLUSIVE'),
    ),
    sample('D57: out of file handles', machine.fewHandles, (handles) => handles === 30),
  ])('$title', ({ play }) => expectNoHarm(play));
});
