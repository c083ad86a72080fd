import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemFiles } from '../../../src/platform/files.js';
import type { InstallDeps } from '../../../src/platform/install-file.js';
import { placeCopy } from '../../../src/platform/place-copy.js';

const nothing = () => Promise.resolve();
const DEPS: InstallDeps = {
  files: systemFiles,
  names: {
    publishing: nothing,
    reserving: nothing,
    abandoned: nothing,
    ownerOf: () => Promise.resolve(undefined),
  },
  partials: { recorded: nothing, forgotten: nothing },
};

it.each(['link', 'copy'] as const)(
  'the same bytes get several names in one folder at the same time (%s)',
  async (how) => {
    const folder = await mkdtemp(join(tmpdir(), 'kei-place-'));
    try {
      const bytes = Buffer.alloc(300_000, 7);
      const source = join(folder, 'source.jpg');
      await writeFile(source, bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const names = ['a.jpg', 'a-1.jpg', 'a-2.jpg', 'a-3.jpg'];
      const results = await Promise.all(
        names.map((name) =>
          placeCopy(
            {
              source,
              target: join(folder, 'Trip', name),
              sizeBytes: bytes.length,
              sha256,
              how,
              tempSuffix: '.kei-tmp',
            },
            DEPS,
          ),
        ),
      );
      const status = how === 'link' ? 'linked' : 'copied';
      expect(results).toEqual(names.map(() => ({ status })));
      expect((await readdir(join(folder, 'Trip'))).sort()).toEqual([...names].sort());
      for (const name of names) expect(await readFile(join(folder, 'Trip', name))).toEqual(bytes);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);
