import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeICloud } from '../../../src/simulator/fake-icloud.js';
import { raw } from '../../support/raw-client.js';
import { TestBrowser } from '../../support/test-browser.js';

let icloud: FakeICloud;
beforeEach(async () => {
  icloud = await FakeICloud.start({ seed: 3 });
});
afterEach(() => icloud.close());

async function control(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; json: unknown }> {
  const answer = await raw(icloud.port, `http://control.localhost${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, json: JSON.parse(answer.body.toString()) };
}

it('adds, shows and takes back faults', async () => {
  const fault = { name: 'busy', when: { site: 'setup' }, action: { kind: 'status', status: 503 } };
  expect(await control('POST', '/faults', [fault])).toEqual({
    status: 200,
    json: { added: ['busy'] },
  });
  expect((await raw(icloud.port, 'https://setup.icloud.com/setup/ws/1/validate')).status).toBe(503);
  expect((await control('GET', '/faults')).json).toMatchObject([
    { id: 'busy', matched: 1, fired: 1 },
  ]);
  expect((await control('DELETE', '/faults/other')).status).toBe(404);
  await control('DELETE', '/faults/busy');
  expect((await control('GET', '/faults')).json).toEqual([]);
  await control('POST', '/faults', fault);
  await control('DELETE', '/faults');
  expect(icloud.faults.list()).toEqual([]);
});

it('explains what is wrong with a fault', async () => {
  expect(await control('POST', '/faults', { action: { kind: 'stall', ms: 'long' } })).toEqual({
    status: 400,
    json: { error: 'fault.action.ms must be number.' },
  });
  expect((await control('PUT', '/nothing')).status).toBe(404);
});

it('shows the journal, in which it is not itself', async () => {
  const browser = new TestBrowser(icloud);
  await browser.signIn();
  expect((await control('GET', '/journal?since=1')).json).toMatchObject([
    { seq: 2, operation: 'signin/complete', status: 409 },
  ]);
  expect((await control('GET', '/journal/summary')).json).toMatchObject({ total: 2 });
  expect((await control('GET', '/journal/unhandled')).json).toEqual([]);
  await control('DELETE', '/journal');
  expect(icloud.journal.entries).toEqual([]);
});

it('shows codes and steers the account', async () => {
  const browser = new TestBrowser(icloud);
  await browser.arrive();
  await browser.push();
  const code = icloud.account.pendingCode()?.code;
  expect((await control('GET', '/account')).json).toMatchObject({
    appleId: 'jane.appleseed@example.com',
    code: { code, to: 'device' },
  });
  expect((await browser.validate()).status).toBe(200);
  await control('POST', '/account/expireSession');
  expect((await browser.validate()).status).toBe(421);
  await control('POST', '/account/movePartition', { partition: 62 });
  expect(icloud.account.partition).toBe(62);
  await control('PATCH', '/account', { twoFactor: { style: 'older' }, termsPending: true });
  expect(icloud.account.settings).toMatchObject({
    twoFactor: { style: 'older', kind: 'hsa2' },
    termsPending: true,
  });
  expect(await control('PATCH', '/account', { twoFactor: { stile: 1 } })).toEqual({
    status: 400,
    json: { error: 'settings.twoFactor.stile is not a setting.' },
  });
  expect((await control('POST', '/account/explode')).status).toBe(404);
  expect((await control('POST', '/account/movePartition', {})).status).toBe(400);
});

it('steers the library', async () => {
  const added = await control('POST', '/library/add', {
    kind: 'photo',
    name: 'IMG_1.JPG',
    size: 900,
  });
  const assetId = (added.json as { result: string }).result;
  expect(icloud.library.primary.isGone(assetId)).toBe(false);
  await control('POST', '/library/trash', { assetId });
  await control('POST', '/library/purge', { assetId });
  expect(icloud.library.primary.isGone(assetId)).toBe(true);
  await control('POST', '/library/tune', { urlLifetimeSeconds: 5 });
  expect(icloud.library.tuning.urlLifetimeSeconds).toBe(5);
  expect((await control('POST', '/library/tune', { urlLifetimeSeconds: 'x' })).status).toBe(400);
  expect((await control('POST', '/library/hide', { zone: 'Nowhere', assetId })).status).toBe(404);
  expect((await control('GET', '/library')).json).toMatchObject({
    zones: [{ name: 'PrimarySync', database: 'private' }],
  });
});
