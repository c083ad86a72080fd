/**
 * Lets icloudpd and kei download the same simulated library, and compares what they leave on disk,
 * path for path and byte for byte (cli 10.2, 10.3, D76); then lets kei import icloudpd's tree. Needs root, because icloudpd insists on
 * Apple's host names and on port 443; the line in /etc/hosts goes again at the end.
 *
 *   ICLOUDPD=/path/to/icloudpd npm run compare:icloudpd [-- NAME …]
 */
import { execFile, spawnSync } from 'node:child_process';
import { appendFile, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { promisify } from 'node:util';
import { FakeICloud } from '../../src/simulator/fake-icloud.js';
import { CliHome } from '../support/cli-home.js';
import { writeTables } from '../support/selection-config.js';
import { treeOf } from '../support/tree-of.js';
import { addLayoutAssets, layoutCases, type LayoutCase } from './layout-cases.js';

const run = promisify(execFile);
const HOSTS = '/etc/hosts';
const NAMES = [
  'idmsa.apple.com',
  'setup.icloud.com',
  'www.icloud.com',
  'p61-ckdatabasews.icloud.com',
  'cvws.icloud-content.com',
];

interface Bench {
  readonly root: string;
  readonly program: string;
  readonly overTls: FakeICloud;
  readonly plain: FakeICloud;
}

function refusal(program: string | undefined): string | undefined {
  if (process.getuid?.() !== 0) {
    return 'This comparison needs root: it listens on port 443 and writes a line into /etc/hosts.';
  }
  if (program === undefined || spawnSync(program, ['--version']).status !== 0) {
    return 'This comparison needs icloudpd 1.32.2: set ICLOUDPD to its program, for example after `npm i icloudpd@1.32.2` in a folder of its own.';
  }
  return undefined;
}

async function certificate(root: string): Promise<{ key: string; cert: string; bundle: string }> {
  const [key, cert, bundle] = ['key', 'cert', 'bundle'].map((name) => join(root, `${name}.pem`));
  if (key === undefined || cert === undefined || bundle === undefined)
    throw new Error('unreachable');
  const names = [...NAMES, '*.icloud.com', '*.icloud-content.com'];
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=Simulator'],
    ...['-addext', `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`],
    ...['-keyout', key, '-out', cert],
  ]);
  await writeFile(bundle, [...rootCertificates, await readFile(cert, 'utf8')].join('\n'));
  return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8'), bundle };
}

async function treeOfIcloudpd(one: LayoutCase, folder: string, bench: Bench): Promise<Tree> {
  await mkdir(folder, { recursive: true });
  const { appleId, password } = bench.overTls.account;
  await run(
    bench.program,
    [
      ...['--username', appleId, '--password', password, '--directory', folder],
      ...['--cookie-directory', join(bench.root, 'cookies'), '--no-progress-bar'],
      ...['--log-level', 'error', ...one.icloudpd],
    ],
    {
      env: {
        ...process.env,
        TZ: 'UTC',
        TMPDIR: bench.root,
        REQUESTS_CA_BUNDLE: join(bench.root, 'bundle.pem'),
      },
    },
  );
  return treeOf(folder);
}

async function treeOfKei(one: LayoutCase, bench: Bench): Promise<Tree> {
  const home = await CliHome.create(bench.plain.endpoint);
  try {
    await writeTables(home, one.kei);
    const { code, stderr } = await home.run(['sync']);
    if (code !== 0) throw new Error(`kei ended with ${String(code)}: ${stderr}`);
    return await home.tree();
  } finally {
    await home.remove();
  }
}

/**
 * What kei fetches when it takes over icloudpd's tree: as it is, and with every file under another
 * name in one folder. Nothing but what the old tool has not got should be left (cli 9.7).
 */
async function fetchedAfterImport(
  one: LayoutCase,
  folder: string,
  bench: Bench,
): Promise<{ readonly asIs: number; readonly shuffled: number }> {
  const again = async (shuffle: boolean) => {
    const home = await CliHome.create(bench.plain.endpoint);
    try {
      await writeTables(home, one.kei);
      await cp(folder, home.photos, { recursive: true });
      if (shuffle) {
        for (const [number, path] of [...(await home.tree()).keys()].entries()) {
          await rename(join(home.photos, path), join(home.photos, `shuffled-${number}`));
        }
      }
      const before = bench.plain.journal.count({ site: 'content' });
      for (const command of ['import-existing', 'sync']) {
        const { code, stderr } = await home.run([command]);
        if (code !== 0) throw new Error(`kei ${command} ended with ${String(code)}: ${stderr}`);
      }
      return bench.plain.journal.count({ site: 'content' }) - before;
    } finally {
      await home.remove();
    }
  };
  return { asIs: await again(false), shuffled: await again(true) };
}

type Tree = ReadonlyMap<string, string>;

/** Sentences about what differs; none when the trees are the same. */
function differences(one: LayoutCase, theirs: Tree, ours: Tree): readonly string[] {
  const expected = new Map<string, string>();
  for (const [path, digest] of theirs) {
    expected.set(one.moves === undefined ? path : one.moves(path), digest);
  }
  const missing = [...expected.keys()].filter((path) => !ours.has(path));
  const added = [...ours.keys()].filter((path) => !expected.has(path));
  const changed = [...expected].filter(([path, digest]) => (ours.get(path) ?? digest) !== digest);
  return [
    ...missing.map((path) => `only icloudpd has ${path}`),
    ...added.map((path) => `only kei has ${path}`),
    ...changed.map(([path]) => `other bytes in ${path}`),
  ];
}

async function compare(bench: Bench, wanted: readonly string[]): Promise<boolean> {
  let same = true;
  for (const [number, one] of layoutCases.entries()) {
    if (wanted.length > 0 && !wanted.some((word) => one.name.includes(word))) continue;
    const folder = join(bench.root, `icloudpd-${number}`, one.folder ?? 'photos');
    const theirs = await treeOfIcloudpd(one, folder, bench);
    const found = differences(one, theirs, await treeOfKei(one, bench));
    same &&= found.length === 0;
    const { asIs, shuffled } = await fetchedAfterImport(one, folder, bench);
    const verdict =
      (found.length === 0 ? `same ${theirs.size} files` : 'DIFFERENT') +
      `; after an import kei fetches ${asIs}, of the shuffled tree ${shuffled}`;
    process.stdout.write(`${one.name}: ${verdict}\n${found.map((line) => `  ${line}\n`).join('')}`);
  }
  return same;
}

async function main(program: string, wanted: readonly string[]): Promise<boolean> {
  const root = await mkdtemp(join(tmpdir(), 'compare-icloudpd-'));
  const hosts = await readFile(HOSTS, 'utf8');
  const restore = () => writeFile(HOSTS, hosts);
  process.once('SIGINT', () => void restore().finally(() => process.exit(130)));
  const open: FakeICloud[] = [];
  try {
    const tls = await certificate(root);
    const account = {
      appleId: 'jane@example.com',
      password: 'correct horse battery',
      twoFactor: 'off',
    } as const;
    const overTls = await FakeICloud.start({ account, port: 443, tls, strict: false });
    open.push(overTls);
    const plain = await FakeICloud.start({ account, library: overTls.library, strict: false });
    open.push(plain);
    addLayoutAssets(overTls.library);
    await appendFile(HOSTS, `\n127.0.0.1 ${NAMES.join(' ')}\n`);
    return await compare({ root, program, overTls, plain }, wanted);
  } finally {
    await restore();
    for (const icloud of open) await icloud.close();
    await rm(root, { recursive: true, force: true });
  }
}

const program = process.env['ICLOUDPD'];
const reason = refusal(program);
if (reason === undefined && program !== undefined) {
  process.exitCode = (await main(program, process.argv.slice(2))) ? 0 : 1;
} else {
  process.stderr.write(`${reason ?? ''}\n`);
  process.exitCode = 64;
}
