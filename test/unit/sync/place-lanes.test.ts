import { describe, expect, it } from 'vitest';
import { LANES, PlaceLanes } from '../../../src/sync/place-lanes.js';

/** Work that ends when it is told to. */
function work() {
  let end: (error?: Error) => void = () => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    end = (error) => {
      if (error === undefined) resolve();
      else reject(error);
    };
  });
  return { ended, end };
}

describe('D74: further places are made side by side, and never more than the lanes', () => {
  it('starts as many as there are lanes, and the next when one ends', async () => {
    const lanes = new PlaceLanes();
    const works = Array.from({ length: LANES + 1 }, work);
    let started = 0;
    const all = (async () => {
      for (const { ended } of works) {
        await lanes.start(() => {
          started += 1;
          return ended;
        });
      }
    })();
    await Promise.resolve();
    works[3]?.end();
    await all;
    expect(started).toBe(LANES + 1);
    const idle = lanes.idle();
    for (const { end } of works) end();
    await idle;
  });

  it('a failure is told once, to whoever comes next', async () => {
    const lanes = new PlaceLanes();
    const broken = work();
    await lanes.start(() => broken.ended);
    broken.end(new Error('locked'));
    await expect(lanes.idle()).rejects.toThrow('locked');
    await lanes.idle();
  });
});
