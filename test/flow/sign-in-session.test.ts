import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { FaultAction } from '../../src/simulator/fault-actions.js';
import { signInBench, trustedBench, type SignInBench } from '../support/sign-in-bench.js';

const since = (bench: SignInBench, before: number) => bench.asked().slice(before);

async function steps(bench: SignInBench, work: () => Promise<unknown>): Promise<string[]> {
  const before = bench.asked().length;
  await work();
  return since(bench, before);
}

describe('protocol 4.1: as little as is needed', () => {
  it('a validation of the last ten minutes needs no request at all', async () => {
    const bench = await signInBench();
    await bench.process({ prompt: bench.reader() }).login();
    bench.clock.advance(599_000);
    expect(await steps(bench, () => bench.process().login())).toEqual([]);
  });

  it('cookies need one validate', async () => {
    const bench = await trustedBench();
    expect(await steps(bench, () => bench.process().login())).toEqual(['POST validate']);
  });

  it('an expired web session needs accountLogin', async () => {
    const bench = await trustedBench();
    bench.account.expireSession();
    expect(await steps(bench, () => bench.process().login())).toEqual([
      'POST validate',
      'POST accountLogin',
    ]);
    expect(bench.passwordsAsked).toBe(1);
  });

  it('lost cookies need accountLogin only', async () => {
    const bench = await trustedBench();
    await writeFile(bench.paths.cookies, '[]');
    expect(await steps(bench, () => bench.process().login())).toEqual(['POST accountLogin']);
  });

  it('an expired token needs the password, with trust no code', async () => {
    const bench = await trustedBench();
    bench.account.expireSessionToken();
    expect(await steps(bench, () => bench.process().login())).toEqual([
      'POST validate',
      'POST accountLogin',
      'POST signin/init',
      'POST signin/complete',
      'POST accountLogin',
    ]);
  });

  it.each<[string, FaultAction]>([
    ['450', { kind: 'status', status: 450 }],
    ['421 without a body', { kind: 'misdirected', body: 'empty' }],
    ['401', { kind: 'status', status: 401 }],
    ['403', { kind: 'status', status: 403 }],
    [
      '400 Invalid Session Token',
      { kind: 'status', status: 400, body: { success: false, error: 'Invalid Session Token' } },
    ],
  ])('an accountLogin answered by %s falls back on the password', async (_name, fault) => {
    const bench = await trustedBench();
    bench.account.expireSession();
    bench.icloud.faults.next({ operation: 'accountLogin' }, fault);
    await bench.process().login();
    expect(bench.account.signInTimes).toHaveLength(2);
  });

  it('protocol 4.2: a 500 is tried once more, then the password once', async () => {
    const bench = await trustedBench();
    bench.account.expireSession();
    bench.icloud.faults.next({ operation: 'accountLogin' }, { kind: 'status', status: 500 }, 2);
    expect(await steps(bench, () => bench.process().login())).toEqual([
      'POST validate',
      'POST accountLogin',
      'POST accountLogin',
      'POST signin/init',
      'POST signin/complete',
      'POST accountLogin',
    ]);
  });

  it.each([
    ['validate', 503, 'ACCOUNT_THROTTLED', 1],
    ['validate', 429, 'ACCOUNT_THROTTLED', 1],
    ['validate', 500, 'AUTH_ANSWER_UNUSABLE', 3],
    ['accountLogin', 503, 'ACCOUNT_THROTTLED', 1],
    ['accountLogin', 429, 'ACCOUNT_THROTTLED', 1],
    ['accountLogin', 502, 'AUTH_ANSWER_UNUSABLE', 2],
  ] as const)('protocol 4.1: %s answered by %i stops before the password', async (...row) => {
    const [operation, status, code, times] = row;
    const bench = await trustedBench();
    if (operation === 'accountLogin') bench.account.expireSession();
    const before = bench.icloud.journal.count({ operation });
    bench.icloud.faults.while({ operation }, { kind: 'status', status });
    await expect(bench.process().login()).rejects.toMatchObject({ code });
    expect(bench.icloud.journal.count({ operation }) - before).toBe(times);
    expect(bench.account.signInTimes).toHaveLength(1);
  });

  it('a session that is refused right after the right password is no loop', async () => {
    const bench = await signInBench({ account: { twoFactor: 'off' } });
    bench.icloud.faults.while({ operation: 'accountLogin' }, { kind: 'misdirected' });
    await expect(bench.process().login()).rejects.toMatchObject({ code: 'AUTH_SESSION_REFUSED' });
    expect(bench.account.signInTimes).toHaveLength(1);
  });

  it('an account that is an HTML page is transient', async () => {
    const bench = await signInBench({ account: { twoFactor: 'off' } });
    bench.icloud.faults.while({ operation: 'accountLogin' }, { kind: 'html' });
    await expect(bench.process().login()).rejects.toMatchObject({ kind: 'transient' });
  });
});

describe('reauthenticate', () => {
  it('protocol 4.8: is single-flight and follows the account to another partition', async () => {
    const bench = await trustedBench();
    const kei = bench.process();
    const first = await kei.login();
    bench.clock.advance(601_000);
    bench.account.movePartition(99);
    const before = bench.asked().length;
    const [one, two] = await Promise.all([kei.reauthenticate(), kei.reauthenticate()]);
    expect(since(bench, before)).toEqual(['POST validate']);
    expect([first, one, two].map(({ cloudKitUrl }) => new URL(cloudKitUrl).hostname)).toEqual([
      'p61-ckdatabasews.icloud.com',
      'p99-ckdatabasews.icloud.com',
      'p99-ckdatabasews.icloud.com',
    ]);
  });

  it('protocol 4.8: does not trust cookies twice that CloudKit refuses', async () => {
    const bench = await trustedBench();
    const kei = bench.process();
    await kei.login();
    bench.clock.advance(601_000);
    expect(await steps(bench, () => kei.reauthenticate())).toEqual(['POST validate']);
    expect(await steps(bench, () => kei.reauthenticate())).toEqual(['POST accountLogin']);
    expect(bench.account.signInTimes).toHaveLength(1);
  });

  it('D58: tries cookies and token first, then the password', async () => {
    const bench = await trustedBench();
    const kei = bench.process();
    await kei.login();
    bench.clock.advance(601_000);
    bench.account.expireSessionToken();
    expect(await steps(bench, () => kei.reauthenticate())).toEqual([
      'POST validate',
      'POST accountLogin',
      'POST signin/init',
      'POST signin/complete',
      'POST accountLogin',
    ]);
  });
});

describe('D6: accounts that need a person', () => {
  it('protocol 4.7: terms to accept', async () => {
    const bench = await trustedBench();
    bench.account.expireSession();
    bench.settings.termsPending = true;
    await expect(bench.process().login()).rejects.toMatchObject({
      code: 'AUTH_TERMS',
      kind: 'account',
    });
    bench.settings.termsPending = false;
    await bench.process().login();
    expect(bench.account.signInTimes).toHaveLength(1);
  });

  it('protocol 4.9: web access off', async () => {
    const bench = await trustedBench();
    bench.settings.webAccess = 'off';
    await expect(bench.process().login()).rejects.toMatchObject({
      code: 'AUTH_WEB_ACCESS_OFF',
      kind: 'account',
    });
  });

  it('protocol 4.9: Advanced Data Protection with web access off names both settings', async () => {
    const bench = await trustedBench();
    bench.settings.webAccess = 'off';
    bench.settings.dataProtection.on = true;
    await expect(bench.process().login()).rejects.toMatchObject({
      code: 'AUTH_ADVANCED_DATA_PROTECTION',
      kind: 'account',
      hint: expect.stringMatching(/Web.*Advanced Data Protection/) as unknown,
    });
  });

  it.each([200, 302] as const)('protocol 4.6: the other region, answered by %i', async (status) => {
    const bench = await signInBench({ account: { region: 'cn', twoFactor: 'off' } });
    bench.settings.redirectStatus = status;
    await expect(bench.process().login()).rejects.toMatchObject({
      code: 'AUTH_WRONG_DOMAIN',
      kind: 'config',
      message: expect.stringContaining('[auth].domain must be "cn"') as unknown,
    });
  });

  it('protocol 0.1: China signs in at the global host, and lives under .cn', async () => {
    const bench = await signInBench({ account: { region: 'cn' }, domain: 'cn' });
    const session = await bench.process({ prompt: bench.reader() }).login();
    expect(session.homeOrigin).toBe('https://www.icloud.com.cn');
    const hosts = new Set(bench.icloud.journal.entries.map(({ host }) => host));
    expect([...hosts].sort()).toEqual(['idmsa.apple.com', 'setup.icloud.com.cn']);
    expect(new URL(session.cloudKitUrl).hostname).toMatch(/icloud\.com\.cn$/);
  });
});

describe('protocol 4.9: Advanced Data Protection with web access on', () => {
  async function protectedBench(changes: Partial<SignInBench['settings']['dataProtection']>) {
    const bench = await trustedBench();
    bench.account.expireSession();
    Object.assign(bench.settings.dataProtection, { on: true, consented: false, ...changes });
    return bench;
  }

  it('asks for approval, waits for it and for the keys', async () => {
    const bench = await protectedBench({ approvesAfterPolls: 2, pcsAfterPolls: 2 });
    const session = await bench.process().login();
    expect(session.advancedDataProtection).toBe(true);
    expect(JSON.stringify(bench.log)).toContain('Approve the request');
    expect(await readFile(bench.paths.cookies, 'utf8')).toContain('X-APPLE-WEBAUTH-PCS-Photos');
    bench.clock.advance(600_000);
    expect(await steps(bench, () => bench.process().login())).toEqual(['POST validate']);
  });

  it.each([
    [{ approvesAfterPolls: 'never' }, 'requestWebAccessState'],
    [{ consented: true, pcsAfterPolls: 'never' }, 'requestPCS'],
  ] as const)('gives up after five minutes: %j', async (changes, operation) => {
    const bench = await protectedBench(changes);
    const start = bench.clock.now();
    await expect(bench.process().login()).rejects.toMatchObject({
      code: 'AUTH_CONSENT',
      kind: 'account',
    });
    expect(bench.clock.now() - start).toBe(300_000);
    expect(bench.icloud.journal.count({ operation })).toBeLessThanOrEqual(61);
  });
});

describe('cookies that CloudKit renews', () => {
  it('protocol 1.7: reach the disk, or the stored session dies early', async () => {
    const bench = await trustedBench();
    const session = await bench.process().login();
    const before = await readFile(bench.paths.cookies, 'utf8');
    bench.settings.rotateTokenEvery = 1;
    const answer = await session.api.send({
      method: 'POST',
      url: `${session.cloudKitUrl}/database/1/com.apple.photos.cloud/production/private/zones/list`,
      headers: { Origin: session.homeOrigin, 'Content-Type': 'text/plain' },
      body: '{}',
    });
    expect(answer.status).toBe(200);
    await session.persist();
    expect(await readFile(bench.paths.cookies, 'utf8')).not.toBe(before);
    bench.clock.advance(600_000);
    expect(await steps(bench, () => bench.process().login())).toEqual(['POST validate']);
  });

  it('protocol 4.5: a session of Rust kei or icloudpd goes on working', async () => {
    const bench = await trustedBench();
    const { pending_code, sign_in_limits, ...theirs } = await bench.session();
    expect([pending_code, sign_in_limits]).toHaveLength(2);
    await writeFile(bench.paths.session, JSON.stringify(theirs));
    const entries = JSON.parse(await readFile(bench.paths.cookies, 'utf8')) as {
      url: string;
      cookie: string;
    }[];
    const bare = entries.map(({ cookie }) => ({ url: 'https://setup.icloud.com/', cookie }));
    await writeFile(bench.paths.cookies, JSON.stringify(bare));
    expect(await steps(bench, () => bench.process().login())).toEqual(['POST validate']);
  });
});
