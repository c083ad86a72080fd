import { requireSpace } from './disk-space.js';
import { BenchHome } from './home.js';
import { measure } from './run-process.js';
import type { Row } from './scenario.js';
import { serve } from './serve.js';

const BYTES = 20_000_000;

/**
 * `kei verify --checksums` beside other programs that hash the same files with all cores, everything
 * in the page cache as far as it fits there.
 */
export async function* verifying(count: number): AsyncGenerator<Row> {
  await requireSpace(count * BYTES);
  const server = await serve({ assets: count, bytes: BYTES });
  const home = await BenchHome.create(server.endpoint);
  const facts = { files: count, bytes: count * BYTES };
  const hashAll = (program: string) =>
    measure(['sh', '-c', `find photos -type f -print0 | xargs -0 -n16 -P$(nproc) ${program}`], {
      cwd: home.root,
    });
  try {
    await home.kei('sync');
    server.close();
    yield { what: 'cat, to warm the cache', ...facts, usage: await hashAll('cat') };
    yield { what: 'xargs sha256sum', ...facts, usage: await hashAll('sha256sum') };
    for (const digest of ['sha256', 'sha1']) {
      const program = `openssl dgst -${digest}`;
      yield { what: `xargs ${program}`, ...facts, usage: await hashAll(program) };
    }
    for (const what of ['kei verify --checksums', 'and again']) {
      yield { what, ...facts, usage: await home.kei('verify', '--checksums') };
    }
  } finally {
    server.close();
    await home.remove();
  }
}
