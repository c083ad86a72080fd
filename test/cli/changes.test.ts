import { mkdir, readFile, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { photo, video } from '../../src/simulator/library/builder.js';
import type { SimZone } from '../../src/simulator/library/zone.js';
import type { MediaSpec } from '../../src/simulator/media/file.js';
import { hashes, wantedFiles, World, type Requests } from '../support/cli-world.js';

/** The first sync of a library, and then `change` in iCloud or on disk, and another sync. */
async function syncedThen(world: World, change: () => unknown) {
  const first = await world.sync();
  expect(first.code, first.stderr).toBe(0);
  const before = await world.home.tree();
  await change();
  const { result, requests } = await world.watch(() => world.sync());
  expect(result.code, result.stderr).toBe(0);
  return { before, after: await world.home.tree(), requests, stderr: result.stderr };
}

async function resetTokenAndSync(world: World): Promise<Requests> {
  expect((await world.home.run(['reset', 'sync-token', '--yes'])).code).toBe(0);
  const { result, requests } = await world.watch(() => world.sync());
  expect(result.code, result.stderr).toBe(0);
  return requests;
}

const otherBytes = (seed: number, size: number): MediaSpec => ({
  seed,
  scene: 5,
  width: 160,
  height: 120,
  facts: {},
  format: 'jpeg',
  size,
});

const JPG = {
  name: 'IMG_0001.JPG',
  takenAt: '2024-05-01T10:00:00Z',
  timeZoneOffset: 0,
  size: 9_000,
};
const PLACE = '2024/05/01';

describe('changes in iCloud', () => {
  it('IN-38: an added Live Photo costs its two files and a few calls', async () => {
    const world = await World.open({ library: 'small:30' });
    let added = '';
    const { before, after, requests } = await syncedThen(world, () => {
      added = world.library.add(photo({ name: 'NEW.HEIC', live: true }));
    });
    expect([...requests.fetched].sort()).toEqual([
      `${added}/resOriginal`,
      `${added}/resOriginalVidCompl`,
    ]);
    expect(after.size).toBe(before.size + 2);
    for (const [path, sha] of before) expect(after.get(path)).toBe(sha);
    expect(requests.cloudKit.map(({ operation }) => operation)).not.toContain('records/query');
    const last = await world.watch(() => world.sync());
    expect(last.requests.cloudKit.length).toBeLessThanOrEqual(2);
  });

  it('IN-39: an edit brings the edited rendition beside the original, where it is wanted', async () => {
    const world = await World.open({ config: '[photos]\nedited = true\n' });
    const id = world.library.add(photo(JPG));
    const { before, after, requests } = await syncedThen(world, () =>
      world.library.primary.edit(id),
    );
    expect(requests.fetched).toEqual([`${id}/resJPEGFull`]);
    expect([...after.keys()]).toEqual([...before.keys(), `${PLACE}/IMG_0001_edited.JPG`].sort());
  });

  it('IN-32, D31: what leaves the bytes alone fetches, moves and deletes nothing', async () => {
    const changes: Readonly<Record<string, (zone: SimZone, id: string) => void>> = {
      favourite: (zone, id) => zone.favourite(id),
      'edit that is not wanted': (zone, id) => zone.edit(id),
      title: (zone, id) => zone.describe(id, { title: 'Lake' }),
      date: (zone, id) => zone.describe(id, { takenAt: '2020-01-01T00:00:00Z' }),
      hidden: (zone, id) => zone.hide(id),
      trashed: (zone, id) => zone.trash(id),
      purged: (zone, id) => zone.purge(id),
    };
    const world = await World.open({ library: 'small:6' });
    const { primary } = world.library;
    const ids = Object.keys(changes).map((name) =>
      primary.add(photo({ ...JPG, name: `${name}.JPG` })),
    );
    const { before, after, requests } = await syncedThen(world, () => {
      Object.values(changes).forEach((change, index) => change(primary, ids[index]!));
    });
    expect(requests.fetched).toEqual([]);
    expect(after).toEqual(before);
    await resetTokenAndSync(world);
    expect(await world.home.tree()).toEqual(before);
  });

  it('cli 9.4: what is gone from iCloud is counted by status and still verified', async () => {
    const world = await World.open({ library: 'small:6' });
    const ids = [world.library.add(photo(JPG)), world.library.add(video({ name: 'A.MOV' }))];
    await syncedThen(world, () => {
      world.library.primary.trash(ids[0]!);
      world.library.primary.purge(ids[1]!);
    });
    const { stdout } = await world.home.run(['status']);
    expect(stdout).toMatch(/Deleted in iCloud, kept here: 2\n/);
    expect((await world.home.run(['verify', '--checksums'])).code).toBe(0);
  });

  it.each<[string, (world: World, id: string) => void, (world: World, id: string) => void]>([
    ['unhidden', (w, id) => w.library.primary.hide(id), (w, id) => w.library.primary.unhide(id)],
    ['restored', (w, id) => w.library.primary.trash(id), (w, id) => w.library.primary.restore(id)],
  ])('IN-39: a photo that is %s comes', async (_, away, back) => {
    const world = await World.open({ library: 'small:4' });
    const id = world.library.add(photo(JPG));
    away(world, id);
    const { after, requests } = await syncedThen(world, () => back(world, id));
    expect(requests.fetched).toEqual([`${id}/resOriginal`]);
    expect(after.has(`${PLACE}/IMG_0001.JPG`)).toBe(true);
  });

  it('D33: other bytes of an original replace our file at its path', async () => {
    const world = await World.open({ library: 'small:4' });
    const id = world.library.add(photo(JPG));
    const { before, after, requests } = await syncedThen(world, () =>
      world.library.primary.replaceOriginal(id, otherBytes(7, 12_345)),
    );
    expect(requests.fetched).toEqual([`${id}/resOriginal`]);
    expect([...after.keys()]).toEqual([...before.keys()]);
    expect(hashes(after.values())).toEqual(hashes(wantedFiles(world.library).keys()));
    const verified = await world.home.run(['verify', '--checksums']);
    expect(verified.code, verified.stdout).toBe(0);
  });

  it('D33: a file that the user changed is set aside before, never overwritten', async () => {
    const world = await World.open();
    const id = world.library.add(photo(JPG));
    const path = () => join(world.home.photos, PLACE, 'IMG_0001.JPG');
    const { before, after } = await syncedThen(world, async () => {
      await writeFile(path(), 'my own retouched picture');
      world.library.primary.replaceOriginal(id, otherBytes(8, 10_101));
    });
    expect(after.size).toBe(2);
    expect(after.get(`${PLACE}/IMG_0001.JPG`)).toBe([...wantedFiles(world.library).keys()][0]);
    const [aside] = [...after.keys()].filter((one) => !before.has(one));
    expect(await readFile(join(world.home.photos, aside!), 'utf8')).toBe(
      'my own retouched picture',
    );
    expect((await world.home.run(['verify', '--checksums'])).code).toBe(0);
  });

  it('D9: a duplicate in iCloud is one file, also when one of the two is purged', async () => {
    const world = await World.open();
    const id = world.library.add(photo(JPG));
    const { before, after, requests } = await syncedThen(world, () =>
      world.library.primary.duplicate(id),
    );
    expect(requests.fetched).toEqual([]);
    expect(after).toEqual(before);
    world.library.primary.purge(id);
    expect((await world.sync()).code).toBe(0);
    expect(await world.home.tree()).toEqual(before);
  });
});

describe('changes on disk', () => {
  it('IN-72: a deleted file stays away while nothing is listed, and a full listing brings it back', async () => {
    const world = await World.open({ library: 'small:8' });
    const id = world.library.add(photo(JPG));
    const { before, after, requests } = await syncedThen(world, () =>
      rm(join(world.home.photos, PLACE, 'IMG_0001.JPG')),
    );
    expect(requests.fetched).toEqual([]);
    expect(after.size).toBe(before.size - 1);
    expect((await resetTokenAndSync(world)).fetched).toEqual([`${id}/resOriginal`]);
    expect(await world.home.tree()).toEqual(before);
  });

  it('DL-67: a file that was cut short is fetched again by a full listing', async () => {
    const world = await World.open({ library: 'small:5' });
    const id = world.library.add(photo(JPG));
    const { before } = await syncedThen(world, () => undefined);
    await truncate(join(world.home.photos, PLACE, 'IMG_0001.JPG'), 4_000);
    expect((await resetTokenAndSync(world)).fetched).toEqual([`${id}/resOriginal`]);
    const after = await world.home.tree();
    for (const [path, sha] of before) expect(after.get(path)).toBe(sha);
  });

  it('DL-61, DL-62, D9: a file of the user at a planned name stays, whatever its size', async () => {
    const world = await World.open();
    world.library.add(photo({ ...JPG, name: 'OTHER_SIZE.JPG' }));
    world.library.add(photo({ ...JPG, name: 'SAME_SIZE.JPG' }));
    const ours = world.library.add(photo({ ...JPG, name: 'SAME_BYTES.JPG' }));
    const folder = join(world.home.photos, PLACE);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'OTHER_SIZE.JPG'), 'mine');
    await writeFile(join(folder, 'SAME_SIZE.JPG'), Buffer.alloc(9_000, 0x41));
    const files = [...wantedFiles(world.library).values()];
    const bytes = Buffer.concat([
      ...files
        .find(({ assetId }) => assetId === ours)!
        .bytes()
        .read(0, 9_000),
    ]);
    await writeFile(join(folder, 'SAME_BYTES.JPG'), bytes);
    const mine = await world.home.tree();

    const { result, requests } = await world.watch(() => world.sync());
    expect(result.code, result.stderr).toBe(0);
    expect(requests.fetched).toHaveLength(2);
    const tree = await world.home.tree();
    for (const [path, sha] of mine) expect(tree.get(path), path).toBe(sha);
    expect([...tree.keys()]).toHaveLength(5);
    expect(tree.has(`${PLACE}/OTHER_SIZE-9000.JPG`)).toBe(true);
    for (const sha of wantedFiles(world.library).keys()) expect([...tree.values()]).toContain(sha);
    // And so it stays, run after run (DL-63).
    await resetTokenAndSync(world);
    expect(await world.home.tree()).toEqual(tree);
  });

  it('DL-52, case 41: a file that appears at the name while ours is fetched is not touched', async () => {
    const world = await World.open();
    world.library.add(photo({ ...JPG, size: 60_000 }));
    world.icloud.faults.next('content', { kind: 'delay', ms: 800 });
    const path = join(world.home.photos, PLACE, 'IMG_0001.JPG');
    const running = world.sync();
    await world.icloud.journal.waitFor({ site: 'content' }, 30_000);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, 'mine');
    const { code, stderr } = await running;
    expect(code, stderr).toBe(0);
    expect(await readFile(path, 'utf8')).toBe('mine');
    const tree = await world.home.tree();
    expect(tree.size).toBe(2);
    expect([...tree.values()]).toContain([...wantedFiles(world.library).keys()][0]);
    expect((await world.home.run(['verify', '--checksums'])).code).toBe(0);
  });

  it('D13: an empty or missing folder where files were is a disk that is not mounted', async () => {
    const world = await World.open({ library: 'small:4' });
    const { before } = await syncedThen(world, () => undefined);
    const elsewhere = `${world.home.photos}-away`;
    await rename(world.home.photos, elsewhere);
    for (const prepare of [() => undefined, () => mkdir(world.home.photos)]) {
      await prepare();
      const { result, requests } = await world.watch(() => world.sync());
      expect(result.code).toBe(1);
      expect(result.stderr).toMatch(/Error: .*photos/);
      expect(requests.fetched).toEqual([]);
    }
    await rm(world.home.photos, { recursive: true });
    const verified = await world.home.run(['verify']);
    expect(verified.code).toBe(1);
    expect(verified.stdout).not.toContain('MISSING');
    await rename(elsewhere, world.home.photos);
    expect((await world.sync()).code).toBe(0);
    expect(await world.home.tree()).toEqual(before);
  });

  it('cli 9.5: a touched file is no change', async () => {
    const world = await World.open();
    const id = world.library.add(photo(JPG));
    const { before, after } = await syncedThen(world, async () => {
      await utimes(join(world.home.photos, PLACE, 'IMG_0001.JPG'), 1, 1);
      world.library.primary.replaceOriginal(id, otherBytes(9, 11_111));
    });
    expect([...after.keys()]).toEqual([...before.keys()]);
  });
});

describe('changes of the settings', () => {
  it('D31, cli 7.6: another folder template leaves what is there and places only what is new', async () => {
    const world = await World.open({ library: 'small:6' });
    await world.sync();
    const before = await world.home.tree();
    await world.home.configure('', 'folder_structure = "%Y"');
    world.library.add(photo(JPG));
    const { result, requests } = await world.watch(() => world.sync());
    expect(result.code, result.stderr).toBe(0);
    expect(requests.fetched).toHaveLength(1);
    const after = await world.home.tree();
    expect([...after.keys()].filter((path) => !before.has(path))).toEqual(['2024/IMG_0001.JPG']);
    for (const [path, sha] of before) expect(after.get(path)).toBe(sha);
  });

  it('cli 7.6: a rendition that is wanted later is the only thing fetched', async () => {
    const world = await World.open();
    const id = world.library.add(photo({ ...JPG, edited: true }));
    world.library.add(photo({ ...JPG, name: 'B.HEIC', live: true }));
    await world.sync();
    await world.home.configure('[photos]\nedited = true\n');
    const { result, requests } = await world.watch(() => world.sync());
    expect(result.code, result.stderr).toBe(0);
    expect(requests.fetched).toEqual([`${id}/resJPEGFull`]);
  });
});
