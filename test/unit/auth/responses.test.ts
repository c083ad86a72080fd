import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseAccount,
  parseCodeOptions,
  parseCodeOptionsPage,
  parseCodeState,
  parseConsent,
  parseRefusal,
  parseSrpInit,
} from '../../../src/auth/responses.js';

const phone = (id: number) => ({
  id,
  numberWithDialCode: `+1 (•••) •••-••${id}0`,
  lastTwoDigits: `${id}0`,
  pushMode: 'sms',
  nonFTEU: false,
});
const verification = (id: number) => ({
  phoneNumberVerification: { trustedPhoneNumbers: [phone(id)] },
});
const none = { phoneNumberVerification: { trustedPhoneNumbers: [] } };

describe('protocol 3.1: the options of a second factor', () => {
  it.each([
    ['2026', { direct: { twoSV: { ...none, bridgeInitiateData: verification(1) } } }, 1],
    [
      '2026, empty bridge list',
      { direct: { twoSV: { ...verification(2), bridgeInitiateData: none } } },
      2,
    ],
    ['2023', { direct: { twoSV: verification(3) } }, 3],
    ['nested flat', verification(4), 4],
    ['flat', { trustedPhoneNumbers: [phone(5)] }, 5],
  ])('layout %s', (_name, body, id) => {
    expect(parseCodeOptions(body).phones).toEqual([
      { id, mode: 'sms', label: `+1 (•••) •••-••${id}0`, nonFTEU: false },
    ]);
  });

  it('finds the boot_args script among others', () => {
    const page =
      '<script type="application/json" class="pre">{"trustedPhoneNumbers":[{"id":9}]}</script>' +
      `<script type="application/json" class="boot_args">\n${JSON.stringify({ direct: { twoSV: verification(3) } })}</script>` +
      '<script class="post">{}</script>';
    const options = parseCodeOptionsPage(page);
    expect(options.phones.map(({ id }) => id)).toEqual([3]);
  });

  it.each([
    ['names', { keyNames: ['Yubi', 'Spare'] }, ['Yubi', 'Spare'], true],
    ['a challenge', { fsaChallenge: { challenge: 'x' } }, [], true],
    ['inside twoSV', { direct: { twoSV: { keyNames: ['Yubi'] } } }, ['Yubi'], true],
    ['no keys', { keyNames: [], fsaChallenge: null }, [], false],
  ])('protocol 3.8: security keys by %s', (_name, body, keyNames, securityKeys) => {
    expect(parseCodeOptions(body)).toMatchObject({ keyNames, securityKeys });
  });

  it('skips damaged numbers and keeps the others', () => {
    const list = { trustedPhoneNumbers: [null, { id: 'x' }, { id: '7', pushMode: 'pigeon' }] };
    expect(parseCodeOptions(list).phones).toMatchObject([{ id: 7, mode: 'sms' }]);
  });
});

describe('protocol 2.1: the challenge', () => {
  const good = {
    iteration: 20064,
    salt: 'U6sIHwz0LUL3aMEP75wOFw==',
    protocol: 's2k',
    b: 'AAEC',
    c: 'd-1',
  };
  it('is read, padded or not, with an opaque c', () => {
    expect(parseSrpInit(JSON.stringify(good))).toEqual(good);
    const odd = { ...good, salt: 'U6sIHwz0LUL3aMEP75wOFw', c: { any: ['json', 1] }, version: 1 };
    expect(parseSrpInit(JSON.stringify(odd))).toMatchObject({ salt: odd.salt, c: odd.c });
  });

  it.each([
    ['no rounds', { ...good, iteration: 0 }],
    ['too many rounds', { ...good, iteration: 1_000_001 }],
    ['an unknown protocol', { ...good, protocol: 'plain' }],
    ['no key', { ...good, b: '' }],
    ['nothing', {}],
  ])('is refused with %s', (_name, body) => {
    expect(parseSrpInit(JSON.stringify(body))).toBeUndefined();
  });
});

describe('protocol 2.6: refusals in both spellings', () => {
  it.each([
    [
      { serviceErrors: [{ code: '-20101', message: 'no' }] },
      [{ code: '-20101', text: 'no' }],
      true,
    ],
    [{ service_errors: [{ code: -21669, title: 'bad' }] }, [{ code: '-21669', text: 'bad' }], true],
    [{ hasError: true }, [], true],
    [{ serviceErrors: [], hasError: false }, [], false],
    [{ serviceErrors: 'odd' }, [], false],
    [undefined, [], false],
  ])('%j', (body, errors, failed) => {
    expect(parseRefusal(body)).toEqual({ errors, failed });
  });
});

it('protocol 4.2: coerces a numeric dsid and treats missing flags as false', () => {
  const account = parseAccount({ dsInfo: { dsid: 12345678901, hsaVersion: 2 } });
  expect(account).toMatchObject({
    dsid: '12345678901',
    hsaVersion: 2,
    trustedBrowser: false,
    challengeRequired: false,
    cloudKit: undefined,
  });
  expect(parseAccount('text')).toBeUndefined();
});

it('never throws, whatever Apple sends', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (body) => {
      parseAccount(body);
      parseCodeOptions(body);
      parseCodeState(body);
      parseRefusal(body);
      parseSrpInit(JSON.stringify(body));
      parseConsent(JSON.stringify(body));
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      parseCodeOptionsPage(text);
      parseSrpInit(text);
      parseConsent(text);
    }),
  );
});
