import { relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FakeICloud } from '../../src/simulator/fake-icloud.js';
import { seedLibrary } from '../../src/simulator/seeds/index.js';
import { CliHome } from '../support/cli-home.js';
import { writeTables, type SelectionTables } from '../support/selection-config.js';

let icloud: FakeICloud;
const homes: CliHome[] = [];

beforeAll(async () => {
  icloud = await FakeICloud.start({
    library: (basics) => seedLibrary('awkward', basics),
    account: {
      appleId: 'jane@example.com',
      password: 'correct horse battery',
      twoFactor: 'off',
    },
  });
});

afterAll(async () => {
  await icloud.close();
  for (const home of homes) await home.remove();
});

const levels = '"Holidays", "a/b", "..", "Album of level 3"';
/** On a library of oddities; selection-trees.test.ts compares the plan of every kind of selection. */
const configurations: readonly (readonly [name: string, tables: SelectionTables])[] = [
  [
    'nested albums and the rest, smart folders with the sensitive ones',
    {
      download: 'album_folders = "nested"',
      filters: `albums = [${levels}]\nsmart_folders = ["all-with-sensitive"]`,
    },
  ],
  [
    'all libraries in one folder, every rendition, name-id7 with Unicode',
    {
      download: 'folder_structure = "none"\nfolder_structure_albums = "none"',
      filters: 'libraries = ["all"]\nalbums = ["Holidays"]',
      photos:
        'edited = true\nalternative = true\nfile_match_policy = "name-id7"\nkeep_unicode_in_filenames = true',
    },
  ],
  [
    'the newest 5 of each, without some, medium',
    {
      filters: `albums = [${levels}]\nrecent = 5\nrecent_scope = "per-filter"\nfilename_exclude = ["IRR_*"]\nskip_created_before = "2016-01-01"`,
      photos: 'resolution = "medium"\nraw_policy = "prefer-raw"\nlive_resolution = "thumb"',
    },
  ],
];

test.each(configurations)(
  'D70, DL-98, %s: the plan is what is done',
  async (_name, tables) => {
    const home = await CliHome.create(icloud.endpoint);
    homes.push(home);
    await writeTables(home, tables);

    const names = await home.run(['sync', '--only-print-filenames']);
    expect(names.code, names.stderr).toBe(0);
    const planned = names.stdout.split('\n').filter((line) => line !== '');
    expect(await home.tree()).toEqual(new Map());

    const real = await home.run(['sync']);
    expect([0, 2], real.stderr).toContain(real.code);
    const tree = await home.tree();
    const done = [...tree.keys()].sort();
    expect(planned.map((path) => relative(home.photos, path)).sort()).toEqual(done);

    const before = icloud.journal.tally({ site: 'content' });
    const dry = await home.run(['sync', '--dry-run']);
    expect(dry.code, dry.stderr).toBe(0);
    expect(dry.stdout).not.toContain('Would download');
    await home.run(['sync']);
    expect(await home.tree()).toEqual(tree);
    expect(icloud.journal.tally({ site: 'content' })).toBe(before);
  },
  240_000,
);
