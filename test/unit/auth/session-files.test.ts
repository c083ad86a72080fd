import { readFile, stat, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { formatCookieFile, parseCookieFile } from '../../../src/auth/cookie-file.js';
import { formatSessionFile, parseSessionFile } from '../../../src/auth/session-file.js';
import { SessionStore } from '../../../src/auth/session-store.js';
import { captureHeaders, newSession, type Session } from '../../../src/auth/session.js';
import { silentLogger } from '../../../src/platform/logger.js';
import { accountPaths } from './scripted-apple.js';

const session: Session = {
  clientId: 'auth-11111111-2222-4333-8444-555555555555',
  sessionToken: 'token',
  trustToken: 'trust',
  scnt: 'scnt',
  pendingCode: { kind: 'phone', phone: { id: 3, mode: 'sms', nonFTEU: false } },
  limits: { attempts: [1, 2], notBefore: 3, throttles: 1 },
};

describe('protocol 4.5: the session file', () => {
  it('holds strings only, under the names of kei and icloudpd, and comes back whole', () => {
    const text = formatSessionFile(session);
    const strings = JSON.parse(text) as Record<string, unknown>;
    expect(strings).toMatchObject({
      client_id: session.clientId,
      session_token: 'token',
      trust_token: 'trust',
      scnt: 'scnt',
    });
    expect(Object.values(strings).every((value) => typeof value === 'string')).toBe(true);
    expect(parseSessionFile(text, 'auth-new')).toEqual(session);
  });

  it('reads a file of Rust kei or icloudpd', () => {
    const text = JSON.stringify({
      client_id: 'auth-old',
      session_token: 'a',
      session_id: 'b',
      scnt: 'c',
      trust_token: 'd',
      account_country: 'USA',
      apple_rscd: '409',
      unknown: 1,
    });
    expect(parseSessionFile(text, 'auth-new')).toEqual({
      clientId: 'auth-old',
      sessionToken: 'a',
      sessionId: 'b',
      scnt: 'c',
      trustToken: 'd',
      accountCountry: 'USA',
      rscd: '409',
      limits: { attempts: [], throttles: 0 },
    });
  });

  it.each(['', '[]', 'null', '{', '"text"'])('takes %j for damaged', (text) => {
    expect(parseSessionFile(text, 'auth-new')).toBeUndefined();
  });
});

describe('protocol 4.5: the cookie file', () => {
  const cookie = {
    name: 'X-APPLE-WEBAUTH-USER',
    value: '"v=1:s=1:d=12345678901"',
    domain: 'icloud.com',
    path: '/',
    hostOnly: false,
    secure: true,
    httpOnly: true,
    expires: 1_768_000_000_000,
  };

  it('is an array of url and cookie, and keeps every attribute', () => {
    const text = formatCookieFile([cookie]);
    expect(JSON.parse(text)).toMatchObject([
      {
        url: 'https://icloud.com/',
        cookie: 'X-APPLE-WEBAUTH-USER="v=1:s=1:d=12345678901"',
      },
    ]);
    expect(parseCookieFile(text)).toEqual([cookie]);
  });

  it('widens the domain where a file has no attributes', () => {
    const text = JSON.stringify([
      { url: 'https://setup.icloud.com/', cookie: 'A="x=1"' },
      { url: 'https://idmsa.apple.com/appleauth', cookie: 'B=2; Path=/' },
      { url: 'https://setup.icloud.com.cn/', cookie: 'C=3' },
      { url: 'nonsense', cookie: 'D=4' },
      { url: 'https://setup.icloud.com/', cookie: 'no pair' },
      'odd',
    ]);
    expect(parseCookieFile(text)?.map(({ name, value, domain }) => [name, value, domain])).toEqual([
      ['A', '"x=1"', 'icloud.com'],
      ['B', '2', 'apple.com'],
      ['C', '3', 'icloud.com.cn'],
    ]);
  });

  it('reads the older lines', () => {
    const text = '# cookies\nhttps://setup.icloud.com/\tA="x"\n';
    expect(parseCookieFile(text)).toMatchObject([
      { name: 'A', value: '"x"', domain: 'icloud.com' },
    ]);
  });

  it("reads icloudpd's LWP file", () => {
    const text =
      '#LWP-Cookies-2.0\n' +
      'Set-Cookie3: X-APPLE-WEBAUTH-USER="\\"v=1:s=1:d=1\\""; path="/"; domain=".icloud.com"; ' +
      'path_spec; domain_dot; secure; expires="2026-01-12 05:06:31Z"; HttpOnly=None; version=0\n' +
      'Set-Cookie3: aasp=ABC; path="/"; domain="idmsa.apple.com"; discard; version=0\n';
    expect(parseCookieFile(text)).toEqual([
      {
        name: 'X-APPLE-WEBAUTH-USER',
        value: '"v=1:s=1:d=1"',
        domain: 'icloud.com',
        path: '/',
        hostOnly: false,
        secure: true,
        httpOnly: true,
        expires: Date.UTC(2026, 0, 12, 5, 6, 31),
      },
      {
        name: 'aasp',
        value: 'ABC',
        domain: 'idmsa.apple.com',
        path: '/',
        hostOnly: true,
        secure: false,
        httpOnly: false,
      },
    ]);
  });

  it.each(['{}', 'garbage', '[1'])('takes %j for damaged', (text) => {
    expect(parseCookieFile(text)).toBeUndefined();
  });
});

describe('SessionStore', () => {
  async function open(now = 1_000_000) {
    const paths = await accountPaths();
    const warnings: string[] = [];
    const clock = { time: now, now: () => clock.time };
    const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
    const create = () => new SessionStore({ paths, clock, logger });
    return { paths, warnings, clock, create, store: create() };
  }

  it('writes both files with mode 0600 and reads them back', async () => {
    const { paths, store, create } = await open();
    await store.save(session, []);
    for (const path of [paths.session, paths.cookies]) {
      expect((await stat(path)).mode & 0o777).toBe(0o600);
    }
    expect(await create().load(newSession('X'))).toEqual({ session, cookies: [] });
  });

  it('warns about a damaged file and starts anew', async () => {
    const { paths, store, warnings } = await open();
    await writeFile(paths.session, '{');
    const fresh = newSession('AAAA');
    expect((await store.load(fresh)).session).toBe(fresh);
    expect(fresh.clientId).toBe('auth-aaaa');
    expect(warnings.join()).toContain(paths.session);
  });

  it('RT-33: sees what another process stored', async () => {
    const { store, create } = await open();
    await store.save(session, []);
    expect(await store.changedOnDisk()).toBe(false);
    await create().save({ ...session, scnt: 'other' }, []);
    expect(await store.changedOnDisk()).toBe(true);
    await store.load(session);
    expect(await store.changedOnDisk()).toBe(false);
  });

  it('trusts a validation for 600 s', async () => {
    const { paths, store, clock } = await open();
    await store.writeCache({ dsInfo: { dsid: '1' } });
    expect(JSON.parse(await readFile(paths.cache, 'utf8'))).toMatchObject({ validated_at: 1_000 });
    clock.time += 599_000;
    expect(await store.readCache()).toEqual({ dsInfo: { dsid: '1' } });
    clock.time += 1_000;
    expect(await store.readCache()).toBeUndefined();
    clock.time = 0;
    expect(await store.readCache()).toBeUndefined();
    await store.dropCache();
    clock.time = 1_000_000;
    expect(await store.readCache()).toBeUndefined();
  });
});

it('protocol 1.5: captures what an answer says, latest value wins', () => {
  const view = (headers: Record<string, string>) => ({ get: (name: string) => headers[name] });
  const first = captureHeaders(newSession('1'), view({ scnt: 'a', 'X-Apple-Session-Token': 't' }));
  const second = captureHeaders(first, view({ scnt: 'b', 'X-Apple-TwoSV-Trust-Token': 'tt' }));
  expect(second).toMatchObject({ scnt: 'b', sessionToken: 't', trustToken: 'tt' });
  expect(captureHeaders(second, view({ scnt: 'b', 'X-Apple-Session-Token': '' }))).toBe(second);
});
