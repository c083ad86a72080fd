import { createHash } from 'node:crypto';
import { open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PlannedFile } from '../../../src/domain/index.js';
import { tempPath } from '../../../src/download/temp-name.js';
import { systemFiles } from '../../../src/platform/files.js';
import { DownloadBench, SUFFIX } from '../../support/download-bench.js';
import { factsOf, jpeg, plannedFile } from '../../support/planned-files.js';
import { file, pausedBeforeEnd } from '../../support/scripted-server.js';

const MIB = 1024 * 1024;
const bytes = jpeg(50_000);

let bench: DownloadBench;
let planned: PlannedFile;

beforeEach(async () => {
  bench = await DownloadBench.open();
  planned = plannedFile(bench.path('IMG_1.jpg'), factsOf(bytes));
  bench.server.always(file(bytes));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await bench.close();
});

const errno = (code: string) => Object.assign(new Error(code), { code, syscall: 'x' });

describe('the capture time (DL-53)', () => {
  it.each([
    ['a summer day', Date.UTC(2020, 4, 17, 10, 30)],
    ['before 1970 (D40)', Date.UTC(1955, 10, 5, 6, 15)],
    ['one second before the epoch', -1000],
  ])('is set for %s', async (_name, capturedAtMs) => {
    const { outcome } = await bench.download({
      ...planned,
      asset: { ...planned.asset, capturedAtMs },
    });
    expect(outcome).toMatchObject({ status: 'downloaded', warnings: [] });
    const found = await stat(planned.path);
    expect(found.mtime.getTime()).toBe(capturedAtMs);
    expect(found.atime.getTime()).toBe(capturedAtMs);
  });

  it('D87: is the epoch when there is none', async () => {
    await bench.download({ ...planned, asset: { ...planned.asset, capturedAtMs: undefined } });
    expect((await stat(planned.path)).mtime.getTime()).toBe(0);
  });

  it('D40: one that the file system clamps is a warning', async () => {
    const setTimes = (path: string) => systemFiles.setTimes(path, new Date(0));
    const { outcome } = await bench.download(planned, {
      deps: { files: { ...systemFiles, setTimes } },
    });
    expect(outcome).toMatchObject({
      status: 'downloaded',
      warnings: [expect.stringContaining('keeps 1970-01-01T00:00:00.000Z')],
    });
  });

  it('DL-53: one that cannot be set is a warning', async () => {
    const setTimes = () => Promise.reject(errno('EPERM'));
    const { outcome } = await bench.download(planned, {
      deps: { files: { ...systemFiles, setTimes } },
    });
    expect(outcome).toMatchObject({
      status: 'downloaded',
      warnings: [expect.stringContaining('could not be set')],
    });
  });
});

it('DL-54: file and folder have the permissions that the umask leaves', async () => {
  const before = process.umask(0o027);
  try {
    await bench.download({ ...planned, path: bench.path('2024/IMG_1.jpg') });
  } finally {
    process.umask(before);
  }
  expect((await stat(bench.path('2024/IMG_1.jpg'))).mode & 0o777).toBe(0o640);
  expect((await stat(bench.path('2024'))).mode & 0o777).toBe(0o750);
});

describe('names', () => {
  it('case 41: the same file appeared meanwhile: kept, temporary gone, success', async () => {
    await writeFile(planned.path, bytes);
    const { outcome } = await bench.download(planned);
    expect(outcome.status).toBe('downloaded');
    expect(await bench.names()).toEqual(['IMG_1.jpg']);
  });

  it('D9, DL-52: another file appeared meanwhile: the planner gives the next name', async () => {
    await writeFile(planned.path, 'theirs');
    await writeFile(bench.path('IMG_1-50000.jpg'), 'theirs too');
    const others = ['IMG_1-50000.jpg', 'IMG_1-REC1.jpg'];
    const result = await bench.download(planned, {
      deps: {
        planAnotherName: async (one) => ({ ...one, path: bench.path(others.shift() ?? '') }),
      },
    });
    expect(result.file.path).toBe(bench.path('IMG_1-REC1.jpg'));
    expect(result.outcome.status).toBe('downloaded');
    expect(await readFile(planned.path, 'utf8')).toBe('theirs');
    expect(await bench.names()).toEqual(['IMG_1-50000.jpg', 'IMG_1-REC1.jpg', 'IMG_1.jpg']);
  });

  it('without another name the finished download waits for the next run', async () => {
    await writeFile(planned.path, 'theirs');
    const { outcome } = await bench.download(planned);
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'NAME_TAKEN' } });
    expect(await readFile(planned.path, 'utf8')).toBe('theirs');
    const other = { ...planned, path: bench.path('IMG_1-2.jpg') };
    expect((await bench.download(other)).outcome).toMatchObject({ bytesReceived: 0 });
    expect(await bench.names()).toEqual(['IMG_1-2.jpg', 'IMG_1.jpg']);
  });

  it('D33: a file of ours that the user changed is named in a warning', async () => {
    await writeFile(planned.path, 'retouched');
    bench.records.owned.set(planned.path, { sha256: 'of the old bytes' });
    const { outcome } = await bench.download(planned);
    expect(outcome).toMatchObject({
      status: 'downloaded',
      warnings: [expect.stringContaining('IMG_1-changed-1.jpg')],
    });
  });
});

describe('metadata (DL-7)', () => {
  const copy = Buffer.concat([bytes, Buffer.from('with metadata')]);
  const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');

  it('the copy with metadata is published, and both digests are known (DL-55)', async () => {
    const { outcome } = await bench.download(planned, {
      deps: {
        embed: async (_file, pristinePath) => {
          const path = `${pristinePath}.meta`;
          await writeFile(path, copy);
          return {
            file: { path, sizeBytes: copy.length, sha256: sha256(copy) },
            warnings: ['one tag is too long'],
          };
        },
      },
    });
    expect(outcome).toMatchObject({
      status: 'downloaded',
      sha256: sha256(bytes),
      finalSha256: sha256(copy),
      sizeBytes: copy.length,
      warnings: ['one tag is too long'],
    });
    expect(await bench.names()).toEqual(['IMG_1.jpg']);
    expect((await readFile(planned.path)).equals(copy)).toBe(true);
    expect((await stat(planned.path)).mtime.getTime()).toBe(planned.asset.capturedAtMs);
  });

  it('MW-30: when nothing could be written the pristine file is published', async () => {
    const { outcome } = await bench.download(planned, {
      deps: { embed: async () => ({ file: undefined, warnings: ['no exiftool'] }) },
    });
    expect(outcome).toMatchObject({ finalSha256: sha256(bytes), warnings: ['no exiftool'] });
  });
});

describe('disks that fail', () => {
  it('cases 43, DL-84: full in mid-write: no retry, the partial is gone', async () => {
    const handle = await open(bench.path('probe'), 'w');
    const prototype = Object.getPrototypeOf(handle) as { writev: () => Promise<unknown> };
    await handle.close();
    await rm(bench.path('probe'));
    vi.spyOn(prototype, 'writev').mockRejectedValue(errno('ENOSPC'));
    const { outcome } = await bench.download(planned);
    expect(outcome).toMatchObject({
      status: 'failed',
      attempts: 1,
      error: { code: 'DISK_FULL', kind: 'disk' },
    });
    expect(await bench.names()).toEqual([]);
    vi.restoreAllMocks();
    expect((await bench.download(planned)).outcome.status).toBe('downloaded');
  });

  it('a write that takes only a part goes on with the rest', async () => {
    const handle = await open(bench.path('probe'), 'w');
    const prototype = Object.getPrototypeOf(handle) as {
      writev: (buffers: Buffer[], position: number) => Promise<unknown>;
    };
    await handle.close();
    await rm(bench.path('probe'));
    const whole = prototype.writev;
    vi.spyOn(prototype, 'writev').mockImplementationOnce(function (this: unknown, buffers, at) {
      return whole.call(this, [buffers[0]?.subarray(0, 7) ?? Buffer.of()], at);
    });
    await bench.download(planned);
    expect((await readFile(planned.path)).equals(bytes)).toBe(true);
  });

  it.each(['EACCES', 'EROFS', 'EIO'])(
    '%s at the final name: a disk error, the download is kept',
    async (code) => {
      const link = () => Promise.reject(errno(code));
      const { outcome } = await bench.download(planned, {
        deps: { files: { ...systemFiles, link } },
      });
      expect(outcome).toMatchObject({
        status: 'failed',
        attempts: 1,
        error: { kind: 'disk', facts: { errno: code } },
      });
      bench.server.always((_request, response) => response.destroy());
      expect((await bench.download(planned)).outcome).toMatchObject({
        status: 'downloaded',
        bytesReceived: 0,
      });
    },
  );

  it('a folder that is a file: a disk error for this file', async () => {
    await writeFile(bench.path('2024'), '');
    const { outcome } = await bench.download({ ...planned, path: bench.path('2024/IMG_1.jpg') });
    expect(outcome).toMatchObject({ status: 'failed', error: { kind: 'disk' } });
  });

  it('case 42: the folder is removed while the file is fetched: a disk error', async () => {
    const large = jpeg(3 * MIB);
    const inside = plannedFile(bench.path('2024/IMG_1.jpg'), factsOf(large));
    const half = pausedBeforeEnd(large);
    bench.server.always(half.answer);
    const running = bench.download(inside);
    await vi.waitFor(() => stat(tempPath(inside, SUFFIX)));
    await rm(bench.path('2024'), { recursive: true });
    half.goOn();
    expect((await running).outcome).toMatchObject({
      status: 'failed',
      error: { code: 'DISK_ERROR', facts: { errno: 'ENOENT' } },
    });
    bench.server.always(file(large));
    expect((await bench.download(inside)).outcome.status).toBe('downloaded');
  });
});

describe('two processes (case 39)', () => {
  it('DL-13, DB-32: a partial that appears when ours is created is an error that names it', async () => {
    const partial = tempPath(planned, SUFFIX);
    const recorded = bench.records.recorded;
    const partials = {
      recorded: async (path: string) => {
        await recorded(path);
        await writeFile(partial, 'of the other process');
      },
      forgotten: bench.records.forgotten,
    };
    const { outcome } = await bench.download(planned, { deps: { partials } });
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'PARTIAL_BUSY' } });
    expect(outcome.status === 'failed' && outcome.error.message).toContain(partial);
    expect(await readFile(partial, 'utf8')).toBe('of the other process');
  });

  it('a partial that somebody replaced is neither published nor touched', async () => {
    const large = jpeg(3 * MIB);
    const one = plannedFile(planned.path, factsOf(large));
    const half = pausedBeforeEnd(large);
    bench.server.always(half.answer);
    const running = bench.download(one);
    await vi.waitFor(() => stat(tempPath(one, SUFFIX)));
    await rm(tempPath(one, SUFFIX));
    await writeFile(tempPath(one, SUFFIX), 'of the other process');
    half.goOn();
    expect((await running).outcome).toMatchObject({
      status: 'failed',
      error: { code: 'PARTIAL_BUSY' },
    });
    expect(await readFile(tempPath(one, SUFFIX), 'utf8')).toBe('of the other process');
  });
});
