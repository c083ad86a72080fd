import {
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { photo } from '../../src/simulator/library/builder.js';
import type { SimZone } from '../../src/simulator/library/zone.js';
import type { MediaSpec } from '../../src/simulator/media/file.js';
import { fileKey, wantedFiles, World, type Requests } from '../support/cli-world.js';
import { writeTables } from '../support/selection-config.js';
import { treeOf } from '../support/tree-of.js';

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

/** Bytes that a person put at the path of a photo of ours. */
const RETOUCHED = 'my own retouched picture';

describe('everything that can change in iCloud between two syncs', () => {
  let world: World;
  let before: Map<string, string>;
  let after: Map<string, string>;
  let requests: Requests;
  const ids = new Map<string, string>();
  const id = (name: string) => ids.get(name)!;
  const fetchedOf = (name: string) =>
    requests.fetched.filter((key) => key.startsWith(id(name))).map((key) => key.split('/')[1]);

  const changes: Readonly<Record<string, (zone: SimZone, id: string) => void>> = {
    favourite: (zone, asset) => zone.favourite(asset),
    title: (zone, asset) => zone.describe(asset, { title: 'Lake' }),
    date: (zone, asset) => zone.describe(asset, { takenAt: '2020-01-01T00:00:00Z' }),
    hidden: (zone, asset) => zone.hide(asset),
    trashed: (zone, asset) => zone.trash(asset),
    purged: (zone, asset) => zone.purge(asset),
    duplicated: (zone, asset) => void ids.set('duplicate', zone.duplicate(asset)),
    edited: (zone, asset) => zone.edit(asset),
    unhidden: (zone, asset) => zone.unhide(asset),
    restored: (zone, asset) => zone.restore(asset),
    replaced: (zone, asset) => zone.replaceOriginal(asset, otherBytes(7, 12_345)),
    retouched: (zone, asset) => zone.replaceOriginal(asset, otherBytes(8, 10_101)),
    touched: (zone, asset) => zone.replaceOriginal(asset, otherBytes(9, 11_111)),
  };
  const UNTOUCHED = ['favourite', 'title', 'date', 'hidden', 'trashed', 'purged', 'duplicated'];
  const pathOf = (name: string) => `${PLACE}/${name}.JPG`;

  beforeAll(async () => {
    world = await World.create({ library: 'small:12', config: '[photos]\nedited = true\n' });
    const { primary } = world.library;
    for (const name of Object.keys(changes)) {
      ids.set(name, primary.add(photo({ ...JPG, name: `${name}.JPG` })));
    }
    primary.hide(id('unhidden'));
    primary.trash(id('restored'));
    const first = await world.sync();
    expect(first.code, first.stderr).toBe(0);
    before = await world.home.tree();

    await writeFile(join(world.home.photos, pathOf('retouched')), RETOUCHED);
    await utimes(join(world.home.photos, pathOf('touched')), 1, 1);
    for (const [name, change] of Object.entries(changes)) change(primary, id(name));
    ids.set('added', primary.add(photo({ name: 'added.HEIC', live: true })));
    const second = await world.watch(() => world.sync());
    expect(second.result.code, second.result.stderr).toBe(0);
    ({ requests } = second);
    after = await world.home.tree();
  });
  afterAll(() => world.close());

  it('IN-38: what is fetched is what is new, without a listing', () => {
    expect([...requests.fetched].sort()).toEqual(
      [
        `${id('added')}/resOriginal`,
        `${id('added')}/resOriginalVidCompl`,
        `${id('edited')}/resJPEGFull`,
        `${id('unhidden')}/resOriginal`,
        `${id('restored')}/resOriginal`,
        `${id('replaced')}/resOriginal`,
        `${id('retouched')}/resOriginal`,
        `${id('touched')}/resOriginal`,
      ].sort(),
    );
    expect(requests.cloudKit.map(({ operation }) => operation)).not.toContain('records/query');
  });

  it('IN-32: no file of before is gone', () => {
    for (const path of before.keys()) expect(after.has(path), path).toBe(true);
  });

  it.each(UNTOUCHED)('IN-32, D31, D9: %s: nothing fetched, moved or deleted', (name) => {
    expect(fetchedOf(name)).toEqual([]);
    expect(after.get(pathOf(name))).toBe(before.get(pathOf(name)));
  });

  it('IN-39: an edit lies beside the original', () => {
    expect(after.get(pathOf('edited'))).toBe(before.get(pathOf('edited')));
    expect(after.has(`${PLACE}/edited_edited.JPG`)).toBe(true);
  });

  it.each(['unhidden', 'restored'])('IN-39: what is %s comes', (name) => {
    expect(before.has(pathOf(name))).toBe(false);
    expect(after.has(pathOf(name))).toBe(true);
  });

  it.each(['replaced', 'retouched', 'touched'])(
    'D33: other bytes of the original take the path of the old ones: %s',
    (name) => {
      const wanted = new Map(
        [...wantedFiles(world.library)].map(([sha, file]) => [file.assetId, sha]),
      );
      expect(after.get(pathOf(name))).toBe(wanted.get(id(name)));
      expect(after.get(pathOf(name))).not.toBe(before.get(pathOf(name)));
    },
  );

  it('D33: a file that the user changed is set aside, and only that one', async () => {
    const strange = [...after.keys()].filter((path) => /-changed-\d+\.JPG$/.test(path));
    expect(strange).toEqual([`${PLACE}/retouched-changed-1.JPG`]);
    expect(await readFile(join(world.home.photos, strange[0]!), 'utf8')).toBe(RETOUCHED);
  });

  it('IN-32: a full listing changes nothing of all this, and everything verifies', async () => {
    expect((await resetTokenAndSync(world)).fetched).toEqual([]);
    expect(await world.home.tree()).toEqual(after);
    const verified = await world.home.run(['verify', '--checksums']);
    expect(verified.code, verified.stdout).toBe(0);
    const { stdout } = await world.home.run(['status']);
    expect(stdout).toMatch(/Deleted in iCloud, kept here: 2\n/);
  });
});

describe('changes on disk', () => {
  it('IN-72, DL-67: deleted and cut files stay as they are until a full listing brings them back', async () => {
    const world = await World.open({ library: 'small:8' });
    const gone = world.library.add(photo({ ...JPG, name: 'GONE.JPG' }));
    const cut = world.library.add(photo({ ...JPG, name: 'CUT.JPG' }));
    const { before, after, requests } = await syncedThen(world, async () => {
      await rm(join(world.home.photos, PLACE, 'GONE.JPG'));
      await truncate(join(world.home.photos, PLACE, 'CUT.JPG'), 4_000);
    });
    expect(requests.fetched).toEqual([]);
    expect(after.size).toBe(before.size - 1);
    const { fetched } = await resetTokenAndSync(world);
    expect([...fetched].sort()).toEqual([`${gone}/resOriginal`, `${cut}/resOriginal`].sort());
    const healed = await world.home.tree();
    for (const [path, sha] of before) expect(healed.get(path)).toBe(sha);
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
});

describe('another download folder', () => {
  async function synced() {
    const world = await World.open({ library: 'small:6' });
    const { primary } = world.library;
    const twins = [1, 2].map((size) => photo({ ...JPG, name: 'TWIN.JPG', size: 9_000 + size }));
    primary.addToAlbum(primary.createAlbum('Trip'), ...primary.addAll(twins));
    await writeTables(world.home, {});
    expect((await world.sync()).code).toBe(0);
    const before = await world.home.tree();
    const elsewhere = `${world.home.photos}-new`;
    const toml = await readFile(world.home.configPath, 'utf8');
    const use = (folder: string) =>
      writeFile(world.home.configPath, toml.replace(world.home.photos, folder));
    return { world, before, elsewhere, use };
  }

  it('D31, D13: the folder was moved: its files are found, and nothing comes back to the old place', async () => {
    const { world, before, elsewhere, use } = await synced();
    await rename(world.home.photos, elsewhere);
    await use(elsewhere);
    expect((await world.home.run(['sync', '--only-print-filenames'])).stdout).toBe('');
    for (const audit of [false, true]) {
      const { result, requests } = await world.watch(() => world.sync());
      expect(result.code, result.stderr).toBe(0);
      expect(requests.fetched).toEqual([]);
      expect(await treeOf(elsewhere)).toEqual(before);
      await expect(readdir(world.home.photos)).rejects.toThrow('ENOENT');
      if (audit) expect((await world.home.run(['audit'])).code).toBe(0);
      const verified = await world.home.run(['verify', '--checksums']);
      expect(verified.code, verified.stdout).toBe(0);
    }
  });

  it('D31: the old one stays in use for what lies there; what is lost there, and what is new, comes to the new one', async () => {
    const { world, before, elsewhere, use } = await synced();
    const [lost = ''] = [...before.keys()].filter((path) => path.startsWith('2023/'));
    await rm(join(world.home.photos, lost));
    world.library.add(photo({ ...JPG, name: 'NEW.JPG' }));
    await use(elsewhere);
    const { result, requests } = await world.watch(() => world.sync());
    expect(result.code, result.stderr).toBe(0);
    expect(requests.fetched).toHaveLength(2);
    const [old, added] = [await world.home.tree(), await treeOf(elsewhere)];
    expect(old.size).toBe(before.size - 1);
    expect(added.get(lost)).toBe(before.get(lost));
    expect([...added.keys()].sort()).toEqual([lost, `${PLACE}/NEW.JPG`].sort());
    expect((await world.watch(() => world.sync())).requests.fetched).toEqual([]);
    expect((await world.home.run(['verify'])).code).toBe(0);
  });
});

describe('changes of the settings', () => {
  it('D31, cli 7.6: what is there stays, other templates place what is new, new renditions come', async () => {
    const world = await World.open({ library: 'small:6' });
    const id = world.library.add(photo({ ...JPG, name: 'EDIT.JPG', edited: true }));
    await world.sync();
    const before = await world.home.tree();
    await world.home.configure('[photos]\nedited = true\n', 'folder_structure = "%Y"');
    const added = world.library.add(photo(JPG));
    const { result, requests } = await world.watch(() => world.sync());
    expect(result.code, result.stderr).toBe(0);
    const fetched = requests.fetched.filter((key) => key.startsWith(id) || key.startsWith(added));
    expect([...fetched].sort()).toEqual([`${added}/resOriginal`, `${id}/resJPEGFull`].sort());
    const others = requests.content.filter((one) => !fetched.includes(fileKey(one)));
    expect(
      others.map(({ resource }) => resource).filter((one) => one?.endsWith('Full') !== true),
    ).toEqual([]);
    const after = await world.home.tree();
    expect(after.has('2024/IMG_0001.JPG')).toBe(true);
    for (const [path, sha] of before) expect(after.get(path)).toBe(sha);
  });
});
