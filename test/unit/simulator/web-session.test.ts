import { afterEach, describe, expect, it } from 'vitest';
import { FakeICloud, type FakeICloudOptions } from '../../../src/simulator/fake-icloud.js';
import { TestBrowser, type Step } from '../../support/test-browser.js';

let time = Date.UTC(2026, 5, 1);
let icloud: FakeICloud;

async function begin(options: FakeICloudOptions = {}): Promise<TestBrowser> {
  icloud = await FakeICloud.start({ now: () => time, seed: 13, ...options });
  return new TestBrowser(icloud);
}

const cloudKit = (browser: TestBrowser, partition = 61): Promise<Step> =>
  browser.call(
    'POST',
    `https://p${partition}-ckdatabasews.icloud.com/database/1/com.apple.photos.cloud/production/private/zones/list`,
    {},
  );
const names = (answer: Step): string[] =>
  (answer.headers['set-cookie'] ?? []).map((cookie) => cookie.split('=')[0] ?? '');

afterEach(async () => {
  expect(icloud.journal.unhandled).toEqual([]);
  await icloud.close();
});

describe('accountLogin', () => {
  it('protocol 4.2: cookies of a browser that is not trusted', async () => {
    const browser = await begin();
    await browser.signIn();
    const answer = await browser.accountLogin();
    expect(answer.json).toMatchObject({ hsaTrustedBrowser: false, hsaChallengeRequired: true });
    expect(names(answer)).toEqual([
      'X-APPLE-UNIQUE-CLIENT-ID',
      'X-APPLE-WEBAUTH-LOGIN',
      'X-APPLE-WEBAUTH-VALIDATE',
      'X-APPLE-WEBAUTH-HSA-LOGIN',
      'X-APPLE-WEBAUTH-USER',
      expect.stringMatching(/^X_APPLE_WEB_KB-/),
      'X-APPLE-DS-WEB-SESSION-TOKEN',
    ]);
    expect((await cloudKit(browser)).json).toEqual({
      reason: 'Missing X-APPLE-WEBAUTH-TOKEN cookie',
      error: 1,
    });
  });

  it('protocol 4.2: cookies and body of a trusted one', async () => {
    const browser = await begin();
    const answer = await browser.arrive();
    expect(answer.json).toMatchObject({
      dsInfo: {
        dsid: '12345678901',
        fullName: 'Jane Appleseed',
        countryCode: 'USA',
        hsaVersion: 2,
      },
      webservices: {
        ckdatabasews: { url: 'https://p61-ckdatabasews.icloud.com:443', status: 'active' },
      },
    });
    expect(answer.headers['x-apple-user-partition']).toBe('61');
    const cookies = answer.headers['set-cookie'] ?? [];
    expect(cookies).toContain(
      'X-APPLE-WEBAUTH-USER="v=1:s=1:d=12345678901";Expires=' +
        `${new Date(time + 30 * 86_400_000).toUTCString().replace(/(\d\d) (\w+) (\d+)/, '$1-$2-$3')};` +
        'Path=/;Domain=.icloud.com;Secure;HttpOnly',
    );
    expect(cookies).toContain(
      'X-APPLE-WEBAUTH-HSA-LOGIN=;Expires=Thu, 01-Jan-1970 00:00:01 GMT;Path=/;Domain=.icloud.com;Secure;HttpOnly',
    );
    expect(names(answer)).toContain('X-APPLE-WEBAUTH-HSA-TRUST');
    expect(names(answer).filter((name) => name.includes('PCS'))).toHaveLength(8);
    const token = cookies.find((cookie) => cookie.startsWith('X-APPLE-WEBAUTH-TOKEN'));
    expect(token).toMatch(/^X-APPLE-WEBAUTH-TOKEN="v=2:t=EQ==BST_.+~~";Expires=/);
    expect((await cloudKit(browser)).status).toBe(200);
  });

  it('refuses unknown and expired session tokens', async () => {
    const browser = await begin();
    await browser.arrive();
    icloud.account.expireSessionToken();
    expect(await browser.accountLogin()).toMatchObject({ status: 421, json: { success: false } });
    browser.sessionToken = 'nonsense';
    expect(await browser.accountLogin()).toMatchObject({
      status: 400,
      json: { success: false, error: 'Invalid Session Token' },
    });
  });

  it.each([200, 302] as const)('names the other region (%s)', async (redirectStatus) => {
    const browser = await begin({ account: { region: 'cn' } });
    icloud.account.settings.redirectStatus = redirectStatus;
    const answer = await browser.arrive();
    expect(answer).toMatchObject({
      status: redirectStatus,
      json: { domainToUse: 'iCloud.com.cn' },
    });
    expect(answer.headers.location).toBeUndefined();
    browser.setup = 'https://setup.icloud.com.cn/setup/ws/1';
    expect(await browser.accountLogin()).toMatchObject({
      json: {
        webservices: { ckdatabasews: { url: 'https://p61-ckdatabasews.icloud.com.cn:443' } },
      },
    });
  });
});

describe('the session', () => {
  it('is validated, renewed, and ends when it is expired', async () => {
    const browser = await begin();
    await browser.arrive();
    const valid = await browser.validate();
    expect(valid.json).toMatchObject({ hsaTrustedBrowser: true });
    expect(names(valid)).toEqual(
      expect.arrayContaining(['X-APPLE-WEBAUTH-TOKEN', 'X-APPLE-WEBAUTH-VALIDATE']),
    );
    icloud.account.expireSession();
    const over = await browser.validate();
    expect(over.status).toBe(421);
    expect(over.json).toMatchObject({
      success: false,
      requestInfo: [],
      error: 'Failed to validate the credentials from cookie',
    });
    expect((await cloudKit(browser)).json).toEqual({ reason: 'Invalid global session', error: 2 });
    await browser.accountLogin();
    expect((await cloudKit(browser)).status).toBe(200);
  });

  it('says which cookie is missing', async () => {
    const browser = await begin();
    await browser.arrive();
    browser.cookies.delete('icloud.com X-APPLE-WEBAUTH-USER');
    expect((await browser.validate()).json).toMatchObject({
      error: 'Missing X-APPLE-WEBAUTH-USER cookie',
    });
    expect((await cloudKit(browser)).json).toMatchObject({
      reason: 'Missing X-APPLE-WEBAUTH-USER cookie',
    });
    browser.cookies.clear();
    expect((await browser.validate()).json).toMatchObject({
      error: 'Missing X-APPLE-WEBAUTH-TOKEN cookie',
    });
  });

  it('lasts a month, longer when CloudKit renews it', async () => {
    const browser = await begin();
    await browser.arrive();
    const first = browser.cookies.get('icloud.com X-APPLE-WEBAUTH-TOKEN');
    time += 20 * 86_400_000;
    for (let i = 0; i < 5; i++) await cloudKit(browser);
    const renewed = browser.cookies.get('icloud.com X-APPLE-WEBAUTH-TOKEN');
    expect(renewed).not.toBe(first);
    time += 20 * 86_400_000;
    expect((await cloudKit(browser)).status).toBe(200);
    browser.cookies.set('icloud.com X-APPLE-WEBAUTH-TOKEN', first ?? '');
    expect((await cloudKit(browser)).status).toBe(421);
  });

  it('cannot be forged', async () => {
    const browser = await begin();
    await browser.arrive();
    const token = browser.cookies.get('icloud.com X-APPLE-WEBAUTH-TOKEN') ?? '';
    browser.cookies.set('icloud.com X-APPLE-WEBAUTH-TOKEN', token.replace(/.~~"$/, 'x~~"'));
    expect((await cloudKit(browser)).status).toBe(421);
  });

  it('moves to another partition', async () => {
    const browser = await begin();
    await browser.arrive();
    icloud.account.movePartition(99);
    expect(await cloudKit(browser)).toMatchObject({ status: 421, json: {} });
    expect((await browser.validate()).json).toMatchObject({
      webservices: { ckdatabasews: { url: 'https://p99-ckdatabasews.icloud.com:443' } },
    });
    expect((await cloudKit(browser, 99)).status).toBe(200);
  });

  it('ends by logout, which keeps the trust unless told otherwise', async () => {
    const browser = await begin();
    await browser.arrive();
    const logout = `${browser.setup}/logout`;
    const kept = await browser.call('POST', logout, { trustBrowser: true, allBrowsers: false });
    expect(kept.json).toEqual({ success: true });
    expect((await browser.call('POST', logout, {})).status).toBe(421);
    expect((await browser.signIn()).status).toBe(200);
    await browser.accountLogin();
    await browser.call('POST', logout, { trustBrowser: false, allBrowsers: true });
    expect((await browser.signIn()).status).toBe(409);
  });

  it('is gone with the browser', async () => {
    const browser = await begin();
    await browser.arrive();
    icloud.account.removeBrowser();
    expect((await browser.validate()).status).toBe(421);
    expect((await browser.accountLogin()).status).toBe(421);
    expect((await browser.signIn()).status).toBe(409);
  });
});

describe('accounts that need their owner', () => {
  it('terms: REPAIR instead of TOKEN until they are accepted', async () => {
    const browser = await begin();
    icloud.account.settings.termsPending = true;
    const answer = await browser.arrive();
    expect(answer.json).toMatchObject({ termsUpdateNeeded: true });
    expect(names(answer)).toContain('X-APPLE-WEBAUTH-REPAIR');
    expect(names(answer)).not.toContain('X-APPLE-WEBAUTH-TOKEN');
    expect((await cloudKit(browser)).status).toBe(421);
    expect((await browser.call('POST', `${browser.setup}/requestPCS`, {})).status).toBe(500);
    const terms = await browser.call('GET', `${browser.setup}/getTerms`, { locale: 'en-us' });
    const { version } = terms.json['iCloudTerms'] as { version: string };
    await browser.call('GET', `${browser.setup}/repairDone`, { acceptedICloudTerms: version });
    await browser.accountLogin();
    expect((await cloudKit(browser)).status).toBe(200);
  });

  it.each([
    ['off', false],
    ['hidden', true],
  ] as const)('web access %s', async (webAccess, isWebAccessAllowed) => {
    const browser = await begin();
    icloud.account.settings.webAccess = webAccess;
    expect((await browser.arrive()).json).toMatchObject({ dsInfo: { isWebAccessAllowed } });
    expect((await cloudKit(browser)).json).toMatchObject({
      reason: 'Missing X-APPLE-WEBAUTH-USER cookie',
    });
  });

  it('Advanced Data Protection: keys after consent and polling', async () => {
    const browser = await begin();
    Object.assign(icloud.account.settings.dataProtection, {
      on: true,
      consented: false,
      approvesAfterPolls: 2,
      pcsAfterPolls: 3,
    });
    const answer = await browser.arrive();
    expect(answer.json).toMatchObject({ iCDPEnabled: true, dsInfo: { iCDPEnabled: true } });
    expect(names(answer).filter((name) => name.includes('PCS'))).toEqual([]);
    expect(await cloudKit(browser)).toMatchObject({
      status: 403,
      json: { serverErrorCode: 'ACCESS_DENIED' },
    });
    const state = (): Promise<Step> =>
      browser.call('POST', `${browser.setup}/requestWebAccessState`);
    const consented = async (): Promise<unknown> => (await state()).json['isDeviceConsentedForPCS'];
    expect(await consented()).toBe(false);
    await browser.call('POST', `${browser.setup}/enableDeviceConsentForPCS`);
    expect([await consented(), await consented()]).toEqual([false, true]);
    const statuses: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      const poll = await browser.call('POST', `${browser.setup}/requestPCS`, { appName: 'photos' });
      statuses.push(poll.json['status']);
    }
    expect(statuses).toEqual(['failure', 'failure', 'success']);
    expect((await cloudKit(browser)).status).toBe(200);
  });

  it('Advanced Data Protection: keys that never come', async () => {
    const browser = await begin();
    Object.assign(icloud.account.settings.dataProtection, { on: true, pcsAfterPolls: 'never' });
    await browser.arrive();
    for (let i = 0; i < 3; i++) {
      const poll = await browser.call('POST', `${browser.setup}/requestPCS`, {});
      expect(poll.json).toMatchObject({ status: 'failure' });
    }
  });
});
