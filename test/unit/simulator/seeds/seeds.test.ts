import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SimLibrary } from '../../../../src/simulator/library/library.js';
import { seedLibrary } from '../../../../src/simulator/seeds/index.js';
import {
  clientOf,
  namesOf,
  pagesByRank,
  resourceOf,
  simClient,
  urlOf,
  type WireRecord,
} from '../../../support/sim-client.js';

const ALL = 'CPLAssetAndMasterByAssetDateWithoutHiddenOrDeleted';
const now = () => Date.parse('2025-06-01T12:00:00Z');

async function listAll(library: SimLibrary, index = ALL) {
  const { page } = clientOf(library);
  const pages = await pagesByRank((rank) => page(index, { rank }));
  return pages.flatMap((one) => one.records);
}

/** The resources of a record that a client could download. */
const downloadable = (records: readonly WireRecord[]) =>
  records.flatMap((record) =>
    Object.keys(record.fields)
      .filter((field) => field.endsWith('Res'))
      .map((field) => ({ record, prefix: field.slice(0, -3) })),
  );

describe('the demo', () => {
  it('has about forty assets, albums in a folder, and a shared library', async () => {
    const library = seedLibrary('demo', { now });
    const assets = [...library.primary.assets.assetStates()];
    expect(assets.length).toBeGreaterThan(35);
    expect(assets.length).toBeLessThan(50);
    expect(library.zones.map((zone) => zone.name.slice(0, 11))).toEqual([
      'PrimarySync',
      'SharedSync-',
    ]);
    const [travel] = library.primary.albums.children(undefined);
    const inTravel = library.primary.albums.children(travel?.recordName).map((album) => album.name);
    expect(inTravel).toEqual(['Iceland 2023', '京都 2024', 'Lisboa']);
    const listed = namesOf(await listAll(library), 'CPLAsset');
    const visible = assets.filter((asset) => !asset.hidden && asset.trashedAt === undefined);
    expect(listed.toSorted()).toEqual(visible.map((asset) => asset.recordName).toSorted());
  });

  it('gives every file as its record says, and as the oracle knows', async () => {
    const library = seedLibrary('demo', { now });
    const { get } = clientOf(library);
    const expected = new Map([...library.expectedFiles()].map((file) => [file.checksum, file]));
    for (const { record, prefix } of downloadable(await listAll(library)).slice(0, 40)) {
      const { bytes } = await get(urlOf(record, prefix));
      const { size, fileChecksum } = resourceOf(record, prefix);
      const known = expected.get(fileChecksum);
      expect(known).toMatchObject({ size, resource: prefix });
      expect(`CPL${known?.on === 'master' ? 'Master' : 'Asset'}`).toBe(record.recordType);
      expect(bytes.length).toBe(size);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(known?.sha256());
    }
  });

  it('grows on demand', async () => {
    const library = seedLibrary('demo', { now, extraAssets: 300 });
    expect(namesOf(await listAll(library), 'CPLAsset').length).toBeGreaterThan(330);
  });
});

describe('the awkward library', () => {
  it('has six hundred assets, and every listing of every zone can be read whole', async () => {
    const library = seedLibrary('awkward', { now });
    expect([...library.primary.assets.assetStates()]).toHaveLength(600);
    const records = await listAll(library);
    const assets = namesOf(records, 'CPLAsset');
    expect(new Set(assets).size).toBe(assets.length);
    expect(assets).toHaveLength(library.primary.listings.get('all').length);
    for (const index of [
      'CPLAssetAndMasterHiddenByAssetDate',
      'CPLAssetAndMasterDeletedByExpungedDate',
    ]) {
      expect(namesOf(await listAll(library, index), 'CPLAsset').length).toBeGreaterThan(5);
    }
  });

  it('is the same in every run', () => {
    const names = () =>
      [...seedLibrary('awkward', { now }).expectedFiles()].map(
        (file) => `${file.assetId} ${file.resource} ${file.size}`,
      );
    expect(names()).toEqual(names());
  });

  it('has more than two hundred albums, some of one name', async () => {
    const library = seedLibrary('awkward', { now });
    const names = [...library.primary.albums.all()].map((album) => album.name);
    expect(names.length).toBeGreaterThan(200);
    expect(new Set(names).size).toBeLessThan(names.length);
  });
});

describe('libraries of a size', () => {
  it.each(['small:0', 'small:25', 'large:0', 'large:250', 'empty'])('%s', async (name) => {
    const library = seedLibrary(name, { now });
    const expected = Number(name.split(':')[1] ?? 0);
    expect(namesOf(await listAll(library), 'CPLAsset')).toHaveLength(expected);
  });

  it('names what it does not know', () => {
    expect(() => seedLibrary('huge', { now })).toThrow('"huge" is no seed');
  });

  it('a million assets: added, listed anywhere, changed and found without much ado', async () => {
    const { library, page, call } = simClient();
    const { primary } = library;
    primary.addGenerated({ count: 1_000_000, previews: false });
    const first = await page(ALL, { limit: 20 });
    const middle = await page(ALL, { limit: 20, rank: 500_000 });
    const last = await page(ALL, { limit: 20, rank: 999_995 });
    expect(namesOf(last.records, 'CPLAsset')).toHaveLength(5);
    const [id = ''] = namesOf(middle.records, 'CPLAsset');
    primary.hide(id);
    const again = await page(ALL, { limit: 20, rank: 500_000 });
    expect(namesOf(again.records, 'CPLAsset')[0]).toBe(namesOf(middle.records, 'CPLAsset')[1]);
    const { json } = await call('records/lookup', {
      records: first.records.map(({ recordName }) => ({ recordName })),
      zoneID: { zoneName: 'PrimarySync' },
    });
    expect(json.records.map((record) => record.recordName)).toEqual(
      first.records.map((record) => record.recordName),
    );
  });

  it('a generated asset can be changed like any other', async () => {
    const { library, page, get } = simClient();
    const { primary } = library;
    primary.addGenerated({ count: 10, live: 0.3, videos: 0.2 });
    const { records } = await page(ALL);
    const ids = namesOf(records, 'CPLAsset');
    const [edited = '', trashed = '', purged = '', shown = ''] = ids;
    primary.edit(edited, { size: 9_000 });
    primary.trash(trashed);
    primary.purge(purged);
    primary.addToAlbum(primary.createAlbum('A'), shown);
    primary.duplicate(shown);
    const after = await page(ALL);
    expect(namesOf(after.records, 'CPLAsset')).toHaveLength(9);
    const rendition = [...library.expectedFiles()].find(
      (file) => file.assetId === edited && file.size === 9_000,
    );
    expect(rendition?.on).toBe('asset');
    for (const { record: one, prefix } of downloadable(after.records)) {
      const { bytes, status } = await get(urlOf(one, prefix));
      expect([status, bytes.length]).toEqual([200, resourceOf(one, prefix).size]);
    }
  });
});
