import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliResult } from '../support/cli-home.js';
import { hashes, STACK_TRACE, wantedFiles, World, type Requests } from '../support/cli-world.js';

interface Run {
  readonly result: CliResult;
  readonly requests: Requests;
}

describe('a library with everything that is awkward', () => {
  let world: World;
  const runs: Run[] = [];
  const trees: Map<string, string>[] = [];

  beforeAll(async () => {
    world = await World.create({
      library: 'awkward',
      config: '[photos]\nkeep_unicode_in_filenames = true\n',
    });
    // The bytes are worked out before, so that the simulated service answers quickly.
    wantedFiles(world.library);
    for (let run = 1; run <= 3; run += 1) {
      runs.push(await world.watch(() => world.sync()));
      trees.push(await world.home.tree());
    }
  }, 240_000);
  afterAll(() => world.close());

  /** Two records without a URL, two whose resource holds no value: owed, not delivered. */
  const OWED = /^IRR_[12]00[02]\./;
  /** A still that calls itself a movie has no companion (EN-36). */
  const NO_COMPANION = 'IRR_2013.HEIC';

  it('EN-23, DL-55: every file is on disk byte for byte, and no other', () => {
    const wanted = wantedFiles(world.library, ({ fileName, resource }) =>
      resource === 'resOriginal' ? OWED.test(fileName ?? '') : fileName === NO_COMPANION,
    );
    expect(hashes(trees[0]!.values())).toEqual(hashes(wanted.keys()));
    expect(trees[0]!.size).toBe(wanted.size);
  });

  it('D67: what iCloud has and does not deliver is a failure each, once, and exit 2', () => {
    for (const { result } of runs) {
      expect(result.code).toBe(2);
      expect(result.stderr).toContain('4 downloads failed');
      expect(result.stderr).not.toMatch(STACK_TRACE);
    }
  });

  it('DL-45, DL-95: nothing but photos is in the folder', () => {
    for (const path of trees[0]!.keys()) expect(path).not.toMatch(/\.kei-tmp$|\.kei_probe$/);
  });

  it('D31, DL-63: three runs give the same names, and the later ones fetch nothing', () => {
    expect(trees[1]).toEqual(trees[0]);
    expect(trees[2]).toEqual(trees[0]);
    for (const { requests } of runs.slice(1)) expect(requests.fetched).toEqual([]);
  });

  it('D61: debts hold no token back; later runs ask for changes and look up what is owed', () => {
    for (const { requests } of runs.slice(1)) {
      const operations = requests.cloudKit.map(({ operation }) => operation);
      expect(operations).not.toContain('records/query');
      expect(operations.filter((one) => one === 'changes/zone')).toHaveLength(1);
      expect(operations.length).toBeLessThanOrEqual(12);
    }
  });

  it('EN-65, D73: never more than the configured threads at once', () => {
    expect(world.icloud.journal.peak('content')).toBeLessThanOrEqual(10);
    expect(world.icloud.journal.unhandled).toEqual([]);
  });

  it('cli 9.5: verify --checksums agrees with the tree', async () => {
    const { code, stdout } = await world.home.run(['verify', '--checksums']);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`Verified: +${trees[0]!.size}\n`));
    expect(stdout).toMatch(/Missing: +0\n.*Corrupted: +0\n/s);
  });

  it('cli 9.4: the numbers of status are those of the tree', async () => {
    const { code, stdout } = await world.home.run(['status', '--failed']);
    const count = trees[0]!.size;
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`Total: +${count}\n +Downloaded: ${count}\n`));
    expect(stdout).toMatch(/Pending: +0\n +Failed: +0\n/);
    expect(stdout).toMatch(/Still owed: +4 /);
    expect(stdout).toMatch(
      /Still owed by iCloud:\n( {2}[0-9A-F-]{36} - unusable-resource, original \(since .* UTC\)\n){4}$/,
    );
  });

  it('cli 8.5: the data directory holds only what is meant to be there', async () => {
    // The write-ahead log of the state stays behind where the last one to look only reads.
    const names = (await readdir(world.home.dataDirectory)).filter((n) => !/-(wal|shm)$/.test(n));
    expect(names.sort()).toEqual([
      'config.toml',
      'janeexamplecom',
      'janeexamplecom.cache',
      'janeexamplecom.lock',
      'janeexamplecom.session',
      'janeexamplecom.state.db',
    ]);
  });
});

describe('an ordinary library', () => {
  it('IN-38, D63: a run without changes is exit 0, one CloudKit call, and no sign-in', async () => {
    const world = await World.open({ library: 'small:40' });
    const wanted = wantedFiles(world.library);
    const first = await world.sync();
    expect(first).toMatchObject({ code: 0, stdout: '' });
    expect(first.stderr).toContain(`${wanted.size} downloaded, 0 failed (${wanted.size} total)`);
    const tree = await world.home.tree();
    expect(hashes(tree.values())).toEqual(hashes(wanted.keys()));

    for (let again = 0; again < 2; again += 1) {
      const { result, requests } = await world.watch(() => world.sync());
      expect(result.code).toBe(0);
      expect(result.stderr).toContain('No new photos to download');
      expect(requests.fetched).toEqual([]);
      expect(requests.cloudKit.length).toBeLessThanOrEqual(2);
      expect(requests.entries.filter(({ site }) => site === 'idmsa')).toEqual([]);
      expect(await world.home.tree()).toEqual(tree);
    }
  });

  it('EN-24: the first file comes before the second page is asked for', async () => {
    const world = await World.open({ library: 'large:1000' });
    world.icloud.faults.add({
      when: {
        site: 'ckdatabase',
        operation: 'records/query',
        recordType: 'CPLAssetAndMasterByAssetDateWithoutHiddenOrDeleted',
      },
      timing: { after: 1 },
      action: { kind: 'stall' },
    });
    let kill: (() => void) | undefined;
    const running = world.sync({ onStart: (child) => (kill = () => child.kill('SIGKILL')) });
    await world.icloud.journal.waitFor(
      ({ site, status }) => site === 'content' && status === 200,
      30_000,
    );
    kill?.();
    expect((await running).signal).toBe('SIGKILL');
  });
});
