import { describe, expect, it } from 'vitest';
import type { FaultAction } from '../../src/simulator/fault-actions.js';
import { photo, video } from '../../src/simulator/library/builder.js';
import { hashes, STACK_TRACE, wantedFiles, World } from '../support/cli-world.js';

/** What may happen to the first request for a file. */
const FRESH: Readonly<Record<string, FaultAction>> = {
  'no answer': { kind: 'drop' },
  'reset in the body': { kind: 'drop', afterBytes: 600, how: 'reset' },
  'closed in the body': { kind: 'drop', afterBytes: 600, how: 'close' },
  'cut, true length': { kind: 'truncate', keepBytes: 700, length: 'short' },
  'cut, whole length': { kind: 'truncate', keepBytes: 700, length: 'full' },
  'too long': { kind: 'extraBytes', count: 9 },
  'longer than announced': { kind: 'extraBytes', count: 9, length: 'original' },
  'bytes damaged': { kind: 'corrupt', offsets: [40, 900] },
  'another file of the same size': { kind: 'swap', fill: 0x5a },
  'an HTML page': { kind: 'html' },
  'a JSON page': { kind: 'json' },
  'a JSON page that calls itself a photo': { kind: 'json', contentType: 'image/jpeg' },
  'seventeen bytes': { kind: 'shortBody' },
  'no bytes': { kind: 'emptyBody' },
  'status 503': { kind: 'status', status: 503, retryAfter: 2 },
  'status 429': { kind: 'status', status: 429, retryAfterDate: 3 },
  'status 500': { kind: 'status', status: 500 },
  'URL expired': { kind: 'expiredUrl' },
  'silence in the body': { kind: 'stall', afterBytes: 600 },
  'no length': { kind: 'chunked' },
};

/** What may happen to a request that continues a partial file. */
const RESUMED: Readonly<Record<string, FaultAction>> = {
  'range ignored': { kind: 'ignoreRange' },
  'range starts elsewhere': { kind: 'contentRange', how: 'start', by: 3 },
  'range of another file': { kind: 'contentRange', how: 'total', by: 50 },
  'range not told': { kind: 'contentRange', how: 'missing' },
  'range not readable': { kind: 'contentRange', how: 'malformed' },
  'range in other units': { kind: 'contentRange', how: 'unit' },
  'range refused': { kind: 'rangeNotSatisfiable' },
  'rest damaged': { kind: 'corrupt', offsets: [900] },
  'rest cut': { kind: 'truncate', keepBytes: 100, length: 'full' },
  'rest too long': { kind: 'extraBytes', count: 5 },
  'rest is a page': { kind: 'html' },
  'URL expired meanwhile': { kind: 'expiredUrl' },
};

/** Shifted by one more in every round, so that no kind always follows the one that harms nothing. */
const secondKind = (index: number, kinds: number) =>
  (index + 7 + Math.floor(index / kinds)) % kinds;

describe('faults on the way of the bytes', () => {
  it('cases 1-28, DL-22..DL-45: two faults on every file, and each arrives byte for byte', async () => {
    const world = await World.open({ library: 'small:96' });
    const { faults, journal } = world.icloud;
    const assets = [...new Set([...wantedFiles(world.library).values()].map((f) => f.assetId))];
    const share = (part: number, of: number) => assets.filter((_, index) => index % of === part);
    const fresh = Object.entries(FRESH);
    const resumed = Object.entries(RESUMED);
    const half = share(0, 2).length;
    // Every second file meets one fresh fault and then another; the rest break off and resume badly.
    const even = share(0, 2);
    const odd = share(1, 2);
    fresh.forEach(([name, action], kind) => {
      const first = even.filter((_, index) => index % fresh.length === kind);
      const second = even.filter((_, index) => secondKind(index, fresh.length) === kind);
      const when = { site: 'content', resource: ['resOriginal', 'resOriginalVidCompl'] };
      faults.add({
        name,
        when: { ...when, assetId: first },
        timing: { nth: 1, per: 'asset' },
        action,
      });
      faults.add({
        name: `then: ${name}`,
        when: { ...when, assetId: second },
        timing: { nth: 2, per: 'asset' },
        action,
      });
    });
    faults.add({
      name: 'breaks off',
      when: { site: 'content', assetId: odd },
      timing: { nth: 1, per: 'asset' },
      action: { kind: 'drop', afterBytes: 650 },
    });
    resumed.forEach(([name, action], kind) => {
      const assetId = odd.filter((_, index) => index % resumed.length === kind);
      faults.add({
        name,
        when: { site: 'content', assetId, resumed: true },
        timing: { nth: 1, per: 'asset' },
        action,
      });
    });
    expect(half).toBeGreaterThan(fresh.length);

    const { code, stderr } = await world.sync({ env: { KEI_TIME_SCALE: '0.01' } });

    expect(stderr).not.toMatch(STACK_TRACE);
    expect(code, stderr.slice(-2_000)).toBe(0);
    for (const { id, fired } of faults.list()) expect(fired, id).toBeGreaterThan(0);
    const wanted = wantedFiles(world.library);
    const tree = await world.home.tree();
    expect(hashes(tree.values())).toEqual(hashes(wanted.keys()));
    expect(tree.size).toBe(wanted.size);
    expect(journal.unhandled).toEqual([]);
    expect((await world.home.run(['verify', '--checksums'])).code).toBe(0);

    faults.clear();
    const again = await world.watch(() => world.sync());
    expect(again.result.code).toBe(0);
    expect(again.requests.fetched).toEqual([]);
  });

  it('RT-50, D52, D53: URLs that run out before their file has its turn are looked up as often as it takes', async () => {
    const world = await World.open({ library: 'small:24', download: 'threads = 1' });
    world.library.tuning.urlLifetimeSeconds = 1;
    world.icloud.faults.while('content', { kind: 'delay', ms: 100 });
    const wanted = wantedFiles(world.library);
    const { result, requests } = await world.watch(() => world.sync());
    expect(result.code, result.stderr.slice(-2_000)).toBe(0);
    expect(result.stderr).not.toContain('Download failed');
    expect(hashes((await world.home.tree()).values())).toEqual(hashes(wanted.keys()));
    const lookups = requests.cloudKit.filter(({ operation }) => operation === 'records/lookup');
    expect(lookups.length).toBeGreaterThan(1);
    // One for each answer whose links ran out (D59): far fewer than files.
    expect(lookups.length).toBeLessThan(wanted.size / 2);
  });

  it('DL-20, DL-26, D50: a large file that breaks off at every megabyte is continued, not begun again', async () => {
    const world = await World.open();
    const size = 6_500_000;
    world.library.add(video({ name: 'LONG.MOV', size }));
    const [wanted] = wantedFiles(world.library).keys();
    world.icloud.faults.add({
      when: { site: 'content' },
      timing: { first: 6 },
      action: { kind: 'drop', afterBytes: 1_048_576 + 9, how: 'close' },
    });
    const { result, requests } = await world.watch(() => world.sync());
    expect(result.code, result.stderr).toBe(0);
    expect([...(await world.home.tree()).values()]).toEqual([wanted]);
    const starts = requests.content.map(({ range }) =>
      Number(/^bytes=(\d+)-$/.exec(range ?? 'bytes=0-')?.[1]),
    );
    expect(starts).toHaveLength(7);
    // What arrived may differ by what was still in flight, and never goes back.
    for (const [index, start] of starts.slice(1).entries()) {
      expect(start).toBeGreaterThan(starts[index]!);
    }
    const received = requests.content.reduce((sum, { bytesSent }) => sum + bytesSent, 0);
    expect(received).toBeLessThan(size * 1.2);
  });

  it('DL-84, RT-23: a file that fails every time is a failure; the others arrive, and it may come later', async () => {
    const world = await World.open({
      library: 'small:10',
      download: '[download.retry]\nper_transfer = 1',
    });
    const victim = world.library.add(photo({ name: 'VICTIM.JPG' }));
    const id = world.icloud.faults.while(
      { site: 'content', assetId: victim },
      { kind: 'status', status: 500 },
    );
    const wanted = wantedFiles(world.library);
    const failing = await world.watch(() => world.sync());
    expect(failing.result.code).toBe(2);
    expect(failing.result.stderr).toContain('Error: 1 downloads failed');
    expect((await world.home.tree()).size).toBe(wanted.size - 1);
    const listed = await world.home.run(['status', '--failed']);
    expect(listed.stdout).toMatch(
      /Failed assets:\n {2}VICTIM\.JPG \([0-9A-F-]{36}\) - .*500.*\(attempts: \d+, last seen: /,
    );

    const still = await world.watch(() => world.sync());
    expect(still.result.code).toBe(2);
    expect(new Set(still.requests.content.map(({ assetId }) => assetId))).toEqual(
      new Set([victim]),
    );

    world.icloud.faults.remove(id);
    const { result, requests } = await world.watch(() => world.sync());
    expect(result.code, result.stderr).toBe(0);
    expect(requests.fetched).toEqual([`${victim}/resOriginal`]);
    expect(hashes((await world.home.tree()).values())).toEqual(hashes(wanted.keys()));
    const last = await world.watch(() => world.sync());
    expect(last.requests.cloudKit.length).toBeLessThanOrEqual(2);
  });
});
