import { describe, expect, it } from 'vitest';
import { RecordBatch } from '../../../src/sync/import/record-batch.js';
import { ManualClock } from '../../support/manual-clock.js';

function bench() {
  const clock = new ManualClock();
  const commits: string[][] = [];
  const broken: Error[] = [];
  let current: string[] = [];
  const store = {
    commit: <T>(work: () => T): Promise<T> => {
      const [failure] = broken;
      if (failure !== undefined) return Promise.reject(failure);
      current = [];
      const result = work();
      commits.push(current);
      return Promise.resolve(result);
    },
  };
  const batch = new RecordBatch(store, clock);
  const add = (name: string) =>
    batch.add(`/photos/${name}`, () => {
      current.push(name);
    });
  return { clock, commits, broken, batch, add };
}

describe('what an import records', () => {
  it('D75: is committed together, and a crash costs half a second of work', async () => {
    const { clock, commits, add } = bench();
    await add('a');
    clock.advance(499);
    await add('b');
    expect(commits).toEqual([]);
    clock.advance(1);
    await add('c');
    expect(commits).toEqual([['a', 'b', 'c']]);
    for (let n = 0; n < 1001; n += 1) await add(String(n));
    expect(commits.map(({ length }) => length)).toEqual([3, 500, 500]);
  });

  it('D9: is committed before somebody asks about a path that it is about', async () => {
    const { commits, batch, add } = bench();
    await add('a');
    await batch.settle(['/photos/other']);
    expect(commits).toEqual([]);
    await batch.settle(['/photos/other', '/photos/a']);
    expect(commits).toEqual([['a']]);
    await batch.settle(['/photos/a']);
    await batch.commit();
    expect(commits).toEqual([['a']]);
  });

  it('D75: fails for good once a commit failed, so that no import ends as complete', async () => {
    const { broken, batch, add } = bench();
    await add('a');
    broken.push(new Error('disk full'));
    await expect(batch.commit()).rejects.toThrow('disk full');
    broken.pop();
    await expect(batch.settle(['/photos/b'])).rejects.toThrow('disk full');
    await add('b');
    await expect(batch.commit()).rejects.toThrow('disk full');
  });
});
