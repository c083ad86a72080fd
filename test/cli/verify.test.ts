import { readFile, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../support/cli-world.js';
import { atTerminal, hasTerminal } from '../support/terminal.js';

/** A synced library of 30 files, with helpers that harm them. */
async function openSynced(): Promise<{
  world: World;
  names: string[];
  path: (n: number) => string;
}> {
  const world = await World.create({ library: 'small:25' });
  expect((await world.sync()).code).toBe(0);
  const names = [...(await world.home.tree()).keys()];
  return { world, names, path: (n) => join(world.home.photos, names[n] ?? '') };
}

async function flipLastByte(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length - 1]! ^= 0xff;
  await writeFile(path, bytes);
}

describe('verify and reconcile', () => {
  let world: World;
  let path: (n: number) => string;
  let tree: Map<string, string>;

  beforeAll(async () => {
    ({ world, path } = await openSynced());
    tree = await world.home.tree();
  });
  afterAll(() => world.close());

  it('cli 9.5, D27, D33: --repair makes work of what is missing or damaged; a sync fetches just that', async () => {
    await rm(path(0));
    await flipLastByte(path(1));
    await truncate(path(2), 50);
    const repair = await world.home.run(['verify', '--checksums', '--repair']);
    expect(repair.code).toBe(1);
    expect(repair.stdout).toContain(`MISSING: ${path(0)} (`);
    expect(repair.stdout).toContain(`CORRUPTED: ${path(1)} (`);
    expect(repair.stdout).toContain(`CORRUPTED: ${path(2)} (`);
    expect(repair.stdout).toContain('  Marked for the next sync: 3\n');
    expect(repair.stderr).toContain('verify failed: 1 missing, 2 corrupted');

    const { result, requests } = await world.watch(() => world.sync());
    expect(result.code, result.stderr).toBe(0);
    expect(requests.fetched).toHaveLength(3);
    expect(requests.cloudKit.map(({ operation }) => operation)).toEqual([
      'changes/database',
      'changes/zone',
      'records/lookup',
      'records/lookup',
    ]);
    const healed = await world.home.tree();
    for (const [name, sha] of tree) expect(healed.get(name), name).toBe(sha);
    // What its owner may have changed is kept beside it; what was cut short is not.
    const others = [...healed.keys()].filter((name) => !tree.has(name));
    expect(others).toEqual([expect.stringMatching(/-changed-1\.\w+$/)]);
    await rm(join(world.home.photos, others[0]!));

    const { code, stdout } = await world.home.run(['verify', '--checksums']);
    expect(code).toBe(0);
    expect(stdout).toBe(
      `Verifying ${tree.size} downloaded assets...\n\nResults:\n  Verified:  ${tree.size}\n` +
        `  Missing:   0\n  Corrupted: 0\n  Proven by Apple's checksum: ${tree.size}\n` +
        '  Matching what was downloaded: 0\n  Changed by metadata writing: 0\n',
    );
  });

  it('IN-5: a marked file that came back meanwhile is taken over, not fetched', async () => {
    await rename(path(3), `${path(3)}.away`);
    expect((await world.home.run(['reconcile'])).stdout).toContain('  Marked failed: 1\n');
    await rename(`${path(3)}.away`, path(3));
    const { result, requests } = await world.watch(() => world.sync());
    expect(result.code, result.stderr).toBe(0);
    expect(requests.fetched).toEqual([]);
    expect(await world.home.tree()).toEqual(tree);
  });

  it('cli 9.6, case 128: reconcile marks what is gone or cut short, and a dry run does not', async () => {
    await rm(path(0));
    await truncate(path(2), 50);
    await flipLastByte(path(1));
    const dry = await world.home.run(['reconcile', '--dry-run']);
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    expect(dry.stdout).toMatch(
      new RegExp(`^Reconciling ${tree.size} downloaded assets\\.\\.\\.\n\n`),
    );
    expect(dry.stdout).toMatch(new RegExp(`MISSING: ${path(0)} \\([0-9A-F-]{36}, original\\)\n`));
    expect(dry.stdout).toMatch(
      new RegExp(`TRUNCATED: ${path(2)} \\([0-9A-F-]{36}, live_original\\) - 50 < \\d+ bytes\n`),
    );
    expect(dry.stdout).toContain(
      `Results:\n  Present:  ${tree.size - 2}\n  Missing:  1\n  Damaged:  1\n\nDry run`,
    );
    const real = await world.home.run(['reconcile']);
    expect(real.code).toBe(0);
    expect(real.stdout).toContain(
      `Results:\n  Present:  ${tree.size - 2}\n  Missing:  1\n  Damaged:  1\n  Marked failed: 2\n`,
    );
    const status = await world.home.run(['status', '--failed']);
    expect(status.stdout).toMatch(/FILE_MISSING_AT_STARTUP \(attempts: 0/);
    expect(status.stdout).toMatch(/FILE_TRUNCATED_AT_STARTUP \(attempts: 0/);
    const { requests } = await world.watch(() => world.sync());
    expect(requests.fetched).toHaveLength(2);
    // Its content is no concern of reconcile: put back as it was.
    await flipLastByte(path(1));
    expect(await world.home.tree()).toEqual(tree);
  });

  it('D13: an unmounted download folder marks nothing', async () => {
    const away = `${world.home.photos}.away`;
    await rename(world.home.photos, away);
    for (const args of [['reconcile'], ['reconcile', '--dry-run'], ['verify', '--repair']]) {
      const { code, stdout, stderr } = await world.home.run(args);
      expect(code, args.join(' ')).toBe(1);
      expect(stderr).toContain(world.home.photos);
      expect(stdout).not.toContain('MISSING');
    }
    await rename(away, world.home.photos);
    expect((await world.home.run(['reconcile'])).stdout).toContain('  Marked failed: 0\n');
  });

  it('IN-32, cli 9.6: what is gone here and in iCloud is said, once, and nothing waits for it', async () => {
    const status = await world.home.run(['status', '--downloaded']);
    const row = new RegExp(`\\(([0-9A-F-]{36})\\) -> ${path(0)}\n`);
    const bytes = await readFile(path(0));
    await rm(path(0));
    expect((await world.home.run(['reconcile'])).stdout).toContain('  Marked failed: 1\n');
    world.library.primary.purge(row.exec(status.stdout)![1]!);
    const { code, stderr } = await world.sync();
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(new RegExp(`"path":"${path(0)}","msg":"Missing or damaged`));
    const { result, requests } = await world.watch(() => world.sync());
    expect(result.stderr).not.toContain('Missing or damaged');
    expect(requests.cloudKit.map(({ operation }) => operation)).toEqual(['changes/database']);
    const again = await world.home.run(['reconcile']);
    expect(again.stdout).toContain(
      '  Marked failed: 0\n  Not marked, iCloud has them no longer: 1\n',
    );
    await writeFile(path(0), bytes);
  });

  it.skipIf(!hasTerminal())(
    'D18, OB-41: a bar at a terminal, and no finding is lost in it',
    async () => {
      await rename(path(3), `${path(3)}.away`);
      const { code, output } = await atTerminal(world.home, ['verify', '--checksums']);
      await rename(`${path(3)}.away`, path(3));
      expect(code).toBe(1);
      expect(output).toContain(`MISSING: ${path(3)} (`);
      expect(output).toMatch(new RegExp(`\\[\\d+s\\] \\[.{16}\\] .*/.* \\d+/${tree.size} files`));
      expect(output).toContain(`  Verified:  ${tree.size - 1}\r\n`);
    },
  );

  it.each([
    [['--since', '7d'], /--since needs --checksums/],
    [['--checksums', '--since', 'yesterday'], /--since yesterday must be/],
  ])('D3: verify %j is a usage error', async (args, message) => {
    const { code, stderr } = await world.home.run(['verify', ...args]);
    expect(code).toBe(64);
    expect(stderr).toMatch(message);
  });

  it('SD-1, cli 9.5: Ctrl-C keeps what was verified, and --since goes on from there', async () => {
    const state = new Database(world.home.statePath);
    const [first = '', ...more] = state
      .prepare<[], string>('SELECT path FROM files ORDER BY id')
      .pluck()
      .all();
    // A file that takes minutes: nothing but a hole, recorded with that size.
    const whole = await readFile(first);
    const hole = 2 ** 40;
    await truncate(first, hole);
    const resize = state.prepare('UPDATE files SET disk_bytes = ? WHERE path = ?');
    resize.run(hole, first);
    // The last one to be read: by then most of the others have been.
    const last = more.at(-1) ?? '';
    await flipLastByte(last);

    const stopped = await world.home.run(['verify', '--checksums'], {
      onStart: (child) => {
        void (async () => {
          for (let seen = ''; !seen.includes('CORRUPTED');) {
            const [chunk] = (await once(child.stdout!, 'data')) as [Buffer];
            seen += chunk.toString();
          }
          child.kill('SIGINT');
        })();
      },
    });
    expect(stopped.code, 'one is damaged').toBe(1);
    expect(stopped.stdout).toContain('Results:\n');
    const since = /Go on with: kei verify --checksums --since (\S+)/.exec(stopped.stderr)?.[1];
    expect(since).toBeDefined();

    await flipLastByte(last);
    await writeFile(first, whole);
    resize.run(whole.length, first);
    state.close();
    const resumed = await world.home.run(['verify', '--checksums', '--since', since!]);
    expect(resumed.code, resumed.stdout).toBe(0);
    const skipped = Number(/not read again: (\d+)/.exec(resumed.stdout)?.[1]);
    expect(skipped).toBeGreaterThan(tree.size / 2);
    expect(resumed.stdout).toContain(`  Verified:  ${tree.size}\n`);

    // What is written after its verification is read again, whatever --since says.
    await flipLastByte(path(4));
    const again = await world.home.run(['verify', '--checksums', '--since', '1d']);
    expect(again.stdout).toContain(`CORRUPTED: ${path(4)} (`);
    expect(again.stdout).toContain(`not read again: ${tree.size - 1}\n`);
    // Not even when its time is put back: a damaged file is forgotten as verified.
    await utimes(path(4), new Date(0), new Date(0));
    const later = await world.home.run(['verify', '--checksums', '--since', '1d']);
    expect(later.stdout).toContain(`CORRUPTED: ${path(4)} (`);
    await flipLastByte(path(4));
  });
});
