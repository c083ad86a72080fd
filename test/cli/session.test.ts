import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { Account } from '../../src/simulator/account/account.js';
import { hashes, STACK_TRACE, wantedFiles, World } from '../support/cli-world.js';

async function expectAllThere(world: World): Promise<void> {
  const tree = await world.home.tree();
  expect(hashes(tree.values())).toEqual(hashes(wantedFiles(world.library).keys()));
}

/** Password sign-ins that came to their end. */
const passwordSignIns = (world: World) => world.icloud.account.signInTimes.length;

/** The token of the library, that of its database, and how the runs ended. */
function stateOf({ home }: World) {
  const state = new Database(home.statePath, { readonly: true });
  try {
    return {
      token: state.prepare('SELECT sync_token FROM zones').pluck().get(),
      databaseTokens: state.prepare('SELECT * FROM database_tokens').all(),
      runs: state.prepare('SELECT status, downloaded FROM runs ORDER BY id').all(),
    };
  } finally {
    state.close();
  }
}

describe('a session that Apple takes back', () => {
  it.each([
    ['the listing', { operation: 'records/query' }],
    ['the look for changes', { operation: 'changes/zone' }],
  ])('RT-13, D58: cookies refused during %s are renewed without the password', async (_, when) => {
    const world = await World.open({ library: 'small:30' });
    world.icloud.faults.next(when, { kind: 'revokeSession' });
    const { code, stderr } = await world.sync();
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('signing in again');
    await expectAllThere(world);
    expect(passwordSignIns(world)).toBe(1);
  });

  it('RT-13: CloudKit refuses with 401 and 421 of its own accord', async () => {
    const world = await World.open({ library: 'small:30' });
    world.icloud.faults.next({ operation: 'records/query' }, { kind: 'status', status: 401 });
    world.icloud.faults.next({ operation: 'changes/zone' }, { kind: 'misdirected' });
    const { code, stderr } = await world.sync();
    expect(code, stderr).toBe(0);
    await expectAllThere(world);
  });

  it('RT-31, RT-32: requests refused by mistake while Apple accepts the session are no losses', async () => {
    const world = await World.open({ library: 'small:400' });
    world.icloud.faults.add({
      when: { site: 'ckdatabase' },
      timing: { every: 2 },
      action: { kind: 'status', status: 450 },
    });
    const { result, requests } = await world.watch(() => world.sync());
    const refused = requests.cloudKit.filter(({ status }) => status === 450);
    expect(refused.length).toBeGreaterThan(3);
    expect(result.code, result.stderr).toBe(0);
    await expectAllThere(world);
    expect(result.stderr).not.toContain('signing in again');
    expect(passwordSignIns(world)).toBe(1);
    const validations = world.icloud.journal.count({ site: 'setup', operation: 'validate' });
    expect(validations).toBeGreaterThan(0);
    expect(validations).toBeLessThanOrEqual(refused.length);
  });

  it('protocol 4.8, D58: cookies that Apple calls good and iCloud refuses are renewed by the token', async () => {
    const world = await World.open({ library: 'small:5' });
    expect((await world.sync()).code).toBe(0);
    const refusal = world.icloud.faults.while('ckdatabase', { kind: 'status', status: 401 });
    world.icloud.journal.subscribe(({ operation }) => {
      if (operation === 'accountLogin') world.icloud.faults.remove(refusal);
    });
    const { result, requests } = await world.watch(() => world.sync());
    expect(result.code, result.stderr).toBe(0);
    expect(passwordSignIns(world)).toBe(1);
    expect(requests.cloudKit.map(({ status }) => status)).toEqual([401, 401, 200]);
  });

  it.each([
    [429, { exit: 1, accountLogins: 1, passwords: 0 }],
    [503, { exit: 1, accountLogins: 1, passwords: 0 }],
    // Repeated once, then the password, and then the same again.
    [500, { exit: 3, accountLogins: 4, passwords: 1 }],
  ])(
    'protocol 4.1, 4.2: what Apple says (%i) to a sign-in in the middle of a run holds for its rest',
    async (status, expected) => {
      const world = await World.open({ library: 'small:400' });
      const { faults, journal } = world.icloud;
      const signIn = { operation: 'accountLogin' };
      faults.next({ operation: 'records/lookup' }, { kind: 'revokeSession' });
      faults.add({
        when: { site: 'content' },
        timing: { every: 3 },
        action: { kind: 'status', status: 404 },
      });
      faults.add({ when: signIn, timing: { after: 1 }, action: { kind: 'status', status } });
      const { code, stderr } = await world.sync();
      expect(
        {
          exit: code,
          accountLogins: journal.count(signIn) - 1,
          passwords: passwordSignIns(world) - 1,
        },
        stderr,
      ).toEqual(expected);
    },
  );

  it('RT-30, RT-31, D52: downloads refused also with fresh URLs pause the run until a new sign-in', async () => {
    const world = await World.open({ library: 'small:40' });
    const refusal = world.icloud.faults.while('content', { kind: 'status', status: 403 });
    let renewals = 0;
    world.icloud.journal.subscribe(({ site, operation }) => {
      if (site !== 'setup' || operation !== 'accountLogin' || (renewals += 1) !== 2) return;
      world.icloud.faults.remove(refusal);
    });
    const { result, requests } = await world.watch(() => world.sync());
    expect(result.code, result.stderr).toBe(0);
    expect(renewals).toBe(2);
    await expectAllThere(world);
    // The pass ends after a few refusals instead of trying every file.
    const refused = requests.content.filter(({ status }) => status === 403);
    expect(refused.length).toBeLessThan(50);
  });

  it('RT-32, case 146: gives up after three sign-ins, exit 3, and the next run goes on', async () => {
    const world = await World.open({ library: 'small:10' });
    const id = world.icloud.faults.while('content', { kind: 'status', status: 403 });
    const { code, stderr } = await world.sync();
    expect(code).toBe(3);
    expect(stderr).toContain('Error: Session expired, giving up after 3 re-auth attempts');
    expect(stderr).not.toMatch(STACK_TRACE);
    expect((await world.home.run(['status'])).stdout).not.toContain('in progress');
    world.icloud.faults.remove(id);
    expect((await world.sync()).code).toBe(0);
    await expectAllThere(world);
  });

  it('RT-34: a run whose session expired for good is an interrupted one, and advances no token', async () => {
    const world = await World.open({ library: 'small:10' });
    expect((await world.sync()).code).toBe(0);
    const before = stateOf(world);
    expect(before.token).toEqual(expect.any(String));
    for (let n = 0; n < 5; n += 1) world.library.add({ kind: 'photo', name: `NEW_${n}.JPG` });
    const id = world.icloud.faults.while('content', { kind: 'status', status: 403 });
    expect((await world.sync()).code).toBe(3);
    const expired = stateOf(world);
    expect(expired.runs).toEqual([...before.runs, { status: 'interrupted', downloaded: 0 }]);
    expect({ ...expired, runs: [] }).toEqual({ ...before, runs: [] });
    const status = (await world.home.run(['status'])).stdout;
    expect(status).not.toContain('in progress');

    // IN-40: what the token of before tells of is everything that is left to do.
    world.icloud.faults.remove(id);
    const { result, requests } = await world.watch(() => world.sync());
    expect(result.code, result.stderr).toBe(0);
    expect(requests.cloudKit.map(({ operation }) => operation)).toContain('changes/zone');
    expect(new Set(requests.fetched).size).toBe(5);
    await expectAllThere(world);
    expect(stateOf(world).token).not.toBe(before.token);
  });

  it('D58: with no sign-in left it stops at the first call, with the time', async () => {
    const world = await World.open({ library: 'small:3' });
    expect((await world.sync()).code).toBe(0);
    const path = join(world.home.dataDirectory, 'janeexamplecom.session');
    const session = JSON.parse(await readFile(path, 'utf8')) as Record<string, string>;
    const attempts = Array<number>(3).fill(Date.now());
    session['sign_in_limits'] = JSON.stringify({ attempts, throttles: 0 });
    await writeFile(path, JSON.stringify(session), { mode: 0o600 });
    world.icloud.account.expireSessionToken();
    const { result, requests } = await world.watch(() => world.sync());
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(
      /^Error: kei signed in with the password 3 times within an hour and stops until 20/m,
    );
    expect(requests.cloudKit.map(({ operation }) => operation)).toEqual(['changes/database']);
    expect(requests.content).toEqual([]);
  });

  it('D58: a browser that the owner removed signs in with the password again', async () => {
    const world = await World.open({ library: 'small:3' });
    expect((await world.sync()).code).toBe(0);
    world.icloud.account.removeBrowser();
    world.library.add({ kind: 'photo', name: 'NEW.JPG' });
    const { code, stderr } = await world.sync();
    expect(code, stderr).toBe(0);
    expect(passwordSignIns(world)).toBe(2);
    await expectAllThere(world);
  });
});

describe('two-factor authentication', () => {
  it('D4, case 147, cli 9.2: nobody to ask is exit 3 with both commands; they work in processes of their own', async () => {
    const world = await World.open({ library: 'small:5', account: { twoFactor: {} } });
    const { account } = world.icloud;
    const unattended = await world.sync();
    expect(unattended.code).toBe(3);
    expect(unattended.stderr).toContain('kei login get-code');
    expect(unattended.stderr).toContain('kei login submit-code');
    expect(unattended.stderr).not.toMatch(STACK_TRACE);
    expect(account.pendingCode()).toBeUndefined();

    const asked = await world.home.run(['login', 'get-code']);
    expect(asked).toMatchObject({ code: 0 });
    expect(asked.stdout).toContain('kei login submit-code <CODE>');
    const code = account.pendingCode()!.code;
    const wrong = await world.home.run([
      'login',
      'submit-code',
      code === '000000' ? '111111' : '000000',
    ]);
    expect(wrong.code).toBe(3);
    expect(wrong.stderr).toMatch(/^Error: /m);
    const right = await world.home.run([
      'login',
      'submit-code',
      `${code.slice(0, 3)}-${code.slice(3)}`,
    ]);
    expect(right, right.stderr).toMatchObject({ code: 0 });

    const { result, requests } = await world.watch(() => world.sync());
    expect(result.code, result.stderr).toBe(0);
    expect(requests.entries.filter(({ site }) => site === 'idmsa')).toEqual([]);
    await expectAllThere(world);
    expect((await world.home.run(['login'])).stdout).toContain('Signed in');
  });

  it('D26: a code by SMS', async () => {
    const world = await World.open({ account: { twoFactor: {} } });
    const asked = await world.home.run(['login', 'get-code', '--sms']);
    expect(asked.code, asked.stderr).toBe(0);
    expect(asked.stdout).toMatch(
      /^Apple sends a code as a text message to \+1 .+\. Next: kei login submit-code <CODE>$/m,
    );
    const { code } = world.icloud.account.pendingCode(3)!;
    const submitted = await world.home.run(['login', 'submit-code', code]);
    expect(submitted, submitted.stderr).toMatchObject({ code: 0 });
    expect((await world.sync()).code).toBe(0);
  });

  it('D4: a trust that ran out between two runs is exit 3 again', async () => {
    const world = await World.open({ library: 'small:2', account: { twoFactor: {} } });
    await world.home.run(['login', 'get-code']);
    await world.home.run(['login', 'submit-code', world.icloud.account.pendingCode()!.code]);
    expect((await world.sync()).code).toBe(0);
    world.icloud.account.removeBrowser();
    const { code, stderr } = await world.sync();
    expect(code).toBe(3);
    expect(stderr).toContain('kei login get-code');
  });

  it('cli 1.4: five digits are no code', async () => {
    const world = await World.open({ account: { twoFactor: {} } });
    const { result, requests } = await world.watch(() =>
      world.home.run(['login', 'submit-code', '12345']),
    );
    expect(result.code).toBe(64);
    expect(requests.entries).toEqual([]);
  });
});

describe('an account that needs its owner', () => {
  const cases: Readonly<Record<string, [(account: Account) => void, RegExp]>> = {
    'security keys': [
      ({ settings }) => (settings.twoFactor.securityKeys = ['Blue key']),
      /security key/i,
    ],
    'new terms': [({ settings }) => (settings.termsPending = true), /terms/i],
    'Advanced Data Protection': [
      ({ settings }) => {
        settings.dataProtection.on = true;
        settings.dataProtection.consented = false;
        settings.dataProtection.approvesAfterPolls = 'never';
        settings.webAccess = 'off';
      },
      /Advanced Data Protection|web/i,
    ],
    'web access off': [({ settings }) => (settings.webAccess = 'off'), /web/i],
    locked: [(account) => account.lock(), /locked/i],
  };
  it.each(Object.entries(cases))('D6: %s, exit 4 with what to do', async (_, [arrange, words]) => {
    const world = await World.open({ account: { twoFactor: {} } });
    arrange(world.icloud.account);
    let result = await world.home.run(['login', 'get-code']);
    if (result.code === 0) {
      const { code } = world.icloud.account.pendingCode()!;
      result = await world.home.run(['login', 'submit-code', code]);
    }
    expect(result.code, result.stderr).toBe(4);
    expect(result.stderr).toMatch(words);
    expect(result.stderr).toMatch(/^Error: .+\n {2}\S.+/m);
    expect(result.stderr).not.toMatch(STACK_TRACE);
  });
});

describe('the password', () => {
  it('cli 1.5: a wrong one is exit 3, and it is in no output', async () => {
    const wrong = 'quite-Wrong+1';
    const world = await World.open();
    const { code, stdout, stderr } = await world.home.run(['sync', '--log-level', 'debug'], {
      env: { ICLOUD_PASSWORD: wrong },
    });
    expect(code).toBe(3);
    expect(stderr).toMatch(/password/i);
    expect(stdout + stderr).not.toContain(wrong);
    expect(stdout + stderr).not.toMatch(STACK_TRACE);
  });

  it('OB-37, case 156: neither it nor a cookie or token is in the debug log or a file readable by others', async () => {
    const world = await World.open({ library: 'small:3' });
    const { code, stdout, stderr } = await world.home.run(
      ['sync', '--log-level', 'debug', '-p', world.home.password],
      { env: { ICLOUD_PASSWORD: '' } },
    );
    expect(code, stderr).toBe(0);
    const output = stdout + stderr;
    expect(output).toContain('"level":"debug"');
    expect(output).not.toContain(world.home.password);
    const secrets = [];
    for (const name of ['janeexamplecom', 'janeexamplecom.session']) {
      const text = await readFile(join(world.home.dataDirectory, name), 'utf8');
      expect(text).not.toContain(world.home.password);
      secrets.push(...(text.match(/[A-Za-z0-9+/=_-]{24,}/g) ?? []));
    }
    expect(secrets.length).toBeGreaterThan(3);
    for (const secret of secrets) expect(output).not.toContain(secret);
  });

  it('cli 8.1: no source and no terminal is exit 3 and names the ways', async () => {
    const world = await World.open();
    const { code, stderr } = await world.sync({ env: { ICLOUD_PASSWORD: '' } });
    expect(code).toBe(3);
    expect(stderr).toMatch(/ICLOUD_PASSWORD/);
    expect(stderr).toMatch(/password_file|password-file/);
    expect(stderr).toMatch(/password_command|password-command/);
  });

  it.each([
    ['--password-file', 'no-such-file'],
    ['--password-command', 'echo secret-of-the-vault; exit 3'],
  ])(
    'cli 8.2: %s that does not work is exit 3 and shows nothing of what it gave',
    async (flag, value) => {
      const world = await World.open();
      const { code, stderr } = await world.home.run(['sync', flag, value], {
        env: { ICLOUD_PASSWORD: '' },
      });
      expect(code).toBe(3);
      expect(stderr.replace(value, '')).not.toContain('secret-of-the-vault');
      expect(stderr).not.toMatch(STACK_TRACE);
    },
  );
});
