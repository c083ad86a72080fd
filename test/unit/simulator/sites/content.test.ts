import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { photo, video } from '../../../../src/simulator/library/builder.js';
import { appleChecksum } from '../../../../src/simulator/media/apple-checksum.js';
import { fixed } from '../../../../src/simulator/media/byte-source.js';
import { parseRange } from '../../../../src/simulator/sites/content-range.js';
import { simClient, simRequest, urlOf } from '../../../support/sim-client.js';

const ALL = 'CPLAssetAndMasterByAssetDateWithoutHiddenOrDeleted';

async function withPhoto(size = 5_000) {
  const client = simClient();
  const id = client.library.add(photo({ name: 'IMG_0001.JPG', size }));
  const { records } = await client.page(ALL);
  return { ...client, id, url: urlOf(records[0]) };
}

describe('downloads', () => {
  it('protocol 8.3: the whole file with Apple’s headers', async () => {
    const { get, url, clock } = await withPhoto();
    const { status, headers, bytes } = await get(url);
    expect(status).toBe(200);
    expect(bytes).toHaveLength(5_000);
    expect(headers).toMatchObject({
      'Accept-Ranges': 'bytes',
      'Content-Type': 'application/octet-stream',
      'Cache-Control': 'private, max-age=2592000',
      'Last-Modified': new Date(clock.now).toUTCString(),
      'Content-Disposition': `attachment; filename="%24%7Bf%7D"; filename*=UTF-8''%24%7Bf%7D`,
    });
  });

  it('protocol 8.1: the placeholder may be raw, encoded or replaced', async () => {
    const { get, url, content } = await withPhoto();
    expect(url).toContain('/${f}?');
    const whole = await get(url);
    for (const name of [
      '$%7Bf%7D',
      '%24%7Bf%7D',
      'IMG_0001.JPG',
      encodeURIComponent('bild ü.jpg'),
    ]) {
      expect((await get(url.replace('${f}', name))).bytes.equals(whole.bytes)).toBe(true);
    }
    const parsed = new URL(url);
    const raw = await content.handle(
      simRequest({
        site: 'content',
        method: 'GET',
        path: decodeURIComponent(parsed.pathname),
        query: parsed.searchParams,
      }),
    );
    expect(raw?.status).toBe(200);
  });

  it('protocol 8.1: a URL ends at e', async () => {
    const { get, url, clock, library, page } = await withPhoto();
    const expires = Number(new URL(url).searchParams.get('e'));
    expect(expires).toBe(clock.now / 1000 + 3600);
    clock.now = expires * 1000 - 1;
    expect((await get(url)).status).toBe(200);
    clock.now += 1;
    expect((await get(url)).status).toBe(410);
    library.tuning.urlLifetimeSeconds = 900;
    const fresh = urlOf((await page(ALL)).records[0]);
    expect(Number(new URL(fresh).searchParams.get('e'))).toBe(clock.now / 1000 + 900);
  });

  it.each([
    ['another expiry', (url: URL) => url.searchParams.set('e', '9999999999'), 403],
    ['another object', (url: URL) => url.searchParams.set('o', 'YzF8'), 403],
    ['no signature', (url: URL) => url.searchParams.delete('s'), 400],
    ['another path', (url: URL) => (url.pathname = '/B/short/x'), 404],
  ])('a URL with %s is good for nothing', async (_, change, status) => {
    const { get, url } = await withPhoto();
    const changed = new URL(url);
    change(changed);
    expect((await get(changed.href)).status).toBe(status);
  });

  it('protocol 8.3: the file of a purged photo is gone', async () => {
    const { get, url, library, id } = await withPhoto();
    library.primary.purge(id);
    expect((await get(url)).status).toBe(404);
  });

  it('protocol 8.2: iCloud’s cookies do not belong here', async () => {
    const { content, url, library } = await withPhoto();
    library.tuning.refuseContentCookies = true;
    const { pathname: path, searchParams: query } = new URL(url);
    const cookies = new Map([['X-APPLE-WEBAUTH-TOKEN', '"v=2"']]);
    const request = simRequest({ site: 'content', method: 'GET', path, query, cookies });
    expect((await content.handle(request))?.status).toBe(403);
  });

  it('a large file is listed with its checksum, while others are served', async () => {
    const { library, page, get } = simClient();
    library.add(video({ name: 'IMG_0001.MOV', size: 60_000_000 }));
    let turns = 0;
    const clock = setInterval(() => (turns += 1), 1);
    const { records } = await page(ALL);
    clearInterval(clock);
    expect(turns).toBeGreaterThan(0);
    const { bytes } = await get(urlOf(records[0]), { range: 'bytes=59999990-' });
    expect(bytes).toHaveLength(10);
    const [original] = library.expectedFiles();
    const whole = appleChecksum(original?.bytes() ?? fixed(Buffer.alloc(0)));
    expect(records[0]?.recordName).toBe(whole.toString('base64'));
  });

  it('HEAD says how long the file is and sends nothing', async () => {
    const { content, url } = await withPhoto();
    const { pathname: path, searchParams: query } = new URL(url);
    const response = await content.handle(
      simRequest({ site: 'content', method: 'HEAD', path, query }),
    );
    expect(response?.status).toBe(200);
    expect(response?.body).toMatchObject({ size: 5_000 });
  });

  it('says whose bytes a request asks for', async () => {
    const { content, url, id } = await withPhoto();
    const { pathname: path, searchParams: query } = new URL(url);
    expect(content.label?.(simRequest({ site: 'content', path, query }))).toEqual({
      operation: 'asset',
      zone: 'PrimarySync',
      assetId: id,
      resource: 'resOriginal',
    });
  });
});

describe('ranges', () => {
  it.each([
    [undefined, undefined],
    ['bytes=0-', { start: 0, end: 10 }],
    ['bytes=4-', { start: 4, end: 10 }],
    ['bytes=4-6', { start: 4, end: 7 }],
    ['bytes=4-99', { start: 4, end: 10 }],
    ['bytes=-3', { start: 7, end: 10 }],
    ['bytes=-99', { start: 0, end: 10 }],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=6-4', undefined],
    ['bytes=1-2,4-5', undefined],
    ['items=1-2', undefined],
    ['bytes=-', undefined],
  ] as const)('RFC 9110: %s of ten bytes', (header, expected) => {
    expect(parseRange(header, 10)).toEqual(expected);
  });

  it('protocol 8.3: 206 gives the piece, 416 the size', async () => {
    const { get, url } = await withPhoto(300_000);
    const whole = (await get(url)).bytes;
    await fc.assert(
      fc.asyncProperty(fc.nat(299_999), fc.nat(400_000), async (start, length) => {
        const last = start + length;
        const { status, headers, bytes } = await get(url, { range: `bytes=${start}-${last}` });
        const end = Math.min(last + 1, 300_000);
        expect(status).toBe(206);
        expect(headers?.['Content-Range']).toBe(`bytes ${start}-${end - 1}/300000`);
        expect(bytes.equals(whole.subarray(start, end))).toBe(true);
      }),
      { numRuns: 50 },
    );
    const { status, headers } = await get(url, { range: 'bytes=300000-' });
    expect([status, headers?.['Content-Range']]).toEqual([416, 'bytes */300000']);
  });
});
