import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { MediaSpec } from '../../src/simulator/media/file.js';
import { photo, video } from '../../src/simulator/library/builder.js';
import type { JournalEntry } from '../../src/simulator/journal.js';
import { sha256Of, type CliHome } from '../support/cli-home.js';
import { crashAt, type CrashPoint } from '../support/crash.js';
import { fileKey, hashes, STACK_TRACE, wantedFiles, World } from '../support/cli-world.js';

/** Runs `kei sync` and kills it without warning at the moment that `until` resolves. */
async function killedSync(world: World, until: (child: ChildProcess) => Promise<unknown>) {
  let killer: Promise<void> | undefined;
  const result = await world.sync({
    onStart: (child) => {
      killer = Promise.race([until(child), once(child, 'exit')]).then(() => {
        child.kill('SIGKILL');
      });
    },
  });
  await killer;
  return result;
}

/** Resolves when so many more downloads have ended. */
function downloadsEnded(world: World, count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    const stop = world.icloud.journal.subscribe((entry) => {
      if (entry.site !== 'content' || (left -= 1) > 0) return;
      stop();
      resolve();
    });
  });
}

const nextRequest = (world: World, matches: (entry: JournalEntry) => boolean) => {
  const before = world.icloud.journal.total;
  return world.icloud.journal.waitFor((entry) => entry.seq > before && matches(entry), 60_000);
};

/** The files that have their final name, by SHA-256. */
async function finished(home: CliHome): Promise<Set<string>> {
  const tree = await home.tree();
  return new Set([...tree].flatMap(([path, sha]) => (path.endsWith('.kei-tmp') ? [] : [sha])));
}

/** After whatever happened: one more run brings everything, once, and fetches nothing again. */
async function expectRecovered(world: World): Promise<void> {
  const wanted = wantedFiles(world.library);
  const done = await finished(world.home);
  for (const sha of done) expect(wanted.has(sha), 'a file with wrong bytes').toBe(true);

  const { result, requests } = await world.watch(() => world.sync());
  expect(result.stderr).not.toMatch(STACK_TRACE);
  expect(result.code, result.stderr.slice(-2_000)).toBe(0);
  // What had its name is adopted, never fetched again (case 116).
  const fetched = new Set(requests.fetched);
  for (const [sha, file] of wanted) {
    if (done.has(sha)) expect(fetched, file.fileName).not.toContain(fileKey(file));
  }
  const tree = await world.home.tree();
  expect(hashes(tree.values())).toEqual(hashes(wanted.keys()));
  expect(tree.size).toBe(wanted.size);
}

/** The tree of a run that nothing disturbs, and a state that agrees with it. */
async function expectUndisturbedTree(world: World): Promise<void> {
  const undisturbed = await world.anotherHome();
  expect((await undisturbed.run(['sync'])).code).toBe(0);
  const tree = await world.home.tree();
  expect(tree).toEqual(await undisturbed.tree());
  const verified = await world.home.run(['verify', '--checksums']);
  expect(verified.code, verified.stdout).toBe(0);
  expect(verified.stdout).toMatch(new RegExp(`Verified: +${tree.size}\n`));
}

const REPLACEMENT: MediaSpec = {
  seed: 77,
  format: 'jpeg',
  width: 160,
  height: 120,
  scene: 3,
  facts: {},
  size: 12_000,
};

describe('kill -9', () => {
  it('DL-56, case 116: twenty-two times in one library, then everything is there once', async () => {
    const world = await World.open({ library: 'small:180', download: 'threads = 4' });
    const wanted = wantedFiles(world.library);
    const bySha = new Map([...wanted].map(([sha, file]) => [sha, fileKey(file)]));
    // A small delay keeps several files in flight at every moment.
    world.icloud.faults.while('content', { kind: 'delay', ms: 25 });
    const refetched: string[] = [];
    let kills = 0;
    let done = new Set<string>();
    // Odd numbers of downloads and odd waits, the same in every run of the test.
    for (let moment = 0; moment < 22; moment += 1) {
      const downloads = 1 + ((moment * 7) % 5);
      const { result, requests } = await world.watch(() =>
        killedSync(world, async () => {
          await downloadsEnded(world, downloads);
          await new Promise((resolve) => setTimeout(resolve, (moment * 13) % 29));
        }),
      );
      if (result.signal === 'SIGKILL') kills += 1;
      const fetched = new Set(requests.fetched);
      for (const sha of done) if (fetched.has(bySha.get(sha)!)) refetched.push(bySha.get(sha)!);
      done = await finished(world.home);
      for (const sha of done) expect(wanted.has(sha), 'a file with wrong bytes').toBe(true);
    }
    expect(kills).toBeGreaterThanOrEqual(20);
    expect(done.size).toBeLessThan(wanted.size);
    expect(refetched).toEqual([]);
    await expectRecovered(world);
    await expectUndisturbedTree(world);
  }, 180_000);

  it('DL-56: before the first answer of iCloud', async () => {
    const world = await World.open({ library: 'small:5' });
    await killedSync(world, () => nextRequest(world, () => true));
    await expectRecovered(world);
  });

  it('EN-70: in the middle of the listing', async () => {
    const world = await World.open({ library: 'small:250' });
    const id = world.icloud.faults.while({ site: 'content' }, { kind: 'stall' });
    await killedSync(world, () =>
      nextRequest(
        world,
        ({ operation, finished: ended }) => operation === 'records/query' && ended,
      ),
    );
    world.icloud.faults.remove(id);
    await expectRecovered(world);
  });

  it('DL-20, DL-21: in the middle of a large file, which is continued where it was', async () => {
    const world = await World.open();
    const size = 4_000_000;
    world.library.add(video({ name: 'LONG.MOV', size }));
    world.icloud.faults.next('content', { kind: 'stall', afterBytes: 2_500_000 });
    await killedSync(world, async () => {
      await nextRequest(world, ({ site }) => site === 'content');
      const partial = () =>
        world.home
          .tree()
          .then((tree) => [...tree.keys()].some((path) => path.endsWith('.kei-tmp')));
      while (!(await partial())) await new Promise((resolve) => setTimeout(resolve, 25));
      await new Promise((resolve) => setTimeout(resolve, 300));
    });
    const [partial] = (await world.home.tree()).keys();
    expect(partial).toMatch(/\.kei-tmp$/);
    const before = world.icloud.journal.total;
    await expectRecovered(world);
    const [first] = world.icloud.journal.filter(
      ({ seq, site }) => seq > before && site === 'content',
    );
    expect(first?.range).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it('IN-41: after the last file and before the token is stored', async () => {
    const world = await World.open({ library: 'small:12' });
    const id = world.icloud.faults.while({ operation: 'changes/zone' }, { kind: 'stall' });
    await killedSync(world, () =>
      nextRequest(world, ({ operation }) => operation === 'changes/zone'),
    );
    world.icloud.faults.remove(id);
    await expectRecovered(world);
  });

  it('D33, D34: while a changed photo replaces the one on disk, there is one of them, whole', async () => {
    const world = await World.open();
    const asset = world.library.add(photo({ name: 'IMG_0001.JPG', size: 9_000 }));
    expect((await world.sync()).code).toBe(0);
    const [path] = (await world.home.tree()).keys();
    const before = wantedFiles(world.library);
    world.library.primary.replaceOriginal(asset, REPLACEMENT);
    const after = wantedFiles(world.library);
    await killedSync(world, () => downloadsEnded(world, 1));
    const sha = await sha256Of(`${world.home.photos}/${path!}`);
    expect(before.has(sha) || after.has(sha)).toBe(true);
    expect((await world.sync()).code).toBe(0);
    expect([...(await world.home.tree())]).toEqual([[path, [...after.keys()][0]]]);
  });
});

describe('kill -9 between two steps of one file', () => {
  const at = (call: CrashPoint['call'], nth: number, when: CrashPoint['when']): CrashPoint => ({
    call,
    nth,
    when,
  });
  const label = ({ call, nth, when }: CrashPoint) => `${when} ${call} ${nth}`;

  /** One file after the other: to create it, to date it, to name it, to drop its first name. */
  it.each(
    [
      at('utimes', 2, 'before'),
      at('utimes', 2, 'after'),
      at('link', 1, 'before'),
      at('link', 3, 'after'),
      at('unlink', 4, 'before'),
      at('unlink', 5, 'after'),
    ].map((point) => [label(point), point] as const),
  )('DL-56, D34: %s', async (_, point) => {
    const world = await World.open({ library: 'small:7', download: 'threads = 1' });
    const killed = await world.sync({ env: crashAt(point) });
    expect(killed.signal).toBe('SIGKILL');
    await expectRecovered(world);
  });

  /** A photo that changed in iCloud and on disk: ours gets a second name, the new one takes over. */
  it.each(
    [
      at('link', 1, 'before'),
      at('link', 2, 'before'),
      at('link', 2, 'after'),
      at('rename', 1, 'before'),
      at('rename', 1, 'after'),
    ].map((point) => [label(point), point] as const),
  )('D33, D34: %s of a replacement', async (_, point) => {
    const world = await World.open();
    const asset = world.library.add(photo({ name: 'IMG_0001.JPG', size: 9_000 }));
    expect((await world.sync()).code).toBe(0);
    const [path = ''] = (await world.home.tree()).keys();
    await writeFile(join(world.home.photos, path), 'mine');
    world.library.primary.replaceOriginal(asset, REPLACEMENT);

    const killed = await world.sync({ env: crashAt(point) });
    expect(killed.signal).toBe('SIGKILL');
    const { code, stderr } = await world.sync();
    expect(code, stderr).toBe(0);
    const tree = await world.home.tree();
    expect(tree.get(path)).toBe([...wantedFiles(world.library).keys()][0]);
    const others = [...tree.keys()].filter((one) => one !== path);
    for (const other of others) {
      expect(await readFile(join(world.home.photos, other), 'utf8'), other).toBe('mine');
    }
    expect(others.length).toBeGreaterThan(0);
    expect((await world.home.run(['verify', '--checksums'])).code).toBe(0);
  });
});
