import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../../src/state/migrations/index.js';
import { copyPath } from '../../src/state/copies.js';
import { crashAt, type CrashPoint } from '../support/crash.js';
import { writeFirstSchema } from '../support/old-state.js';
import { STACK_TRACE, World } from '../support/cli-world.js';

/** An empty state of the first version, with something in it to be kept. */
function writeOldState(path: string): void {
  writeFirstSchema(path);
  const database = new Database(path);
  database.exec("INSERT INTO meta VALUES ('path_keys', 'exact'), ('kept', 'yes')");
  database.close();
}

describe('a state database that cannot be used', () => {
  let world: World;
  let tree: Map<string, string>;
  let state: Buffer;
  const path = () => world.home.statePath;
  const pages = () => statSync(path()).size / 4096;

  beforeAll(async () => {
    world = await World.create({ library: 'small:25' });
    expect((await world.sync()).code).toBe(0);
    tree = await world.home.tree();
    state = await readFile(path());
  });
  afterEach(async () => {
    for (const name of await readdir(dirname(path()))) {
      if (name.includes('.state.db')) await rm(join(dirname(path()), name));
    }
    await writeFile(path(), state, { mode: 0o600 });
  });
  afterAll(() => world.close());

  it.each<[string, () => Promise<void>]>([
    ['garbage', () => writeFile(path(), Buffer.alloc(9000, 'garbage '))],
    ['cut in half', () => truncate(path(), Math.floor(pages() / 2) * 4096)],
    [
      'pages overwritten in the middle',
      () => writeFile(path(), Buffer.from(state).fill(0xa5, 4096, state.length - 8192)),
    ],
  ])('DB-5, case 119: %s: every command says what to do and leaves it alone', async (_, harm) => {
    await harm();
    const before = await readFile(path());
    for (const args of [['status'], ['verify'], ['sync']]) {
      const { code, stderr } = await world.home.run(args);
      expect(code, `${args[0]}: ${stderr}`).toBe(1);
      expect(stderr).toContain(path());
      expect(stderr).toContain('`kei reset state`');
      expect(stderr).not.toMatch(STACK_TRACE);
    }
    expect(await readFile(path())).toEqual(before);
    expect(await world.home.tree()).toEqual(tree);
  });

  it('DB-5, DL-66, D9: after reset state nothing is fetched that is on disk, and nothing foreign adopted', async () => {
    await writeFile(path(), Buffer.alloc(9000, 'garbage '));
    expect((await world.home.run(['reset', 'state', '--yes'])).code).toBe(0);
    const { result, requests } = await world.watch(() => world.sync());
    expect(result.code, result.stderr).toBe(0);
    expect(requests.fetched).toEqual([]);
    expect(await world.home.tree()).toEqual(tree);

    // The same size and other bytes: Apple's checksum tells, so it stays, and the photo comes beside it.
    const [name, sha] = [...tree][0]!;
    const file = join(world.home.photos, name);
    const mine = await readFile(file);
    const foreign = Buffer.from(mine).fill(0x20, mine.length / 2);
    await writeFile(file, foreign);
    expect((await world.home.run(['reset', 'state', '--yes'])).code).toBe(0);
    const again = await world.watch(() => world.sync());
    expect(again.result.code, again.result.stderr).toBe(0);
    expect(again.requests.fetched).toHaveLength(1);
    expect(await readFile(file)).toEqual(foreign);
    const added = [...(await world.home.tree())].filter(([other]) => !tree.has(other));
    expect(added).toEqual([[expect.any(String), sha]]);
    await rm(join(world.home.photos, added[0]![0]));
    await writeFile(file, mine);
  });

  it('DB-5: what the message says to do brings back files of other names in other folders too', async () => {
    const elsewhere = join(world.home.root, 'elsewhere');
    await mkdir(elsewhere);
    const names = new Map<string, string>();
    for (const name of tree.keys()) {
      const other = join(elsewhere, `${names.size}.bin`);
      names.set(other, name);
      await rename(join(world.home.photos, name), other);
    }
    await writeFile(join(world.home.photos, 'other.txt'), 'so that no folder looks unmounted');
    await writeFile(path(), Buffer.alloc(9000, 'garbage '));
    const { stderr } = await world.home.run(['status']);
    expect(stderr).toContain('`kei reset state` to start anew, then `kei import-existing` with');

    const reset = await world.home.run(['reset', 'state', '--yes']);
    expect(reset.stdout).toContain('`kei import-existing DIR...`');
    const imported = await world.home.run(['import-existing', elsewhere]);
    expect(imported.code, imported.stderr).toBe(0);
    const early = await world.home.run(['audit']);
    expect(early.stderr).toContain('No library was ever listed');
    expect(early.stderr).toContain('`kei audit --online`');
    const { result, requests } = await world.watch(() => world.sync());
    expect(result.code, result.stderr).toBe(0);
    expect(requests.fetched).toEqual([]);
    for (const [other, name] of names) await rename(other, join(world.home.photos, name));
    await rm(join(world.home.photos, 'other.txt'));
    await rm(elsewhere, { recursive: true });
  });

  it('D41: reset state --restore puts back a sound copy and keeps what was damaged', async () => {
    const damaged = Buffer.alloc(9000, 'garbage ');
    await writeFile(path(), damaged);
    await writeFile(copyPath(path(), 3), 'this copy is damaged too');
    const refused = await world.home.run(['reset', 'state', '--restore', '--yes']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('no copy of the state database');
    expect(await readFile(path())).toEqual(damaged);

    await writeFile(copyPath(path(), 2), state);
    const asked = await world.home.run(['reset', 'state', '--restore']);
    expect(asked.code).toBe(1);
    expect(asked.stderr).toContain('--yes');
    expect((await world.home.run(['status'])).stderr).toContain('`kei reset state --restore`');

    const restored = await world.home.run(['reset', 'state', '--restore', '--yes']);
    expect(restored.code, restored.stderr).toBe(0);
    expect(restored.stdout).toContain(`restored from ${copyPath(path(), 2)}.\n`);
    const aside = /What was there before is now (\S+)\.\n/.exec(restored.stdout)?.[1] ?? '';
    expect(await readFile(aside)).toEqual(damaged);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    const { result, requests } = await world.watch(() => world.sync());
    expect(result.code, result.stderr).toBe(0);
    expect(requests.fetched).toEqual([]);
    expect((await world.home.run(['verify', '--checksums'])).code).toBe(0);
  });

  it.each<CrashPoint['when']>(['before', 'after'])(
    'D41, DL-56: killed %s the copy of a migration is named',
    async (when) => {
      await rm(path());
      writeOldState(path());
      const killed = await world.sync({ env: crashAt({ call: 'rename', nth: 1, when }) });
      expect(killed.signal).toBe('SIGKILL');
      const { result, requests } = await world.watch(() => world.sync());
      expect(result.code, result.stderr).toBe(0);
      expect(requests.fetched).toEqual([]);
      expect(await world.home.tree()).toEqual(tree);
      const newest = MIGRATIONS.at(-1)!.version;
      const copy = new Database(copyPath(path(), newest), { readonly: true });
      expect(copy.pragma('user_version', { simple: true })).toBe(1);
      copy.close();
      const now = new Database(path(), { readonly: true });
      expect(now.pragma('user_version', { simple: true })).toBe(newest);
      expect(now.prepare("SELECT value FROM meta WHERE key = 'kept'").pluck().get()).toBe('yes');
      now.close();
    },
  );

  it('DB-3, D41: an offline command brings an older schema up to date and keeps a copy', async () => {
    await rm(path());
    writeOldState(path());
    const old = await readFile(path());
    const dry = await world.home.run(['sync', '--dry-run']);
    expect(dry.code, 'which writes nothing').toBe(1);
    expect(dry.stderr).toContain('kei sync');
    expect(await readFile(path())).toEqual(old);

    const { code, stdout, stderr } = await world.home.run(['status']);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('  Total:      0\n');
    const copy = new Database(copyPath(path(), MIGRATIONS.at(-1)!.version), { readonly: true });
    expect(copy.prepare("SELECT value FROM meta WHERE key = 'kept'").pluck().get()).toBe('yes');
    copy.close();
  });

  it('DB-4: a newer schema is refused and stays as it is', async () => {
    const future = new Database(path());
    future.pragma('user_version = 99');
    future.close();
    const newer = await readFile(path());
    for (const args of [['status'], ['sync'], ['verify']]) {
      const { code, stderr } = await world.home.run(args);
      expect(code).toBe(1);
      expect(stderr).toMatch(/newer kei \(schema 99.*\n {2}Update kei/);
    }
    expect(await readFile(path())).toEqual(newer);
    expect(existsSync(copyPath(path(), 99))).toBe(false);
  });
});
