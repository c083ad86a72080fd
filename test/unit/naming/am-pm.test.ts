import { describe, expect, it } from 'vitest';
import { amPmVariants } from '../../../src/naming/am-pm.js';

const spellings = [' ', '\u00a0', '\u202f', ''].map((gap) => `Shot at 1.40.01${gap}PM.PNG`);

describe('cli 6.8, DL-73: one screenshot, four spellings', () => {
  it.each(spellings)('%j finds the three others', (name) => {
    expect(new Set([name, ...amPmVariants(name)])).toEqual(new Set(spellings));
  });

  it.each([
    ['1.40 am.png', '1.40am.png'],
    ['1.40pm-900.png', '1.40 pm-900.png'],
    ['At 1.40 AM and 2.50 PM.png', 'At 1.40 AM and 2.50PM.png'],
  ])('%j may lie there as %j', (name, other) => {
    expect(amPmVariants(name)).toContain(other);
    expect(amPmVariants(name)).not.toContain(name);
  });

  it.each(['IMG_0001.JPG', 'CAMP.JPG', 'on stage Amy.JPG', '1 Amsterdam.JPG', 'spam.JPG', ''])(
    '%j has no time of day',
    (name) => {
      expect(amPmVariants(name)).toEqual([]);
    },
  );
});
