import { request } from 'node:https';
import { expect, it } from 'vitest';
import { FakeICloud } from '../../../src/simulator/fake-icloud.js';
import { selfSigned } from '../../support/self-signed.js';

const host = 'setup.icloud.com';

it('speaks TLS to clients that know its authority, resets included', async () => {
  const tls = selfSigned(host);
  const icloud = await FakeICloud.start({ tls });
  const visit = (): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      request(
        {
          host: '127.0.0.1',
          port: icloud.port,
          servername: host,
          ca: tls.cert,
          path: '/setup/ws/1/validate',
          method: 'POST',
          headers: { Host: `${host}:443` },
        },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      )
        .once('error', reject)
        .end('null');
    });
  try {
    expect(icloud.endpoint).toMatch(/^https:/);
    expect(await visit()).toBe(421);
    icloud.faults.next('setup', { kind: 'drop', how: 'reset' });
    await expect(visit()).rejects.toThrow();
    expect(await visit()).toBe(421);
  } finally {
    await icloud.close();
  }
});
