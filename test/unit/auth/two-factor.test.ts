import { describe, expect, it } from 'vitest';
import {
  normalizeCode,
  readCodeOptions,
  requestCode,
  submitCode,
} from '../../../src/auth/two-factor.js';
import { scriptedApple, type ScriptedAnswer } from './scripted-apple.js';

const WRONG = {
  service_errors: [{ code: '-21669', title: 'Incorrect Verification Code' }],
  hasError: true,
};
const DEVICE = { kind: 'device' } as const;
const PHONE = { kind: 'phone', phone: { id: 3, mode: 'sms', nonFTEU: false } } as const;

describe('protocol 3.3: judging a submitted code', () => {
  it.each<[string, ScriptedAnswer, unknown]>([
    ['204', { status: 204 }, { kind: 'accepted', escrow: false }],
    ['200', { status: 200, body: {} }, { kind: 'accepted', escrow: false }],
    [
      '409 valid without a token',
      { status: 409, body: { securityCode: { valid: true, securityCodeLocked: false } } },
      { kind: 'accepted', escrow: false },
    ],
    [
      '409 with a new token',
      { status: 409, headers: { 'X-Apple-Session-Token': 'new' } },
      { kind: 'accepted', escrow: false },
    ],
    [
      '409 with EDP',
      { status: 409, headers: { 'X-Apple-Session-Token': 'new', 'X-Apple-EDP': 'true' } },
      { kind: 'accepted', escrow: true },
    ],
    [
      '409 with the old token',
      { status: 409, headers: { 'X-Apple-Session-Token': 'old' } },
      { kind: 'other-method' },
    ],
    ['409 with nothing', { status: 409 }, { kind: 'other-method' }],
    ['400 -21669', { status: 400, body: WRONG }, { kind: 'wrong' }],
    ['401 -21669', { status: 401, body: WRONG }, { kind: 'wrong' }],
    ['200 -21669', { status: 200, body: WRONG }, { kind: 'wrong' }],
    ['200 hasError', { status: 200, body: { hasError: true } }, { kind: 'wrong' }],
    ['204 with Ercd', { status: 204, headers: { 'X-Apple-I-Ercd': '-21669' } }, { kind: 'wrong' }],
    ['401', { status: 401 }, { kind: 'expired' }],
    ['412', { status: 412 }, { kind: 'other-method' }],
  ])('%s', async (_name, answer, verdict) => {
    const { wire } = await scriptedApple([answer]);
    wire.update({ sessionToken: 'old' });
    expect(await submitCode(wire, DEVICE, '012345')).toEqual(verdict);
  });

  it.each<[string, ScriptedAnswer, string]>([
    ['423', { status: 423 }, 'AUTH_CODES_LOCKED'],
    [
      'tooManyCodesValidated',
      { status: 400, body: { securityCode: { tooManyCodesValidated: true } } },
      'AUTH_CODES_LOCKED',
    ],
    ['429', { status: 429, headers: { 'Retry-After': '60' } }, 'AUTH_THROTTLED'],
    ['503', { status: 503, body: 'Service Temporarily Unavailable' }, 'AUTH_THROTTLED'],
    ['403', { status: 403 }, 'AUTH_REFUSED'],
    ['500', { status: 500 }, 'AUTH_ANSWER_UNUSABLE'],
  ])('%s stops', async (_name, answer, code) => {
    const { wire } = await scriptedApple([answer]);
    await expect(submitCode(wire, DEVICE, '012345')).rejects.toMatchObject({ code });
  });

  it('protocol 1.3, 3.5: sends the latest scnt and session id, and the phone route', async () => {
    const { wire, seen } = await scriptedApple([
      { status: 400, headers: { scnt: 'scnt-2' }, body: WRONG },
      { status: 204 },
    ]);
    wire.update({ scnt: 'scnt-1', sessionId: 'id-1' });
    await submitCode(wire, DEVICE, '012345');
    await submitCode(wire, PHONE, '654321');
    expect(seen[0]).toMatchObject({
      method: 'POST',
      url: 'idmsa.apple.com/appleauth/auth/verify/trusteddevice/securitycode',
      headers: {
        scnt: 'scnt-1',
        'x-apple-id-session-id': 'id-1',
        origin: 'https://www.icloud.com',
        referer: 'https://www.icloud.com/',
        accept: 'application/json',
        'x-apple-oauth-state': 'auth-11111111-2222-4333-8444-555555555555',
      },
      body: { securityCode: { code: '012345' } },
    });
    expect(seen[1]).toMatchObject({
      url: 'idmsa.apple.com/appleauth/auth/verify/phone/securitycode',
      headers: { scnt: 'scnt-2' },
      body: {
        phoneNumber: { id: 3, nonFTEU: false },
        securityCode: { code: '654321' },
        mode: 'sms',
      },
    });
  });
});

describe('protocol 3.2, 3.4: asking for a code', () => {
  it.each<[string, ScriptedAnswer, string]>([
    ['202', { status: 202 }, 'sent'],
    ['200', { status: 200, body: { trustedDeviceCount: 2 } }, 'sent'],
    ['412', { status: 412, body: { service_errors: [{ code: '-28' }] } }, 'unavailable'],
    ['409', { status: 409 }, 'unavailable'],
    ['401', { status: 401 }, 'expired'],
  ])('a push answered by %s', async (_name, answer, result) => {
    const { wire, seen } = await scriptedApple([answer]);
    expect(await requestCode(wire, DEVICE)).toBe(result);
    expect(seen[0]).toMatchObject({ method: 'PUT', headers: { 'content-length': '0' } });
  });

  it.each<[string, ScriptedAnswer, string]>([
    ['200', { status: 200 }, 'sent'],
    ['409 without errors', { status: 409 }, 'sent'],
    ['409 with errors', { status: 409, body: { service_errors: [{ code: '-1' }] } }, 'unavailable'],
    ['412', { status: 412 }, 'unavailable'],
  ])('a text message answered by %s', async (_name, answer, result) => {
    const { wire, seen } = await scriptedApple([answer]);
    expect(await requestCode(wire, PHONE)).toBe(result);
    expect(seen[0]?.body).toEqual({ phoneNumber: { id: 3, nonFTEU: false }, mode: 'sms' });
  });

  it('tooManyCodesSent stops', async () => {
    const { wire } = await scriptedApple([
      { status: 200, body: { securityCode: { tooManyCodesSent: true } } },
    ]);
    await expect(requestCode(wire, PHONE)).rejects.toMatchObject({ code: 'AUTH_CODES_LOCKED' });
  });

  it('reads the options from the page first and from JSON when the page names no number', async () => {
    const { wire, seen } = await scriptedApple([
      { status: 200, body: '<html>nothing here</html>' },
      { status: 409, body: { trustedPhoneNumbers: [{ id: 2, lastTwoDigits: '42' }] } },
    ]);
    const options = await readCodeOptions(wire);
    expect(options?.phones).toEqual([{ id: 2, mode: 'sms', label: 'number ending in 42' }]);
    expect(seen.map(({ headers }) => headers['accept'])).toEqual(['text/html', 'application/json']);
    expect(seen[0]?.url).toBe('idmsa.apple.com/appleauth/auth');
  });
});

it.each([
  ['123456', '123456'],
  [' 012-345 ', '012345'],
  ['12345', undefined],
  ['1234567', undefined],
  ['', undefined],
  ['١٢٣٤٥٦', undefined],
])('protocol 3.3: normalizes %j', (typed, code) => {
  expect(normalizeCode(typed)).toBe(code);
});
