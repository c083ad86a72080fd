import { describe, expect, it } from 'vitest';
import { systemFiles } from '../../../src/platform/files.js';
import { withSharedDirectorySync } from '../../../src/platform/shared-directory-sync.js';

/** Edges whose directory syncs end when the test says so. */
function slowEdges() {
  const started: string[] = [];
  const running: (() => void)[] = [];
  const files = withSharedDirectorySync({
    ...systemFiles,
    syncDirectory: (path) => {
      started.push(path);
      return new Promise((resolve) => running.push(resolve));
    },
  });
  const finishOne = async () => {
    running.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { files, started, finishOne };
}

describe('directory syncs (DL-14)', () => {
  it('who comes during a sync gets one that begins later, shared with the others', async () => {
    const { files, started, finishOne } = slowEdges();
    const done: string[] = [];
    const sync = (name: string) => files.syncDirectory('/a').then(() => done.push(name));
    const all = [sync('first'), sync('second'), sync('third')];
    expect(started).toEqual(['/a']);
    await finishOne();
    expect(done).toEqual(['first']);
    expect(started).toEqual(['/a', '/a']);
    all.push(sync('late'));
    await finishOne();
    expect(done).toEqual(['first', 'second', 'third']);
    await finishOne();
    await Promise.all(all);
    expect(started).toHaveLength(3);
  });

  it('a folder that is quiet is synced at once, others do not wait for it', () => {
    const { files, started } = slowEdges();
    void files.syncDirectory('/a');
    void files.syncDirectory('/b');
    expect(started).toEqual(['/a', '/b']);
  });
});
