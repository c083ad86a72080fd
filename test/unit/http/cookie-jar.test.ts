import { describe, expect, it } from 'vitest';
import { SessionCookies } from '../../../src/http/cookie-jar.js';

const SETUP = 'https://setup.icloud.com/setup/ws/1/accountLogin';
const CLOUDKIT = 'https://p61-ckdatabasews.icloud.com:443/database/1/x';
const IDMSA = 'https://idmsa.apple.com/appleauth/auth';
const NOW = Date.UTC(2024, 0, 1);

function jar(now = NOW) {
  const clock = { time: now, now: () => clock.time };
  return { cookies: new SessionCookies(clock), clock };
}

describe('protocol 1.7: the cookie jar', () => {
  it('keeps literal quotes and sends them back unchanged', () => {
    const { cookies } = jar();
    cookies.take(SETUP, [
      'X-APPLE-WEBAUTH-USER="v=1:s=1:d=12345678901";Path=/;Domain=.icloud.com;Secure;HttpOnly',
    ]);
    expect(cookies.headerFor(CLOUDKIT)).toBe('X-APPLE-WEBAUTH-USER="v=1:s=1:d=12345678901"');
  });

  it.each([
    'Expires=Fri, 12-Jan-2024 05:06:31 GMT',
    'Expires=Fri,12-Jan-2024 05:06:31 GMT',
    'Expires=Fri, 12 Jan 2024 05:06:31 GMT',
  ])('reads the date of %s', (expires) => {
    const { cookies, clock } = jar();
    cookies.take(SETUP, [`A="x=";${expires};Path=/;Domain=.icloud.com;Secure`]);
    expect(cookies.all()[0]?.expires).toBe(Date.UTC(2024, 0, 12, 5, 6, 31));
    clock.time = Date.UTC(2024, 0, 13);
    expect(cookies.headerFor(SETUP)).toBeUndefined();
    expect(cookies.all()).toEqual([]);
  });

  it('matches by domain suffix and keeps host-only cookies on their host', () => {
    const { cookies } = jar();
    cookies.take(SETUP, ['WIDE=1;Path=/;Domain=.icloud.com;Secure', 'NARROW=2;Path=/;Secure']);
    cookies.take(IDMSA, ['dslang=US-EN; Domain=apple.com; Path=/; Secure; HttpOnly', 'aasp=3']);
    expect(cookies.headerFor(CLOUDKIT)).toBe('WIDE=1');
    expect(cookies.headerFor(SETUP)).toBe('WIDE=1; NARROW=2');
    expect(cookies.headerFor('https://appleid.apple.com/')).toBe('dslang=US-EN');
  });

  it('ignores a cookie for a domain that its host does not belong to', () => {
    const { cookies } = jar();
    cookies.take(SETUP, ['EVIL=1;Domain=.apple.com', 'BAD', '']);
    expect(cookies.all().filter((cookie) => cookie.name === 'EVIL')).toEqual([]);
  });

  it.each([
    'X-APPLE-WEBAUTH-HSA-LOGIN=;Expires=Thu, 01-Jan-1970 00:00:01 GMT',
    'X-APPLE-WEBAUTH-HSA-LOGIN=x;Expires=Thu, 01-Jan-1970 00:16:40 GMT',
    'X-APPLE-WEBAUTH-HSA-LOGIN=',
    'X-APPLE-WEBAUTH-HSA-LOGIN=""',
    'X-APPLE-WEBAUTH-HSA-LOGIN=x;Max-Age=0',
  ])('deletes by %s', (header) => {
    const { cookies } = jar();
    const tail = ';Path=/;Domain=.icloud.com;Secure';
    cookies.take(SETUP, [`X-APPLE-WEBAUTH-HSA-LOGIN="v=2"${tail}`]);
    cookies.take(SETUP, [header + tail]);
    expect(cookies.headerFor(SETUP)).toBeUndefined();
  });

  it.each([
    ['ten years ahead', 10],
    ['ten years behind', -10],
  ])('lives as long as the server means on a computer whose clock is %s', (_, years) => {
    const { cookies, clock } = jar(NOW + years * 365 * 86_400_000);
    const tail = ';Path=/;Domain=.icloud.com;Secure';
    const date = 'Mon, 01 Jan 2024 00:00:00 GMT';
    cookies.take(SETUP, [`TOKEN=1;Expires=Fri, 12-Jan-2024 00:00:00 GMT${tail}`], date);
    cookies.take(SETUP, [`GONE=1;Expires=Thu, 01-Jan-1970 00:00:01 GMT${tail}`], date);
    expect(cookies.headerFor(CLOUDKIT)).toBe('TOKEN=1');
    clock.time += 11 * 86_400_000;
    expect(cookies.headerFor(CLOUDKIT)).toBeUndefined();
  });

  it('survives storing: session cookies, expiry, domain, host-only', () => {
    const { cookies } = jar();
    cookies.take(SETUP, [
      'TOKEN="v=2:t=x==";Expires=Fri, 12-Jan-2024 05:06:31 GMT;Path=/;Domain=.icloud.com;Secure',
      'VALIDATE="v=1";Path=/;Domain=.icloud.com;Secure',
      'NARROW=2;Path=/;Secure',
      'GONE=1;Max-Age=60;Path=/;Domain=.icloud.com',
    ]);
    const later = jar(NOW + 61_000);
    later.cookies.load(cookies.all());
    expect(later.cookies.headerFor(CLOUDKIT)).toBe('TOKEN="v=2:t=x=="; VALIDATE="v=1"');
    expect(later.cookies.headerFor(SETUP)).toContain('NARROW=2');
    expect(later.cookies.all()).toHaveLength(3);
  });

  it('counts changes, and removes by domain', () => {
    const { cookies } = jar();
    const before = cookies.version;
    cookies.take(SETUP, ['A=1;Domain=.icloud.com']);
    expect(cookies.version).toBeGreaterThan(before);
    cookies.take(IDMSA, ['B=1']);
    cookies.remove(({ domain }) => domain.endsWith('apple.com'));
    expect(cookies.all().map((cookie) => cookie.name)).toEqual(['A']);
  });
});
