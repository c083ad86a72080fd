import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FakeICloud } from '../../src/simulator/fake-icloud.js';
import type { Resource } from '../../src/simulator/library/states.js';
import { CliHome } from '../support/cli-home.js';
import { writeTables } from '../support/selection-config.js';
import { selectionLibrary, type SelectionLibrary } from '../support/selection-library.js';
import { expectedTree, type OracleSettings } from '../support/selection-oracle.js';

let icloud: FakeICloud;
let sim: SelectionLibrary;
const homes: CliHome[] = [];

beforeAll(async () => {
  icloud = await FakeICloud.start({
    library: (basics) => {
      sim = selectionLibrary(basics);
      return sim.library;
    },
    account: { appleId: 'jane@example.com', password: 'correct horse battery', twoFactor: 'off' },
  });
});

afterAll(async () => {
  await icloud.close();
  for (const home of homes) await home.remove();
});

interface Scenario {
  readonly name: string;
  /** Tables of the configuration, without their usual beginning. */
  readonly download?: string;
  readonly filters: string;
  readonly photos?: string;
  readonly args?: readonly string[];
  readonly settings: (sim: SelectionLibrary) => OracleSettings;
}

const everyAlbum = () => true;
const named =
  (...names: string[]) =>
  (name: string) =>
    names.includes(name);
const sensitive = [
  'Time-lapse',
  'Videos',
  'Slo-mo',
  'Bursts',
  'Favorites',
  'Panoramas',
  'Screenshots',
  'Live',
  'Portrait',
  'Long exposure',
  'Animated',
  'Recently Deleted',
  'Hidden',
] as const;
const ordinary = sensitive.filter((name) => name !== 'Hidden' && name !== 'Recently Deleted');

const scenarios: readonly Scenario[] = [
  { name: 'the whole library', filters: 'albums = ["none"]', settings: () => ({}) },
  { name: 'all albums and the rest', filters: '', settings: () => ({ albums: everyAlbum }) },
  {
    name: 'some albums, and what is in none of them',
    filters: 'albums = ["Vacation", "Twin", "=Favorites"]',
    settings: () => ({ albums: named('Vacation', 'Twin', 'Favorites') }),
  },
  {
    name: 'all albums but one, nothing else',
    filters: 'albums = ["all", "!Kids", "!AC_DC"]\nunfiled = false',
    settings: () => ({ albums: (name) => name !== 'Kids' && name !== 'AC/DC', unfiled: false }),
  },
  {
    name: 'nested albums, dates below them',
    download: 'album_folders = "nested"\nfolder_structure_albums = "{album}/%Y"',
    filters: 'albums = ["all"]',
    settings: () => ({ albums: everyAlbum, nested: true, templates: { album: '{album}/%Y' } }),
  },
  {
    name: 'albums whose template names no album share one tree with the rest',
    download: 'folder_structure_albums = "%Y"\nfolder_structure = "%Y"',
    filters: 'albums = ["all"]',
    settings: () => ({ albums: everyAlbum, templates: { album: '%Y', all: '%Y' } }),
  },
  {
    name: 'all smart folders with the sensitive ones',
    filters: 'albums = ["none"]\nsmart_folders = ["all-with-sensitive"]',
    settings: () => ({ smartFolders: sensitive }),
  },
  {
    name: 'ordinary smart folders but Videos, an album called like one',
    filters: 'albums = ["Favorites"]\nsmart_folders = ["!Videos"]\nunfiled = false',
    settings: () => ({
      albums: named('Favorites'),
      smartFolders: ordinary.filter((name) => name !== 'Videos'),
      unfiled: false,
    }),
  },
  {
    name: 'every library in a folder of its own',
    download:
      'folder_structure = "{library}/%Y/%m"\nfolder_structure_albums = "{library}/{album}"\nfolder_structure_smart_folders = "{library}/{smart-folder}"',
    filters: 'libraries = ["all"]\nsmart_folders = ["Favorites"]',
    settings: ({ library, owned, joined }) => ({
      zones: [library.primary, owned, joined],
      albums: everyAlbum,
      smartFolders: ['Favorites'],
      templates: {
        all: '{library}/%Y/%m',
        album: '{library}/{album}',
        smart: '{library}/{smart-folder}',
      },
    }),
  },
  {
    name: 'every library in one tree',
    filters: 'libraries = ["all"]\nalbums = ["none"]',
    settings: ({ library, owned, joined }) => ({ zones: [library.primary, owned, joined] }),
  },
  {
    name: 'shared libraries only, albums explicitly everywhere',
    filters: 'libraries = ["shared"]\nalbums = ["Kids"]',
    settings: ({ owned, joined }) => ({ zones: [owned, joined], albums: named('Kids') }),
  },
  {
    name: 'edited, alternatives, RAW first',
    filters: 'albums = ["none"]',
    photos: 'edited = true\nalternative = true\nraw_policy = "prefer-raw"',
    settings: () => ({ edited: true, alternative: true, raw: 'prefer-raw' }),
  },
  {
    name: 'JPEG first, edited only where there is an edit, image-only',
    filters: 'albums = ["Kids"]',
    photos: 'edited = true\nraw_policy = "prefer-jpeg"\nlive_photo_mode = "image-only"',
    settings: () => ({
      albums: named('Kids'),
      edited: true,
      raw: 'prefer-jpeg',
      live: 'image-only',
    }),
  },
  {
    name: 'nothing but edits',
    filters: 'albums = ["none"]',
    photos: 'edited = true\nresolution = "none"\nlive_photo_mode = "image-only"',
    settings: () => ({ edited: true, resolution: 'none', live: 'image-only' }),
  },
  {
    name: 'medium with fallback',
    filters: 'albums = ["none"]',
    photos: 'resolution = "medium"\nlive_resolution = "thumb"\nkeep_unicode_in_filenames = true',
    settings: () => ({ resolution: 'medium', liveResolution: 'thumb', unicode: true }),
  },
  {
    name: 'thumbnails or nothing, MOVs named like their stills',
    filters: 'albums = ["none"]',
    photos:
      'resolution = "thumb"\nforce_resolution = true\nlive_photo_mov_filename_policy = "original"',
    settings: () => ({ resolution: 'thumb', force: true, movPolicy: 'original' }),
  },
  {
    name: 'the MOVs of Live Photos only',
    filters: 'albums = ["Twin"]\nmedia = ["live-photos", "videos"]',
    photos: 'live_photo_mode = "video-only"\nedited = true',
    settings: () => ({
      albums: named('Twin'),
      media: ['live-photos', 'videos'],
      live: 'video-only',
      edited: true,
    }),
  },
  {
    name: 'name-id7, one flat folder',
    download: 'folder_structure = "none"',
    filters: 'albums = ["none"]',
    photos: 'file_match_policy = "name-id7"\nedited = true',
    settings: () => ({ id7: true, edited: true, templates: { all: 'none' } }),
  },
  {
    name: 'photos only, without Live Photos and some names',
    filters: 'media = ["photos"]\nfilename_exclude = ["img_000?.*", "*.GIF"]',
    settings: () => ({
      albums: everyAlbum,
      media: ['photos'],
      excludesName: (name) => /^img_000.\..*$|\.gif$/i.test(name),
    }),
  },
  {
    name: 'date bounds, Live Photos skipped',
    filters:
      'albums = ["none"]\nskip_created_before = "2022-12-31T23:30:00"\nskip_created_after = "2024-02-05T10:00:00"',
    photos: 'live_photo_mode = "skip"',
    settings: () => ({
      from: Date.UTC(2022, 11, 31, 23, 30),
      until: Date.UTC(2024, 1, 5, 10),
      live: 'skip',
    }),
  },
  {
    name: 'the newest 12 of the library',
    filters: 'recent = 12\nsmart_folders = ["Favorites", "Hidden"]',
    settings: () => ({
      recent: { count: 12, scope: 'global' },
      albums: everyAlbum,
      smartFolders: ['Favorites', 'Hidden'],
    }),
  },
  {
    name: 'the newest 3 of each place',
    filters: 'recent = 3\nrecent_scope = "per-filter"\nsmart_folders = ["Live"]',
    settings: () => ({
      recent: { count: 3, scope: 'per-filter' },
      albums: everyAlbum,
      smartFolders: ['Live'],
    }),
  },
  {
    name: 'flags of one run: the newest 5, none of them after a date',
    filters: 'albums = ["none"]',
    args: ['--recent', '20', '--skip-created-after', '2024-03-01'],
    settings: () => ({
      recent: { count: 20, scope: 'global' },
      until: Date.UTC(2024, 2, 1),
    }),
  },
];

function sha256Of({ content }: Resource): string {
  const bytes = content.bytes();
  const hash = createHash('sha256');
  for (const part of bytes.read(0, bytes.size)) hash.update(part);
  return hash.digest('hex');
}

async function homeOf({ download = '', filters, photos = '' }: Scenario): Promise<CliHome> {
  const home = await CliHome.create(icloud.endpoint);
  homes.push(home);
  await writeTables(home, { download, filters, photos });
  return home;
}

test.each(scenarios)('cli 4 to 7, D70, $name: exactly the expected files', async (scenario) => {
  const home = await homeOf(scenario);
  const expected = expectedTree(sim.library, scenario.settings(sim));
  const args = ['sync', ...(scenario.args ?? [])];

  const names = await home.run([...args, '--only-print-filenames']);
  expect(names.code, names.stderr).toBe(0);
  const planned = names.stdout.split('\n').filter((line) => line !== '');
  expect(planned.map((path) => relative(home.photos, path)).sort()).toEqual(
    [...expected.keys()].sort(),
  );
  expect(await home.tree()).toEqual(new Map());

  const before = icloud.journal.tally({ site: 'content' });
  const first = await home.run(args);
  expect(first.code, first.stderr).toBe(0);
  const tree = await home.tree();
  expect([...tree.keys()]).toEqual([...expected.keys()].sort());
  const digests = new Map([...expected].map(([path, { resource }]) => [path, sha256Of(resource)]));
  expect(tree).toEqual(new Map([...digests].sort(([a], [b]) => (a < b ? -1 : 1))));

  const downloads = icloud.journal.tally({ site: 'content' }) - before;
  expect(downloads).toBe(new Set([...expected.values()].map(({ download }) => download)).size);

  const again = await home.run(args);
  expect(again.code, again.stderr).toBe(0);
  expect(await home.tree()).toEqual(tree);
  expect(icloud.journal.tally({ site: 'content' }) - before).toBe(downloads);
});
