import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { raw } from '../../support/raw-client.js';

const program = fileURLToPath(new URL('../../../dist/simulator/main.js', import.meta.url));
let directory: string;
let child: ChildProcess | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'simulator-'));
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

function run(...args: string[]): { lines: Interface; errors: () => string; exit: Promise<number> } {
  const process_ = spawn(process.execPath, [program, ...args]);
  child = process_;
  let errors = '';
  process_.stderr.on('data', (text: Buffer) => (errors += text.toString()));
  const exit = once(process_, 'exit').then(([code]) => code as number);
  return { lines: createInterface(process_.stdout), errors: () => errors, exit };
}

async function nextLine(lines: Interface): Promise<Record<string, unknown>> {
  const [line] = (await once(lines, 'line')) as [string];
  return JSON.parse(line) as Record<string, unknown>;
}

it('says where it listens, prints codes, keeps a journal, ends on SIGTERM', async () => {
  const faults = join(directory, 'faults.json');
  const journal = join(directory, 'journal.jsonl');
  writeFileSync(
    faults,
    '[{"when": {"operation": "logout"}, "action": {"kind": "status", "status": 503}}]',
  );
  const { lines, exit } = run(
    ...['--port', '0', '--library', 'empty', '--account', 'me@example.com'],
    ...['--faults', faults, '--journal', journal, '--journal-bodies', '--fixed-code', '012345'],
  );
  const listening = await nextLine(lines);
  expect(listening).toMatchObject({ event: 'listening', account: 'me@example.com' });
  const port = Number(listening['port']);
  expect(listening['endpoint']).toBe(`http://127.0.0.1:${port}`);
  expect(listening['control']).toBe(`http://control.localhost:${port}`);

  const setup = 'https://setup.icloud.com/setup/ws/1';
  expect((await raw(port, `${setup}/logout`, { method: 'POST', body: '{}' })).status).toBe(503);
  const code = nextLine(lines);
  await raw(port, 'http://control.localhost/account/generateCode', { method: 'POST' });
  expect(await code).toEqual({ event: 'code', code: '012345', to: 'device' });

  child?.kill('SIGTERM');
  expect(await exit).toBe(0);
  const entries = readFileSync(journal, 'utf8').trim().split('\n');
  expect(entries.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { operation: 'logout', status: 503, faults: ['fault-1'], detail: { body: '{}' } },
  ]);
});

it.each([
  [['--two-factor', 'fax'], '--two-factor must be one of device, sms, off, not "fax".\n', 64],
  [['--port', '0', '--library', 'mine'], /^"mine" is no seed/, 64],
  [['--port', '0', '--faults', '/nowhere.json'], /^\/nowhere\.json cannot be read: ENOENT/, 64],
])('%j: a sentence and an exit code', async (args, sentence, code) => {
  const { errors, exit } = run(...args);
  expect(await exit).toBe(code);
  expect(errors()).toMatch(sentence);
});
