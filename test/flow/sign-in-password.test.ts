import { describe, expect, it } from 'vitest';
import { signInBench, trustedBench } from '../support/sign-in-bench.js';

const idmsa = (bench: { asked: () => string[] }) =>
  bench.asked().filter((step) => /signin|escrow|repair/.test(step));

describe('signing in with the password', () => {
  it.each([
    ['s2k', {}],
    ['s2k_fo', { protocol: 's2k_fo' as const }],
    ['a password of Unicode', { password: 'pässwörd – 🔑' }],
    ['an Apple ID in mixed case', { appleId: 'Jane.Appleseed@Example.com' }],
  ])('protocol 2: %s, without two-factor authentication', async (_name, account) => {
    const bench = await signInBench({ account: { ...account, twoFactor: 'off' } });
    const session = await bench.process().login();
    expect(session).toMatchObject({
      dsid: '12345678901',
      cloudKitUrl: 'https://p61-ckdatabasews.icloud.com:443',
      homeOrigin: 'https://www.icloud.com',
      advancedDataProtection: false,
    });
    expect(bench.asked()).toEqual([
      'POST signin/init',
      'POST signin/complete',
      'POST accountLogin',
    ]);
  });

  it('protocol 2.4: a B with a leading zero byte', async () => {
    const bench = await signInBench({ account: { twoFactor: 'off' } });
    bench.settings.leadingZeroB = true;
    await bench.process().login();
  });

  it('protocol 1.6: a challenge served as text/html', async () => {
    const bench = await signInBench({ account: { twoFactor: 'off' } });
    bench.settings.initAsHtml = true;
    await bench.process().login();
  });

  it('a wrong password is tried once and says so', async () => {
    const bench = await signInBench();
    await expect(bench.process({ password: 'wrong' }).login()).rejects.toMatchObject({
      code: 'AUTH_WRONG_PASSWORD',
      kind: 'auth',
    });
    expect(bench.account.signInTimes).toHaveLength(1);
  });

  it.each([
    [401, 'AUTH_WRONG_PASSWORD'],
    [403, 'AUTH_WRONG_PASSWORD'],
  ] as const)('an unknown Apple ID answered by %i', async (status, code) => {
    const bench = await signInBench();
    bench.settings.unknownAccount = status;
    const kei = bench.process({ appleId: 'nobody@example.com' });
    await expect(kei.login()).rejects.toMatchObject({ code });
  });

  it.each([
    [403, 'AUTH_REFUSED'],
    [423, 'AUTH_LOCKED'],
  ] as const)('D6: an account locked with %i needs a person', async (status, code) => {
    const bench = await signInBench();
    bench.account.lock(status);
    await expect(bench.process().login()).rejects.toMatchObject({ code, kind: 'account' });
  });

  it('protocol 2.6: a 401 at init means stale state; it starts anew once', async () => {
    const bench = await trustedBench();
    bench.account.expireSessionToken();
    bench.account.signIns.expire();
    bench.settings.refuseStaleInit = true;
    await bench.process().login();
    const inits = bench.icloud.journal.filter({ operation: 'signin/init' });
    expect(inits.map(({ status }) => status)).toEqual([200, 401, 200]);
    expect(inits[2]?.detail?.headers['cookie']).toBeUndefined();
  });

  it('a 401 at init that stays is no wrong password', async () => {
    const bench = await signInBench();
    bench.icloud.faults.while({ operation: 'signin/init' }, { kind: 'status', status: 401 });
    await expect(bench.process().login()).rejects.toMatchObject({ code: 'AUTH_REJECTED' });
    expect(bench.icloud.journal.count({ operation: 'signin/init' })).toBe(2);
  });

  it('protocol 2.6: an account to be repaired is repaired once', async () => {
    const bench = await signInBench({ account: { twoFactor: 'off' } });
    bench.settings.repair = 'works';
    await bench.process().login();
    expect(bench.asked()).toContain('POST repair/complete');
  });

  it('D6: an account that cannot be repaired needs a person', async () => {
    const bench = await signInBench({ account: { twoFactor: 'off' } });
    bench.settings.repair = 'fails';
    await expect(bench.process().login()).rejects.toMatchObject({
      code: 'AUTH_REPAIR',
      kind: 'account',
    });
  });

  it('protocol 2.6: a 200 that hides a 401 is a wrong password', async () => {
    const bench = await signInBench();
    bench.icloud.faults.next(
      { operation: 'signin/complete' },
      { kind: 'status', status: 200, body: {}, headers: { 'X-Apple-I-Rscd': '401' } },
    );
    await expect(bench.process().login()).rejects.toMatchObject({ code: 'AUTH_WRONG_PASSWORD' });
  });

  it('a 401 for another reason is told as what it is', async () => {
    const bench = await signInBench();
    const body = { serviceErrors: [{ code: '-20999', message: 'Something else.' }] };
    bench.icloud.faults.next(
      { operation: 'signin/complete' },
      { kind: 'status', status: 401, body },
    );
    await expect(bench.process().login()).rejects.toMatchObject({
      code: 'AUTH_APPLE_ERROR',
      message: expect.stringContaining('Something else.') as unknown,
    });
  });

  it('RT-14: a server failure is tried again twice, then stops', async () => {
    const bench = await signInBench({ account: { twoFactor: 'off' } });
    bench.icloud.faults.next({ operation: 'signin/init' }, { kind: 'status', status: 502 }, 2);
    await bench.process().login();
    expect(bench.clock.waits).toHaveLength(2);
    const other = await signInBench();
    other.icloud.faults.while({ operation: 'signin/init' }, { kind: 'status', status: 500 });
    await expect(other.process().login()).rejects.toMatchObject({ code: 'AUTH_ANSWER_UNUSABLE' });
    expect(other.icloud.journal.count({ operation: 'signin/init' })).toBe(3);
  });

  it('survives an answer that is no JSON', async () => {
    const bench = await signInBench();
    bench.icloud.faults.while({ operation: 'signin/init' }, { kind: 'html' });
    await expect(bench.process().login()).rejects.toMatchObject({ code: 'AUTH_ANSWER_UNUSABLE' });
  });
});

describe('D58: throttled sign-ins', () => {
  it('a 503 stops at once, and no later process tries before the stored time', async () => {
    const bench = await signInBench();
    bench.settings.maxSignIns = 0;
    await expect(bench.process().login()).rejects.toMatchObject({
      code: 'AUTH_THROTTLED',
      kind: 'blocked',
      message: expect.stringContaining('2026-06-01T00:30:00') as unknown,
    });
    expect(idmsa(bench)).toEqual(['POST signin/init']);
    bench.clock.advance(29 * 60_000);
    await expect(bench.process().login()).rejects.toMatchObject({ code: 'AUTH_THROTTLED' });
    await expect(bench.process({ prompt: bench.reader() }).login()).rejects.toMatchObject({
      code: 'AUTH_THROTTLED',
    });
    expect(idmsa(bench)).toHaveLength(1);
    expect(bench.passwordsAsked).toBe(1);
    bench.clock.advance(60_000);
    await expect(bench.process().login()).rejects.toMatchObject({
      message: expect.stringContaining('2026-06-01T01:30:00') as unknown,
    });
    expect(idmsa(bench)).toHaveLength(2);
    bench.settings.maxSignIns = Infinity;
    bench.clock.advance(3_600_000);
    await bench.process({ prompt: bench.reader() }).login();
  });

  it('a 429 stops until its Retry-After is over', async () => {
    const bench = await signInBench({ account: { twoFactor: 'off' } });
    bench.icloud.faults.next(
      { operation: 'signin/complete' },
      { kind: 'status', status: 429, retryAfter: 90 },
    );
    await expect(bench.process().login()).rejects.toMatchObject({ code: 'AUTH_THROTTLED' });
    await expect(bench.process().login()).rejects.toMatchObject({ code: 'AUTH_THROTTLED' });
    bench.clock.advance(90_000);
    await bench.process().login();
    expect(bench.icloud.journal.count({ operation: 'signin/complete' })).toBe(2);
  });

  it('makes at most three password sign-ins an hour while nobody watches', async () => {
    const bench = await signInBench();
    const codes: unknown[] = [];
    for (let run = 0; run < 5; run += 1) {
      bench.clock.advance(60_000);
      await bench
        .process({ password: 'wrong' })
        .login()
        .catch((error: unknown) => codes.push((error as { code: string }).code));
    }
    expect(codes).toEqual([
      'AUTH_WRONG_PASSWORD',
      'AUTH_WRONG_PASSWORD',
      'AUTH_WRONG_PASSWORD',
      'AUTH_BUDGET_USED',
      'AUTH_BUDGET_USED',
    ]);
    await bench.process({ prompt: bench.reader() }).login();
  });
});

describe('a computer that Apple trusts', () => {
  it('protocol 2.6: the trust token makes the password enough', async () => {
    const bench = await trustedBench();
    bench.account.expireSessionToken();
    await bench.process().login();
    expect(bench.icloud.journal.filter({ operation: 'signin/complete' }).at(-1)?.status).toBe(200);
  });

  it('protocol 3.6: an expired trust token asks for a code, once', async () => {
    const bench = await trustedBench();
    bench.account.expireSessionToken();
    bench.account.revokeTrust();
    await expect(bench.process().login()).rejects.toMatchObject({
      code: 'AUTH_CODE_NEEDED',
      kind: 'two-factor',
    });
    const before = bench.account.signInTimes.length;
    await expect(bench.process().login()).rejects.toMatchObject({ code: 'AUTH_CODE_NEEDED' });
    expect(bench.account.signInTimes).toHaveLength(before);
    expect(bench.icloud.journal.count({ operation: 'verify/trusteddevice/securitycode' })).toBe(2);
  });

  it.each(['X-Apple-EDP', 'X-Apple-PDP'] as const)(
    'protocol 2.8: %s with a trust token wants the second proof, and no code',
    async (header) => {
      const bench = await trustedBench();
      bench.account.expireSessionToken();
      bench.settings.escrow.withTrustToken = true;
      bench.settings.escrow.header = header;
      await bench.process().login();
      expect(idmsa(bench).slice(-3)).toEqual([
        'POST signin/complete',
        'POST escrow/init',
        'POST escrow/complete',
      ]);
    },
  );

  it('protocol 2.8: when the second proof fails, a code helps', async () => {
    const bench = await trustedBench();
    bench.account.expireSessionToken();
    bench.settings.escrow.withTrustToken = true;
    bench.icloud.faults.next({ operation: 'escrow/complete' }, { kind: 'status', status: 401 });
    await bench.process({ prompt: bench.reader() }).login();
  });

  it('protocol 2.8: the same header without a trust token means nothing', async () => {
    const bench = await signInBench();
    bench.settings.escrow.withCodeRequest = true;
    await bench.process({ prompt: bench.reader() }).login();
    expect(bench.asked().filter((step) => step.includes('escrow'))).toEqual([]);
  });
});

it('no secret reaches the log', async () => {
  const bench = await trustedBench();
  await bench.process().login();
  const { session_token, trust_token, scnt, session_id } = await bench.session();
  const text = JSON.stringify(bench.log);
  for (const secret of [session_token, trust_token, scnt, session_id, bench.account.password]) {
    expect(secret).toBeTruthy();
    expect(text).not.toContain(secret);
  }
});
