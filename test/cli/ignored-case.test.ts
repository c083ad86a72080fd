import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { photo } from '../../src/simulator/library/builder.js';
import { World } from '../support/cli-world.js';
import { Mounts } from '../support/mounts.js';
import { treeOf } from '../support/tree-of.js';

test('DL-60, D70: names that clash by case only, on exFAT: the plan is what is done', async ({
  skip,
}) => {
  const world = await World.open();
  const mounts = new Mounts();
  onTestFinished(() => mounts.clear());
  const { home, library } = world;
  const disk = join(home.root, 'disk');
  skip(!(await mounts.exfat(disk, 32)), 'this computer has no exFAT');
  const photos = join(disk, 'photos');
  await mkdir(photos);
  const day = { takenAt: '2024-05-06T10:00:00Z', timeZoneOffset: 0 };
  const names = ['IMG_1.JPG', 'img_1.JPG', 'Img_1.jpg', 'Äpfel.JPG', 'äpfel.JPG'];
  for (const [index, name] of names.entries()) {
    library.primary.add(photo({ name, ...day, size: 3_000 + index }));
  }
  await writeFile(
    home.configPath,
    [
      `[auth]\nusername = "${home.username}"`,
      `[download]\ndirectory = ${JSON.stringify(photos)}`,
      '[photos]\nkeep_unicode_in_filenames = true',
    ].join('\n'),
  );

  const plan = await home.run(['sync', '--only-print-filenames']);
  const { result, requests } = await world.watch(() => world.sync());
  expect([plan.code, result.code], result.stderr).toEqual([0, 0]);
  expect(requests.fetched).toHaveLength(names.length);

  const planned = plan.stdout.trim().split('\n').sort();
  const written = [...(await treeOf(photos)).keys()].map((path) => join(photos, path)).sort();
  expect(written).toEqual(planned);
  const keys = written.map((path) => relative(photos, path).toLowerCase());
  expect(new Set(keys).size).toBe(names.length);
  expect((await home.run(['verify', '--checksums'])).code).toBe(0);
  expect((await world.watch(() => world.sync())).requests.content).toEqual([]);
});
