import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { photo } from '../../src/simulator/library/index.js';
import { CliHome } from '../support/cli-home.js';
import { World } from '../support/cli-world.js';

const COLUMNS =
  'library,asset_id,version,filename,local_path,checksum,local_checksum,download_checksum,size_bytes,created_at,added_at,downloaded_at,last_seen_at,media_type,status,albums';

describe('cli 9.9: kei manifest', () => {
  it('writes every file by library, asset and version, as JSON and as CSV, also into a closed pipe', async () => {
    const world = await World.open({ library: 'small:150' });
    const id = world.library.add(photo({ name: '=1+1, 2.HEIC', live: true }));
    expect((await world.sync()).code).toBe(0);
    const tree = await world.home.tree();

    const json = await world.home.run(['manifest']);
    expect(json).toMatchObject({ code: 0, stderr: '' });
    const records = JSON.parse(json.stdout) as Record<string, unknown>[];
    expect(records).toHaveLength(tree.size);
    const paths = records.map((one) =>
      String(one['local_path']).slice(world.home.photos.length + 1),
    );
    expect(new Set(paths)).toEqual(new Set(tree.keys()));
    for (const [index, record] of records.entries()) {
      expect(Object.keys(record).join(',')).toBe(COLUMNS);
      expect(record['local_checksum']).toBe(tree.get(paths[index] ?? ''));
    }
    const keys = records.map((one) => `${String(one['asset_id'])} ${String(one['version'])}`);
    expect(keys).toEqual([...keys].sort());
    expect(records.filter((one) => one['asset_id'] === id)).toMatchObject([
      { version: 'live_original', media_type: 'live_photo_video', status: 'downloaded' },
      { version: 'original', media_type: 'live_photo_image', filename: '=1+1, 2.HEIC' },
    ]);

    const csv = await world.home.run(['manifest', '--format', 'csv']);
    const lines = csv.stdout.split('\r\n');
    expect(lines[0]).toBe(COLUMNS);
    expect(lines).toHaveLength(records.length + 2);
    expect(csv.stdout).toContain(',original,"=1+1, 2.HEIC",');

    const closed = await world.home.run(['manifest'], {
      onStart: (child) => child.stdout?.destroy(),
    });
    expect(closed).toMatchObject({ code: 0, stderr: '' });
  });

  it('cli 9.9, D31: names the albums of a photo, as a list and as JSON in a cell; status names renamed ones', async () => {
    const world = await World.open();
    const { primary } = world.library;
    const both = primary.add(photo({ name: 'BOTH.JPG' }));
    const none = primary.add(photo({ name: 'NONE.JPG' }));
    const quoted = primary.createAlbum('Say "cheese", all');
    for (const album of [primary.createAlbum('Zoo'), quoted]) primary.addToAlbum(album, both);
    const config = await readFile(world.home.configPath, 'utf8');
    await writeFile(world.home.configPath, config.replace('["none"]', '["all"]'));
    expect((await world.sync()).code).toBe(0);

    const albumsOf = async (id: string) => {
      const { stdout } = await world.home.run(['manifest']);
      const records = JSON.parse(stdout) as { asset_id: string; albums: unknown }[];
      return records.filter(({ asset_id: one }) => one === id).map(({ albums }) => albums);
    };
    const names = ['Say "cheese", all', 'Zoo'];
    expect(await albumsOf(both)).toEqual([names, names]);
    expect(await albumsOf(none)).toEqual([[]]);
    const csv = await world.home.run(['manifest', '--format', 'csv']);
    const cell = '"[""Say \\""cheese\\"", all"",""Zoo""]"';
    expect(
      csv.stdout.split('\r\n').filter((line) => line.endsWith(`,downloaded,${cell}`)),
    ).toHaveLength(2);
    expect(csv.stdout).toMatch(/,downloaded,\[\]\r\n/);

    expect((await world.home.run(['status'])).stdout).not.toContain('renamed');
    primary.renameAlbum(quoted, 'Smile');
    expect((await world.sync()).code).toBe(0);
    expect((await world.home.run(['status'])).stdout).toContain(
      'Albums renamed in iCloud (files from before stay in the folder of the old name):\n' +
        '  Say "cheese", all -> Smile\n',
    );
    expect(await albumsOf(both)).toEqual([
      ['Smile', 'Zoo'],
      ['Smile', 'Zoo'],
    ]);
  });

  it('cli 1.4, DB-7: another format is a usage error, and without a state there is an empty table', async () => {
    const home = await CliHome.create();
    onTestFinished(() => home.remove());
    const wrong = await home.run(['manifest', '--format', 'xml']);
    expect(wrong).toMatchObject({ code: 64, stdout: '' });
    expect(wrong.stderr).toContain('json, csv');
    const none = await home.run(['manifest']);
    expect(none).toMatchObject({ code: 0, stdout: '[]\n' });
    expect(none.stderr).toContain(`No state database found at ${home.statePath}`);
  });
});
