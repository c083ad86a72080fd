import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchHome } from './home.js';
import { changes } from './changes.js';
import { requireSpace } from './disk-space.js';
import { million } from './million.js';
import { measure, type Usage } from './run-process.js';
import type { Row, Scenario } from './scenario.js';
import { serve, type BenchServer } from './serve.js';
import { verifying } from './verifying.js';

const SMALL = 5_000;
const MIDDLE = 200_000;
const BIG = 5_000_000_000;
const ALBUMS = 60;
const ALL_ALBUMS = 'libraries = ["all"]\nalbums = ["all"]';
const NO_ALBUMS = 'libraries = ["all"]\nalbums = ["none"]';

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  files: {
    title: 'Files of 200 KB',
    count: 10_000,
    run: (count) => besideCurl(count, MIDDLE),
  },
  big: { title: 'Files of 5 GB', count: 1, run: (count) => besideCurl(count, BIG) },
  memory: { title: 'Memory, small assets of 5 KB', count: 100_000, run: memory },
  nochange: { title: 'Nothing changed', count: 100_000, run: noChange },
  changes: { title: 'A hundred changes', count: 100_000, run: changes },
  albums: { title: '60 overlapping albums and a shared library', count: 100_000, run: albums },
  exclusion: {
    title: 'Half of a library in 60 albums, planned only',
    count: 1_000_000,
    run: exclusion,
  },
  import: { title: 'Import of a tree of 5 KB files', count: 100_000, run: importing },
  verify: { title: 'Verify of files of 20 MB', count: 1_000, run: verifying },
  million: { title: 'Commands on a large library', count: 1_000_000, run: million },
  startup: { title: 'Start of the program', count: 3, run: startup },
};

/** kei and curl fetch the same files from the same server. */
async function* besideCurl(count: number, bytes: number): AsyncGenerator<Row> {
  await requireSpace(count * bytes);
  const folder = await mkdtemp(join(tmpdir(), 'kei-curl-'));
  const curlList = join(folder, 'list');
  const server = await serve({ assets: count, bytes, curlList });
  const facts = { files: count, bytes: count * bytes };
  try {
    yield { what: 'kei sync', ...facts, usage: await syncOnce(server) };
    const host = `cvws.icloud-content.com:${new URL(server.endpoint).port}:127.0.0.1`;
    const curl = `curl -s --resolve ${host} --parallel --parallel-max 10 -K list`.split(' ');
    yield { what: 'curl, 10 in parallel', ...facts, usage: await measure(curl, { cwd: folder }) };
  } finally {
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function* memory(count: number): AsyncGenerator<Row> {
  for (const assets of [1_000, count]) {
    const server = await serve({ assets, bytes: SMALL });
    try {
      const facts = { files: assets, bytes: assets * SMALL };
      yield { what: `${assets} assets`, ...facts, usage: await syncOnce(server) };
    } finally {
      server.close();
    }
  }
}

async function* noChange(count: number): AsyncGenerator<Row> {
  const server = await serve({ assets: count, bytes: SMALL });
  const home = await BenchHome.create(server.endpoint);
  try {
    yield { what: 'first sync', files: count, usage: await home.kei('sync') };
    for (const what of ['nothing changed', 'nothing changed, again']) {
      const before = await server.cloudKitCalls();
      const usage = await home.kei('sync');
      yield { what, usage, note: `${(await server.cloudKitCalls()) - before} CloudKit calls` };
    }
    yield { what: 'kei status', usage: await home.kei('status') };
  } finally {
    server.close();
    await home.remove();
  }
}

/**
 * The same assets, all filed under their date, and with what albums hold in albums. The trees stay until
 * the end: where deleted blocks are discarded at once, removing one makes the next sync slower. The
 * last row shows how far the speed of the computer drifts.
 */
async function* albums(count: number): AsyncGenerator<Row> {
  const shared = Math.round(count / 10);
  const members = 2 * Math.round(count / 400);
  const plan = { assets: count - shared, shared, bytes: SMALL, albums: ALBUMS, members };
  const server = await serve(plan);
  const homes: BenchHome[] = [];
  try {
    for (const [what, filters] of [
      ['unfiled', NO_ALBUMS],
      [`${ALBUMS} albums of ${members}`, ALL_ALBUMS],
      ['unfiled, again', NO_ALBUMS],
    ] as const) {
      const home = await BenchHome.create(server.endpoint, filters);
      homes.push(home);
      yield { what, files: count, bytes: count * SMALL, usage: await home.kei('sync') };
    }
  } finally {
    server.close();
    for (const home of homes) await home.remove();
  }
}

/** What the albums hold is left out of the unfiled photos: the memory that takes, without files. */
async function* exclusion(count: number): AsyncGenerator<Row> {
  for (const assets of [10_000, count]) {
    const members = Math.round(assets / ALBUMS);
    const server = await serve({ assets, bytes: SMALL, albums: ALBUMS, members });
    const home = await BenchHome.create(server.endpoint, ALL_ALBUMS);
    try {
      const usage = await home.kei('sync', '--dry-run');
      yield { what: `dry run of ${assets}`, files: assets, usage };
    } finally {
      server.close();
      await home.remove();
    }
  }
}

/** A tree that another program left: adopted, adopted again, and synced. */
async function* importing(count: number): AsyncGenerator<Row> {
  for (const assets of [1_000, count]) {
    const server = await serve({ assets, bytes: SMALL });
    const home = await BenchHome.create(server.endpoint);
    const old = join(home.root, 'old');
    const facts = { files: assets, bytes: assets * SMALL };
    const row = async (what: string, ...args: readonly string[]): Promise<Row> => {
      const downloads = await server.downloads();
      const usage = await home.kei(...args);
      return { what, ...facts, usage, note: `${(await server.downloads()) - downloads} downloads` };
    };
    try {
      await server.writeTree(old);
      await mkdir(home.photos);
      yield await row(`import of ${assets}`, 'import-existing', old);
      yield await row('and again', 'import-existing', old);
      yield await row('kei sync', 'sync');
    } finally {
      server.close();
      await home.remove();
    }
  }
}

async function* startup(times: number): AsyncGenerator<Row> {
  const home = await BenchHome.create('http://127.0.0.1:9');
  try {
    for (let time = 0; time < times; time += 1) {
      yield { what: 'kei --version', usage: await home.kei('--version') };
    }
  } finally {
    await home.remove();
  }
}

async function syncOnce(server: BenchServer): Promise<Usage> {
  const home = await BenchHome.create(server.endpoint);
  try {
    return await home.kei('sync');
  } finally {
    await home.remove();
  }
}
