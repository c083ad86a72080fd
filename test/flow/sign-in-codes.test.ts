import { describe, expect, it } from 'vitest';
import type { TrustedPhone } from '../../src/auth/index.js';
import { ScriptedPrompt, signInBench, type SignInBench } from '../support/sign-in-bench.js';

const deviceCode = (bench: SignInBench) => bench.account.pendingCode('device')?.code ?? 'none';
const smsCode = (bench: SignInBench, id = 3) => bench.account.pendingCode(id)?.code ?? 'none';
const pushes = (bench: SignInBench) =>
  bench.icloud.journal.count({ operation: 'verify/trusteddevice/securitycode', method: 'PUT' });
const codeSteps = (bench: SignInBench) =>
  bench.asked().filter((step) => /verify|trust|escrow|accountLogin/.test(step));
const other = (code: string) => (code === '000000' ? '000001' : '000000');

describe('protocol 3.3: a code at the terminal', () => {
  it.each([
    ['204', { answer: 'accepted' }],
    ['409 valid with a token', { answer: 'conflict' }],
    ['409 valid without a token', { answer: 'conflictWithoutToken' }],
  ] as const)('answered by %s', async (_name, twoFactor) => {
    const bench = await signInBench({ account: { twoFactor } });
    const session = await bench.process({ prompt: bench.reader() }).login();
    expect(session.dsid).toBe('12345678901');
    expect(codeSteps(bench)).toEqual([
      'PUT verify/trusteddevice/securitycode',
      'POST verify/trusteddevice/securitycode',
      'GET 2sv/trust',
      'POST accountLogin',
    ]);
    expect(session.trustDaysLeft()).toBe(90);
    expect(await bench.session()).toMatchObject({ trust_token: expect.any(String) as unknown });
    expect(Object.keys(await bench.session())).not.toContain('pending_code');
  });

  it.each(['X-Apple-EDP', 'X-Apple-PDP'] as const)(
    'protocol 2.8: %s comes before trust',
    async (header) => {
      const bench = await signInBench();
      Object.assign(bench.settings.escrow, { afterCode: true, header });
      await bench.process({ prompt: bench.reader() }).login();
      expect(codeSteps(bench).slice(-4)).toEqual([
        'POST escrow/init',
        'POST escrow/complete',
        'GET 2sv/trust',
        'POST accountLogin',
      ]);
      expect(bench.passwordsAsked).toBe(1);
    },
  );

  it('a wrong code is asked for again, within the same sign-in', async () => {
    const bench = await signInBench();
    const prompt = new ScriptedPrompt([
      () => other(deviceCode(bench)),
      () => 'not a code',
      () => ` ${deviceCode(bench).slice(0, 3)} ${deviceCode(bench).slice(3)}`,
    ]);
    await bench.process({ prompt }).login();
    expect(prompt.told).toEqual(['Apple refused this code.', 'A code has exactly six digits.']);
    expect([pushes(bench), bench.account.signInTimes.length]).toEqual([1, 1]);
  });

  it('cli 9.2: three wrong codes end the sign-in', async () => {
    const bench = await signInBench();
    const wrong = () => other(deviceCode(bench));
    const prompt = new ScriptedPrompt([wrong, wrong, wrong]);
    await expect(bench.process({ prompt }).login()).rejects.toMatchObject({
      code: 'AUTH_CODE_REFUSED',
      kind: 'auth',
    });
  });

  it('too many wrong codes lock the account (423)', async () => {
    const bench = await signInBench({ account: { twoFactor: { maxWrongCodes: 2 } } });
    const wrong = () => other(deviceCode(bench));
    await expect(
      bench.process({ prompt: new ScriptedPrompt([wrong, wrong]) }).login(),
    ).rejects.toMatchObject({ code: 'AUTH_CODES_LOCKED', kind: 'account' });
  });

  it('protocol 3.2: another code after 30 s, then 60 s, then 120 s; the earlier one is void', async () => {
    const bench = await signInBench();
    let first = '';
    const resend = () => ({ kind: 'resend' }) as const;
    const after = (seconds: number) => () => {
      bench.clock.advance(seconds * 1000);
      return resend();
    };
    const prompt = new ScriptedPrompt([
      () => {
        first = deviceCode(bench);
        return resend();
      },
      after(30),
      after(59),
      after(1),
      after(119),
      after(1),
      () => first,
      () => deviceCode(bench),
    ]);
    await bench.process({ prompt }).login();
    expect(pushes(bench)).toBe(4);
    expect(prompt.told).toEqual([
      'Another code can be sent in 30 s.',
      'Another code can be sent in 1 s.',
      'Another code can be sent in 1 s.',
      'Apple refused this code.',
    ]);
  });

  it('D26: a text message to a number that is not the first', async () => {
    const phones = [
      { id: 3, number: '+1 (555) 010-0142', mode: 'sms' as const, nonFTEU: false },
      { id: 9, number: '+1 (555) 010-0177', mode: 'sms' as const },
    ];
    const bench = await signInBench({ account: { twoFactor: { phones } } });
    const prompt = new ScriptedPrompt([
      () => ({ kind: 'other-method' }),
      ({ method }) => (method.kind === 'phone' ? smsCode(bench, method.phone.id) : 'none'),
    ]);
    await bench.process({ prompt }).login();
    expect(prompt.questions.map(({ method, canChoose }) => [method.kind, canChoose])).toEqual([
      ['device', true],
      ['phone', true],
    ]);
    const [sent] = bench.icloud.journal.filter({ operation: 'verify/phone' });
    expect(JSON.parse(sent?.detail?.body ?? '')).toEqual({ phoneNumber: { id: 9 }, mode: 'sms' });
  });

  it.each(['bridge', 'classic', 'top', 'flat'] as const)(
    'protocol 3.1: finds the number in the %s layout',
    async (layout) => {
      const bench = await signInBench({ account: { twoFactor: { layout } } });
      expect(await bench.process().requestCode({ sms: true })).toMatchObject({
        method: { kind: 'phone', phone: { id: 3, mode: 'sms' } },
      });
    },
  );

  it('protocol 3.2: without a reachable device it offers the number at once', async () => {
    const bench = await signInBench({ account: { twoFactor: { trustedDevices: 0 } } });
    const prompt = new ScriptedPrompt([() => smsCode(bench)]);
    await bench.process({ prompt }).login();
    expect(prompt.questions[0]?.method.kind).toBe('phone');
  });

  it('protocol 3.4: a message that Apple answers with 409 was sent', async () => {
    const bench = await signInBench({
      account: { twoFactor: { trustedDevices: 0, smsSentStatus: 409 } },
    });
    await bench.process({ prompt: new ScriptedPrompt([() => smsCode(bench)]) }).login();
  });

  it('a 409 that accepts nothing offers another way and ends after three', async () => {
    const bench = await signInBench({ account: { twoFactor: { answer: 'bareConflict' } } });
    const type = () => bench.account.generateCode();
    const prompt = new ScriptedPrompt([type, type, type]);
    await expect(bench.process({ prompt }).login()).rejects.toMatchObject({
      code: 'AUTH_CODE_REFUSED',
    });
    expect(prompt.told[0]).toContain('another way');
  });

  it('cli 9.2: a failed push is only warned about', async () => {
    const bench = await signInBench();
    bench.icloud.faults.next(
      { operation: 'verify/trusteddevice/securitycode', method: 'PUT' },
      { kind: 'status', status: 500 },
    );
    const prompt = new ScriptedPrompt([() => bench.account.generateCode()]);
    bench.settings.twoFactor.phones = [];
    await bench.process({ prompt }).login();
    expect(prompt.told.join()).toContain('Get Verification Code');
  });

  it('protocol 3.8, D6: security keys are refused before any code, by name', async () => {
    const securityKeys = ['Desk key', 'Spare'];
    const bench = await signInBench({ account: { twoFactor: { securityKeys } } });
    await expect(bench.process({ prompt: bench.reader() }).login()).rejects.toMatchObject({
      code: 'AUTH_SECURITY_KEYS',
      kind: 'account',
      message: expect.stringContaining('Desk key, Spare') as unknown,
    });
    expect(pushes(bench)).toBe(0);
  });

  it('protocol 3.9: old two-step verification is explained', async () => {
    const bench = await signInBench({ account: { twoFactor: { kind: 'hsa1' } } });
    await expect(bench.process().login()).rejects.toMatchObject({
      code: 'AUTH_TWO_STEP',
      kind: 'account',
    });
  });

  it('RT-14: trust is tried again after a server failure', async () => {
    const bench = await signInBench();
    bench.icloud.faults.next({ operation: '2sv/trust' }, { kind: 'status', status: 500 });
    await bench.process({ prompt: bench.reader() }).login();
  });

  it('protocol 3.6: a refused trust is reported, and accountLogin has the last word', async () => {
    const bench = await signInBench();
    bench.icloud.faults.while({ operation: '2sv/trust' }, { kind: 'status', status: 401 });
    await expect(bench.process({ prompt: bench.reader() }).login()).rejects.toMatchObject({
      code: 'AUTH_NOT_TRUSTED',
    });
    expect(JSON.stringify(bench.log)).toContain('does not trust this computer yet');
    expect(bench.asked().at(-1)).toBe('POST accountLogin');
  });
});

describe('D4: nobody at the terminal', () => {
  it('names the two commands and asks Apple for nothing after the password', async () => {
    const bench = await signInBench();
    await expect(bench.process().login()).rejects.toMatchObject({
      code: 'AUTH_CODE_NEEDED',
      kind: 'two-factor',
      hint: expect.stringMatching(/kei login get-code.*kei login submit-code CODE/) as unknown,
    });
    expect(bench.asked()).toEqual(['POST signin/init', 'POST signin/complete']);
  });

  it('protocol 3.3: get-code, then submit-code in another process, without another push', async () => {
    const bench = await signInBench();
    await expect(bench.process().login()).rejects.toMatchObject({ code: 'AUTH_CODE_NEEDED' });
    expect(await bench.process().requestCode()).toMatchObject({ method: { kind: 'device' } });
    expect(bench.account.signInTimes).toHaveLength(1);
    const submitted = await bench.process().submitCode(deviceCode(bench));
    expect(submitted.kind).toBe('accepted');
    expect([pushes(bench), bench.passwordsAsked]).toEqual([1, 1]);
    await bench.process().login();
  });

  it('D26: the way of the code is kept for submit-code', async () => {
    const bench = await signInBench();
    await bench.process().requestCode({ sms: 3 });
    await bench.process().submitCode(smsCode(bench));
    expect(pushes(bench)).toBe(0);
    expect(bench.icloud.journal.count({ operation: 'verify/phone/securitycode' })).toBe(1);
  });

  it('a number that the account does not have is named', async () => {
    const bench = await signInBench();
    await expect(bench.process().requestCode({ sms: 1 })).rejects.toMatchObject({
      code: 'AUTH_CODE_NOT_SENT',
      message: expect.stringContaining('id 1') as unknown,
    });
  });

  it('protocol 0.3: after a device that cannot be reached, a message in the same sign-in', async () => {
    const bench = await signInBench({ account: { twoFactor: { trustedDevices: 0 } } });
    await expect(bench.process().requestCode()).rejects.toMatchObject({
      code: 'AUTH_CODE_NOT_SENT',
    });
    const { scnt } = await bench.session();
    const before = bench.asked().length;
    await bench.process().requestCode({ sms: true });
    expect(bench.asked().slice(before)).toEqual([
      'POST accountLogin',
      'GET options',
      'PUT verify/phone',
    ]);
    const [page] = bench.icloud.journal.filter({ operation: 'options' });
    expect(page?.detail?.headers).toMatchObject({ scnt });
    await bench.process().submitCode(smsCode(bench));
    expect(bench.account.signInTimes).toHaveLength(1);
  });

  it('a wrong phone id (412) is an error with a remedy', async () => {
    const bench = await signInBench();
    bench.icloud.faults.next(
      { operation: 'verify/phone' },
      { kind: 'status', status: 412, body: { service_errors: [{ code: '-21668' }] } },
    );
    await expect(bench.process().requestCode({ sms: true })).rejects.toMatchObject({
      code: 'AUTH_CODE_NOT_SENT',
    });
  });

  it('protocol 3.2: the code of an earlier push is refused, the newest accepted', async () => {
    const bench = await signInBench();
    await bench.process().requestCode();
    const first = deviceCode(bench);
    await bench.process().requestCode();
    await expect(bench.process().submitCode(first)).rejects.toMatchObject({
      code: 'AUTH_CODE_REFUSED',
      kind: 'auth',
    });
    await bench.process().submitCode(deviceCode(bench));
  });

  it('protocol 2.8: the second proof asks for the password again', async () => {
    const bench = await signInBench();
    bench.settings.escrow.afterCode = true;
    await bench.process().requestCode();
    await bench.process().submitCode(deviceCode(bench));
    expect(bench.passwordsAsked).toBe(2);
    expect(codeSteps(bench)).toContain('POST escrow/complete');
  });

  it('a code is refused before any request when it has not six digits', async () => {
    const bench = await signInBench();
    await expect(bench.process().submitCode('12345')).rejects.toMatchObject({
      code: 'AUTH_CODE_MALFORMED',
    });
    expect(bench.asked()).toEqual([]);
  });

  it('a code that nobody asked for, or too late, says how to get one', async () => {
    const bench = await signInBench();
    await expect(bench.process().submitCode('123456')).rejects.toMatchObject({
      code: 'AUTH_CODE_NOT_REQUESTED',
    });
    await bench.process().requestCode();
    bench.account.removeBrowser();
    await expect(bench.process().submitCode('123456')).rejects.toMatchObject({
      code: 'AUTH_CODE_NOT_REQUESTED',
    });
  });

  it('get-code opens a new sign-in when the old one is over', async () => {
    const bench = await signInBench();
    await bench.process().requestCode();
    bench.account.signIns.expire();
    await bench.process().requestCode();
    expect(bench.account.signInTimes).toHaveLength(2);
    await bench.process().submitCode(deviceCode(bench));
  });

  it('cli 9.2: both commands say when the account is signed in already', async () => {
    const bench = await signInBench();
    await bench.process({ prompt: bench.reader() }).login();
    expect((await bench.process().requestCode()).kind).toBe('already-signed-in');
    expect((await bench.process().submitCode('123456')).kind).toBe('already-signed-in');
    expect(pushes(bench)).toBe(1);
  });

  it('RT-33: a waiting process takes over what submit-code stored', async () => {
    const bench = await signInBench();
    const waiting = bench.process();
    await expect(waiting.login()).rejects.toMatchObject({ code: 'AUTH_CODE_NEEDED' });
    await bench.process().requestCode();
    await expect(waiting.reauthenticate()).rejects.toMatchObject({ code: 'AUTH_CODE_NEEDED' });
    await bench.process().submitCode(deviceCode(bench));
    await waiting.reauthenticate();
    expect(bench.account.signInTimes).toHaveLength(1);
  });
});

it('a trusted number knows how it is shown', async () => {
  const bench = await signInBench();
  const request = await bench.process().requestCode({ sms: true });
  const phone: TrustedPhone | undefined =
    request.kind === 'requested' && request.method.kind === 'phone'
      ? request.method.phone
      : undefined;
  expect(phone?.label).toMatch(/42$/);
});
