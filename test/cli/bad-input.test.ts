import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { photo } from '../../src/simulator/library/builder.js';
import { CliHome, type CliOptions, type CliResult } from '../support/cli-home.js';
import { hashes, STACK_TRACE, wantedFiles, World } from '../support/cli-world.js';

async function offlineHome(): Promise<CliHome> {
  const home = await CliHome.create();
  onTestFinished(() => home.remove());
  return home;
}

/** An error is a sentence and a remedy, on stderr only, and never a stack trace. */
function expectError({ code, stdout, stderr }: CliResult, exit: number, ...words: RegExp[]): void {
  expect(code, stderr).toBe(exit);
  expect(stderr).toMatch(/^Error: \S.+$/m);
  for (const word of words) expect(stderr).toMatch(word);
  expect(stdout + stderr).not.toMatch(STACK_TRACE);
  expect(stdout + stderr).not.toContain('defect');
}

describe('the command line', () => {
  it.each([
    [['frobnicate']],
    [['sync', '--frobnicate']],
    [['sync', '--log-level', 'loud']],
    [['sync', '-p', 'a', '--password-file', 'b']],
    [['list']],
    [['login', 'submit-code']],
    [['status', 'extra']],
  ])('D3: %j is exit 64, with text on stderr', async (args) => {
    const { code, stdout, stderr } = await (await offlineHome()).run(args);
    expect(code).toBe(64);
    expect(stdout).toBe('');
    expect(stderr).not.toBe('');
    expect(stderr).not.toMatch(STACK_TRACE);
  });

  it('D3, cli 1: nothing at all is the help on stderr and exit 64', async () => {
    const { code, stdout, stderr } = await (await offlineHome()).run([]);
    expect(code).toBe(64);
    expect(stdout).toBe('');
    for (const word of ['Usage: kei', 'Getting started', 'Common', 'Advanced']) {
      expect(stderr).toContain(word);
    }
  });

  it.each([[['-h']], [['login', 'submit-code', '--help']]])(
    'cli 1: %j prints help on stdout, exit 0',
    async (args) => {
      const { code, stdout, stderr } = await (await offlineHome()).run(args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('Usage: kei');
    },
  );

  it.each([['--version'], ['-V']])('cli 1: %s prints the version, exit 0', async (flag) => {
    const { version } = JSON.parse(
      await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
    ) as { version: string };
    const result = await (await offlineHome()).run([flag]);
    expect(result).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('the configuration', () => {
  const run = async (text: string, options?: CliOptions) => {
    const home = await offlineHome();
    await writeFile(home.configPath, text);
    return home.run(['sync'], options);
  };
  const auth = '[auth]\nusername = "jane@example.com"\n';

  it('D21: broken TOML is exit 1 with the line', async () => {
    expectError(
      await run(`${auth}[download\ndirectory = "/x"\n`),
      1,
      /config\.toml/,
      /line 3|:3\b/,
    );
  });

  it('cli 2.2: an unknown key is named, with its line and what it may have meant', async () => {
    expectError(
      await run(`${auth}[download]\ndirectory = "/tmp/x"\nthread = 4\n`),
      1,
      /download\.thread\b/,
      /line 5|:5\b/,
    );
  });

  it('cli 2.5: every problem is said at once', async () => {
    expectError(
      await run(
        `${auth}[download]\ndirectory = "/tmp/x"\nthreads = "many"\n[photos]\nresolution = "huge"\n`,
      ),
      1,
      /download\.threads/,
      /photos\.resolution/,
    );
  });

  it('cli 9: no username names the variable and the key', async () => {
    expectError(await run('[download]\ndirectory = "/tmp/x"\n'), 1, /ICLOUD_USERNAME/, /auth/);
  });

  it('cli 1.5: no directory names the key', async () => {
    expectError(await run(auth), 1, /download\.directory|\[download\]/);
  });

  it.each(['/etc/photos', '/proc/x', '/'])(
    'D57, DL-76: %s is no download folder',
    async (folder) => {
      expectError(await run(`${auth}[download]\ndirectory = "${folder}"\n`), 1, /directory/);
    },
  );

  it('cli 2.1: a --config that is not there is exit 1', async () => {
    const home = await offlineHome();
    expectError(await home.run(['sync', '--config', 'none.toml']), 1, /none\.toml/);
  });

  it('D19: an endpoint that is not this computer is refused', async () => {
    const home = await offlineHome();
    expectError(
      await home.run(['sync'], { env: { KEI_ICLOUD_ENDPOINT: 'http://192.0.2.1:80' } }),
      1,
      /KEI_ICLOUD_ENDPOINT/,
    );
  });
});

describe('the download folder', () => {
  it('DL-83: a file in its place is exit 1 before any request', async () => {
    const world = await World.open();
    await writeFile(world.home.photos, 'not a folder');
    const { result, requests } = await world.watch(() => world.sync());
    expectError(result, 1, /photos/);
    expect(requests.entries).toEqual([]);
    expect(await readFile(world.home.photos, 'utf8')).toBe('not a folder');
  });

  it('DL-83: a folder below a file is exit 1 before any request', async () => {
    const world = await World.open();
    await writeFile(join(world.home.root, 'file'), '');
    const directory = join(world.home.root, 'file', 'photos');
    await writeFile(
      world.home.configPath,
      `[auth]\nusername = "jane@example.com"\n[download]\ndirectory = "${directory}"\n`,
    );
    const { result, requests } = await world.watch(() => world.sync());
    expectError(result, 1, /file/);
    expect(requests.entries).toEqual([]);
  });

  it.skipIf(!canMount())(
    'DL-83: a read-only file system is exit 1 before any request',
    async () => {
      const world = await World.open();
      await mkdir(world.home.photos);
      mountTmpfs(world.home.photos, 'ro,size=1m');
      const { result, requests } = await world.watch(() => world.sync());
      expectError(result, 1, /photos/, /read-only/i);
      expect(requests.entries).toEqual([]);
    },
  );

  it.skipIf(process.getuid?.() === 0)('DL-83: without permission exit 1', async () => {
    const world = await World.open();
    await mkdir(world.home.photos, { mode: 0o500 });
    expectError(await world.sync(), 1, /photos/, /permission/i);
    await chmod(world.home.photos, 0o700);
  });

  it('DL-80: less than the floor of free space is exit 1 with both numbers', async () => {
    const world = await World.open();
    const { result, requests } = await world.watch(() =>
      world.sync({ env: { KEI_MIN_FREE_BYTES: String(2 ** 53 - 1) } }),
    );
    expectError(result, 1, /Insufficient disk space: only \d+ MiB available in /);
    expect(requests.entries).toEqual([]);
  });

  it.skipIf(!canMount())(
    'DL-84, D57, case 43: a disk that fills up is exit 2, the state is right, and room brings the rest',
    async () => {
      const world = await World.open();
      for (let n = 0; n < 12; n += 1) {
        world.library.add(photo({ name: `IMG_${n}.JPG`, size: 300_000 }));
      }
      await mkdir(world.home.photos);
      mountTmpfs(world.home.photos, 'size=2m');
      const full = await world.sync();
      expectError(full, 2, /space/i);
      const status = await world.home.run(['status']);
      expect(status.code).toBe(0);
      const verified = await world.home.run(['verify', '--checksums']);
      expect(verified.code, verified.stdout + verified.stderr).toBe(0);
      execFileSync('mount', ['-o', 'remount,size=20m', world.home.photos]);
      const next = await world.sync();
      expect(next.code, next.stderr).toBe(0);
      const tree = await world.home.tree();
      expect(hashes(tree.values())).toEqual(hashes(wantedFiles(world.library).keys()));
      expect(tree.size).toBe(12);
    },
  );

  it('D57, DL-50: a folder that became a file while it runs is a disk error that names it', async () => {
    const world = await World.open();
    world.library.add(photo({ name: 'A.JPG', takenAt: '2024-05-01T10:00:00Z' }));
    await mkdir(world.home.photos);
    await writeFile(join(world.home.photos, '2024'), 'mine');
    const { code, stderr } = await world.sync();
    expect(code).toBe(2);
    expect(stderr).toMatch(/photos\/2024/);
    expect(stderr).not.toMatch(STACK_TRACE);
    expect(await readFile(join(world.home.photos, '2024'), 'utf8')).toBe('mine');
    await rm(join(world.home.photos, '2024'));
    expect((await world.sync()).code).toBe(0);
    expect((await world.home.tree()).size).toBe(1);
  });

  it('DL-72: a symbolic link in the place of a file is not followed and not replaced', async () => {
    const world = await World.open();
    world.library.add(photo({ name: 'A.JPG', takenAt: '2024-05-01T10:00:00Z' }));
    const folder = join(world.home.photos, '2024', '05', '01');
    await mkdir(folder, { recursive: true });
    const target = join(world.home.root, 'target.jpg');
    await writeFile(target, 'mine');
    await symlink(target, join(folder, 'A.JPG'));
    const { code, stderr } = await world.sync();
    expect(code, stderr).toBe(0);
    expect(await readFile(target, 'utf8')).toBe('mine');
    const tree = await world.home.tree();
    expect(hashes(tree.values())).toEqual(hashes(wantedFiles(world.library).keys()));
  });
});

describe('the state database', () => {
  it('DB-5, case 119: bytes of anything: exit 1, as it was, and what to do, which then works', async () => {
    const world = await World.open({ library: 'small:5' });
    const garbage = Buffer.from('certainly not a database '.repeat(400));
    await writeFile(world.home.statePath, garbage);
    const { result, requests } = await world.watch(() => world.sync());
    expectError(result, 1, /state\.db/, /^ {2}\S/m);
    expect(requests.content).toEqual([]);
    expectError(await world.home.run(['status']), 1, /state\.db/);
    expect(await readFile(world.home.statePath)).toEqual(garbage);

    expect((await world.home.run(['reset', 'state', '--yes'])).code).toBe(0);
    const after = await world.sync();
    expect(after.code, after.stderr).toBe(0);
    expect((await world.home.tree()).size).toBe(wantedFiles(world.library).size);
  });

  it('DB-5, case 119: a database that was cut off is exit 1, as it was', async () => {
    const world = await World.open({ library: 'small:5' });
    expect((await world.sync()).code).toBe(0);
    const whole = await readFile(world.home.statePath);
    const cut = whole.subarray(0, 8_192 + 100);
    await writeFile(world.home.statePath, cut);
    expectError(await world.sync(), 1, /state\.db/);
    expectError(await world.home.run(['verify']), 1, /state\.db/);
    expect(await readFile(world.home.statePath)).toEqual(cut);
  });

  it('DB-4, case 119: one of a newer kei is exit 1, untouched', async () => {
    const world = await World.open({ library: 'small:3' });
    expect((await world.sync()).code).toBe(0);
    const database = new Database(world.home.statePath);
    database.pragma('wal_checkpoint(TRUNCATE)');
    database.pragma('user_version = 999');
    database.pragma('journal_mode = DELETE');
    database.close();
    const before = await readFile(world.home.statePath);
    expectError(await world.sync(), 1, /newer/i);
    expectError(await world.home.run(['status']), 1, /newer/i);
    expect(await readFile(world.home.statePath)).toEqual(before);
  });

  it.skipIf(!canMount())(
    'DB-5, DL-56: no room for the state is exit 1, and with room everything comes once',
    async () => {
      const world = await World.open({ library: 'small:120' });
      const dataDirectory = join(world.home.root, 'data');
      await mkdir(dataDirectory);
      mountTmpfs(dataDirectory, 'size=280k');
      const env = { KEI_DATA_DIR: dataDirectory };
      expectError(await world.sync({ env }), 1, /state\.db: the disk is full/, /Make room/);
      const status = await world.home.run(['status'], { env });
      expect(status.code, status.stderr).toBe(0);
      execFileSync('mount', ['-o', 'remount,size=20m', dataDirectory]);
      const next = await world.sync({ env });
      expect(next.code, next.stderr).toBe(0);
      const tree = await world.home.tree();
      const wanted = wantedFiles(world.library);
      expect(hashes(tree.values())).toEqual(hashes(wanted.keys()));
      expect(tree.size).toBe(wanted.size);
    },
  );

  it('DB-30, cli 8.5: a second process at the same time is exit 3 and names the account', async () => {
    const world = await World.open({ library: 'small:3' });
    const hold = world.icloud.faults.while('content', { kind: 'stall' });
    let release: (() => void) | undefined;
    const running = world.sync({ onStart: (child) => (release = () => child.kill('SIGKILL')) });
    await world.icloud.journal.waitFor({ site: 'content' }, 30_000);
    expectError(await world.sync(), 3, /jane@example\.com/, /already|another/i);
    expect((await world.home.run(['status'])).stdout).toContain('Sync in progress:');
    expectError(await world.home.run(['reset', 'state', '--yes']), 3, /jane@example\.com/);
    release?.();
    await running;
    world.icloud.faults.remove(hold);
    // Killed, it leaves no lock behind.
    expect((await world.sync()).code).toBe(0);
  });
});

describe('answers of iCloud that make no sense', () => {
  it.each(['invalidJson', 'truncatedJson'] as const)(
    'RT-10, RT-15: %s is asked again, and then all is well',
    async (kind) => {
      const world = await World.open({ library: 'small:20' });
      world.icloud.faults.add({
        when: { site: 'ckdatabase' },
        timing: { every: 2 },
        action: { kind },
      });
      const { code, stderr } = await world.sync();
      expect(code, stderr).toBe(0);
      const tree = await world.home.tree();
      expect(hashes(tree.values())).toEqual(hashes(wantedFiles(world.library).keys()));
    },
  );

  it.each<[string, Record<string, unknown>]>([
    ['garbage', { kind: 'invalidJson' }],
    ['an HTML page', { kind: 'html' }],
    ['500', { kind: 'status', status: 500 }],
  ])('cli 1.5: %s for ever is exit 1 with a sentence, and no token', async (_, action) => {
    const world = await World.open({ library: 'small:5' });
    world.icloud.faults.while({ site: 'ckdatabase' }, action as never);
    expectError(await world.sync(), 1, /iCloud/);
    world.icloud.faults.clear();
    const { code, stderr } = await world.sync();
    expect(code, stderr).toBe(0);
    expect((await world.home.tree()).size).toBe(wantedFiles(world.library).size);
  });

  it('cli 1.5: a listing that fails in the middle keeps what came, exit 2, and the next run goes on', async () => {
    const world = await World.open({ library: 'small:450' });
    world.icloud.faults.add({
      name: 'middle',
      when: {
        operation: 'records/query',
        recordType: 'CPLAssetAndMasterByAssetDateWithoutHiddenOrDeleted',
      },
      timing: { after: 1 },
      action: { kind: 'status', status: 500 },
    });
    const broken = await world.sync();
    expectError(broken, 2);
    const some = (await world.home.tree()).size;
    expect(some).toBeGreaterThan(0);
    world.icloud.faults.clear();
    const { result, requests } = await world.watch(() => world.sync());
    expect(result.code, result.stderr).toBe(0);
    const wanted = wantedFiles(world.library);
    expect(hashes((await world.home.tree()).values())).toEqual(hashes(wanted.keys()));
    expect(requests.content.length).toBe(wanted.size - some);
  });

  it('cli 1.5: nobody listens: exit 1 and a sentence about the network', async () => {
    const world = await World.open();
    await world.icloud.close();
    const result = await world.sync();
    expectError(result, 1);
  });
});

function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A small file system at a folder, until the end of the test. */
function mountTmpfs(folder: string, options: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('umount', ['-l', folder]));
}
