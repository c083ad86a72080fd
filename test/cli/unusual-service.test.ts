import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { photo } from '../../src/simulator/library/builder.js';
import { hashes, wantedFiles, World } from '../support/cli-world.js';

const LISTING = 'CPLAssetAndMasterByAssetDateWithoutHiddenOrDeleted';
const COUNT = 'CPLAssetByAssetDateWithoutHiddenOrDeleted';

/** A sync that must be clean and bring everything; gives what it asked. */
async function cleanSync(world: World) {
  const { result, requests } = await world.watch(() => world.sync());
  expect(result.code, result.stderr).toBe(0);
  const tree = await world.home.tree();
  expect(hashes(tree.values())).toEqual(hashes(wantedFiles(world.library).keys()));
  return { requests, stderr: result.stderr, tree };
}

/** After a clean sync: nothing to do, in the one or two calls of IN-38. */
async function expectQuiet(world: World): Promise<void> {
  const { requests } = await cleanSync(world);
  expect(requests.fetched).toEqual([]);
  expect(requests.cloudKit.length).toBeLessThanOrEqual(2);
}

describe('unusual but legal answers', () => {
  it.each(['null', 'absent'] as const)(
    'IN-21: the end of the changes is said by moreComing %s',
    async (lastPageMoreComing) => {
      const world = await World.open({ library: 'small:20' });
      Object.assign(world.library.tuning, {
        lastPageMoreComing,
        emptyFirstHistoryPage: true,
        zonesPerPage: 1,
      });
      await cleanSync(world);
      await expectQuiet(world);
      world.library.add(photo({ name: 'NEW.JPG' }));
      expect((await cleanSync(world)).requests.fetched).toHaveLength(1);
    },
  );

  it('IN-21: dozens of empty pages of changes', async () => {
    const world = await World.open({ library: 'small:10' });
    await cleanSync(world);
    world.library.primary.churn(30);
    const added = world.library.add(photo({ name: 'NEW.JPG' }));
    const { requests } = await cleanSync(world);
    expect(requests.fetched).toEqual([`${added}/resOriginal`]);
    await expectQuiet(world);
  });

  it('D78: a primary zone with digits behind its name', async () => {
    const world = await World.open({ library: 'small:10', primaryZone: 'PrimarySync1' });
    await cleanSync(world);
    await expectQuiet(world);
    const listed = await world.home.run(['list', 'libraries']);
    expect(listed.stdout).toBe('Private libraries:\n  PrimarySync1\nShared libraries:\n');
  });

  it('protocol 4.4: the account moves to other hosts between two runs, and during one', async () => {
    const world = await World.open({ library: 'small:250' });
    world.icloud.journal.subscribe(({ operation, recordType }) => {
      if (operation === 'records/query' && recordType === LISTING && moves < 1) {
        moves += 1;
        world.icloud.account.movePartition(72);
      }
    });
    let moves = 0;
    await cleanSync(world);
    expect(moves).toBe(1);
    world.icloud.account.movePartition(73);
    world.library.add(photo({ name: 'NEW.JPG' }));
    const { requests } = await cleanSync(world);
    expect(requests.fetched).toHaveLength(1);
    expect(world.icloud.account.signInTimes).toHaveLength(1);
  });

  it('IN-25, cases 53 and 71: a token that iCloud no longer knows means a listing, and no download', async () => {
    const world = await World.open({ library: 'small:20' });
    const { tree } = await cleanSync(world);
    world.library.primary.forgetTokens();
    const added = world.library.add(photo({ name: 'NEW.JPG' }));
    const { requests, stderr, tree: after } = await cleanSync(world);
    expect(stderr).toContain('invalid_sync_token');
    expect(requests.fetched).toEqual([`${added}/resOriginal`]);
    for (const [path, sha] of tree) expect(after.get(path)).toBe(sha);
    await expectQuiet(world);
  });

  it.each([3, 5_000])(
    'EN-41, EN-50..53: a count of %d for thirty assets loses nothing',
    async (count) => {
      const world = await World.open({ library: 'small:30' });
      world.library.primary.lieAboutCount(COUNT, count);
      await cleanSync(world);
    },
  );

  it('D66: a library that is still indexed is said, keeps its token back, and is complete later', async () => {
    const world = await World.open({ library: 'small:60' });
    world.library.primary.indexing = { state: 'RUNNING', progress: 50 };
    const early = await world.sync();
    expect(early.code, early.stderr).toBe(0);
    expect(early.stderr).toContain('still indexing');
    expect((await world.home.tree()).size).toBeLessThan(wantedFiles(world.library).size);
    const before = await world.home.tree();
    world.library.primary.indexing = { state: 'FINISHED', progress: 100 };
    const { requests, tree } = await cleanSync(world);
    expect(requests.fetched).toHaveLength(tree.size - before.size);
    await expectQuiet(world);
  });

  it('EN-63: while it is indexed nothing is taken for unfiled, and the error says so', async () => {
    const world = await World.open({ library: 'small:3' });
    const { primary } = world.library;
    primary.addToAlbum(primary.createAlbum('Trip'), world.library.add(photo()));
    const config = await readFile(world.home.configPath, 'utf8');
    await writeFile(world.home.configPath, config.replace('"none"', '"all"'));
    primary.indexing = { state: 'RUNNING', progress: 90 };
    const { code, stderr } = await world.sync();
    expect(code, stderr).toBe(2);
    expect(stderr).toContain('Error: The unfiled photos were left for the next run');
    primary.indexing = { state: 'FINISHED', progress: 100 };
    await cleanSync(world);
  });

  it('EN-15, D64: an empty page in the middle of a listing is not its end', async () => {
    const world = await World.open({ library: 'small:450' });
    world.icloud.faults.add({
      when: { operation: 'records/query', recordType: LISTING },
      timing: { nth: 2 },
      action: { kind: 'emptyPage' },
    });
    await cleanSync(world);
    expect(world.icloud.faults.list()).toMatchObject([{ fired: 1 }]);
    await expectQuiet(world);
  }, 120_000);

  it('D64: masters that a page leaves out are looked up', async () => {
    const world = await World.open({ library: 'small:30' });
    world.icloud.faults.add({
      when: { operation: 'records/query', recordType: LISTING },
      action: { kind: 'missingRecords', recordType: 'CPLMaster', count: 4 },
    });
    await cleanSync(world);
    expect(world.icloud.faults.list()[0]?.fired).toBeGreaterThan(0);
  });

  it('EN-72, D61: a record that comes as an error is owed, exit 2, and comes when it can', async () => {
    const world = await World.open({ library: 'small:10' });
    const id = world.library.add(photo({ name: 'LATER.JPG' }));
    const { primary } = world.library;
    primary.failRecord(id, { serverErrorCode: 'TRY_AGAIN_LATER', reason: 'busy' });
    for (let run = 0; run < 2; run += 1) {
      const { code, stderr } = await world.sync();
      expect(code, stderr).toBe(2);
      expect((await world.home.tree()).size).toBe(wantedFiles(world.library).size - 1);
    }
    primary.failRecord(id, undefined);
    const { requests } = await cleanSync(world);
    expect(requests.fetched).toEqual([`${id}/resOriginal`]);
    await expectQuiet(world);
  });

  it('D60: what is added, trashed and purged while the library is listed is right in the end', async () => {
    const world = await World.open({ library: 'small:450' });
    const { primary } = world.library;
    const ids = [...world.library.expectedFiles()].map(({ assetId }) => assetId);
    const added: string[] = [];
    world.library.scans.during({ index: LISTING, afterPage: 1 }, () => {
      for (const index of [0, 1, 2]) primary.trash(ids[index]!);
      primary.purge(ids[5]!);
      added.push(primary.add(photo({ name: 'DURING.JPG', takenAt: '2010-01-01T00:00:00Z' })));
    });
    const { code, stderr } = await world.sync();
    expect(code, stderr).toBe(0);
    const have = new Set((await world.home.tree()).values());
    for (const [sha, { fileName }] of wantedFiles(world.library)) {
      expect(have.has(sha), fileName).toBe(true);
    }
    expect(added).toHaveLength(1);
  }, 120_000);

  it('EN-71: an empty library is exit 0 and says that nothing is there', async () => {
    const world = await World.open();
    const { stderr } = await cleanSync(world);
    expect(stderr).toContain('No new photos to download');
    await expectQuiet(world);
  });

  it('protocol 1.1: an account of China', async () => {
    const world = await World.open({
      library: 'small:6',
      account: { region: 'cn', country: 'CHN' },
    });
    await world.home.configure('', '', 'domain = "cn"');
    await cleanSync(world);
  });
});
