import { afterEach, describe, expect, it } from 'vitest';
import { FakeICloud, type FakeICloudOptions } from '../../../src/simulator/fake-icloud.js';
import { raw } from '../../support/raw-client.js';
import { TestBrowser } from '../../support/test-browser.js';

let time = Date.UTC(2026, 5, 1);
let icloud: FakeICloud;

async function begin(options: FakeICloudOptions = {}): Promise<TestBrowser> {
  icloud = await FakeICloud.start({ now: () => time, seed: 7, ...options });
  return new TestBrowser(icloud);
}

afterEach(async () => {
  expect(icloud.journal.unhandled).toEqual([]);
  await icloud.close();
});

describe('password', () => {
  it.each(['s2k', 's2k_fo'] as const)('accepts the right one with %s', async (protocol) => {
    const browser = await begin({ account: { protocol, twoFactor: 'off' } });
    const answer = await browser.signIn();
    expect(answer.status).toBe(200);
    expect(browser.sessionToken).toBeTypeOf('string');
    expect(answer.headers).toMatchObject({ 'x-apple-id-account-country': 'USA' });
    expect((await browser.accountLogin()).json).toMatchObject({
      hsaChallengeRequired: false,
      dsInfo: { hsaVersion: 0 },
    });
    expect((await browser.validate()).status).toBe(200);
  });

  it('accepts a name in other letters, and a B that starts with zero', async () => {
    const browser = await begin();
    icloud.account.settings.leadingZeroB = true;
    const other = new TestBrowser(icloud, undefined, 'Jane.Appleseed@Example.COM');
    expect((await other.signIn()).status).toBe(409);
    expect((await browser.signIn()).status).toBe(409);
  });

  it('refuses a wrong password, a used and an unknown c', async () => {
    const browser = await begin();
    const wrong = await new TestBrowser(icloud, 'wrong').signIn();
    expect(wrong.status).toBe(401);
    expect(wrong.json).toMatchObject({ serviceErrors: [{ code: '-20101' }] });
    await browser.signIn();
    const again = await browser.idmsa('POST', '/signin/complete', { c: 'd-1', m1: '', m2: '' });
    expect(again.status).toBe(401);
    expect(again.json).not.toMatchObject({ serviceErrors: [{ code: '-20101' }] });
  });

  it('gives each c out once', async () => {
    const browser = await begin();
    await browser.signIn();
    const sent = icloud.journal.filter({ operation: 'signin/complete' });
    expect(sent).toHaveLength(1);
    const { srpClient } = await import('../../support/srp-client.js');
    const srp = srpClient(Buffer.alloc(32, 9));
    const accountName = icloud.account.appleId;
    const init = await browser.idmsa('POST', '/signin/init', {
      a: srp.a,
      accountName,
      protocols: ['s2k'],
    });
    const proof = srp.prove(accountName, icloud.account.password, init.json as never);
    const body = { accountName, c: init.json['c'], ...proof, trustTokens: [] };
    expect((await browser.idmsa('POST', '/signin/complete', body)).status).toBe(409);
    expect((await browser.idmsa('POST', '/signin/complete', body)).status).toBe(401);
  });

  it.each([401, 403] as const)('does not know another account (%s)', async (status) => {
    await begin();
    icloud.account.settings.unknownAccount = status;
    const stranger = new TestBrowser(icloud, undefined, 'nobody@example.com');
    expect((await stranger.signIn()).status).toBe(status);
  });

  it.each([403, 423] as const)('is locked (%s) until unlocked', async (status) => {
    const browser = await begin();
    icloud.account.lock(status);
    expect((await browser.signIn()).status).toBe(status);
    icloud.account.unlock();
    expect((await browser.signIn()).status).toBe(409);
  });

  it('takes SRP without padding only when lenient', async () => {
    const browser = await begin({ strict: false });
    for (let i = 0; i < 3; i++) {
      const plain = new TestBrowser(icloud, undefined, 'Jane.Appleseed@example.com');
      plain.padded = false;
      expect((await plain.signIn()).status).toBe(409);
    }
    await icloud.close();
    icloud = await FakeICloud.start({ now: () => time });
    const strict = new TestBrowser(icloud, undefined, 'Jane.Appleseed@example.com');
    strict.padded = false;
    expect((await strict.signIn()).status).toBe(401);
    expect(browser.scnt).toBeUndefined();
  });

  it('limits sign-ins in an hour by a 503 without JSON', async () => {
    const browser = await begin();
    icloud.account.settings.maxSignIns = 2;
    for (const status of [409, 409, 503]) expect((await browser.signIn()).status).toBe(status);
    time += 3_600_000;
    expect((await browser.signIn()).status).toBe(409);
  });

  it('serves init as HTML, and refuses a stale init, when told to', async () => {
    const browser = await begin();
    icloud.account.settings.initAsHtml = true;
    expect((await browser.signIn()).status).toBe(409);
    icloud.account.settings.refuseStaleInit = true;
    browser.scnt = 'from-another-life';
    browser.sessionId = undefined;
    expect((await browser.signIn()).status).toBe(401);
    browser.scnt = undefined;
    expect((await browser.signIn()).status).toBe(409);
  });

  it.each([
    ['works', 200],
    ['fails', 412],
  ] as const)('wants a repair that %s', async (repair, status) => {
    const browser = await begin({ account: { twoFactor: 'off' } });
    icloud.account.settings.repair = repair;
    const answer = await browser.signIn();
    expect(answer.status).toBe(412);
    expect((await browser.idmsa('POST', '/repair/complete', {})).status).toBe(status);
    if (status === 200) {
      expect((await browser.accountLogin()).json).toMatchObject({ hsaTrustedBrowser: true });
    }
  });

  it('answers the retired sign-in by 503, and pages by HTML', async () => {
    const browser = await begin();
    const retired = await browser.idmsa('POST', '/signin?isRememberMeEnabled=true', {});
    expect(retired.status).toBe(503);
    expect(retired.body.toString()).toBe('Service Temporarily Unavailable');
    expect((await browser.idmsa('GET', '/authorize/signin?frame_id=x')).status).toBe(200);
    expect((await browser.idmsa('POST', '/federate', {})).status).toBe(200);
  });

  it('strict: wants the latest scnt and the widget key', async () => {
    const browser = await begin();
    const url = 'https://idmsa.apple.com/appleauth/auth/signin/init';
    expect((await raw(icloud.port, url, { method: 'POST', body: '{}' })).status).toBe(400);
    await browser.signIn();
    const stale = browser.scnt;
    await browser.push();
    const code = icloud.account.pendingCode('device')?.code ?? '';
    const { scnt } = browser;
    browser.scnt = stale;
    expect((await browser.submit(code)).status).toBe(400);
    browser.scnt = scnt;
    expect((await browser.submit(code)).status).toBe(400);
    expect((await browser.submit(code)).status).toBe(409);
  });
});

describe('trusted browsers', () => {
  it('sign in without a code until the trust ends', async () => {
    const browser = await begin();
    await browser.arrive();
    const again = await browser.signIn();
    expect(again.status).toBe(200);
    expect(again.headers.location).toBe('/auth');
    expect((await browser.accountLogin()).json).toMatchObject({ hsaTrustedBrowser: true });
    time += 91 * 24 * 3_600_000;
    expect((await browser.signIn()).status).toBe(409);
  });

  it('lose their trust when it is revoked', async () => {
    const browser = await begin();
    await browser.arrive();
    icloud.account.revokeTrust();
    expect((await browser.validate()).status).toBe(200);
    expect((await browser.signIn()).status).toBe(409);
  });

  it.each(['X-Apple-EDP', 'X-Apple-PDP'] as const)(
    'prove the password twice (%s)',
    async (header) => {
      const browser = await begin();
      await browser.arrive();
      Object.assign(icloud.account.settings.escrow, { withTrustToken: true, header });
      const answer = await browser.signIn();
      expect(answer.status).toBe(409);
      expect(answer.headers[header.toLowerCase()]).toBe('true');
      expect((await browser.accountLogin()).json).toMatchObject({ hsaTrustedBrowser: false });
      expect((await browser.escrow('wrong')).status).toBe(401);
      expect((await browser.escrow()).status).toBe(200);
      expect((await browser.accountLogin()).json).toMatchObject({ hsaTrustedBrowser: true });
    },
  );

  it('the same header without a trust token only accompanies the request for a code', async () => {
    const browser = await begin();
    icloud.account.settings.escrow.withCodeRequest = true;
    expect((await browser.signIn()).headers['x-apple-edp']).toBe('true');
    await browser.escrow();
    expect((await browser.accountLogin()).json).toMatchObject({ hsaChallengeRequired: true });
  });
});

it('survives a client that restarts between its steps', async () => {
  const first = await begin();
  await first.signIn();
  await first.push();
  const second = new TestBrowser(icloud);
  second.scnt = first.scnt;
  second.sessionId = first.sessionId;
  second.sessionToken = first.sessionToken;
  expect((await second.accountLogin()).json).toMatchObject({ hsaChallengeRequired: true });
  expect((await second.submit(icloud.account.pendingCode()?.code ?? '')).status).toBe(409);
  expect((await second.trust()).status).toBe(204);
});

it('ends a sign-in that takes too long', async () => {
  const browser = await begin();
  await browser.signIn();
  time += 3_600_000;
  expect((await browser.push()).status).toBe(401);
  await browser.signIn();
  icloud.account.signIns.expire();
  expect((await browser.push()).status).toBe(401);
});
