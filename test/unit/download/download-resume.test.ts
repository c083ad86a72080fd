import { createHash } from 'node:crypto';
import { link, readFile, stat, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PlannedFile } from '../../../src/domain/index.js';
import { appleChecksumOf } from '../../../src/download/content-hash.js';
import { tempPath } from '../../../src/download/temp-name.js';
import { DownloadBench, SUFFIX } from '../../support/download-bench.js';
import { factsOf, jpeg, plannedFile } from '../../support/planned-files.js';
import {
  chunked,
  dropAfter,
  file,
  partial,
  status,
  whole,
  type Answer,
} from '../../support/scripted-server.js';

const SIZE = 100_000;
const HAVE = 40_000;
const bytes = jpeg(SIZE);
const sha256 = createHash('sha256').update(bytes).digest('hex');

let bench: DownloadBench;
let planned: PlannedFile;

beforeEach(async () => {
  bench = await DownloadBench.open();
  planned = plannedFile(bench.path('IMG_1.jpg'), factsOf(bytes));
});
afterEach(() => bench.close());

/** Leaves a partial as an earlier run would have. */
async function leavePartial(content: Buffer | string): Promise<void> {
  await writeFile(tempPath(planned, SUFFIX), content);
  bench.records.partials.add(tempPath(planned, SUFFIX));
}

/** The final bytes are there under the final name, and nothing else is. */
async function expectPublished(): Promise<void> {
  expect(await bench.names()).toEqual(['IMG_1.jpg']);
  expect((await readFile(planned.path)).equals(bytes)).toBe(true);
  expect([...bench.records.partials]).toEqual([]);
}

describe('a fresh download', () => {
  it('case 10: asks without Range; size, digests and counters are those of the file', async () => {
    bench.server.next(file(bytes));
    const { outcome } = await bench.download(planned);
    expect(outcome).toEqual({
      status: 'downloaded',
      bytesReceived: SIZE,
      sizeBytes: SIZE,
      sha256,
      finalSha256: sha256,
      appleChecksum: 'verified',
      resumedFrom: 0,
      attempts: 1,
      warnings: [],
    });
    expect(bench.server.ranges).toEqual([undefined]);
    expect(bench.heard).toBe(SIZE);
    await expectPublished();
  });

  it('DL-3: sends neither cookies nor authorization', async () => {
    bench.server.next(file(bytes));
    await bench.download(planned);
    expect(bench.server.requests[0]?.headers).not.toHaveProperty('cookie');
    expect(bench.server.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it('DL-23: 206 to a request without Range is a mismatch', async () => {
    bench.server
      .next(partial(bytes, { 'content-range': `bytes 0-${SIZE - 1}/${SIZE}` }))
      .always(file(bytes));
    await bench.download(planned);
    expect(bench.retries.map(({ error }) => error.code)).toEqual(['RANGE_MISMATCH']);
    await expectPublished();
  });

  it('case 46: a custom suffix leaves no temporary file', async () => {
    bench.server.next(file(bytes));
    await bench.download(planned, { settings: { tempSuffix: '.half' } });
    await expectPublished();
  });

  it('DL-12, D38, case 38: without a checksum the file still downloads, as unknown', async () => {
    bench.server.next(file(bytes));
    const { outcome } = await bench.download(plannedFile(planned.path, { sizeBytes: SIZE }));
    expect(outcome).toMatchObject({ status: 'downloaded', appleChecksum: 'unknown' });
    await expectPublished();
  });

  it('creates missing folders (DL-50)', async () => {
    bench.server.next(file(bytes));
    await bench.download({ ...planned, path: bench.path('2024/05/IMG_1.jpg') });
    expect(await bench.names()).toEqual(['2024', '2024/05', '2024/05/IMG_1.jpg']);
  });
});

describe('resuming what an earlier run left', () => {
  it('cases 10 and 11: asks for the rest, and the digest covers the whole file', async () => {
    await leavePartial(bytes.subarray(0, HAVE));
    bench.server.next(file(bytes));
    const { outcome } = await bench.download(planned);
    expect(bench.server.ranges).toEqual([`bytes=${HAVE}-`]);
    expect(outcome).toMatchObject({
      sha256,
      appleChecksum: 'verified',
      resumedFrom: HAVE,
      bytesReceived: SIZE - HAVE,
    });
    await expectPublished();
  });

  const rest = bytes.subarray(HAVE);
  const range = (text: string) => partial(rest, { 'content-range': text });
  it.each<[string, Answer, string]>([
    ['case 1: another start', range(`bytes ${HAVE - 1}-${SIZE - 2}/${SIZE}`), 'RANGE_MISMATCH'],
    ['case 2: no Content-Range', partial(rest, {}), 'RANGE_MISMATCH'],
    ['case 3: another unit', range(`items ${HAVE}-${SIZE - 1}/${SIZE}`), 'RANGE_MISMATCH'],
    ['case 3: no total', range(`bytes ${HAVE}-${SIZE - 1}`), 'RANGE_MISMATCH'],
    ['case 3: end before start', range(`bytes ${HAVE}-${HAVE - 1}/${SIZE}`), 'RANGE_MISMATCH'],
    ['case 4: another total', range(`bytes ${HAVE}-${SIZE}/${SIZE + 1}`), 'SIZE_MISMATCH'],
    [
      'DL-22: partial and length do not add up',
      partial(rest.subarray(1), { 'content-range': `bytes ${HAVE}-${SIZE - 2}/${SIZE}` }),
      'SIZE_MISMATCH',
    ],
    ['case 6: 416', status(416), 'HTTP_STATUS'],
  ])('%s: the partial is removed and the file starts at 0', async (_name, answer, code) => {
    await leavePartial(bytes.subarray(0, HAVE));
    bench.server.next(answer).always(file(bytes));
    const { outcome } = await bench.download(planned, {
      deps: { refresh: async (one) => one.rendition },
    });
    expect(outcome).toMatchObject({ status: 'downloaded', resumedFrom: 0, attempts: 2 });
    expect(bench.retries.map(({ error }) => error.code)).toEqual([code]);
    expect(bench.server.ranges).toEqual([`bytes=${HAVE}-`, undefined]);
    await expectPublished();
  });

  it('case 5, DL-33: 200 rewrites the file in the same attempt, and says so', async () => {
    await leavePartial(jpeg(HAVE, 99));
    bench.server.next(whole(bytes));
    const { outcome } = await bench.download(planned);
    expect(outcome).toMatchObject({ sha256, resumedFrom: 0, attempts: 1 });
    expect(bench.infos).toEqual(['The server does not continue downloads; starting over']);
    await expectPublished();
  });

  it('case 7: more bytes than the file has are discarded before any request', async () => {
    await leavePartial(Buffer.concat([bytes, Buffer.of(1)]));
    bench.server.next(file(bytes));
    await bench.download(planned);
    expect(bench.server.ranges).toEqual([undefined]);
    await expectPublished();
  });

  it('case 8, DL-25: a complete partial is checked and published without a request', async () => {
    await leavePartial(bytes);
    const { outcome } = await bench.download(planned);
    expect(outcome).toMatchObject({ sha256, resumedFrom: SIZE, bytesReceived: 0 });
    expect(bench.server.requests).toEqual([]);
    await expectPublished();
  });

  it('case 8: a complete partial with wrong bytes is not trusted', async () => {
    await leavePartial(jpeg(SIZE, 99));
    bench.server.next(file(bytes));
    const { outcome } = await bench.download(planned, {
      deps: { refresh: async (one) => one.rendition },
    });
    expect(outcome).toMatchObject({ sha256, resumedFrom: 0 });
    await expectPublished();
  });

  it('case 9, DL-20: a partial that is an error page is discarded', async () => {
    await leavePartial('<!DOCTYPE html><title>Sorry</title>');
    bench.server.next(file(bytes));
    await bench.download(planned);
    expect(bench.server.ranges).toEqual([undefined]);
    await expectPublished();
  });

  it('DL-13, case 40: a temporary file that holds nothing gives way to a new one', async () => {
    await leavePartial('');
    const { ino } = await stat(tempPath(planned, SUFFIX));
    await link(tempPath(planned, SUFFIX), bench.path('other-name'));
    bench.server.next(file(bytes));
    await bench.download(planned);
    expect(bench.server.ranges).toEqual([undefined]);
    expect((await stat(planned.path)).ino).not.toBe(ino);
    expect((await stat(bench.path('other-name'))).size).toBe(0);
    expect((await readFile(planned.path)).equals(bytes)).toBe(true);
  });

  it('D34: a partial with a second name is unlinked, never written', async () => {
    await leavePartial(bytes.subarray(0, HAVE));
    await link(tempPath(planned, SUFFIX), bench.path('other-name'));
    bench.server.next(file(bytes));
    await bench.download(planned);
    expect(bench.server.ranges).toEqual([undefined]);
    expect((await stat(bench.path('other-name'))).size).toBe(HAVE);
    expect((await readFile(planned.path)).equals(bytes)).toBe(true);
  });

  it('pain 2: a partial of another version is thrown away when the whole is judged', async () => {
    await leavePartial(jpeg(HAVE, 99));
    bench.server.always(file(bytes));
    const { outcome } = await bench.download(planned, {
      deps: { refresh: async (one) => one.rendition },
    });
    expect(outcome).toMatchObject({ sha256, appleChecksum: 'verified' });
    expect(bench.server.ranges).toEqual([`bytes=${HAVE}-`, undefined]);
    await expectPublished();
  });
});

describe('bodies of the wrong length', () => {
  it('case 12, DL-30: a dropped connection is resumed where it broke (D50, DL-26)', async () => {
    bench.server.next(dropAfter(HAVE, bytes)).always(file(bytes));
    const { outcome } = await bench.download(planned);
    expect(bench.server.requests[1]?.start).toBeGreaterThan(0);
    expect(outcome).toMatchObject({ sha256, attempts: 2, bytesReceived: SIZE });
    await expectPublished();
  });

  it('D50: every attempt continues the one before', async () => {
    bench.server
      .next(dropAfter(30_000, bytes), dropAfter(30_000, bytes), dropAfter(30_000, bytes))
      .always(file(bytes));
    const { outcome } = await bench.download(planned);
    expect(outcome).toMatchObject({ sha256, attempts: 4, bytesReceived: SIZE });
    const starts = bench.server.requests.map(({ start }) => start);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    await expectPublished();
  });

  it('case 13, DL-31: a chunked body that is one byte short is not published', async () => {
    bench.server.next(chunked(bytes.subarray(0, SIZE - 1))).always(file(bytes));
    const { outcome } = await bench.download(planned);
    expect(bench.retries.map(({ error }) => error.code)).toEqual(['SIZE_MISMATCH']);
    expect(bench.server.ranges).toEqual([undefined, `bytes=${SIZE - 1}-`]);
    expect(outcome).toMatchObject({ sha256 });
    await expectPublished();
  });

  it('case 14: a body longer than the file is discarded', async () => {
    bench.server.next(chunked(Buffer.concat([bytes, Buffer.alloc(10)]))).always(file(bytes));
    await bench.download(planned);
    expect(bench.retries.map(({ error }) => error.code)).toEqual(['SIZE_MISMATCH']);
    expect(bench.server.ranges).toEqual([undefined, undefined]);
    await expectPublished();
  });

  it('pain 2: a video cut at the server with a matching length is continued', async () => {
    bench.server.next(whole(bytes.subarray(0, HAVE))).always(file(bytes));
    const { outcome } = await bench.download(planned);
    expect(bench.server.ranges).toEqual([undefined, `bytes=${HAVE}-`]);
    expect(outcome).toMatchObject({ sha256, appleChecksum: 'verified' });
    await expectPublished();
  });

  it('a shorter whole is refused unread when no checksum could tell what it is', async () => {
    const unproven = plannedFile(planned.path, { sizeBytes: SIZE });
    bench.server.always(whole('17 bytes of error'));
    const { outcome } = await bench.download(unproven, {
      deps: { refresh: async (one) => one.rendition },
    });
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'SIZE_MISMATCH' } });
    expect(await bench.names()).toEqual([]);
  });

  it('the record may have changed: a wrong announced size is looked up, once', async () => {
    const stale = plannedFile(planned.path, { sizeBytes: SIZE - 1, checksum: undefined });
    let lookups = 0;
    const refresh = async () => {
      lookups += 1;
      return { ...planned.rendition, ...factsOf(bytes) };
    };
    bench.server.always(file(bytes));
    const result = await bench.download(stale, { deps: { refresh } });
    expect(lookups).toBe(1);
    expect(result.file.rendition.checksum).toBe(appleChecksumOf(bytes));
    expect(result.outcome).toMatchObject({ status: 'downloaded', appleChecksum: 'verified' });
  });

  it.each([
    ['case 15, DL-34: zero bytes announced', whole('')],
    ['zero bytes, chunked', chunked(Buffer.alloc(0))],
  ])('%s: rejected and retried', async (_name, empty) => {
    bench.server.next(empty).always(file(bytes));
    await bench.download(planned);
    expect(bench.retries.map(({ error }) => error.code)).toEqual(['EMPTY_BODY']);
    await expectPublished();
  });

  it('DL-34: an empty answer does not cost the partial', async () => {
    await leavePartial(bytes.subarray(0, HAVE));
    bench.server.next(whole('')).always(file(bytes));
    await bench.download(planned);
    expect(bench.server.ranges).toEqual([`bytes=${HAVE}-`, `bytes=${HAVE}-`]);
    await expectPublished();
  });

  it('DL-32: with no size from anybody the file is kept with a warning', async () => {
    bench.server.next(chunked(bytes));
    const { outcome } = await bench.download(
      plannedFile(planned.path, { sizeBytes: 0, checksum: undefined }),
    );
    expect(outcome).toMatchObject({ warnings: ['nobody said how many bytes it has'] });
    await expectPublished();
  });

  it('a body that never stops short of its length is kept for the next run', async () => {
    bench.server.always(dropAfter(1000, bytes));
    const { outcome } = await bench.download(planned);
    expect(outcome).toMatchObject({ status: 'failed', attempts: 4 });
    expect(await bench.names()).toEqual([tempPath(planned, SUFFIX).slice(bench.folder.length + 1)]);
    expect([...bench.records.partials]).toEqual([tempPath(planned, SUFFIX)]);
    bench.server.always(file(bytes));
    expect((await bench.download(planned)).outcome).toMatchObject({ sha256 });
    await expectPublished();
  });
});
