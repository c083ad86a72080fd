import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CliHome } from '../support/cli-home.js';
import { World } from '../support/cli-world.js';

const ROOT = new URL('../../', import.meta.url).pathname;
const run = promisify(execFile);

/** What V8 says was loaded by a run of kei: file URLs. */
async function loadedBy(args: readonly string[], given?: CliHome): Promise<string[]> {
  const home = given ?? (await CliHome.create());
  const reports = await mkdtemp(join(tmpdir(), 'kei-loaded-'));
  if (given === undefined) onTestFinished(() => home.remove());
  onTestFinished(() => rm(reports, { recursive: true }));
  await home.run(args, { env: { NODE_V8_COVERAGE: reports } });
  const [name] = await readdir(reports);
  const report = JSON.parse(await readFile(join(reports, name!), 'utf8')) as {
    result: { url: string }[];
  };
  return report.result.map(({ url }) => url).filter((url) => url.startsWith('file:'));
}

describe('the package', () => {
  it('holds the built command, the documents and the example, and nothing else', async () => {
    const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: ROOT,
    });
    const [packed] = JSON.parse(stdout) as { files: { path: string; mode: number }[] }[];
    const paths = packed!.files.map(({ path }) => path);
    for (const path of [
      'package.json',
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
      'kei.example.toml',
      'bin/kei.js',
      'dist/cli/main.js',
    ]) {
      expect(paths).toContain(path);
    }
    const known =
      /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|kei\.example\.toml|bin\/kei\.js|bin\/package\.json|docs\/.+|dist\/.+\.(js|d\.ts|js\.map|json|sql|html))$/;
    const strange = paths.filter((path) => !known.test(path));
    expect(strange).toEqual([]);
    expect(paths.filter((path) => /\.test\.|kei-demo|\.tgz$/.test(path))).toEqual([]);
  });

  it('kei --version loads no package at all', async () => {
    const loaded = await loadedBy(['--version']);
    expect(loaded.some((url) => url.endsWith('/dist/cli/main.js'))).toBe(true);
    expect(loaded.filter((url) => url.includes('/node_modules/'))).toEqual([]);
  });

  it('kei --help loads the parser and neither the database nor the network', async () => {
    const loaded = await loadedBy(['--help']);
    expect(loaded.some((url) => url.includes('/commander/'))).toBe(true);
    for (const heavy of ['better-sqlite3', 'undici', 'pino', 'cli-progress']) {
      expect(loaded.filter((url) => url.includes(`/${heavy}/`))).toEqual([]);
    }
  });

  it('a sync without new files loads no more than it uses', async () => {
    const { home } = await World.open();
    const loaded = await loadedBy(['sync'], home);
    for (const part of ['better-sqlite3', 'undici', 'pino']) {
      expect(loaded.some((url) => url.includes(`/${part}/`))).toBe(true);
    }
    const unused =
      /\/(cli-progress|file-type|simulator)\/|\/undici\/(index\.js|lib\/(web|mock|cache)\/)/;
    expect(loaded.filter((url) => unused.test(url))).toEqual([]);
    // Of hundreds of files of source.
    expect(loaded.filter((url) => !url.includes('/node_modules/')).length).toBeLessThan(60);
  });

  it('says what to do when its add-on does not fit the Node.js that runs it', async () => {
    const { home } = await World.open();
    expect((await home.run(['sync'])).code).toBe(0);
    const before = await readFile(home.statePath);
    for (const command of [['sync'], ['status'], ['verify'], ['list', 'albums'], ['audit']]) {
      const { code, stderr } = await home.run(command, { env: { NODE_OPTIONS: '--no-addons' } });
      expect([code, stderr], command[0]).toEqual([
        1,
        expect.stringContaining('kei cannot load its SQLite add-on with this Node.js'),
      ]);
      expect(stderr).not.toMatch(/reset|delete|\n\s+at /);
    }
    expect(await readFile(home.statePath)).toEqual(before);
  });
});
