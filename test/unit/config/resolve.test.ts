import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KEYS, KEY_NAMES } from '../../../src/config/keys.js';
import { CONFIG, resolveGiven, unchecked } from './helpers.js';

describe('cli 2.3: precedence', () => {
  it('takes every default when nobody says anything', async () => {
    const { config, settings, source, warnings } = await resolveGiven();
    expect(source).toEqual({ path: CONFIG, explicit: false, exists: false });
    expect(warnings).toEqual([]);
    expect(config.dataDir).toBe('/home/ann/.config/kei');
    expect(config.download.threads).toBe(10);
    for (const key of KEY_NAMES) {
      expect(settings.value(key)).toEqual(KEYS[key].fallback);
      expect(settings.origin(key)).toEqual({ kind: 'default' });
    }
  });

  it('flag > environment > --verbose > file > default, for every subset that is given', async () => {
    const level = fc.option(fc.constantFrom('debug', 'info', 'warn', 'error'), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(level, level, fc.boolean(), level, async (flag, env, verbose, file) => {
        const { config, settings } = await resolveGiven({
          flags: { logLevel: flag, verbose },
          env: { KEI_LOG_LEVEL: env },
          toml: file === undefined ? '' : `log_level = "${file}"`,
        });
        const ranked = [
          ['flag', flag],
          ['env', env],
          ['flag', verbose ? 'info' : undefined],
          ['file', file],
          ['default', 'info'],
        ] as const;
        const [kind, value] = ranked.find(([, given]) => given !== undefined) ?? [];
        expect(config.logLevel).toBe(value);
        expect(settings.origin('log_level').kind).toBe(kind);
      }),
    );
  });

  it.each([
    ['ICLOUD_USERNAME', 'auth.username', '[auth]\nusername = "file@x.com"', 'env@x.com'],
    ['KEI_DATA_DIR', 'data_dir', 'data_dir = "/file"', '/env'],
  ] as const)(
    '%s beats the file, and counts as unset when empty',
    async (name, key, toml, value) => {
      const won = await resolveGiven({ env: { [name]: value }, toml });
      expect(won.settings.value(key)).toBe(value);
      expect(won.settings.origin(key)).toEqual({ kind: 'env', name });
      const lost = await resolveGiven({ env: { [name]: '' }, toml });
      expect(lost.settings.origin(key)).toMatchObject({ kind: 'file', path: CONFIG });
    },
  );

  it('D21: remembers file and line of a setting', async () => {
    const { settings } = await resolveGiven({ toml: '# mine\n[download]\n\nthreads = 4\n' });
    expect(settings.origin('download.threads')).toEqual({ kind: 'file', path: CONFIG, line: 4 });
  });

  it('D65: keeps what the file says beside what this run narrows', () => {
    const { config } = unchecked('[filters]\nrecent = 100\nskip_created_after = "2024-01-01"', {
      recent: '7d',
      skipCreatedAfter: '5d',
    });
    expect(config.filters).toMatchObject({
      recent: { kind: 'days', days: 7 },
      skipCreatedAfter: { text: '5d' },
      withoutFlags: {
        recent: { kind: 'count', count: 100 },
        skipCreatedAfter: { text: '2024-01-01' },
        skipCreatedBefore: undefined,
      },
    });
  });

  it('a list of a flag replaces the list of the file, an empty one does not', () => {
    const toml = '[filters]\nlibraries = ["all"]';
    const { config } = unchecked(toml, { library: ['SharedSync-A', 'SharedSync-B'] });
    expect(config.filters.libraries).toMatchObject({
      primary: false,
      zones: ['SharedSync-A', 'SharedSync-B'],
    });
    expect(unchecked(toml, { library: [] }).config.filters.libraries.shared).toBe(true);
  });

  it('--no-progress-bar and --strict switch for one run, their absence says nothing', () => {
    const toml = '[ui]\nprogress_bar = false\n[import]\nstrict = true';
    const plain = unchecked(toml, { progressBar: true, strict: false }).config;
    expect([plain.ui.progressBar, plain.import.strict]).toEqual([false, true]);
    const flags = unchecked('', { progressBar: false, strict: true, friendly: false }).config;
    expect([flags.ui.progressBar, flags.import.strict, flags.ui.friendly]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('DL-6: a rate limit means one thread, unless a number is given', () => {
    const limit = '[download]\nbandwidth_limit = "1.5Mi"\n';
    expect(unchecked(limit).config.download).toMatchObject({
      threads: 1,
      bandwidthLimit: { text: '1.5Mi', bytesPerSecond: 1_572_864 },
    });
    expect(unchecked(`${limit}threads = 10`).config.download.threads).toBe(10);
  });

  it('cli 2.5: bounds that leave nothing between them are a warning', () => {
    const warn = (before: string, after: string) =>
      unchecked(`[filters]\nskip_created_before = "${before}"\nskip_created_after = "${after}"`)
        .warnings;
    expect(warn('2024-06-01', '2024-01-01')).toEqual([expect.stringContaining('no photo')]);
    expect(warn('2024-01-01', '2024-01-01')).toHaveLength(1);
    expect(warn('2024-01-01', '2024-06-01')).toEqual([]);
    expect(warn('5d', '2024-06-01')).toHaveLength(1);
    expect(warn('2024-06-01', '5d')).toEqual([]);
  });
});

describe('cli 8.1, D8: password sources', () => {
  const both = '[auth]\npassword_file = "/toml/file"\n';
  it.each([
    [{}, {}, both, { kind: 'file', path: '/toml/file' }],
    [{}, {}, '[auth]\npassword_command = "pass kei"', { kind: 'command', command: 'pass kei' }],
    [{}, { KEI_PASSWORD_FILE: '~/pw' }, both, { kind: 'file', path: '/home/ann/pw' }],
    [
      { passwordFile: '/flag/file' },
      {},
      '[auth]\npassword_command = "x"',
      { kind: 'file', path: '/flag/file' },
    ],
    [{}, { KEI_PASSWORD_COMMAND: 'c' }, both, { kind: 'command', command: 'c' }],
    [
      {},
      { KEI_PASSWORD_COMMAND: 'c', KEI_PASSWORD_FILE: '/f' },
      '',
      { kind: 'command', command: 'c' },
    ],
    [{ passwordFile: '/f' }, { KEI_PASSWORD_COMMAND: 'c' }, '', { kind: 'file', path: '/f' }],
    [{ passwordFile: '/f' }, { ICLOUD_PASSWORD: 'pw' }, '', { kind: 'file', path: '/f' }],
    [{}, { ICLOUD_PASSWORD: 'pw', KEI_PASSWORD_FILE: '/f' }, both, { kind: 'direct' }],
    [{ password: 'pw' }, { KEI_PASSWORD_FILE: '/f' }, both, { kind: 'direct' }],
  ])('flags %j, environment %j', async (flags, env, toml, expected) => {
    const { config } = await resolveGiven({ flags, env, toml });
    expect(config.auth.password).toMatchObject(expected);
  });

  it('nothing configured means nothing: the store and the prompt come later', async () => {
    const { config } = await resolveGiven({ env: { ICLOUD_PASSWORD: '' } });
    expect(config.auth.password).toBeUndefined();
  });

  it('gives a direct password only when asked, and prints it nowhere', async () => {
    const resolved = await resolveGiven({ flags: { password: 'hunter2' } });
    const source = resolved.config.auth.password;
    expect(source?.kind === 'direct' && source.reveal()).toBe('hunter2');
    const printed = JSON.stringify(resolved) + inspect(resolved, { depth: 20, showHidden: true });
    expect(printed).not.toContain('hunter2');
  });
});

describe('the result', () => {
  it('is frozen to the bottom', async () => {
    const { config } = await resolveGiven({
      toml: '[filters]\nmedia = ["photos", "videos", "live-photos"]',
    });
    const walk = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      expect(Object.isFrozen(value)).toBe(true);
      Object.values(value).forEach(walk);
    };
    walk(config);
  });

  it('D2: the data directory is the folder of the configuration file', async () => {
    expect((await resolveGiven({ toml: '' })).config.dataDir).toBe('/home/ann/.config/kei');
    expect((await resolveGiven({ toml: 'data_dir = "~/kei-data/"' })).config.dataDir).toBe(
      '/home/ann/kei-data',
    );
  });
});
