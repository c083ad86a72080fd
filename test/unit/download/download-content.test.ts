import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PlannedFile, Rendition } from '../../../src/domain/index.js';
import { DownloadBench } from '../../support/download-bench.js';
import { factsOf, jpeg, plannedFile } from '../../support/planned-files.js';
import { dropAfter, file, whole, type Answer } from '../../support/scripted-server.js';

const bytes = jpeg(50_000);

let bench: DownloadBench;
let planned: PlannedFile;
let lookups: number;

/** A lookup that finds the record as it was. */
const refresh = async (one: PlannedFile): Promise<Rendition> => {
  lookups += 1;
  return one.rendition;
};

beforeEach(async () => {
  bench = await DownloadBench.open({ deps: { refresh } });
  planned = plannedFile(bench.path('IMG_1.jpg'), factsOf(bytes));
  lookups = 0;
});
afterEach(() => bench.close());

/** The file as planned, without a checksum to prove it by. */
const unproven = (name: string, content: Buffer) =>
  plannedFile(bench.path(name), { sizeBytes: content.length });

const padded = (text: string) => Buffer.concat([Buffer.from(text, 'latin1'), Buffer.alloc(500)]);
const codes = () => bench.retries.map(({ error }) => error.code);

describe('error pages instead of photos', () => {
  it.each(['text/html; charset=utf-8', 'TEXT/HTML', 'application/problem+json'])(
    'cases 16 and 17: %s is refused before a byte is written, and tried again',
    async (type) => {
      bench.server.next(file(bytes, { 'content-type': type })).always(file(bytes));
      const { outcome } = await bench.download(planned);
      expect(codes()).toEqual(['CONTENT_REJECTED']);
      expect(outcome).toMatchObject({ status: 'downloaded', bytesReceived: bytes.length });
      expect(await bench.names()).toEqual(['IMG_1.jpg']);
    },
  );

  it('DL-24: a page in answer to a resume costs no byte of the partial', async () => {
    const page: Answer = (request, response) => {
      file(bytes, { 'content-type': 'text/html' })(request, response);
    };
    bench.server.next(dropAfter(20_000, bytes), page).always(file(bytes));
    const { outcome } = await bench.download(planned);
    expect(codes()).toEqual(['NETWORK_RESET', 'CONTENT_REJECTED']);
    const [, asked, again] = bench.server.ranges;
    expect(asked).toMatch(/^bytes=[1-9]\d*-$/);
    expect(again).toBe(asked);
    expect(outcome).toMatchObject({ status: 'downloaded', bytesReceived: bytes.length });
  });

  it('case 16: a page that stays fails the file and leaves nothing', async () => {
    bench.server.always(whole('<html>', { 'content-type': 'text/html' }));
    const { outcome } = await bench.download(planned);
    expect(outcome).toMatchObject({
      status: 'failed',
      attempts: 4,
      bytesReceived: 0,
      error: { code: 'CONTENT_REJECTED' },
    });
    expect(await bench.names()).toEqual([]);
  });

  it("D43: a wrong label does not cost a file that Apple's checksum proves", async () => {
    bench.server.always(file(bytes, { 'content-type': 'text/html' }));
    const { outcome } = await bench.download(planned);
    expect(outcome).toMatchObject({
      status: 'downloaded',
      attempts: 2,
      appleChecksum: 'verified',
      warnings: ['iCloud called it an HTML or JSON page'],
    });
  });

  it('D43: a wrong label on unproven bytes is refused every time', async () => {
    bench.server.always(file(bytes, { 'content-type': 'text/html' }));
    const { outcome } = await bench.download(unproven('a.jpg', bytes));
    expect(outcome).toMatchObject({ status: 'failed', bytesReceived: 0 });
    expect(await bench.names()).toEqual([]);
  });

  it('D43: a page of exactly the right length is fetched at most to be thrown away', async () => {
    bench.server.always(whole(jpeg(bytes.length, 7), { 'content-type': 'text/html' }));
    const { outcome } = await bench.download(planned);
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'CONTENT_REJECTED' } });
    expect(await bench.names()).toEqual([]);
  });

  it.each([
    ['case 18: JSON as image/jpeg', 'a.jpg', padded('{"error":{"code":5}}')],
    ['case 18: white space and upper case', 'a.jpg', padded(' \n{"ERROR":1}')],
    ['case 19: HTML in a .xyz', 'a.xyz', padded('\n<html>')],
    ['case 21: no media in a .jpg', 'a.jpg', Buffer.alloc(500)],
    ['case 22: an unknown atom in a .mov', 'a.mov', padded('\0\0\0\x08nope')],
    ['case 23: shorter than its header', 'a.jpg', Buffer.of(0xff)],
  ])('%s: rejected, nothing left', async (_name, name, content) => {
    bench.server.always(whole(content, { 'content-type': 'image/jpeg' }));
    const { outcome } = await bench.download(unproven(name, content));
    expect(outcome).toMatchObject({
      status: 'failed',
      attempts: 4,
      error: { code: 'CONTENT_REJECTED' },
    });
    expect(await bench.names()).toEqual([]);
  });

  it.each([
    ['case 19: XML in an .aae', 'a.aae', padded('<?xml version="1.0"?>')],
    ['case 21: anything in a .nef', 'a.nef', Buffer.alloc(500)],
    ['case 24: a DNG of either byte order', 'a.dng', padded('MM\0*')],
  ])('%s: accepted', async (_name, name, content) => {
    bench.server.always(whole(content));
    const { outcome } = await bench.download(unproven(name, content));
    expect(outcome).toMatchObject({ status: 'downloaded', warnings: [] });
  });

  it('case 20, DL-43: HEIC bytes under a .jpg name are kept, with a warning', async () => {
    const heic = padded('\0\0\0\x18ftypheic');
    bench.server.always(whole(heic));
    const { outcome } = await bench.download(unproven('a.jpg', heic));
    expect(outcome).toMatchObject({
      status: 'downloaded',
      warnings: ['its content is image/heic, not what .jpg says'],
    });
    expect(await bench.names()).toEqual(['a.jpg']);
  });

  it('D43: bytes that are proven are published even if they look odd', async () => {
    const odd = padded('<html>');
    bench.server.always(whole(odd));
    const { outcome } = await bench.download(plannedFile(bench.path('a.jpg'), factsOf(odd)));
    expect(outcome).toMatchObject({ status: 'downloaded', appleChecksum: 'verified' });
    expect(outcome.status === 'downloaded' && outcome.warnings).toHaveLength(1);
  });

  it('DL-20: the beginning of an error page is not kept as a partial', async () => {
    const page = Buffer.concat([Buffer.from('<html>'), Buffer.alloc(bytes.length - 6)]);
    bench.server.next(dropAfter(10_000, page)).always(file(bytes));
    const { outcome } = await bench.download(planned);
    expect(bench.server.ranges).toEqual([undefined, undefined]);
    expect(outcome).toMatchObject({ status: 'downloaded', appleChecksum: 'verified' });
  });
});

describe("bytes that Apple's checksum does not match (D51)", () => {
  const other = jpeg(bytes.length, 2);
  const third = jpeg(bytes.length, 3);

  it('corruption in transit: discarded, looked up, fetched again', async () => {
    bench.server.next(file(other)).always(file(bytes));
    const { outcome } = await bench.download(planned);
    expect(codes()).toEqual(['APPLE_CHECKSUM_MISMATCH']);
    expect(bench.server.ranges).toEqual([undefined, undefined]);
    expect(lookups).toBe(1);
    expect(outcome).toMatchObject({ status: 'downloaded', appleChecksum: 'verified' });
    expect((await readFile(planned.path)).equals(bytes)).toBe(true);
  });

  it('the same bytes twice, with a lookup in between: kept, warned, counted', async () => {
    bench.server.always(file(other));
    const { outcome } = await bench.download(planned);
    expect(outcome).toMatchObject({
      status: 'downloaded',
      appleChecksum: 'mismatch',
      attempts: 2,
      warnings: ["two downloads agree with each other but not with Apple's checksum"],
    });
    expect(lookups).toBe(1);
    expect((await readFile(planned.path)).equals(other)).toBe(true);
  });

  it('does not use per_transfer: it works with no retries at all', async () => {
    bench.server.always(file(other));
    const { outcome } = await bench.download(planned, { settings: { perTransfer: 0 } });
    expect(outcome).toMatchObject({ status: 'downloaded', appleChecksum: 'mismatch' });
  });

  it('the fresh checksum is what counts', async () => {
    bench.server.always(file(other));
    const { outcome, file: ended } = await bench.download(planned, {
      deps: { refresh: async (one) => ({ ...one.rendition, ...factsOf(other) }) },
    });
    expect(outcome).toMatchObject({ status: 'downloaded', appleChecksum: 'verified', attempts: 2 });
    expect(ended.rendition.checksum).toBe(factsOf(other).checksum);
  });

  it('different bytes every time: given up after a small budget, nothing published', async () => {
    let seed = 10;
    const different: Answer = (request, response) => {
      seed += 1;
      file(jpeg(bytes.length, seed))(request, response);
    };
    bench.server.always(different);
    const { outcome } = await bench.download(planned);
    expect(outcome).toMatchObject({
      status: 'failed',
      attempts: 5,
      error: { code: 'APPLE_CHECKSUM_MISMATCH' },
    });
    expect(await bench.names()).toEqual([]);
  });

  it('the same bytes again, but not in a row, are no agreement', async () => {
    bench.server.next(file(other), file(third), file(other)).always(file(bytes));
    const { outcome } = await bench.download(planned);
    expect(outcome).toMatchObject({ appleChecksum: 'verified', attempts: 4 });
  });

  it('a mismatch of what an earlier run began is not one of the two', async () => {
    bench.server.next(dropAfter(20_000, other));
    await bench.download(planned, { settings: { perTransfer: 0 } });
    bench.server.always(file(other));
    const { outcome } = await bench.download(planned);
    expect(bench.server.requests[1]?.start).toBeGreaterThan(0);
    expect(outcome).toMatchObject({ appleChecksum: 'mismatch', attempts: 3 });
  });

  it('a whole download may come in pieces', async () => {
    bench.server.next(file(other), dropAfter(20_000, other)).always(file(other));
    const { outcome } = await bench.download(planned);
    expect(outcome).toMatchObject({ appleChecksum: 'mismatch', attempts: 3 });
  });

  it('pieces that are joined wrongly in the same way each time are no agreement', async () => {
    // The rest of another file, as a cache that mixes up ranges sends it.
    const mixedUp: Answer = (request, response) => {
      if (request.start > 0) file(other)(request, response);
      else dropAfter(20_000, bytes)(request, response);
    };
    bench.server.always(mixedUp);
    const { outcome } = await bench.download(planned, { settings: { perTransfer: 10 } });
    expect(outcome).toMatchObject({
      status: 'failed',
      error: { code: 'APPLE_CHECKSUM_MISMATCH' },
    });
    expect(await bench.names()).toEqual([]);
  });

  it('a record that is gone is not guessed at', async () => {
    bench.server.always(file(other));
    const { outcome } = await bench.download(planned, { deps: { refresh: async () => undefined } });
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'ASSET_GONE' } });
    expect(await bench.names()).toEqual([]);
  });

  it.each([
    ['switched off', { settings: { verifyAppleChecksum: false } }, {}],
    ['of another scheme', {}, { checksum: Buffer.alloc(33, 0x81).toString('base64') }],
  ])('a checksum that is %s is never compared', async (_name, options, facts) => {
    bench.server.always(file(other));
    const one = { ...planned, rendition: { ...planned.rendition, ...facts } };
    const { outcome } = await bench.download(one, options);
    expect(outcome).toMatchObject({ status: 'downloaded', appleChecksum: 'unknown', attempts: 1 });
  });
});
