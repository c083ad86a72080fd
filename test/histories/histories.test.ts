import { describe, expect, it } from 'vitest';
import { generateHistory, type SelectionName } from './history.js';
import { describeHistory, tryHistory } from './try-history.js';

/** A few histories of each selection; `npm run histories` plays as many as one likes. */
const SAMPLE: readonly (readonly [SelectionName, readonly number[]])[] = [
  ['unfiled', [101, 102]],
  ['albums', [201, 202]],
  ['one-album', [301]],
  ['smart', [401]],
  ['libraries', [501, 502]],
  ['everything', [601, 602]],
];

describe('random histories of a library and of the runs over it', () => {
  it.each(SAMPLE)(
    'IN-21, IN-32, IN-35, IN-36, IN-38, IN-39, D61, D63: later runs get everything, and nothing twice: %s',
    async (selection, seeds) => {
      for (const seed of seeds) {
        const history = generateHistory(seed, selection);
        expect(await tryHistory(history), describeHistory(history)).toEqual([]);
      }
    },
  );
});
