/** Files of many gigabytes: cut again and again, cut in silence, and held back by a limit. */
import type { ChildProcess } from 'node:child_process';
import { readdir, readFile, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { video } from '../../src/simulator/library/builder.js';
import { faultBench, PATIENT, type FaultBench } from './bench.js';
import { measure, type Row } from './measure.js';

const MB = 1_000_000;
/** More than a run needs at any time, however long the file is. */
const MOST_MEMORY_MB = 220;

/** One video that is cut at 18 places and whose kei is killed at two more. */
export async function interrupted(gigabytes: number): Promise<Row> {
  const size = Math.round(gigabytes * 1000 * MB);
  await requireRoom(size);
  const bench = await faultBench({ assets: 0 });
  try {
    bench.icloud.library.add(video({ name: 'LONG.MOV', size, previews: false }));
    readBeforehand(bench);
    bench.icloud.faults.add({
      when: { site: 'content' },
      timing: { first: 20 },
      action: { kind: 'drop', afterBytes: Math.floor(size / 21), how: 'reset' },
    });
    const memory = new MemoryWatch();
    for (const requests of [7, 14]) {
      await bench.sync({
        env: PATIENT,
        onStart: (child) => {
          memory.watch(child);
          void killAtRequest(child, bench, requests);
        },
      });
    }
    const row = await measure(
      {
        does: `resets the connection of a video of ${gigabytes} GB 20 times; kei is killed twice`,
        kei: 'asks for the rest each time',
      },
      bench,
      { before: ['killed', 'killed'], onStart: (child) => memory.watch(child), env: PATIENT },
    );
    const [{ range } = {}] = bench.icloud.journal
      .filter(({ site }) => site === 'content')
      .slice(-1);
    return {
      ...row,
      kei: `${row.kei}, the last time from byte ${range?.match(/\d+/)?.[0] ?? '0'}; at most ${memory.peakMB} MB of memory`,
      problems: [
        ...row.problems,
        ...(memory.peakMB > MOST_MEMORY_MB ? [`${memory.peakMB} MB of memory`] : []),
        ...(row.wasted > size / 10 ? [`${row.wasted} bytes fetched twice`] : []),
      ],
    };
  } finally {
    await bench.close();
  }
}

/** What made earlier tools keep a third of a video: it ends at about a gigabyte as if that were all. */
export async function silentlyCut(gigabytes: number, how: 'length' | 'chunks'): Promise<Row> {
  const size = Math.round(gigabytes * 1000 * MB);
  const keepBytes = Math.round(size * 0.8);
  await requireRoom(size);
  const bench = await faultBench({ assets: 0 });
  try {
    bench.icloud.library.add(video({ name: 'CUT.MOV', size, previews: false }));
    readBeforehand(bench);
    const { faults } = bench.icloud;
    const whole = { site: 'content', resumed: false } as const;
    faults.while(whole, { kind: 'truncate', keepBytes, length: 'short' });
    if (how === 'chunks') faults.while(whole, { kind: 'chunked' });
    return await measure(
      {
        does:
          `ends a video of ${gigabytes} GB after ${keepBytes / MB} MB, each time it is asked for, ` +
          (how === 'length' ? 'with a Content-Length to match' : 'cleanly and without a length'),
        kei: 'counts, and asks for the rest',
      },
      bench,
      { env: PATIENT },
    );
  } finally {
    await bench.close();
  }
}

/** DL-90: all lanes share one limit; bytes on the disk are looked at twice, ten seconds apart. */
export async function limited(bytesPerSecond: number): Promise<Row> {
  const lanes = 4;
  const seconds = 10;
  const bench = await faultBench({ assets: 0 });
  try {
    const { library, journal } = bench.icloud;
    const size = (bytesPerSecond * 2 * seconds) / lanes;
    for (let n = 0; n < lanes; n += 1) library.add(video({ name: `CLIP_${n}.MOV`, size }));
    await bench.home.configure('', `bandwidth_limit = "${bytesPerSecond}"\nthreads = ${lanes}`);
    const rate = journal
      .waitFor(({ site }) => site === 'content', 300_000)
      .then(async () => {
        await sleep(3_000);
        const [before, startedAt] = [await bytesBelow(bench.home.photos), performance.now()];
        await sleep(seconds * 1000);
        const after = await bytesBelow(bench.home.photos);
        return ((after - before) / (performance.now() - startedAt)) * 1000;
      });
    const row = await measure({ does: 'sends as fast as it can', kei: '' }, bench, {
      env: { KEI_TIME_SCALE: '1' },
    });
    const off = (await rate) / bytesPerSecond - 1;
    const allowed = Math.round(bytesPerSecond / 1000);
    return {
      ...row,
      kei: `takes ${Math.round((await rate) / 1000)} kB/s on ${lanes} lanes where ${allowed} are allowed`,
      problems: [
        ...row.problems,
        ...(Math.abs(off) > 0.05 ? [`the limit is missed by ${(off * 100).toFixed(1)} %`] : []),
      ],
    };
  } finally {
    await bench.close();
  }
}

async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = files.map(
    async ({ parentPath, name }) => (await stat(join(parentPath, name))).size,
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Makes the simulator know its checksums before kei asks: it would answer nothing meanwhile. */
function readBeforehand({ icloud }: FaultBench): void {
  for (const { checksum, masterId } of icloud.library.expectedFiles()) {
    if (checksum === undefined) throw new Error(`${masterId} has no checksum`);
  }
}

async function requireRoom(bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(tmpdir());
  if (bavail * bsize < bytes * 1.5) throw new Error(`${tmpdir()} has no room for ${bytes} bytes`);
}

async function killAtRequest(child: ChildProcess, bench: FaultBench, count: number): Promise<void> {
  const { journal } = bench.icloud;
  while (child.exitCode === null && journal.count({ site: 'content' }) < count) await sleep(50);
  await sleep(300);
  child.kill('SIGKILL');
}

/** The most memory that watched processes had, as the kernel counts it. */
class MemoryWatch {
  peakMB = 0;

  watch(child: ChildProcess): void {
    const timer = setInterval(() => {
      void readFile(`/proc/${child.pid}/status`, 'utf8').then(
        (text) => {
          const kiB = Number(/VmHWM:\s+(\d+)/.exec(text)?.[1] ?? 0);
          this.peakMB = Math.max(this.peakMB, Math.round((kiB * 1024) / MB));
        },
        () => undefined,
      );
    }, 200);
    child.on('close', () => {
      clearInterval(timer);
    });
  }
}
