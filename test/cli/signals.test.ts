import type { ChildProcess } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { photo, video } from '../../src/simulator/library/builder.js';
import { hashes, STACK_TRACE, wantedFiles, World } from '../support/cli-world.js';

/** Runs `kei sync` and sends it signals at the moments that `moments` waits for. */
async function signalled(
  world: World,
  timeScale: number,
  moments: (send: (signal: NodeJS.Signals) => void) => Promise<void>,
) {
  let child: ChildProcess | undefined;
  let sentAt = 0;
  const running = world.sync({
    env: { KEI_TIME_SCALE: String(timeScale) },
    onStart: (started) => (child = started),
  });
  await moments((signal) => {
    sentAt = performance.now();
    child?.kill(signal);
  });
  const result = await running;
  expect(result.stderr).not.toMatch(STACK_TRACE);
  return { ...result, msAfterSignal: performance.now() - sentAt };
}

const firstDownload = (world: World) =>
  world.icloud.journal.waitFor(({ site }) => site === 'content', 30_000);

async function partials(world: World): Promise<string[]> {
  const names = await readdir(world.home.photos, { recursive: true }).catch(() => []);
  return names.filter((name) => name.endsWith('.kei-tmp'));
}

async function untilPartial(world: World, atLeastBytes = 0): Promise<void> {
  for (;;) {
    const [partial] = await partials(world);
    if (partial !== undefined) {
      const { size } = await stat(join(world.home.photos, partial));
      if (size >= atLeastBytes) return;
    }
    await new Promise((done) => setTimeout(done, 20));
  }
}

async function expectComplete(world: World): Promise<void> {
  world.icloud.faults.clear();
  const next = await world.sync();
  expect(next.code, next.stderr).toBe(0);
  const tree = await world.home.tree();
  expect(hashes(tree.values())).toEqual(hashes(wantedFiles(world.library).keys()));
  expect(await partials(world)).toEqual([]);
}

describe('a signal', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'SD-1, SD-2, SD-13, case 141: %s lets the file in flight finish, starts no other, exit 0',
    async (signal) => {
      const world = await World.open({ download: 'threads = 1' });
      for (let n = 0; n < 4; n += 1) {
        world.library.add(photo({ name: `IMG_${n}.JPG`, size: 40_000 }));
      }
      world.icloud.faults.while('content', { kind: 'trickle', bytes: 4_000, everyMs: 100 });
      const { code, stderr } = await signalled(world, 0.2, async (send) => {
        await firstDownload(world);
        send(signal);
      });
      expect(code).toBe(0);
      expect(stderr).toContain('Received shutdown signal, finishing current downloads...');
      expect(stderr).toContain('Press Ctrl+C again to force exit');
      expect(world.icloud.journal.count({ site: 'content' })).toBe(1);
      expect(await partials(world)).toEqual([]);
      expect((await world.home.tree()).size).toBe(1);
      await expectComplete(world);
    },
  );

  it('SD-3, SD-7, case 142: a download longer than the drain is cancelled, kept, and continued', async () => {
    const world = await World.open();
    world.library.add(video({ name: 'LONG.MOV', size: 5_000_000 }));
    world.icloud.faults.next('content', { kind: 'stall', afterBytes: 2_200_000 });
    const { code, stderr } = await signalled(world, 0.1, async (send) => {
      await untilPartial(world, 1_000_001);
      send('SIGTERM');
    });
    expect(code, stderr).toBe(0);
    const [partial] = await partials(world);
    expect((await stat(join(world.home.photos, partial!))).size).toBeGreaterThan(1_000_000);
    const status = await world.home.run(['status']);
    expect(status.stdout).toMatch(/Pending: +1\n +Failed: +0\n/);
    expect(status.stdout).not.toContain('in progress');

    const before = world.icloud.journal.total;
    await expectComplete(world);
    const [resumed] = world.icloud.journal.filter(
      ({ seq, site }) => seq > before && site === 'content',
    );
    expect(resumed?.range).toMatch(/^bytes=[12]\d{6}-$/);
  });

  it('SD-4, case 143: a second one ends the process at once with 130', async () => {
    const world = await World.open();
    world.library.add(video({ name: 'LONG.MOV', size: 5_000_000 }));
    world.icloud.faults.next('content', { kind: 'stall', afterBytes: 2_200_000 });
    const { code, msAfterSignal } = await signalled(world, 1, async (send) => {
      await untilPartial(world);
      send('SIGINT');
      await new Promise((done) => setTimeout(done, 300));
      send('SIGINT');
    });
    expect(code).toBe(130);
    expect(msAfterSignal).toBeLessThan(3_000);
    await expectComplete(world);
  });

  it('SD-2: during a listing that never ends, exit 0 after the drain', async () => {
    const world = await World.open({ library: 'small:5' });
    world.icloud.faults.while({ operation: 'records/query' }, { kind: 'stall' });
    const { code, stderr } = await signalled(world, 0.05, async (send) => {
      await world.icloud.journal.waitFor({ operation: 'records/query' }, 30_000);
      send('SIGTERM');
    });
    expect(code, stderr).toBe(0);
    await expectComplete(world);
  });

  it('SD-8: ends a wait before a retry at once', async () => {
    const world = await World.open({ library: 'small:3' });
    world.icloud.faults.while('content', { kind: 'status', status: 503, retryAfter: 100 });
    const { code, msAfterSignal } = await signalled(world, 1, async (send) => {
      await world.icloud.journal.waitFor({ site: 'content', status: 503, finished: true }, 30_000);
      await new Promise((done) => setTimeout(done, 300));
      send('SIGTERM');
    });
    expect(code).toBe(0);
    expect(msAfterSignal).toBeLessThan(5_000);
    await expectComplete(world);
  });

  it('SD-6: during a sign-in that hangs, prompt and clean', async () => {
    const world = await World.open({ library: 'small:3' });
    world.icloud.faults.while('idmsa', { kind: 'stall' });
    const { code } = await signalled(world, 0.05, async (send) => {
      await world.icloud.journal.waitFor({ site: 'idmsa' }, 30_000);
      send('SIGTERM');
    });
    expect(code).toBe(0);
    await expectComplete(world);
  });

  it('SD-10: exit 2 when something had failed before', async () => {
    const world = await World.open({
      download: 'threads = 1\n[download.retry]\nper_transfer = 0',
    });
    const [failing] = world.library.primary.addAll([
      photo({ name: 'A.JPG', takenAt: '2024-05-02T10:00:00Z' }),
      photo({ name: 'B.JPG', takenAt: '2024-05-01T10:00:00Z', size: 40_000 }),
    ]);
    world.icloud.faults.while(
      { site: 'content', assetId: failing! },
      { kind: 'status', status: 500 },
    );
    world.icloud.faults.while('content', { kind: 'trickle', bytes: 4_000, everyMs: 100 });
    const { code } = await signalled(world, 0.2, async (send) => {
      await world.icloud.journal.waitFor(
        ({ site, assetId }) => site === 'content' && assetId !== failing,
        30_000,
      );
      send('SIGTERM');
    });
    expect(code).toBe(2);
    await expectComplete(world);
  });
});
