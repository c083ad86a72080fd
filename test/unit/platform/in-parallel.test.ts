import { describe, expect, it } from 'vitest';
import { inParallel } from '../../../src/platform/in-parallel.js';

/** A job that ends when it is told to. */
function gate(): { readonly open: () => void; readonly opened: Promise<void> } {
  let open = () => undefined as unknown;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

describe('work side by side', () => {
  it('yields every result, undefined ones too, and never runs more than the limit', async () => {
    let active = 0;
    let most = 0;
    const results: (number | undefined)[] = [];
    const items = Array.from({ length: 50 }, (_, index) => index);
    const work = async (item: number) => {
      active += 1;
      most = Math.max(most, active);
      await new Promise(setImmediate);
      active -= 1;
      return item % 2 === 0 ? item : undefined;
    };
    for await (const result of inParallel(items, 4, work)) results.push(result);
    expect(results).toHaveLength(50);
    expect(results.filter((result) => result !== undefined).sort((a, b) => a - b)).toEqual(
      items.filter((item) => item % 2 === 0),
    );
    expect(most).toBe(4);
  });

  it('a slow one holds nobody up', async () => {
    const slow = gate();
    const results: number[] = [];
    const work = async (item: number) => {
      if (item === 0) await slow.opened;
      return item;
    };
    for await (const result of inParallel([0, 1, 2, 3, 4, 5], 2, work)) {
      results.push(result);
      if (result === 5) slow.open();
    }
    expect(results).toEqual([1, 2, 3, 4, 5, 0]);
  });

  it('ends at once when the signal fires, whatever is under way', async () => {
    const abort = new AbortController();
    const results: number[] = [];
    const never = (item: number) =>
      item === 0 ? Promise.resolve(item) : new Promise<number>(() => undefined);
    for await (const result of inParallel([0, 1, 2], 2, never, abort.signal)) {
      results.push(result);
      setImmediate(() => {
        abort.abort();
      });
    }
    expect(results).toEqual([0]);
  });

  it('the first failure ends it', async () => {
    const work = (item: number) =>
      item === 3 ? Promise.reject(new Error('three')) : Promise.resolve(item);
    const all = async () => {
      for await (const result of inParallel([1, 2, 3, 4], 2, work)) expect(result).toBeLessThan(3);
    };
    await expect(all()).rejects.toThrow('three');
  });
});
