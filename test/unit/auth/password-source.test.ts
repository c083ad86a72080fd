import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { passwordSource, type PasswordEdges } from '../../../src/auth/password-source.js';
import { silentLogger } from '../../../src/platform/logger.js';
import { runShell } from '../../../src/platform/shell-command.js';

function edges(more: Partial<PasswordEdges> = {}): PasswordEdges & { warnings: string[] } {
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
  return { home: '/nowhere', runShell, logger, warnings, ...more };
}

async function file(content: string | Buffer, mode = 0o600) {
  const folder = await mkdtemp(join(tmpdir(), 'kei-password-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'password');
  await writeFile(path, content, { mode });
  return { path, folder };
}

describe('cli 8.2: a password file', () => {
  it.each([
    ['secret', 'secret'],
    ['secret\n', 'secret'],
    ['secret\r\n', 'secret'],
    ['secret\n\n', 'secret\n'],
    [' pä ss \n', ' pä ss '],
    ['secret\r', 'secret\r'],
  ])('%j gives %j', async (content, expected) => {
    const { path } = await file(content);
    const source = passwordSource({ kind: 'file', path }, edges());
    expect((await source.get()).toString()).toBe(expected);
  });

  it.each([
    ['empty', ''],
    ['only a line end', '\n'],
    ['not UTF-8', Buffer.from([0xff, 0xfe])],
  ])('%s is an auth error', async (_name, content) => {
    const { path } = await file(content);
    await expect(passwordSource({ kind: 'file', path }, edges()).get()).rejects.toMatchObject({
      kind: 'auth',
      code: 'AUTH_NO_PASSWORD',
    });
  });

  it('is read anew each time, with one warning about its mode', async () => {
    const { path } = await file('one', 0o644);
    const edge = edges();
    const source = passwordSource({ kind: 'file', path }, edge);
    await source.get();
    await writeFile(path, 'two');
    expect((await source.get()).toString()).toBe('two');
    expect(edge.warnings).toHaveLength(1);
    expect(edge.warnings[0]).toContain(path);
  });

  it('expands ~ and names a missing file', async () => {
    const { folder } = await file('home');
    const source = passwordSource({ kind: 'file', path: '~/password' }, edges({ home: folder }));
    expect((await source.get()).toString()).toBe('home');
    const missing = passwordSource({ kind: 'file', path: '/nowhere/x' }, edges());
    await expect(missing.get()).rejects.toThrow('/nowhere/x');
  });
});

describe('cli 8.2: a password command', () => {
  const get = (command: string, more: Partial<PasswordEdges> = {}) =>
    passwordSource({ kind: 'command', command }, edges(more)).get();

  it('gives its output without the last line end', async () => {
    expect((await get("printf 'a b\\n'")).toString()).toBe('a b');
  });

  it('has its stdin closed', async () => {
    expect((await get('cat; echo done')).toString()).toBe('done');
  });

  it.each([
    ['printf hush; exit 3', 'status 3'],
    ['printf hush; kill -9 $$', 'a signal'],
    ['true', 'is empty'],
    ["printf '\\377'", 'not UTF-8'],
  ])('%s fails without showing the output', async (command, words) => {
    const failure: unknown = await get(command).catch((error: unknown) => error);
    expect(String(failure)).toContain(words);
    expect(String(failure)).not.toContain('hush');
  });

  it('is killed with its children after the time-out', async () => {
    const started = performance.now();
    await expect(get('sleep 60 | cat', { commandTimeoutMs: 100 })).rejects.toThrow('longer than');
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('cli 8.1: other sources', () => {
  it('takes a direct password as it is', async () => {
    const source = passwordSource({ kind: 'direct', reveal: () => 'pw\n' }, edges());
    expect([source.kind, (await source.get()).toString()]).toEqual(['direct', 'pw\n']);
  });

  it('asks the store, then the person', async () => {
    const ask = async () => 'typed';
    const stored = async () => 'stored';
    const get = async (more: Partial<PasswordEdges>) =>
      (await passwordSource(undefined, edges(more)).get()).toString();
    expect(await get({ stored, ask })).toBe('stored');
    expect(await get({ stored: async () => undefined, ask })).toBe('typed');
    await expect(get({ ask: async () => '' })).rejects.toMatchObject({ kind: 'auth' });
    await expect(get({})).rejects.toMatchObject({
      kind: 'auth',
      hint: expect.stringContaining('at a terminal') as unknown,
    });
  });
});
