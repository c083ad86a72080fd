import { afterEach, describe, expect, it } from 'vitest';
import { FakeICloud } from '../../../src/simulator/fake-icloud.js';
import { TestBrowser } from '../../support/test-browser.js';

let time = Date.UTC(2026, 5, 1);
let icloud: FakeICloud;

async function begin(
  changes: Parameters<FakeICloud['account']['requireTwoFactor']>[0] = {},
): Promise<TestBrowser> {
  icloud = await FakeICloud.start({ now: () => time, seed: 11 });
  icloud.account.requireTwoFactor(changes);
  const browser = new TestBrowser(icloud);
  expect((await browser.signIn()).status).toBe(409);
  return browser;
}

const deviceCode = (): string => icloud.account.pendingCode('device')?.code ?? 'none';
const smsCode = (id = 3): string => icloud.account.pendingCode(id)?.code ?? 'none';

afterEach(async () => {
  expect(icloud.journal.unhandled).toEqual([]);
  await icloud.close();
});

describe('device codes', () => {
  it('come only after a push; the right one opens a trusted session', async () => {
    const browser = await begin();
    expect(deviceCode()).toBe('none');
    expect((await browser.submit('000000')).status).toBe(400);
    expect((await browser.push()).status).toBe(202);
    const before = browser.sessionToken;
    const answer = await browser.submit(deviceCode());
    expect(answer.status).toBe(409);
    expect(answer.json).toMatchObject({ securityCode: { valid: true } });
    expect(browser.sessionToken).not.toBe(before);
    const trust = await browser.trust();
    expect(trust.status).toBe(204);
    expect(trust.headers['x-apple-twosv-trust-token']).toBeTypeOf('string');
    expect((await browser.accountLogin()).json).toMatchObject({
      hsaTrustedBrowser: true,
      hsaChallengeRequired: false,
    });
  });

  it('are refused with the recorded body when wrong', async () => {
    const browser = await begin();
    await browser.push();
    const answer = await browser.submit('000000');
    expect(answer.status).toBe(400);
    expect(answer.headers['x-apple-i-ercd']).toBe('-21669');
    expect(answer.json).toMatchObject({ service_errors: [{ code: '-21669' }], hasError: true });
  });

  it('are good once, and only the newest', async () => {
    const browser = await begin();
    await browser.push();
    const first = deviceCode();
    await browser.push();
    const second = deviceCode();
    expect((await browser.submit(first)).status).toBe(400);
    expect((await browser.submit(second)).status).toBe(409);
    expect((await browser.submit(second)).status).toBe(400);
  });

  it('end with time, and can be made by hand', async () => {
    const browser = await begin();
    await browser.push();
    const late = deviceCode();
    time += 10 * 60_000;
    expect((await browser.submit(late)).status).toBe(400);
    expect((await browser.submit(icloud.account.generateCode())).status).toBe(409);
  });

  it.each([
    ['accepted', 204, true],
    ['conflict', 409, true],
    ['conflictWithoutToken', 409, false],
  ] as const)('%s: %s', async (answer, status, brings) => {
    const browser = await begin({ answer });
    await browser.push();
    const before = browser.sessionToken;
    expect((await browser.submit(deviceCode())).status).toBe(status);
    expect(browser.sessionToken !== before).toBe(brings);
    expect((await browser.trust()).status).toBe(204);
    expect((await browser.accountLogin()).json).toMatchObject({ hsaTrustedBrowser: true });
  });

  it('a bare 409 accepts nothing', async () => {
    const browser = await begin({ answer: 'bareConflict' });
    await browser.push();
    const answer = await browser.submit(deviceCode());
    expect(answer).toMatchObject({ status: 409, json: {} });
    expect((await browser.trust()).status).toBe(401);
  });

  it('older servers push by themselves and answer 204', async () => {
    const browser = await begin({ style: 'older' });
    const first = deviceCode();
    const again = await browser.idmsa('PUT', '/verify/trusteddevice');
    expect(again.status).toBe(202);
    expect(again.json).toMatchObject({ trustedDeviceCount: 2 });
    expect((await browser.submit(first)).status).toBe(400);
    expect((await browser.submit(deviceCode())).status).toBe(204);
  });

  it('current servers do not allow the older push', async () => {
    const browser = await begin();
    expect((await browser.idmsa('PUT', '/verify/trusteddevice')).status).toBe(405);
    expect((await browser.idmsa('POST', '/verify/trusteddevice')).status).toBe(405);
    expect(deviceCode()).toBe('none');
  });

  it('cannot be pushed without a device', async () => {
    const browser = await begin({ trustedDevices: 0 });
    const answer = await browser.push();
    expect(answer).toMatchObject({ status: 412, json: { service_errors: [{ code: '-28' }] } });
  });

  it('too many sent, too many tried: 423', async () => {
    const browser = await begin({ maxCodesSent: 1, maxWrongCodes: 2 });
    await browser.push();
    const sent = await browser.push();
    expect(sent).toMatchObject({ status: 423, json: { securityCode: { tooManyCodesSent: true } } });
    expect((await browser.submit('1')).status).toBe(400);
    const tried = await browser.submit('2');
    expect(tried).toMatchObject({
      status: 423,
      json: { securityCode: { securityCodeLocked: true } },
    });
    expect((await browser.submit(deviceCode())).status).toBe(423);
    icloud.account.unlock();
    expect((await browser.submit(deviceCode())).status).toBe(409);
  });

  it('want escrow before trust when the account says so', async () => {
    const browser = await begin();
    icloud.account.settings.escrow.afterCode = true;
    await browser.push();
    const answer = await browser.submit(deviceCode());
    expect(answer.headers['x-apple-edp']).toBe('true');
    expect((await browser.trust()).status).toBe(401);
    expect((await browser.escrow()).status).toBe(200);
    expect((await browser.trust()).status).toBe(204);
    expect((await browser.accountLogin()).json).toMatchObject({ hsaTrustedBrowser: true });
  });

  it('tell whoever listens', async () => {
    const browser = await begin();
    const seen: string[] = [];
    icloud.account.codes.subscribe(({ code }) => seen.push(code));
    await browser.push();
    expect(seen).toEqual([deviceCode()]);
  });

  it('are the one that was fixed', async () => {
    const browser = await begin({ fixedCode: '012345' });
    expect((await browser.submit('012345')).status).toBe(400);
    await browser.push();
    expect((await browser.submit('012345')).status).toBe(409);
  });
});

describe('codes by SMS', () => {
  it('reach phone 3, whose code the device endpoint refuses', async () => {
    const browser = await begin();
    const sent = await browser.sendSms(3);
    expect(sent).toMatchObject({ status: 200, json: { trustedPhoneNumber: { id: 3 } } });
    const code = smsCode();
    expect((await browser.submit(code)).status).toBe(400);
    expect((await browser.submitSms(3, code)).status).toBe(409);
    expect((await browser.trust()).status).toBe(204);
  });

  it('refuse a device code', async () => {
    const browser = await begin();
    await browser.push();
    await browser.sendSms(3);
    expect((await browser.submitSms(3, deviceCode())).status).toBe(400);
  });

  it('refuse a phone that is not trusted', async () => {
    const browser = await begin();
    expect((await browser.sendSms(1)).status).toBe(412);
    expect((await browser.submitSms(1, '123456')).status).toBe(412);
  });

  it('may be sent with a 409, and are answered 200 by older servers', async () => {
    const browser = await begin({ style: 'older', smsSentStatus: 409 });
    expect((await browser.sendSms(3)).status).toBe(409);
    expect((await browser.submitSms(3, smsCode())).status).toBe(200);
  });
});

describe('options', () => {
  const bootArgs = (page: Buffer): unknown =>
    JSON.parse(/class="boot_args">(.*?)<\/script>/s.exec(page.toString())?.[1] ?? 'null');
  const phones = [{ id: 3, obfuscatedNumber: '(•••) •••-••42', pushMode: 'sms', nonFTEU: false }];

  it.each([
    [
      'bridge',
      {
        direct: {
          twoSV: {
            bridgeInitiateData: { phoneNumberVerification: { trustedPhoneNumbers: phones } },
          },
        },
      },
    ],
    [
      'classic',
      { direct: { twoSV: { phoneNumberVerification: { trustedPhoneNumbers: phones } } } },
    ],
    ['top', { phoneNumberVerification: { trustedPhoneNumbers: phones } }],
    ['flat', { trustedPhoneNumbers: phones }],
  ] as const)('%s layout as a page', async (layout, expected) => {
    const browser = await begin({ layout });
    const answer = await browser.idmsa('GET', '', undefined, 'text/html');
    expect(answer.headers['content-type']).toContain('text/html');
    expect(bootArgs(answer.body)).toMatchObject(expected);
  });

  it('flat, or one level down, as JSON', async () => {
    const browser = await begin();
    expect((await browser.idmsa('GET', '')).json).toMatchObject({ trustedPhoneNumbers: phones });
    icloud.account.settings.twoFactor.layout = 'top';
    expect((await browser.idmsa('GET', '')).json).toMatchObject({
      phoneNumberVerification: { trustedPhoneNumbers: phones },
    });
  });

  it('may come as a page all the same, and with a 409', async () => {
    const browser = await begin({ optionsForm: 'page', optionsStatus: 409 });
    const answer = await browser.idmsa('GET', '');
    expect(answer.status).toBe(409);
    expect(bootArgs(answer.body)).toMatchObject({ direct: {} });
  });

  it('name security keys, with which no code helps', async () => {
    const browser = await begin({ securityKeys: ['Blue key'] });
    const again = await browser.signIn();
    expect(again.json).toMatchObject({
      keyNames: ['Blue key'],
      fsaChallenge: { rpId: 'apple.com' },
    });
    expect((await browser.idmsa('GET', '')).json).toMatchObject({ keyNames: ['Blue key'] });
    expect((await browser.push()).status).toBe(412);
    expect((await browser.submit('123456')).status).toBe(412);
    expect((await browser.idmsa('POST', '/verify/security/key', {})).status).toBe(412);
  });
});

describe('two-step verification', () => {
  it('goes through setup', async () => {
    icloud = await FakeICloud.start({ now: () => time, account: { twoFactor: { kind: 'hsa1' } } });
    const browser = new TestBrowser(icloud);
    expect((await browser.signIn()).status).toBe(200);
    expect((await browser.accountLogin()).json).toMatchObject({
      dsInfo: { hsaVersion: 1 },
      hsaChallengeRequired: true,
    });
    expect((await browser.trust()).status).toBe(404);
    const { devices } = (await browser.call('GET', `${browser.setup}/listDevices`)).json;
    expect(devices).toEqual([
      { deviceType: 'SMS', areaCode: '', phoneNumber: '*******42', deviceId: '3' },
    ]);
    const [device] = devices as object[];
    await browser.call('POST', `${browser.setup}/sendVerificationCode`, device);
    const validateUrl = `${browser.setup}/validateVerificationCode`;
    const answer = { ...device, trustBrowser: true };
    expect(
      (await browser.call('POST', validateUrl, { ...answer, verificationCode: '0' })).json,
    ).toMatchObject({ success: false, errorCode: -21669 });
    expect(
      (await browser.call('POST', validateUrl, { ...answer, verificationCode: smsCode() })).json,
    ).toEqual({ success: true });
    expect((await browser.accountLogin()).json).toMatchObject({ hsaTrustedBrowser: true });
  });
});
