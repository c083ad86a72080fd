import { setMaxListeners } from 'node:events';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createApiClient } from '../../../src/http/api-client.js';
import { SessionCookies } from '../../../src/http/cookie-jar.js';
import type { Transport } from '../../../src/http/dispatcher.js';
import { createDownloadClient } from '../../../src/http/download-client.js';
import { networkError } from '../../../src/http/network-errors.js';
import { systemClock } from '../../../src/platform/clock.js';
import { FakeICloud } from '../../../src/simulator/fake-icloud.js';
import { selfSigned } from '../../support/self-signed.js';
import { serve } from './serve.js';

const SETUP = 'https://setup.icloud.com/setup/ws/1/validate?secret=1';
const FILE = 'https://cvws.icloud-content.com/B/abc/${f}?o=secret&e=1';

function api(transport: Transport, more: { timeoutMs?: number; maxBodyBytes?: number } = {}) {
  const cookies = new SessionCookies(transport.clock);
  const client = createApiClient({ ...transport, cookies, ...more });
  onTestFinished(() => client.close());
  return { client, cookies };
}

function downloads(transport: Transport, more: { idleTimeoutMs?: number } = {}) {
  const client = createDownloadClient({ ...transport, ...more });
  onTestFinished(() => client.close());
  return client;
}

async function read(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('ApiClient', () => {
  it('D19: sends the bytes to the loopback with the real host, and cookies of the https URL', async () => {
    const seen: unknown[] = [];
    const transport = await serve((request, response) => {
      seen.push([request.headers.host, request.url, request.headers.cookie]);
      response.setHeader('set-cookie', ['T="v=2";Path=/;Domain=.icloud.com;Secure;HttpOnly']);
      response.statusCode = 421;
      response.end('{}');
    });
    const { client, cookies } = api(transport);
    const first = await client.send({ method: 'POST', url: SETUP, body: 'null' });
    await client.send({ method: 'POST', url: 'https://p61-ckdatabasews.icloud.com:443/x' });
    expect(first).toMatchObject({ status: 421, text: '{}' });
    expect(seen).toEqual([
      ['setup.icloud.com', '/setup/ws/1/validate?secret=1', undefined],
      ['p61-ckdatabasews.icloud.com', '/x', 'T="v=2"'],
    ]);
    expect(cookies.all()).toHaveLength(1);
  });

  it('sends Content-Length 0 on a PUT without a body (protocol 3.2)', async () => {
    const lengths: unknown[] = [];
    const transport = await serve((request, response) => {
      lengths.push(request.headers['content-length']);
      response.end();
    });
    const { client } = api(transport);
    await client.send({ method: 'PUT', url: SETUP });
    await client.send({ method: 'GET', url: SETUP });
    expect(lengths).toEqual(['0', undefined]);
  });

  it('protocol 1.6: does not follow redirects and reads their body', async () => {
    const transport = await serve((_request, response) => {
      response.writeHead(302, { location: 'https://evil.example/' });
      response.end('{"domainToUse":"iCloud.com.cn"}');
    });
    const answer = await api(transport).client.send({ method: 'POST', url: SETUP });
    expect(answer).toMatchObject({ status: 302, text: '{"domainToUse":"iCloud.com.cn"}' });
  });

  it('unpacks gzip, within the size cap', async () => {
    const body = 'x'.repeat(50_000);
    const transport = await serve((_request, response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync(body));
    });
    expect((await api(transport).client.send({ method: 'GET', url: SETUP })).text).toBe(body);
    const capped = api(transport, { maxBodyBytes: 1_000 }).client;
    await expect(capped.send({ method: 'GET', url: SETUP })).rejects.toMatchObject({
      name: 'KeiError',
    });
  });

  it('caps the size of a body', async () => {
    const transport = await serve((_request, response) => {
      response.end('x'.repeat(5_000));
    });
    const { client } = api(transport, { maxBodyBytes: 1_000 });
    await expect(client.send({ method: 'GET', url: SETUP })).rejects.toMatchObject({
      code: 'HTTP_BODY_TOO_LARGE',
    });
  });

  it('refuses foreign hosts before a byte leaves', async () => {
    let requests = 0;
    const transport = await serve((_request, response) => {
      requests += 1;
      response.end();
    });
    const { client } = api(transport);
    for (const url of ['https://evil.example/', 'http://setup.icloud.com/', FILE]) {
      await expect(client.send({ method: 'GET', url })).rejects.toMatchObject({
        code: 'HOST_REFUSED',
      });
    }
    expect(requests).toBe(0);
  });

  it('limits the whole request, body included', async () => {
    const transport = await serve((_request, response) => {
      response.write('{');
    });
    const { client } = api(transport, { timeoutMs: 50 });
    await expect(client.send({ method: 'GET', url: SETUP })).rejects.toMatchObject({
      kind: 'transient',
      code: 'NETWORK_TIMEOUT',
    });
  });

  it('a signal makes it `cancelled`, before and during', async () => {
    const stop = new AbortController();
    const transport = await serve(() => {
      stop.abort();
    });
    const { client } = api(transport);
    const request = { method: 'GET', url: SETUP, signal: stop.signal } as const;
    await expect(client.send(request)).rejects.toMatchObject({ kind: 'cancelled' });
    await expect(client.send(request)).rejects.toMatchObject({ kind: 'cancelled' });
  });

  it('reports a cut and a refused connection as transient, in words', async () => {
    const transport = await serve((request) => request.socket.destroy());
    const { client } = api(transport);
    await expect(client.send({ method: 'GET', url: SETUP })).rejects.toMatchObject({
      kind: 'transient',
      code: 'NETWORK_RESET',
      message: 'Cannot talk to setup.icloud.com: the connection was cut.',
    });
    const nobody = api({ ...transport, loopback: { origin: 'http://127.0.0.1:1', timeScale: 1 } });
    await expect(nobody.client.send({ method: 'GET', url: SETUP })).rejects.toMatchObject({
      code: 'NETWORK_REFUSED',
    });
  });

  it('says that a certificate is not trusted, whose, and where trust is given', async () => {
    const icloud = await FakeICloud.start({ tls: selfSigned('setup.icloud.com') });
    onTestFinished(() => icloud.close());
    const transport = await serve(() => undefined);
    const { client } = api({ ...transport, loopback: { origin: icloud.endpoint, timeScale: 1 } });
    await expect(client.send({ method: 'GET', url: SETUP })).rejects.toMatchObject({
      kind: 'transient',
      code: 'NETWORK_CERTIFICATE',
      message: 'Cannot talk to setup.icloud.com: its certificate is not trusted.',
      hint: expect.stringContaining('NODE_EXTRA_CA_CERTS') as unknown,
    });
  });

  it.each([
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'NETWORK_CERTIFICATE'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'NETWORK_CERTIFICATE'],
    ['CERT_HAS_EXPIRED', 'NETWORK_CERTIFICATE'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'NETWORK_CERTIFICATE'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'NETWORK_TLS'],
  ])('%s is %s', (code, expected) => {
    const error = Object.assign(new Error('no'), { code });
    expect(networkError(error, 'h', undefined).code).toBe(expected);
  });

  it('a certificate that is not valid now makes one look at the clock', () => {
    const error = Object.assign(new Error('no'), { code: 'CERT_NOT_YET_VALID' });
    expect(networkError(error, 'h', undefined).hint).toContain('date and time');
  });

  it('DL-2: answers while any number of downloads hang', async () => {
    const transport = await serve((request, response) => {
      if (request.headers.host === 'setup.icloud.com') response.end('{}');
    });
    const { client } = api(transport);
    const stop = new AbortController();
    setMaxListeners(0, stop.signal);
    const files = downloads(transport);
    const hanging = Array.from({ length: 30 }, () =>
      files.get({ url: FILE, rangeStart: 0, signal: stop.signal }),
    );
    expect((await client.send({ method: 'GET', url: SETUP })).status).toBe(200);
    stop.abort();
    const ended = await Promise.allSettled(hanging);
    expect(ended.every(({ status }) => status === 'rejected')).toBe(true);
  });

  it('protocol 4.8: works on fresh connections after reconnect', async () => {
    const ports: unknown[] = [];
    const transport = await serve((request, response) => {
      ports.push(request.socket.remotePort);
      response.end('ok');
    });
    const { client } = api(transport);
    for (let i = 0; i < 5; i += 1) await client.send({ method: 'GET', url: SETUP });
    expect(new Set(ports).size).toBeLessThan(5);
    client.reconnect();
    await client.send({ method: 'GET', url: SETUP });
    expect(ports.slice(0, -1)).not.toContain(ports.at(-1));
  });

  it('logs method, host, path, status and time, and no query, body or cookie', async () => {
    const transport = await serve((_request, response) => {
      response.setHeader('set-cookie', 'T=secret;Domain=.icloud.com');
      response.end('secret');
    });
    const lines: unknown[] = [];
    const logger = {
      ...transport.logger,
      debug: (message: string, fields?: unknown) => lines.push([message, fields]),
    };
    const { client } = api({ ...transport, logger });
    await client.send({ method: 'POST', url: SETUP, body: '{"password":"secret"}' });
    expect(lines).toEqual([
      [
        'http',
        {
          method: 'POST',
          host: 'setup.icloud.com',
          path: '/setup/ws/1/validate',
          status: 200,
          ms: expect.any(Number) as unknown,
        },
      ],
    ]);
    expect(JSON.stringify(lines)).not.toContain('secret');
  });
});

describe('DownloadClient', () => {
  it('protocol 8.2: a bare GET, Range only when resuming', async () => {
    const seen: Record<string, unknown>[] = [];
    const transport = await serve((request, response) => {
      seen.push({ url: request.url, ...request.headers });
      response.end('abc');
    });
    const client = downloads(transport);
    const whole = await client.get({ url: FILE, rangeStart: 0 });
    expect((await read(whole.body)).toString()).toBe('abc');
    await (await client.get({ url: FILE, rangeStart: 5 })).discard();
    expect(seen[0]).toMatchObject({
      url: '/B/abc/$%7Bf%7D?o=secret&e=1',
      host: 'cvws.icloud-content.com',
      'accept-encoding': 'identity',
    });
    expect(Object.keys(seen[0] ?? {})).not.toContain('range');
    expect(Object.keys(seen[0] ?? {})).not.toContain('cookie');
    expect(seen[1]).toMatchObject({ range: 'bytes=5-' });
  });

  it('follows at most three redirects, on allowed https hosts only', async () => {
    const targets: Record<string, string> = {
      '/B/1': 'https://cvws-h2.icloud-content.com/B/2',
      '/B/2': '/B/3',
      '/B/away': 'https://evil.example/',
      '/B/plain': 'http://cvws.icloud-content.com/B/3',
      '/B/loop': '/B/loop',
    };
    const hosts: unknown[] = [];
    const transport = await serve((request, response) => {
      hosts.push(request.headers.host);
      const location = targets[request.url ?? ''];
      if (location === undefined) response.end('end');
      else response.writeHead(302, { location }).end('moved');
    });
    const client = downloads(transport);
    const get = (path: string) =>
      client.get({ url: `https://cvws.icloud-content.com/B/${path}`, rangeStart: 0 });
    expect((await read((await get('1')).body)).toString()).toBe('end');
    expect(hosts.at(-1)).toBe('cvws-h2.icloud-content.com');
    await expect(get('away')).rejects.toMatchObject({ code: 'HOST_REFUSED', kind: 'item' });
    await expect(get('plain')).rejects.toMatchObject({ code: 'HOST_REFUSED' });
    await expect(get('loop')).rejects.toMatchObject({ code: 'TOO_MANY_REDIRECTS' });
  });

  it('EN-32: refuses a host that is not a download host', async () => {
    const client = downloads(await serve(() => undefined));
    await expect(client.get({ url: SETUP, rangeStart: 0 })).rejects.toMatchObject({
      code: 'HOST_REFUSED',
      kind: 'item',
    });
  });

  it('a cut body is transient', async () => {
    const transport = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('abc', () => response.destroy());
    });
    const answer = await downloads(transport).get({ url: FILE, rangeStart: 0 });
    await expect(read(answer.body)).rejects.toMatchObject({
      kind: 'transient',
      code: 'NETWORK_RESET',
    });
  });

  it('DL-1: a body without a byte for the idle time stalls', async () => {
    const transport = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('abc');
    });
    const client = downloads(transport, { idleTimeoutMs: 300 });
    const answer = await client.get({ url: FILE, rangeStart: 0 });
    await expect(read(answer.body)).rejects.toMatchObject({ code: 'NETWORK_STALLED' });
  });

  it('DL-1: a slow body that keeps coming is never cut', async () => {
    const transport = await serve((_request, response) => {
      let left = 10;
      const timer = setInterval(() => {
        left -= 1;
        if (left > 0) response.write('x');
        else response.end('x', () => clearInterval(timer));
      }, 60);
    });
    const client = downloads(transport, { idleTimeoutMs: 300 });
    const answer = await client.get({ url: FILE, rangeStart: 0 });
    expect(await read(answer.body)).toHaveLength(10);
  });

  it('a signal stops a body as `cancelled`', async () => {
    const stop = new AbortController();
    const transport = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('abc');
    });
    const client = downloads(transport);
    const answer = await client.get({ url: FILE, rangeStart: 0, signal: stop.signal });
    const reading = read(answer.body);
    stop.abort();
    await expect(reading).rejects.toMatchObject({ kind: 'cancelled' });
  });

  it('holds back a sender that nobody reads', async () => {
    let sent = 0;
    const chunk = Buffer.alloc(64 * 1024);
    const transport = await serve((_request, response) => {
      const pump = () => {
        while (sent < 1_000 * chunk.length) {
          sent += chunk.length;
          if (!response.write(chunk)) {
            response.once('drain', pump);
            return;
          }
        }
        response.end();
      };
      pump();
    });
    const answer = await downloads(transport).get({ url: FILE, rangeStart: 0 });
    await systemClock().sleep(200);
    expect(sent).toBeLessThan(20 * 1024 * 1024);
    await answer.discard();
  });
});
