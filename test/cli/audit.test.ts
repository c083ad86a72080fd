import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { photo } from '../../src/simulator/library/builder.js';
import { CliHome } from '../support/cli-home.js';
import { STACK_TRACE, World } from '../support/cli-world.js';
import { writeTables } from '../support/selection-config.js';

interface LibraryRecord {
  readonly assets: {
    readonly total: number;
    readonly excluded_by: Record<string, number>;
  } & Record<string, number>;
  readonly renditions: LibraryRecord['assets'];
}

const records = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly type: string } & Record<string, unknown>);

describe('users 26, D72: kei audit accounts for everything', () => {
  it('balances over the awkward library, says what is lost, and stays quiet when all is safe', async () => {
    const world = await World.open({ library: 'awkward' });
    const { primary } = world.library;
    const listed = primary.listings.get('all').length;
    const synced = await world.sync();
    expect(synced.code, synced.stderr).toBe(2);
    const before = await world.home.run(['audit', '--json']);
    const [first, ...more] = records(before.stdout);
    const totals = more.pop() as unknown as LibraryRecord & { readonly safe: boolean };
    expect(first).toMatchObject({ type: 'asset', library: 'PrimarySync' });
    expect(totals).toMatchObject({
      type: 'library',
      balanced: true,
      listed_whole: true,
      safe: false,
    });
    expect(totals.assets.total).toBe(listed);
    // Four originals that iCloud shows and does not deliver.
    expect(totals.assets['owed']).toBe(4);
    expect(totals.assets.excluded_by).toEqual({ empty: 2, no_rendition: 1 });
    expect(before.code).toBe(1);
    expect(before.stderr).toContain(`4 of ${listed} assets in iCloud are selected and not safely`);
    expect(before.stderr).not.toMatch(STACK_TRACE);

    const [path = ''] = [...(await world.home.tree()).keys()].filter((one) =>
      one.startsWith('2015'),
    );
    await rm(join(world.home.photos, path));
    const page = await world.home.run(['audit']);
    expect(page.stdout.split('\n')[0]).toBe('Auditing PrimarySync...');
    expect(page.stdout).toContain(`MISSING: ${join(world.home.photos, path)} (`);
    expect(page.stdout).toMatch(/missing from the disk +1 +1\n/);
    // The same from a fresh listing, and nothing is changed by it.
    const online = await world.home.run(['audit', '--online']);
    const table = (text: string) => text.slice(text.indexOf('\nPrimarySync'));
    expect(table(online.stdout)).toBe(table(page.stdout));
    expect((await world.home.tree()).has(path)).toBe(false);
  });

  it('cli 1.5: exit 0 when every selected asset is safely on disk, 1 when more may be in iCloud', async () => {
    const world = await World.open({ library: 'small:6' });
    expect((await world.sync()).code).toBe(0);
    const safe = await world.home.run(['audit']);
    expect(safe, safe.stderr).toMatchObject({ code: 0, stderr: '' });
    expect(safe.stdout).toMatch(/In iCloud +6 /);
    await world.home.configure('smart_folders = ["Favorites"]');
    const changed = await world.home.run(['audit']);
    expect(changed.code).toBe(1);
    expect(changed.stderr).toContain('never listed whole with these settings');
  });

  it('2.6, cli 1.5: a library that was listed within a date bound is known within that bound only', async () => {
    const world = await World.open({ library: 'small:6' });
    await world.sync();
    await world.home.configure('skip_created_before = "2100-01-01"');
    expect((await world.home.run(['audit'])).code).toBe(1);
    expect((await world.sync()).code).toBe(0);
    const bounded = await world.home.run(['audit']);
    expect(bounded, bounded.stderr).toMatchObject({ code: 0, stderr: '' });
    expect(bounded.stdout).toMatch(/date range +6 /);
    await world.home.configure();
    const before = await world.home.run(['audit']);
    expect(before.code).toBe(1);
    expect(before.stderr).toContain('never listed whole with these settings');
    await world.sync();
    expect((await world.home.run(['audit'])).code).toBe(0);
  });

  it('cli 4.3: a library that nothing is selected from is not asked for', async () => {
    const world = await World.open({ library: 'awkward' });
    const shared = world.library.zones.find(({ name }) => name.startsWith('SharedSync-'));
    await world.home.configure(
      `libraries = ["${shared?.name}"]\nunfiled = false\nsmart_folders = ["Panoramas"]`,
    );
    expect((await world.sync()).code).toBe(0);
    const audit = await world.home.run(['audit']);
    expect(audit, audit.stderr).toMatchObject({ code: 0, stderr: '' });
  });

  it.each<[string, string, (world: World) => unknown]>([
    [
      'the only album left out',
      'albums = ["!Trip"]\nunfiled = false',
      ({ library: { primary } }) => primary.createAlbum('Trip'),
    ],
    [
      'albums of a shared library',
      'libraries = ["shared"]\nunfiled = false',
      ({ library }) => library.addSharedLibrary('owner').add(photo()),
    ],
  ])(
    'cli 4.3: a selection that leaves nothing, %s, is no reason to alarm anybody',
    async (_, filters, prepare) => {
      const world = await World.open({ library: 'small:3' });
      prepare(world);
      for (const listedBefore of [false, true]) {
        if (listedBefore) {
          await world.home.configure();
          expect((await world.sync()).code).toBe(0);
        }
        await writeTables(world.home, { filters });
        const synced = await world.sync();
        expect(synced, synced.stderr).toMatchObject({ code: 0 });
        for (const args of [['audit'], ['audit', '--online', '--json']]) {
          const audit = await world.home.run(args);
          expect(audit, audit.stderr).toMatchObject({ code: 0, stdout: '' });
          expect(audit.stderr).toContain('The selection in [filters] leaves nothing to do');
        }
      }
    },
  );

  it('DB-7, D13: without a state, and with the disk not mounted, it is exit 1', async () => {
    const home = await CliHome.create();
    onTestFinished(() => home.remove());
    const none = await home.run(['audit']);
    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toContain(`No state database found at ${home.statePath}`);

    const world = await World.open({ library: 'small:2' });
    await world.sync();
    await rm(world.home.photos, { recursive: true });
    const unmounted = await world.home.run(['audit']);
    expect(unmounted).toMatchObject({ code: 1, stdout: '' });
    expect(unmounted.stderr).toContain(world.home.photos);
    await writeFile(world.home.photos, 'not a folder');
    expect((await world.home.run(['audit'])).code).toBe(1);
  });
});
