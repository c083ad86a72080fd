import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/errors/config-errors.js';
import { firstRunText, persistFirstRun } from '../../../src/config/persist-first-run.js';
import { requireDirectory, requireUsername } from '../../../src/config/required.js';
import { resolveConfig } from '../../../src/config/resolve.js';
import type { ConfigFlags } from '../../../src/config/types.js';
import { CONFIG, filesAt, HOME, NOW_MS, resolveGiven, unchecked } from './helpers.js';

const ENV = { ICLOUD_USERNAME: 'ann@x.com', ICLOUD_PASSWORD: 'hunter2', KEI_DATA_DIR: '/data' };

function firstRun(flags: ConfigFlags, texts: Readonly<Record<string, string>> = {}) {
  return resolveConfig({
    flags,
    env: ENV,
    home: HOME,
    cwd: '/here',
    platform: 'linux',
    nowMs: NOW_MS,
    files: filesAt(texts, ['/conf']),
  });
}

describe('cli 2.7: the first configuration', () => {
  it('holds what this start was told, and no password', async () => {
    const saved: string[] = [];
    const resolved = await firstRun({ config: '/conf/kei.toml', passwordFile: '/pw' });
    const warning = await persistFirstRun(resolved, {}, async (path, text) => {
      saved.push(path, text);
    });
    expect(warning).toBeUndefined();
    expect(saved[0]).toBe('/conf/kei.toml');
    expect(saved[1]?.replace(/^#.*\n/gm, '')).toBe(`
data_dir = "/data"

[auth]
username = "ann@x.com"
password_file = "/pw"
`);
  });

  it('keeps domain and directory, and a data_dir only from the environment', () => {
    const resolved = unchecked(
      'data_dir = "/d"\n[auth]\ndomain = "cn"\n[download]\ndirectory = "/p"\nthreads = 3',
    );
    expect(firstRunText(resolved).replace(/^#.*\n/gm, '')).toBe(
      '\n[auth]\ndomain = "cn"\n\n[download]\ndirectory = "/p"\n',
    );
  });

  it('never holds a direct password', async () => {
    expect(firstRunText(await firstRun({ config: '/conf/kei.toml' }))).not.toContain('hunter2');
  });

  it.each([
    ['the file was there', { config: '/conf/kei.toml' }, { '/conf/kei.toml': '' }, {}],
    ['no file was named', {}, {}, {}],
    ['it is switched off', { config: '/conf/kei.toml' }, {}, { KEI_NO_AUTO_CONFIG: '1' }],
  ])('is not written when %s', async (_why, flags, texts, env) => {
    const resolved = await firstRun(flags, texts);
    const create = () => Promise.reject(new Error('was called'));
    expect(await persistFirstRun(resolved, env, create)).toBeUndefined();
  });

  it('a failure is a warning', async () => {
    const resolved = await firstRun({ config: '/conf/kei.toml' });
    const create = () => Promise.reject(new Error('EROFS: read-only'));
    expect(await persistFirstRun(resolved, {}, create)).toBe(
      'The configuration could not be saved as /conf/kei.toml: EROFS: read-only',
    );
  });
});

describe('cli 2.5, 3.3: what a sync cannot do without', () => {
  it('gives username and directory when they are set', () => {
    const resolved = unchecked('[auth]\nusername = "ann@x.com"\n[download]\ndirectory = "/p"');
    expect(requireUsername(resolved, {})).toBe('ann@x.com');
    expect(requireDirectory(resolved, {})).toBe('/p');
  });

  it.each([
    [
      'auth.username',
      requireUsername,
      /No Apple ID is configured \(auth\.username\)\.$/,
      /ICLOUD_USERNAME/,
    ],
    [
      'download.directory',
      requireDirectory,
      /No download folder is configured \(download\.directory\)\.$/,
      /\[download\]/,
    ],
  ] as const)('says how to set %s', async (_key, require, message, hint) => {
    const resolved = await resolveGiven();
    const error = await Promise.resolve()
      .then(() => require(resolved, { KEI_DIRECTORY: '' }))
      .catch((thrown: unknown) => thrown);
    if (!(error instanceof ConfigError)) return expect.unreachable();
    expect(error).toMatchObject({ code: 'CONFIG_MISSING', kind: 'config' });
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
    expect(error.hint).toContain(CONFIG);
  });

  it('names removed variables that are set', async () => {
    const resolved = await resolveGiven();
    const env = { KEI_DIRECTORY: '/p', KEI_THREADS: '4', KEI_SIZE: 'x', KEI_ALBUM: '' };
    expect(() => requireDirectory(resolved, env)).toThrow(
      /KEI_DIRECTORY, KEI_THREADS are set but ignored since 0\.20/,
    );
    expect(() => requireDirectory(resolved, { KEI_DIRECTORY: '/p' })).toThrow(
      /KEI_DIRECTORY is set/,
    );
  });
});
