import { existsSync } from 'node:fs';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from '@iarna/toml';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { CliHome } from '../support/cli-home.js';
import { hashes, STACK_TRACE, wantedFiles, World } from '../support/cli-world.js';

describe('without a state', () => {
  it.each([
    [['status']],
    [['verify', '--checksums', '--repair']],
    [['reconcile']],
    [['reset', 'state', '--yes']],
    [['reset', 'sync-token', '--yes']],
  ])('DB-7, case 129: %j says where it would be, exit 0', async (args) => {
    const home = await CliHome.create();
    onTestFinished(() => home.remove());
    const { code, stdout, stderr } = await home.run(args);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(`No state database found at ${home.statePath}\n`);
    expect(stdout).toContain('Run a sync first to create the database.\n');
    expect(existsSync(home.statePath)).toBe(false);
  });
});

describe('with a library on disk', () => {
  let world: World;
  let tree: Map<string, string>;

  beforeAll(async () => {
    world = await World.create({ library: 'small:25' });
    const { code, stderr } = await world.sync();
    expect(code, stderr).toBe(0);
    tree = await world.home.tree();
  });
  afterAll(() => world.close());

  it('IN-70, cli 9.8: reset sync-token makes the next sync list everything and fetch nothing', async () => {
    const reset = await world.home.run(['reset', 'sync-token', '--yes']);
    expect(reset.code).toBe(0);
    expect(reset.stdout).toContain(
      'Cleared sync tokens (1 zone token + db token). Next sync will do a full enumeration.\n',
    );
    const { result, requests } = await world.watch(() => world.sync());
    expect(result.code).toBe(0);
    expect(requests.fetched).toEqual([]);
    expect(requests.cloudKit.map(({ operation }) => operation)).toContain('records/query');
    expect(result.stderr).toContain(`0 downloaded, ${tree.size} skipped, 0 failed`);
    expect(await world.home.tree()).toEqual(tree);
  });

  it('IN-71, DL-66: reset state, and the next sync adopts everything by its content', async () => {
    const reset = await world.home.run(['reset', 'state', '--yes']);
    expect(reset).toMatchObject({ code: 0 });
    expect(reset.stdout).toContain(world.home.statePath);
    expect(existsSync(world.home.statePath)).toBe(false);
    const { result, requests } = await world.watch(() => world.sync());
    expect(result.code, result.stderr).toBe(0);
    expect(requests.fetched).toEqual([]);
    expect(requests.entries.filter(({ site }) => site === 'idmsa')).toEqual([]);
    expect(await world.home.tree()).toEqual(tree);
    const verified = await world.home.run(['verify', '--checksums']);
    expect(verified.stdout).toContain(`Proven by Apple's checksum: ${tree.size}\n`);
  });

  it.each([['state'], ['sync-token']])(
    'IN-71: reset %s without a terminal and --yes is exit 1',
    async (what) => {
      const { code, stderr } = await world.home.run(['reset', what], { input: 'y\n' });
      expect(code).toBe(1);
      expect(stderr).toContain('--yes');
      expect(existsSync(world.home.statePath)).toBe(true);
    },
  );

  it('cli 9.4: status lists with --downloaded, and its times are UTC', async () => {
    const { code, stdout } = await world.home.run([
      'status',
      '--downloaded',
      '--pending',
      '--failed',
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain(`State Database: ${world.home.statePath}\n\nAssets:\n`);
    expect(stdout).toMatch(/Last sync started: {3}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n/);
    expect(stdout).toMatch(/Last sync completed: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n/);
    const rows = stdout.split('Downloaded assets:\n')[1]?.trimEnd().split('\n') ?? [];
    expect(rows).toHaveLength(tree.size);
    for (const row of rows) {
      const path = / {2}\S.* \([0-9A-F-]{36}\) -> (.+)$/.exec(row)?.[1];
      expect(tree.has(path?.slice(world.home.photos.length + 1) ?? ''), row).toBe(true);
    }
    expect(stdout).not.toContain('Failed assets:');
    expect(stdout).not.toContain('Pending assets:');
  });

  it('cli 2.8: config show prints TOML that says where and who, and no password', async () => {
    const { code, stdout } = await world.home.run(['config', 'show']);
    expect(code).toBe(0);
    expect(parse(stdout)).toMatchObject({
      auth: { username: world.home.username },
      download: { directory: world.home.photos },
      filters: { albums: ['none'] },
    });
    expect(stdout).not.toContain(world.home.password);
  });

  it('cli 9.3: list libraries and list albums', async () => {
    const { primary } = world.library;
    primary.createAlbum('Zoo');
    primary.createAlbum('Äpfel');
    primary.createAlbum('a\u001b[31m\nb');
    const shared = world.library.addSharedLibrary('participant');
    const libraries = await world.home.run(['list', 'libraries']);
    expect(libraries).toMatchObject({ code: 0, stderr: '' });
    expect(libraries.stdout).toBe(
      `Private libraries:\n  PrimarySync\nShared libraries:\n  ${shared.name}\n`,
    );
    const albums = await world.home.run(['list', 'albums']);
    expect(albums.code).toBe(0);
    const [heading, ...names] = albums.stdout.trimEnd().split('\n');
    expect(heading).toBe('Library: PrimarySync');
    for (const name of ['Zoo', 'Äpfel', 'Favorites', 'Screenshots', 'Recently Deleted']) {
      expect(names).toContain(`  ${name}`);
    }
    expect(names).toEqual([...names].sort());
    expect(albums.stdout).not.toContain('\u001b');
  });

  it('cli 9.5, case 127: verify names what is missing and what is damaged, exit 1, changes no row', async () => {
    const [first, second, third] = [...tree.keys()] as [string, string, string];
    const path = (name: string) => join(world.home.photos, name);
    const bytes = await Promise.all([first, second, third].map((name) => readFile(path(name))));
    await rm(path(first));
    const flipped = Buffer.from(bytes[1]!);
    flipped[flipped.length - 1]! ^= 0xff;
    await writeFile(path(second), flipped);
    await truncate(path(third), 100);
    const { stdout: status } = await world.home.run(['status']);

    const quick = await world.home.run(['verify']);
    expect(quick.code).toBe(1);
    expect(quick.stdout).toMatch(/^Verifying \d+ downloaded assets\.\.\.\n\n/);
    expect(quick.stdout).toMatch(
      new RegExp(`MISSING: ${path(first)} \\(.*\\) - downloaded \\d{4}-`),
    );
    expect(quick.stdout).not.toContain('CORRUPTED');
    expect(quick.stdout).not.toContain('Corrupted:');

    const whole = await world.home.run(['verify', '--checksums']);
    expect(whole.code).toBe(1);
    expect(whole.stdout).toContain(`CORRUPTED: ${path(second)} (`);
    expect(whole.stdout).toContain(`CORRUPTED: ${path(third)} (`);
    expect(whole.stdout).toMatch(
      new RegExp(`Results:\n {2}Verified: +${tree.size - 3}\n {2}Missing: +1\n {2}Corrupted: 2\n`),
    );
    expect(whole.stderr).toContain('verify failed: 1 missing, 2 corrupted');
    expect(whole.stderr).not.toMatch(STACK_TRACE);
    expect((await world.home.run(['status'])).stdout).toBe(status);
    await Promise.all(
      [first, second, third].map((name, index) => writeFile(path(name), bytes[index]!)),
    );
    expect((await world.home.run(['verify', '--checksums'])).code).toBe(0);
  });

  it('DL-98, D70: --dry-run and --only-print-filenames say what would come, and leave no trace', async () => {
    const added = world.library.add({ kind: 'photo', name: 'NEW.JPG' });
    const state = await readFile(world.home.statePath);
    const dry = await world.watch(() => world.home.run(['sync', '--dry-run']));
    expect(dry.result.code, dry.result.stderr).toBe(0);
    expect(dry.requests.fetched).toEqual([]);
    expect(dry.result.stdout + dry.result.stderr).toMatch(/\[DRY RUN\] Would download.*NEW\.JPG/);
    const named = await world.home.run(['sync', '--only-print-filenames']);
    expect(named.code).toBe(0);
    const [path, ...more] = named.stdout.trimEnd().split('\n');
    expect(more).toEqual([]);
    expect(await world.home.tree()).toEqual(tree);
    expect(await readFile(world.home.statePath)).toEqual(state);

    const { result, requests } = await world.watch(() => world.sync());
    expect(result.code).toBe(0);
    expect(requests.fetched).toEqual([`${added}/resOriginal`]);
    expect((await world.home.tree()).has(path!.slice(world.home.photos.length + 1))).toBe(true);
    expect(hashes((await world.home.tree()).values())).toEqual(
      hashes(wantedFiles(world.library).keys()),
    );
  });

  it('D13: verify refuses to judge files below a folder that is not there', async () => {
    await world.home.configure('', '');
    const config = await readFile(world.home.configPath, 'utf8');
    const gone = join(world.home.root, 'not-mounted');
    await writeFile(world.home.configPath, config.replace(world.home.photos, gone));
    const { code, stdout, stderr } = await world.home.run(['verify']);
    await writeFile(world.home.configPath, config);
    expect(code).toBe(1);
    expect(stderr).toContain(gone);
    expect(stdout).not.toContain('MISSING');
  });

  it('cli 1.6: a reader that goes away is no failure', async () => {
    const { stderr } = await world.home.run(['status', '--downloaded'], {
      onStart: (child) => child.stdout?.destroy(),
    });
    expect(stderr).toBe('');
  });
});
