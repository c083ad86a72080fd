import { describe, expect, it } from 'vitest';
import { readMainOptions } from '../../../src/simulator/main-options.js';

describe('the command line of the simulator', () => {
  it('has defaults', () => {
    expect(readMainOptions([])).toMatchObject({
      port: 8080,
      host: '127.0.0.1',
      library: 'demo',
      twoFactor: 'device',
      twoFactorStyle: 'current',
      tls: undefined,
      strict: false,
    });
    expect(readMainOptions(['--help'])).toBe('help');
  });

  it('reads everything', () => {
    const args = '--port 0 --library large:10 --account a@b.c --password p --two-factor sms';
    const more = '--two-factor-style older --fixed-code 012345 --https --cert c --key k --strict';
    expect(readMainOptions(`${args} ${more} --seed 9 --url-lifetime 60`.split(' '))).toMatchObject({
      port: 0,
      library: 'large:10',
      account: 'a@b.c',
      password: 'p',
      twoFactor: 'sms',
      twoFactorStyle: 'older',
      fixedCode: '012345',
      tls: { cert: 'c', key: 'k' },
      seed: '9',
      urlLifetimeSeconds: 60,
      strict: true,
    });
  });

  it.each([
    [['--port', 'x'], '--port must be a whole number up to 65535, not "x".'],
    [['--two-factor', 'fax'], '--two-factor must be one of device, sms, off, not "fax".'],
    [['--fixed-code', '12'], '--fixed-code must be six digits, not "12".'],
    [['--https'], '--https, --cert and --key belong together.'],
    [['--colour'], "Unknown option '--colour'"],
    [['extra'], /Unexpected argument 'extra'/],
  ])('%j is refused in a sentence', (args, message) => {
    expect(() => readMainOptions(args)).toThrow(message);
  });
});
