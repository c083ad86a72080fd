import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/errors/config-errors.js';
import {
  diskConfigFiles,
  findConfigFile,
  lineOfKey,
  parseToml,
} from '../../../src/config/toml-file.js';
import { CONFIG, filesAt, HOME } from './helpers.js';

describe('cli 2.1: which file', () => {
  const container = '/config/config.toml';
  const find = (named: string | undefined, existing: readonly string[], folders: string[] = []) =>
    findConfigFile({
      named,
      home: HOME,
      cwd: '/here',
      files: filesAt(Object.fromEntries(existing.map((path) => [path, ''])), folders),
    }).then(({ source }) => source);

  it.each([
    [undefined, [CONFIG, container], { path: CONFIG, explicit: false, exists: true }],
    [undefined, [container], { path: container, explicit: false, exists: true }],
    [undefined, [], { path: CONFIG, explicit: false, exists: false }],
    ['~/.config/kei/config.toml', [container], { path: container, explicit: false, exists: true }],
    [container, [CONFIG], { path: CONFIG, explicit: false, exists: true }],
    [container, [], { path: CONFIG, explicit: false, exists: false }],
    ['~/x.toml', ['/home/ann/x.toml'], { path: '/home/ann/x.toml', explicit: true, exists: true }],
    ['x.toml', ['/here/x.toml'], { path: '/here/x.toml', explicit: true, exists: true }],
  ])('named %j with %j', async (named, existing, source) => {
    expect(await find(named, existing)).toEqual(source);
  });

  it('a named file that is missing is a first run when its folder exists', async () => {
    expect(await find('/conf/x.toml', [], ['/conf'])).toEqual({
      path: '/conf/x.toml',
      explicit: true,
      exists: false,
    });
  });

  it('and an error when it does not', async () => {
    await expect(find('/conf/x.toml', [])).rejects.toMatchObject({
      code: 'CONFIG_NOT_FOUND',
      kind: 'config',
    });
  });
});

describe('the file on the disk', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kei-config-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('is text with its permissions, without a byte order mark', async () => {
    const path = join(folder, 'c.toml');
    await writeFile(path, '\ufeffthreads = 1');
    await chmod(path, 0o640);
    expect(await diskConfigFiles.read(path)).toEqual({ text: 'threads = 1', mode: 0o640 });
    expect(await diskConfigFiles.isDirectory(folder)).toBe(true);
    expect(await diskConfigFiles.isDirectory(path)).toBe(false);
  });

  it('may be missing, or under a file', async () => {
    await writeFile(join(folder, 'file'), '');
    expect(await diskConfigFiles.read(join(folder, 'no.toml'))).toBeUndefined();
    expect(await diskConfigFiles.read(join(folder, 'file', 'no.toml'))).toBeUndefined();
  });

  it('must be a file', async () => {
    await mkdir(join(folder, 'c.toml'));
    await expect(diskConfigFiles.read(join(folder, 'c.toml'))).rejects.toMatchObject({
      code: 'CONFIG_UNREADABLE',
    });
  });

  it('must be UTF-8', async () => {
    await writeFile(join(folder, 'c.toml'), Buffer.from([0x61, 0xff]));
    await expect(diskConfigFiles.read(join(folder, 'c.toml'))).rejects.toMatchObject({
      code: 'CONFIG_SYNTAX',
    });
  });
});

describe('cli 2.2: syntax errors', () => {
  const errorOf = (text: string): ConfigError => {
    try {
      parseToml(text, '/c.toml');
    } catch (error) {
      if (error instanceof ConfigError) return error;
    }
    throw new Error('the text was accepted');
  };

  it.each([
    ['a = 1\nb = "x', 'line 2, column 8: Unterminated string.'],
    ['[a]\nb = 1\n[a]\nc = 2', "line 3, column 3: Can't redefine existing key."],
    ['a = nope', 'line 1,'],
    ['a = 2024-13-01', 'is not valid TOML: Invalid Datetime.'],
  ])('%j says where', (text, message) => {
    const error = errorOf(text);
    expect(error.code).toBe('CONFIG_SYNTAX');
    expect(error.message).toContain(message);
  });

  it('shows nothing of the text, which may hold a password', () => {
    const error = errorOf('[auth]\npassword = "hunter2\n');
    expect(JSON.stringify([error.message, error.hint, error.facts])).not.toContain('hunter2');
    expect(error.cause).toBeUndefined();
  });
});

describe('D21: the line of a key', () => {
  const text = [
    'data_dir = "/x" # download.threads = 1', // 1
    'server.port = 1', // 2
    '', // 3
    '[download]', // 4
    '  threads= 4', // 5
    'retry.per_asset = 3', // 6
    '"temp_suffix" = ".x"', // 7
    '[ download . retry ]', // 8
    'per_transfer = 3', // 9
    '[filters]', // 10
    'albums = [', // 11
    '  "threads = 3",', // 12
    ']', // 13
    '[ui]\r', // 14
    'friendly = true\r', // 15
    '[report]', // 16
  ].join('\n');

  it.each([
    ['data_dir', 1],
    ['server.port', 2],
    ['download', 4],
    ['download.threads', 5],
    ['download.retry.per_asset', 6],
    ['download.temp_suffix', 7],
    ['download.retry.per_transfer', 9],
    ['filters.albums', 11],
    ['ui.friendly', 15],
    ['report.json', 16],
    ['nowhere', undefined],
  ])('%s', (key, line) => {
    expect(lineOfKey(text, key)).toBe(line);
  });

  it('finds an inline table for what is inside it', () => {
    expect(lineOfKey('x = 1\ndownload = { threads = 4 }', 'download.threads')).toBe(2);
  });
});
